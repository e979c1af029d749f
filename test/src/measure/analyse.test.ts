/**
 * From windows to figures: examples worked out by hand, and laws that hold for any cell.
 */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import type { CellAnalysis } from "../../../src/measure/analysis.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import { buildCell, type CellPlan } from "../../helpers/resultBuilder.js";

function analysed(cell: Cell): CellAnalysis {
  const analysis = analyseCell(cell);
  if (analysis.kind === "failed") throw new Error(analysis.reason);
  return analysis;
}

function failureOf(cell: Cell): string {
  const analysis = analyseCell(cell);
  return analysis.kind === "failed" ? analysis.reason : "analysed";
}

/** Times that differ from block to block in the same way for both designs, and a little beside. */
const WOBBLY: CellPlan = {
  designs: ["a", "b", "c"],
  blocks: 12,
  nsPerPacket: (arm, block, cpu) =>
    100 * (1 + 0.2 * arm) * (1 + (block % 5) / 10) * (1 + ((block * 7 + arm * 3) % 4) / 500) + cpu,
};

describe("analyseCell", () => {
  it("works out a hand example of one CPU", () => {
    // a takes 100 and 200 ns in turn, b twice that.
    const cell = buildCell({
      designs: ["a", "b"],
      blocks: 8,
      nsPerPacket: (arm, block) => (arm + 1) * (block % 2 === 0 ? 100 : 200),
    });
    const { perArm, ratios, flags, scope } = analysed(cell);
    expect(perArm[0]).toEqual({
      design: "a",
      windows: 8,
      nsPerPacketPerCpu: { median: 150, p10: 100 },
      deferredNsPerPacket: 0,
      mppsPerCpu: 1000 / 150,
      mppsTotal: 1000 / 150,
      overlap: { median: 1, least: 1 },
      warmUp: "steady",
    });
    expect(ratios).toHaveLength(1);
    expect(ratios[0]).toMatchObject({ design: "b", blocks: 8, verdict: "slower" });
    expect(ratios[0]?.ratio).toBeCloseTo(2, 12);
    expect(ratios[0]?.low).toBeCloseTo(2, 12);
    expect(flags).toEqual([]);
    expect(scope).toBe("within one process only");
  });

  it("takes a CPU's own time for its rate, and first start to last end for the total", () => {
    const cell = buildCell({
      designs: ["a"],
      blocks: 3,
      cpus: 2,
      nsPerPacket: (_arm, _block, cpu) => (cpu === 0 ? 100 : 125),
    });
    const [arm] = analysed(cell).perArm;
    expect(arm?.nsPerPacketPerCpu.median).toBe(112.5);
    // 20,000 packets in 125 × 10,000 ns.
    expect(arm?.mppsTotal).toBeCloseTo(16, 12);
    expect(arm?.overlap.median).toBeCloseTo(0.8, 12);
  });

  it("keeps ratios when all times are scaled, and inverts them when the labels swap", () => {
    const here = analysed(buildCell({ ...WOBBLY, designs: ["a", "b"] }));
    const scaled = analysed(
      buildCell({
        ...WOBBLY,
        designs: ["a", "b"],
        nsPerPacket: (a, b, c, p) => 3 * WOBBLY.nsPerPacket(a, b, c, p),
      }),
    );
    const swapped = analysed(
      buildCell({
        ...WOBBLY,
        designs: ["b", "a"],
        nsPerPacket: (a, b, c, p) => WOBBLY.nsPerPacket(1 - a, b, c, p),
      }),
    );
    expect(scaled.ratios[0]?.ratio).toBeCloseTo(here.ratios[0]?.ratio ?? 0, 9);
    expect(scaled.ratios[0]?.low).toBeCloseTo(here.ratios[0]?.low ?? 0, 9);
    expect(swapped.ratios[0]?.ratio).toBeCloseTo(1 / (here.ratios[0]?.ratio ?? 0), 9);
    expect(swapped.ratios[0]?.verdict).toBe("faster");
    expect(here.ratios[0]?.verdict).toBe("slower");
  });

  it("does not mind the order of blocks", () => {
    const cell = buildCell(WOBBLY);
    const permuted = {
      ...cell,
      windows: cell.windows.map((window) => ({ ...window, block: (window.block * 5) % 12 })),
    };
    expect(analysed(permuted).ratios).toEqual(analysed(cell).ratios);
  });

  it("leaves out attempts that were redone, and says so", () => {
    const cell = buildCell(WOBBLY);
    const spoiled = structuredClone(cell);
    const wild = spoiled.windows[4];
    const last = spoiled.windows.at(-1);
    if (wild === undefined || last === undefined) throw new Error("the builder made no windows");
    spoiled.windows.push({
      ...wild,
      sequence: last.sequence + 1,
      endNs: wild.endNs.map((endNs) => endNs * 10),
      retried: true,
    });
    const { perArm, ratios, flags } = analysed(spoiled);
    expect(perArm).toEqual(analysed(cell).perArm);
    expect(ratios).toEqual(analysed(cell).ratios);
    expect(flags).toEqual(["1 window measured again; first attempts are kept apart"]);
  });

  it("gives no interval and no claim for five blocks, whatever the difference", () => {
    const { ratios, flags } = analysed(buildCell({ ...WOBBLY, blocks: 5 }));
    expect(ratios[1]).toMatchObject({ low: null, high: null, verdict: "inconclusive", blocks: 5 });
    expect(flags).toEqual(["b, c: 5 blocks at most, too few for an interval"]);
  });

  it("flags blocks that lack a pair", () => {
    const cell = buildCell(WOBBLY);
    const windows = cell.windows.filter((window) => window.arm !== 1 || window.block > 2);
    const { ratios, flags } = analysed({ ...cell, windows });
    expect(ratios.map((ratio) => ratio.blocks)).toEqual([9, 12]);
    expect(flags).toEqual([]);
  });
});

