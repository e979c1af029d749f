/** The latency report: figures from the document alone, and what it must not leave out. */
import { describe, expect, it } from "vitest";
import { latencyReport } from "../../../src/report/latencyReport.js";
import { createPaint } from "../../../src/report/paint.js";
import type { LatencyDocument, LatencyTrial } from "../../../src/result/latencyDocument.js";
import { latencyText, parseLatency } from "../../../src/result/latencyDocument.js";
import { latencyDocument, trialOf } from "../../helpers/latencyBuilder.js";

const many = (ns: number, n: number): number[] => new Array<number>(n).fill(ns);
const report = (document: LatencyDocument): string => latencyReport(document, createPaint(false));

const TRIALS: LatencyTrial[] = [
  trialOf({ process: 0, design: 0, load: 0 }, [...many(10_000, 985), ...many(5e6, 15)]),
  trialOf({ process: 1, design: 0, load: 0 }, [...many(10_000, 985), ...many(7e6, 15)]),
  trialOf({ process: 0, design: 1, load: 0 }, many(20_000, 40)),
  trialOf({ process: 0, design: 0, load: 1 }, many(30_000, 40), 7),
  trialOf({ process: 0, design: 1, load: 1 }, many(20_000, 40)),
];

function rowOf(text: string, design: string, table: number): string[] {
  const rows = text.split("\n").filter((line) => line.startsWith(`${design} `));
  return rows[table]?.split(/ {2,}/) ?? [];
}

describe("the latency report", () => {
  const text = report(latencyDocument(TRIALS));

  it("has quantiles of all processes with the range of each alone, and an exact maximum", () => {
    const [, rate, bursts, p50, p90, p99, p999, p9999, max, late] = rowOf(text, "linux-2.6.18", 0);
    expect([rate, bursts, p50, p90]).toEqual([
      "1.00",
      "2,000",
      "10.0 [10.0, 10.0]",
      "10.0 [10.0, 10.0]",
    ]);
    // The 1,980th of 2,000 is among the fifteen of 5 ms; alone, the greatest bucket of each.
    expect(p99).toMatch(/^5,0\d\d \[5,000, 7,000\]$/);
    expect([p999, p9999, max, late]).toEqual(["–", "–", "7,000", "30"]);
  });

  it("prints no quantile without ten bursts above it, and no range of one process", () => {
    expect(rowOf(text, "no-cache", 0).slice(3, 6)).toEqual(["20.0", "–", "–"]);
  });

  it("says who did not keep up with what was offered, and what was given up", () => {
    expect(text).toContain(
      "! linux-2.6.18: target not met, 1.00 of 2.00 Mpps, 7 bursts were given up",
    );
    expect(rowOf(text, "linux-2.6.18", 1).at(-1)).toBe("7");
    const kept = latencyDocument(
      TRIALS.map((t) => ({
        ...t,
        cpus: t.cpus.map((cpu) => ({ ...cpu, unrun: 0, endNs: 1_000 + 32_000 * cpu.bursts })),
      })),
    );
    expect(report(kept)).not.toContain("target not met");
  });

  it("says what a burst is, what the clock resolves and costs, and that one process is one", () => {
    expect(text).toContain("A burst is 64 packets");
    expect(text).toContain("one read a burst, 50.0 ns each, least step 10.0 ns");
    expect(text).toContain("[least, greatest] of 2 processes alone.");
    const document = latencyDocument(TRIALS.filter(({ process }) => process === 0));
    document.processes.pop();
    expect(report(document)).toContain("! One process");
  });

  it("prints the same of a document that was written and read", () => {
    expect(report(parseLatency(latencyText(latencyDocument(TRIALS)), "a.json"))).toBe(text);
  });

  it("prints errors, notes and CPUs that outnumber cores", () => {
    const document = latencyDocument(TRIALS);
    document.errors.push("process 0: audit of x: y");
    document.notes.push("ended early by SIGINT");
    for (const cell of document.cells) cell.oversubscribed = true;
    const lines = report(document).split("\n");
    expect(lines).toContain("! invalid: process 0: audit of x: y");
    expect(lines).toContain("! ended early by SIGINT");
    expect(lines).toContain("! 1 CPU on 2 cores: latencies are those of the scheduler, too");
  });
});
