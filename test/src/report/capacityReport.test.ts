/** Capacities in a report: figures from the document alone, and what it must not leave out. */
import { describe, expect, it } from "vitest";
import { capacityExplanation, capacityLines } from "../../../src/report/capacityReport.js";
import { latencyReport } from "../../../src/report/latencyReport.js";
import { createPaint } from "../../../src/report/paint.js";
import type { CapacitySearch } from "../../../src/result/capacitySchema.js";
import { latencyText, parseLatency } from "../../../src/result/latencyDocument.js";
import {
  capacityDocument,
  capacityTrialOf,
  latencyDocument,
  searchOf,
} from "../../helpers/latencyBuilder.js";

const many = (n: number, load: number, late: number) =>
  new Array(n).fill(0).map(() => capacityTrialOf(load, late));
const report = (searches: readonly CapacitySearch[]): string =>
  latencyReport(capacityDocument(searches), createPaint(false));

// No late burst up to 0.5 Mpps, 0.8 % up to 1 Mpps, most of them from 1.04 Mpps on.
const STALLS = [
  ...many(2, 500_000, 0),
  ...many(3, 520_000, 8),
  ...many(3, 1_000_000, 8),
  ...many(3, 1_040_000, 900),
];
const SHARP = [...many(3, 1_200_000, 0), ...many(3, 1_234_000, 950)];
const SEARCHES = [
  searchOf(STALLS),
  searchOf(
    STALLS.map((t) => ({ ...t, packetsPerSecond: t.packetsPerSecond * 2 })),
    { process: 1, spentMs: 2_500 },
  ),
  searchOf(SHARP, { design: 1 }),
  searchOf(SHARP, { design: 1, process: 1 }),
];

function rowsOf(text: string, design: string): string[][] {
  const lines = text.split("\n");
  const at = lines.findIndex(
    (line) => line.startsWith(`${design} `) && line.includes("burst late"),
  );
  return lines.slice(at, at + 2).map((line) => line.trim().split(/ {2,}/));
}

describe("the report of capacities", () => {
  const text = report(SEARCHES);

  it("has bounds and throughput of each goal, from the least to the greatest process", () => {
    const [strict, tolerant] = rowsOf(text, "linux-2.6.18");
    expect(strict).toEqual([
      ...["linux-2.6.18", "no burst late", "0.5000 to 1.000", "0.5200 to 1.040"],
      ...["0.5000 to 1.000", "2 of 2", "22", "4.00"],
    ]);
    expect(tolerant).toEqual([
      ...["at most 1 % late, 50 % of the time", "1.000 to 2.000", "1.040 to 2.080"],
      ...["0.9920 to 1.984", "2 of 2"],
    ]);
    const [sharp] = rowsOf(text, "no-cache");
    expect(sharp?.slice(2, 6)).toEqual(["1.200", "1.234", "1.200", "2 of 2"]);
    expect(text).toContain("scan, 1 CPU, capacity: Mpps of each CPU with bursts seldom over 1,000");
  });

  it("has the gap of the goals, which is what stalls cost", () => {
    expect(text).toContain("linux-2.6.18: where stalls are tolerated, 1.98 times the load without");
    expect(text).toContain(
      "no-cache: where stalls are tolerated, 1.00 times the load without any.",
    );
  });

  it("says what did not converge, and why", () => {
    const none = searchOf(many(2, 20_000, 8));
    const all = searchOf(many(3, 4e6, 0), { process: 1 });
    const wide = [...many(3, 1e6, 0), ...many(3, 2e6, 900)];
    const late = searchOf(wide, { design: 1, end: "time" });
    const full = searchOf(wide, { design: 1, process: 1, end: "trials" });
    const early = searchOf(wide, { design: 1, process: 1, end: "stopped" });
    const lines = report([none, all, late, full, early]).split("\n");
    const marked = lines.filter((line) => line.includes("not converged"));
    expect(marked[0]).toBe(
      "! linux-2.6.18, process 0, no burst late: not converged, no lower bound down to " +
        "0.02000 Mpps",
    );
    expect(marked.slice(1).map((line) => line.split("converged, ")[1])).toEqual([
      ...["no upper bound up to 4.000 Mpps", "no upper bound up to 4.000 Mpps"],
      ...["no upper bound up to 4.000 Mpps", "no end in 7,000 ms", "no end in 7,000 ms"],
      ...["no end in 40 trials", "no end in 40 trials", "ended early", "ended early"],
    ]);
    const [strict, tolerant] = rowsOf(lines.join("\n"), "linux-2.6.18");
    expect(strict?.slice(2, 6)).toEqual([
      ...["none to 4.000", "0.02000 to none", "none to 4.000", "0 of 2"],
    ]);
    expect(tolerant?.slice(1, 3)).toEqual(["0.02000 to 4.000", "none"]);
    expect(lines).toContain(
      "linux-2.6.18: no gap is known, in 1 of 2 processes: a goal has no lower bound.",
    );
  });

  it("says which trials were run again, and where the machine may be what is bounded", () => {
    const waiting = { runDelayNs: [3e6] };
    const search = searchOf([
      ...SHARP,
      capacityTrialOf(1.2e6, 9, { ...waiting, isRepeated: true }),
      capacityTrialOf(1.234e6, 9, waiting),
    ]);
    const lines = report([search]).split("\n");
    const waited = "a CPU waited over 1,000 µs for its core";
    expect(lines).toContain(`linux-2.6.18: 1 trials were run again, ${waited} in them.`);
    expect(lines).toContain(
      `! linux-2.6.18: ${waited} in 1 of 4 trials that count and had late bursts: bounds may be ` +
        "those of the machine",
    );
    expect(text).not.toContain("waited");
  });

  it("states every attribute of the goals, and that nothing is lost", () => {
    expect(text).toContain(
      "no burst late (loss ratio 0 %, exceed ratio 0 %, trials of 100 ms, sum 200 ms, width 5 %)",
    );
    expect(text).toContain("a search ends after 7,000 ms or 40 trials");
    expect(text).toContain("no NIC is there");
    expect(text).not.toContain("Quantiles are of");
  });

  it("prints the same of a document that was read again, and nothing without searches", () => {
    const again = parseLatency(latencyText(capacityDocument(SEARCHES)), "a.json");
    expect(latencyReport(again, createPaint(false))).toBe(text);
    const without = latencyDocument([]);
    const [cell] = without.cells;
    if (cell === undefined) throw new RangeError("no cell");
    expect(capacityLines(without, cell, createPaint(false))).toEqual([]);
    expect(capacityExplanation(without)).toEqual([]);
  });
});