/** Six processes; the second design is slower by a twentieth, give or take. */
const OVER_PROCESSES: CellPlan = {
  designs: ["a", "b"],
  extras: ["placebo", "control"],
  blocks: 8,
  processes: 6,
  nsPerPacket: (arm, block, _cpu, process) =>
    100 *
    (arm === 1 ? 1.05 : 1) *
    (1 + ((process * 5 + arm * 3) % 7) / 1_000) *
    (1 + (block % 3) / 50),
};

describe("analyseCell over processes", () => {
  it("takes processes for the unit and says so", () => {
    const { scope, processes, ratios, noiseFloor, flags } = analysed(buildCell(OVER_PROCESSES));
    expect([scope, processes, flags]).toEqual(["over 6 processes", 6, []]);
    expect(ratios[0]).toMatchObject({ design: "b", processes: 6, blocks: 48, verdict: "slower" });
    expect(noiseFloor).toMatchObject({ design: "placebo", verdict: "equivalent" });
  });

  it("does not claim what depends on which windows count", () => {
    const cell = buildCell(OVER_PROCESSES);
    // The design looks slow where a CPU waited for its core, which all first attempts have.
    const windows = cell.windows.flatMap((window) => {
      if (window.arm !== 1) return [window];
      const fast = { ...window, endNs: window.startNs.map((ns) => ns + 0.9e6) };
      const first = { ...window, retried: true, runDelayNs: [1e6] };
      return [
        { ...first, sequence: 2 * window.sequence },
        { ...fast, sequence: 2 * window.sequence + 1 },
      ];
    });
    const all = windows.map((w) => (w.arm === 1 ? w : { ...w, sequence: 2 * w.sequence }));
    const { ratios, flags } = analysed({ ...cell, windows: all });
    expect(ratios[0]).toMatchObject({ verdict: "inconclusive" });
    expect(flags).toContain("b: faster without disturbed windows, slower with all of them");
  });

  it("claims the weaker of two words that point the same way", () => {
    const cell = buildCell(OVER_PROCESSES);
    // With all first attempts processes differ so much that the interval reaches into the margin.
    const shares = [1.005, 1.02, 1.05, 1.08, 1.095, 1.05];
    const windows = cell.windows.flatMap((window) => {
      const last = { ...window, sequence: 2 * window.sequence + 1 };
      if (window.arm !== 1) return [last];
      const share = (shares[window.process] ?? 1) / 1.05;
      const endNs = window.startNs.map((ns, cpu) => ns + ((window.endNs[cpu] ?? 0) - ns) * share);
      const first = { ...window, endNs, sequence: 2 * window.sequence };
      return [{ ...first, retried: true, runDelayNs: [1e6] }, last];
    });
    const { ratios, flags } = analysed({ ...cell, windows });
    expect(ratios[0]).toMatchObject({ verdict: "tiny" });
    expect(flags).toContain("b: slower without disturbed windows, tiny with all of them");
  });

  it("claims nothing below what the placebo shows", () => {
    const biased = (arm: number, block: number, cpu: number, process: number): number =>
      OVER_PROCESSES.nsPerPacket(arm, block, cpu, process) * (arm === 2 ? 1.08 : 1);
    const { ratios, flags } = analysed(buildCell({ ...OVER_PROCESSES, nsPerPacket: biased }));
    expect(ratios[0]).toMatchObject({ verdict: "inconclusive" });
    expect(flags.join()).toMatch(/contaminated: the placebo/);
    const far = (arm: number, block: number, cpu: number, process: number): number =>
      biased(arm, block, cpu, process) * (arm === 1 ? 1.2 : 1);
    expect(analysed(buildCell({ ...OVER_PROCESSES, nsPerPacket: far })).ratios[0]).toMatchObject({
      verdict: "slower",
    });
  });

  it("gives a time in two parts where timers run, process by process", () => {
    const cell = buildCell({ ...OVER_PROCESSES, nsPerPacket: () => 100 });
    const windows = cell.windows.map((window) =>
      window.arm === 0 && window.block === 1 && window.process < 3
        ? { ...window, timersRun: 1, endNs: window.endNs.map((ns) => ns + 800_000) }
        : window,
    );
    const [arm] = analysed({ ...cell, windows }).perArm;
    // 800,000 ns over 8 × 10,000 packets in three of six processes.
    expect(arm?.nsPerPacketPerCpu.median).toBe(100);
    expect(arm?.deferredNsPerPacket).toBeCloseTo(5, 9);
    expect(arm?.mppsPerCpu).toBeCloseTo(1000 / 105, 9);
  });

  it("takes another margin where it is given one", () => {
    const analysis = analyseCell(buildCell(OVER_PROCESSES), 0.1);
    expect(analysis.kind === "analysed" && analysis.ratios[0]?.verdict).toBe("tiny");
  });

  it("fails with a placebo that failed its audit", () => {
    const cell = buildCell(OVER_PROCESSES);
    const [placebo, control] = cell.extras;
    if (placebo === undefined || control === undefined) throw new RangeError("two extras");
    const extras = [{ ...placebo, audit: { ok: false, failures: ["1 object too many"] } }, control];
    expect(failureOf({ ...cell, extras })).toBe("the placebo failed its audit: 1 object too many");
  });
});

