/**
 * The flags of a cell: none when it is clean, each by the fault that raises it.
 */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import type { Cell, CellArm, CellWindow } from "../../../src/result/cellSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const PLAN = { designs: ["a", "b"], blocks: 8, nsPerPacket: () => 100 };

function flagsOf(cell: Cell): readonly string[] {
  const analysis = analyseCell(cell);
  return analysis.kind === "failed" ? [`failed: ${analysis.reason}`] : analysis.flags;
}

/** Changes the windows of the second design. */
function withWindows(cell: Cell, change: (window: CellWindow) => Partial<CellWindow>): Cell {
  const windows = cell.windows.map((window) =>
    window.arm === 1 ? { ...window, ...change(window) } : window,
  );
  return { ...cell, windows };
}

/** Changes the second design. */
function withArm(cell: Cell, change: Partial<CellArm>): Cell {
  return {
    ...cell,
    arms: cell.arms.map((arm, index) => (index === 1 ? { ...arm, ...change } : arm)),
  };
}

function withPinned(cell: Cell, pinned: boolean | null): Cell {
  return { ...cell, processes: cell.processes.map((process) => ({ ...process, pinned })) };
}

describe("flags", () => {
  it("are none for a clean cell", () => {
    expect(flagsOf(buildCell(PLAN))).toEqual([]);
    expect(flagsOf(buildCell({ ...PLAN, cpus: 4 }))).toEqual([]);
  });

  it("tell of CPUs that outnumber cores and of pinning", () => {
    const cell = buildCell({ ...PLAN, cpus: 4 });
    expect(flagsOf({ ...cell, cores: 2, oversubscribed: true })).toEqual([
      "4 CPUs on 2 cores: CPUs take turns, so times hold waiting as well",
    ]);
    expect(flagsOf(withPinned(cell, false))).toEqual(["CPUs were not pinned to cores"]);
    expect(flagsOf(withPinned(cell, null))).toEqual([
      "whether CPUs were pinned to cores is not known",
    ]);
  });

  it("count timers inside windows", () => {
    const cell = withWindows(buildCell(PLAN), (window) => ({
      timersRun: window.block < 2 ? 3 : 0,
    }));
    expect(flagsOf(cell)).toEqual([
      "b: timers and deferred work ran in 2 of 8 windows (6 in all); " +
        "their cost is the second part of the time",
    ]);
  });

  it("tell of an RCU backlog that grew, not of one that shrank or stayed", () => {
    const grown = withWindows(buildCell(PLAN), (window) => ({
      rcuBacklogBefore: 10,
      rcuBacklogAfter: [10, 4, 17][window.block] ?? 10,
    }));
    expect(flagsOf(grown)).toEqual([
      "b: the RCU backlog grew in 1 of 8 windows, by 7 callbacks at most",
    ]);
  });

  it("tell of CPUs that do not run at the same time", () => {
    const cell = buildCell({ ...PLAN, cpus: 2 });
    const apart = withWindows(cell, ({ block, startNs, endNs }) => {
      const late = endNs[0] ?? 0;
      return block > 0 ? {} : { startNs: [startNs[0] ?? 0, late], endNs: [late, late + 1e6] };
    });
    expect(flagsOf(apart)).toEqual(["b: in 1 of 8 windows the CPUs do not overlap in time"]);
    const skewed = withWindows(cell, ({ startNs, endNs }) => ({
      startNs: [startNs[0] ?? 0, (startNs[1] ?? 0) + 5e5],
      endNs: [endNs[0] ?? 0, (endNs[1] ?? 0) + 0],
    }));
    expect(flagsOf(skewed)).toEqual([
      "b: all CPUs run at once in 50 % of a window only, which lowers the total rate",
    ]);
  });

  it("tell of a short judgement and of costs that were not counted", () => {
    const cell = buildCell(PLAN);
    expect(flagsOf(withArm(cell, { judge: { packets: 9_999, perFate: {} } }))).toEqual([
      "b: judged on 9999 packets only; the rule is 10000",
    ]);
    expect(flagsOf(withArm(cell, { counted: null }))).toEqual([
      "b: costs per packet were not counted",
    ]);
  });

  it("name periodic work that no process saw three times", () => {
    const periods = [
      { name: "rebuild of the hash", seconds: 600 },
      { name: "a short one", seconds: 0.01 },
    ];
    // 8 windows of 10 ticks at 1,000 a second are 0.08 s.
    expect(flagsOf(withArm(buildCell(PLAN), { periods }))).toEqual([
      "b: rebuild of the hash (every 600 s) is not in the number: " +
        "a process measured 80 ms of the machine's time",
    ]);
  });

  it("name what holds for several designs once, with all their names", () => {
    const periods = [
      { name: "a walk", seconds: 60 },
      { name: "rebuild of the hash", seconds: 600 },
    ];
    const cell = buildCell(PLAN);
    const arms = cell.arms.map((arm) => ({ ...arm, periods }));
    expect(flagsOf({ ...cell, arms })).toEqual([
      "a, b: a walk (every 60 s) and rebuild of the hash (every 600 s) are not in the number: " +
        "a process measured 80 ms of the machine's time",
    ]);
  });

  it("tell what is unknown where the system does not count", () => {
    expect(flagsOf(withWindows(buildCell(PLAN), () => ({ runDelayNs: null })))).toEqual([
      "whether something disturbed the run is unknown for 8 windows",
    ]);
  });

  it("tell of disturbed windows left out, and of processes that have hardly others", () => {
    const some = withWindows(buildCell(PLAN), ({ block }) => ({ stealMs: block < 2 ? 10 : 0 }));
    expect(flagsOf(some)[0]).toMatch(/^2 windows disturbed and left out of the figures/);
    const cell = buildCell(PLAN);
    const most = cell.windows.map((w) => ({ ...w, stealMs: w.block < 5 ? 10 : 0 }));
    expect(flagsOf({ ...cell, windows: most })).toEqual([
      "more than half of the windows of process 0 were disturbed; all of them count",
    ]);
  });
});
