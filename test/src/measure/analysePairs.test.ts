/** Pairs over processes: laws that hold for any cell, and the second part of a time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analysePairs } from "../../../src/measure/analysePairs.js";
import type { CellWindow } from "../../../src/result/cellSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const PAIRS = [{ first: 0, arm: 1, design: "b" }];
const BLOCKS = 7;
const PROCESSES = 6;

/** Windows whose times are the numbers of a list, used over and over. */
function windowsOf(times: readonly number[]): CellWindow[] {
  const at = (arm: number, block: number, process: number): number =>
    times[(process * 2 * BLOCKS + 2 * block + arm) % times.length] ?? 1;
  return buildCell({
    designs: ["a", "b"],
    blocks: BLOCKS,
    processes: PROCESSES,
    nsPerPacket: (arm, block, _cpu, process) => at(arm, block, process),
  }).windows;
}

function ratioOf(windows: readonly CellWindow[], pairs = PAIRS) {
  const [ratio] = analysePairs(windows, pairs, 0.02);
  if (ratio === undefined) throw new RangeError("no ratio");
  return ratio;
}

/** Times in whole tenths of a nanosecond, so that sums are exact enough. */
const times = fc.array(
  fc.integer({ min: 500, max: 2_000 }).map((tenths) => tenths / 10),
  { minLength: 5, maxLength: 90 },
);

describe("analysePairs over processes", () => {
  it("inverts ratio and bounds when the labels swap", () => {
    fc.assert(
      fc.property(times, (list) => {
        const windows = windowsOf(list);
        const there = ratioOf(windows);
        const back = ratioOf(windows, [{ first: 1, arm: 0, design: "a" }]);
        expect(back.ratio).toBeCloseTo(1 / there.ratio, 9);
        expect(back.low).toBeCloseTo(1 / (there.high ?? 0), 9);
      }),
    );
  });

  it("keeps ratios when all times are scaled", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 2, max: 9 }), (list, factor) => {
        const scaled = ratioOf(windowsOf(list.map((ns) => ns * factor)));
        expect(scaled.ratio).toBeCloseTo(ratioOf(windowsOf(list)).ratio, 9);
      }),
    );
  });

  it("does not mind the order of blocks, nor of processes", () => {
    fc.assert(
      fc.property(times, (list) => {
        const windows = windowsOf(list);
        const moved = windows.map((window) => ({
          ...window,
          block: (window.block * 3) % BLOCKS,
          process: PROCESSES - 1 - window.process,
        }));
        const [one, two] = [ratioOf(windows), ratioOf(moved)];
        expect(two.ratio).toBeCloseTo(one.ratio, 12);
        expect(two.low).toBeCloseTo(one.low ?? 0, 12);
      }),
    );
  });

  it("holds the estimate inside the interval", () => {
    fc.assert(
      fc.property(times, (list) => {
        const { ratio, low, high } = ratioOf(windowsOf(list));
        expect(ratio).toBeGreaterThanOrEqual(low ?? Number.POSITIVE_INFINITY);
        expect(ratio).toBeLessThanOrEqual(high ?? 0);
      }),
    );
  });

  it("takes what differs between processes into the interval, and blocks do not hide it", () => {
    const cell = buildCell({
      designs: ["a", "b"],
      blocks: 200,
      processes: 6,
      nsPerPacket: (arm, _block, _cpu, p) =>
        100 * (1 + (arm === 1 ? ([-2, 3, -1, 2, -3, 1][p] ?? 0) : 0) / 50),
    });
    const { low, high, processes, blocks } = ratioOf(cell.windows);
    expect([processes, blocks]).toEqual([6, 1_200]);
    expect(low).toBeLessThan(0.97);
    expect(high).toBeGreaterThan(1.03);
  });

  it("adds what deferred work costs, which no median shows", () => {
    const plain = windowsOf([100]);
    const windows = plain.map((window) =>
      window.arm === 1 && window.block === 2
        ? { ...window, timersRun: 1, endNs: window.endNs.map((ns) => ns + 700_000) }
        : window,
    );
    // 700,000 ns more in 7 windows of 10,000 packets: 10 ns on 100.
    expect(ratioOf(windows).ratio).toBeCloseTo(1.1, 9);
    const untold = windows.map((window) => ({ ...window, timersRun: 0 }));
    expect(ratioOf(untold).ratio).toBeCloseTo(1, 9);
  });
});

describe("analysePairs in one process", () => {
  it("has blocks behind its interval, no p-value, and says so", () => {
    const windows = windowsOf([100, 120]).filter(({ process }) => process === 3);
    expect(ratioOf(windows)).toMatchObject({ processes: 1, p: null, blocks: BLOCKS });
  });

  it("leaves out a pair that shares no block", () => {
    const windows = windowsOf([100]).filter(({ arm }) => arm === 0);
    expect(analysePairs(windows, PAIRS, 0.02)).toEqual([]);
  });
});