describe("a cell that gives no figures", () => {
  it("fails without windows, and without windows of a design", () => {
    const cell = buildCell(WOBBLY);
    expect(failureOf({ ...cell, windows: [] })).toBe("no window was measured");
    const windows = cell.windows.filter((window) => window.arm !== 2);
    expect(failureOf({ ...cell, windows })).toBe("c has no window");
    const redone = cell.windows.map((window) => ({ ...window, retried: true }));
    expect(failureOf({ ...cell, windows: redone })).toBe("a has no window");
  });

  it("fails when designs never shared a block", () => {
    const cell = buildCell(WOBBLY);
    const windows = cell.windows.map((window) => ({
      ...window,
      block: window.arm === 1 ? window.block + 100 : window.block,
    }));
    expect(failureOf({ ...cell, windows })).toBe("b shares no block with a");
  });

  it("fails on a window that took no time", () => {
    const cell = buildCell({ ...WOBBLY, nsPerPacket: (arm) => (arm === 1 ? 0 : 100) });
    expect(failureOf(cell)).toBe("b: window 1 took no time on CPU 0");
  });

  it("fails on a failed audit, with its reason", () => {
    const cell = buildCell(WOBBLY);
    const arm = cell.arms[1];
    if (arm === undefined) throw new Error("the builder made no arm");
    arm.audit = { ok: false, checks: 3, failures: ["device 2 holds 1 reference"] };
    expect(failureOf(cell)).toBe("b failed its audit: device 2 holds 1 reference");
  });
});
