/**
 * The sentence of a cell: its words for each verdict, path and number of CPUs.
 */
import { describe, expect, it } from "vitest";
import type { CellAnalysis, PairedRatio } from "../../../src/measure/analysis.js";
import { cellSentence } from "../../../src/report/cellSentence.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const CELL = buildCell({ designs: ["nexthop-direct"], blocks: 1, nsPerPacket: () => 212 });

function pair(
  design: string,
  ratio: number,
  low: number | null,
  high: number | null,
  verdict: PairedRatio["verdict"],
): PairedRatio {
  return { design, ratio, low, high, blocks: 20, processes: 6, p: null, halfWidth: 0, verdict };
}

function analysisOf(...ratios: PairedRatio[]): CellAnalysis {
  return {
    kind: "analysed",
    scope: "over 6 processes",
    processes: 6,
    confidence: 0.95,
    marginShare: 0.02,
    perArm: [
      {
        design: "nexthop-direct",
        windows: 20,
        nsPerPacketPerCpu: { median: 212.3, p10: 200 },
        deferredNsPerPacket: 0,
        mppsPerCpu: 4.71,
        mppsTotal: 9.4,
        overlap: { median: 1, least: 1 },
        warmUp: "steady",
      },
    ],
    ratios,
    noiseFloor: null,
    flags: [],
  };
}

describe("cellSentence", () => {
  it("tells differences in one breath", () => {
    const analysis = analysisOf(
      pair("linux-3.10", 1.042, 1.021, 1.062, "slower"),
      pair("no-cache", 1.31, 1.28, 1.34, "slower"),
    );
    expect(cellSentence(CELL, analysis)).toBe(
      "internet-mix, 1 CPU: nexthop-direct forwards a packet in 212 ns; linux-3.10 takes " +
        "1.04 times [1.02, 1.06] as long, no-cache 1.31 times [1.28, 1.34].",
    );
  });

  it("has a clause of its own for each kind of verdict, no stronger than the verdict", () => {
    const analysis = analysisOf(
      pair("d", 1.01, 0.95, 1.07, "inconclusive"),
      pair("c", 1.001, 0.995, 1.008, "equivalent"),
      pair("b", 1.015, 1.004, 1.026, "tiny"),
      pair("a", 0.8, 0.78, 0.82, "faster"),
    );
    expect(cellSentence(CELL, analysis)).toBe(
      "internet-mix, 1 CPU: nexthop-direct forwards a packet in 212 ns; " +
        "a takes 0.80 times [0.78, 0.82] as long; " +
        "a difference that may be less than 2 %: b takes 1.015 times [1.004, 1.026] as long; " +
        "c takes as long within 2 %: 1.00 times [0.99, 1.01]; " +
        "no difference is shown for d: 1.01 times [0.95, 1.07].",
    );
  });

  it("says what each path does, and for several CPUs what they do together", () => {
    const sent = { ...CELL, path: "local-send" as const, cpus: 2 };
    expect(cellSentence(sent, analysisOf())).toBe(
      "internet-mix, 2 CPUs: nexthop-direct sends a packet in 212 ns on each CPU, " +
        "9.40 million packets a second in all.",
    );
    const received = { ...CELL, path: "local-receive" as const };
    expect(cellSentence(received, analysisOf())).toContain("delivers a packet in 212 ns.");
  });

  it("says where there is no interval, and where there is no result", () => {
    const short = analysisOf(pair("b", 1.2, null, null, "inconclusive"));
    expect(cellSentence(CELL, short)).toContain(
      "no difference is shown for b: 1.20 times (no interval).",
    );
    expect(cellSentence(CELL, { kind: "failed", reason: "b has no window" })).toBe(
      "internet-mix, 1 CPU: no result: b has no window.",
    );
  });
});
