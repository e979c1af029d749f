/**
 * The part of a report on scaling: its table, its marks and what is said where nothing was fitted.
 */
import { describe, expect, it } from "vitest";
import { terminalReport } from "../../../src/report/terminalReport.js";
import { parseResult } from "../../../src/result/parseResult.js";
import { writeResult } from "../../../src/result/writeResult.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

function cellOf(cpus: number, processes = 3, kappa = 0) {
  const slow = 1 + 0.1 * (cpus - 1) + kappa * cpus * (cpus - 1);
  return buildCell({
    designs: ["linux-3.10", "no-cache"],
    blocks: 6,
    cpus,
    processes,
    nsPerPacket: (arm, _block, _cpu, process) => (arm === 0 ? slow : 1) * (100 + process),
  });
}

function report(cells: ReturnType<typeof cellOf>[]): string {
  const text = terminalReport(buildResult(...cells), { colour: false, width: 100 });
  return text.slice(text.indexOf("Scaling of"));
}

describe("the report on scaling", () => {
  it("has a row for each design and number of CPUs, and the ping-pong with its class", () => {
    const text = report([cellOf(1), cellOf(2)]);
    expect(text.split("\n")[0]).toBe("Scaling of internet-mix");
    const row = text.split("\n").find((line) => line.includes("91 %"));
    expect(row?.trim().split(/ {2,}/)).toEqual([
      "2",
      "18.0",
      "1.8182 [1.8182, 1.8182]",
      "91 %",
      "1.000",
      "100 %",
    ]);
    expect(text).toContain(
      "Ping-pong, 2 CPUs: 84.0 ns one way, as between complexes of one socket.",
    );
    expect(text).toMatch(/95 % t intervals over 3\s+processes/);
    expect(text).toContain(
      "No universal scalability law was fitted: 2 numbers of CPUs with a core",
    );
  });

  it("marks more CPUs than cores", () => {
    const text = report([cellOf(1), { ...cellOf(4), cores: 2, oversubscribed: true }]);
    expect(text).toMatch(/ 4\* /);
    expect(text).toContain("* more CPUs than the 2 cores: they take turns; this is not scaling.");
  });

  it("says that one process gives no intervals", () => {
    expect(report([cellOf(1, 1), cellOf(2, 1)])).toContain("within one process, so without");
  });

  it("prints the law, and a peak only in or near the measured numbers", () => {
    const near = report([1, 2, 4, 8].map((cpus) => cellOf(cpus, 3, 0.02)));
    expect(near).toMatch(/USL, linux-3.10: λ 9.90 Mpps \[.*\]; σ 0.100 \[.*\]; κ 0.0200 \[.*\];/);
    expect(near).toMatch(/peak at 6.71\s+CPUs/);
    const far = report([1, 2, 4, 8].map((cpus) => cellOf(cpus, 3, 0.0001)));
    expect(far).toMatch(/no\s+peak\s+in\s+or\s+near\s+the\s+measured\s+1\s+to\s+8\s+CPUs/);
    expect(far).not.toMatch(/peak at/);
  });

  it("is as wide as asked, and the same from the file alone", () => {
    const cells = [1, 2, 4, 8].map((cpus) => cellOf(cpus, 3, 0.02));
    const text = report(cells);
    const again = parseResult(writeResult(buildResult(...cells)));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    const options = { colour: false, width: 100 };
    expect(terminalReport(again, options)).toContain(text);
  });

  it("is silent where a workload has one number of CPUs", () => {
    const text = terminalReport(buildResult(cellOf(2)), { colour: false, width: 100 });
    expect(text).not.toContain("Scaling of");
  });
});
