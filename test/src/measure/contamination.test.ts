/** Which windows were disturbed: by what was counted beside them, never by how long they took. */
import { describe, expect, it } from "vitest";
import {
  driftedBlocks,
  isDisturbed,
  isWindowDisturbed,
  selectWindows,
} from "../../../src/measure/contamination.js";
import type { Cell, CellWindow } from "../../../src/result/cellSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const QUIET = { runDelayNs: [0, 0], stealMs: 0 };

function cellOf(control: (block: number) => number = () => 100): Cell {
  return buildCell({
    designs: ["a", "b"],
    extras: ["control"],
    blocks: 8,
    processes: 2,
    nsPerPacket: (arm, block, _cpu, process) => (arm === 2 && process === 1 ? control(block) : 100),
  });
}

function changed(cell: Cell, change: (window: CellWindow) => Partial<CellWindow>): Cell {
  return { ...cell, windows: cell.windows.map((window) => ({ ...window, ...change(window) })) };
}

describe("isDisturbed", () => {
  it("looks at each CPU's waiting, and at what the host took", () => {
    expect(isDisturbed(QUIET, 1e6, false)).toBe(false);
    expect(isDisturbed({ ...QUIET, runDelayNs: [0, 50_000] }, 1e6, false)).toBe(false);
    expect(isDisturbed({ ...QUIET, runDelayNs: [0, 50_001] }, 1e6, false)).toBe(true);
    expect(isDisturbed({ ...QUIET, stealMs: 10 }, 3e6, false)).toBe(true);
    expect(isDisturbed({ ...QUIET, stealMs: 10 }, 600e6, false)).toBe(false);
  });

  it("takes waiting for what it is where CPUs take turns", () => {
    expect(isDisturbed({ ...QUIET, runDelayNs: [9e5, 0] }, 1e6, true)).toBe(false);
    expect(isDisturbed({ ...QUIET, stealMs: 10 }, 1e6, true)).toBe(true);
  });

  it("is not told where nothing is counted", () => {
    expect(isDisturbed({ runDelayNs: null, stealMs: null }, 1e6, false)).toBe(false);
  });
});

describe("driftedBlocks", () => {
  it("are those whose control differs by more than 10 % from its median, and the two after", () => {
    const cell = cellOf((block) => [89, 100, 100, 109, 100, 100, 111, 100][block] ?? 0);
    const windows = cell.windows.filter((window) => window.process === 1);
    expect([...driftedBlocks(cell, windows)]).toEqual([0, 1, 2, 6, 7, 8]);
  });

  it("are none without a control", () => {
    const cell = { ...cellOf(), extras: [] };
    expect(driftedBlocks(cell, cell.windows).size).toBe(0);
  });
});

describe("selectWindows", () => {
  it("takes all windows of a quiet cell, twice", () => {
    const cell = cellOf();
    const selected = selectWindows(cell);
    expect(selected.clean).toEqual(cell.windows);
    expect(selected.everything).toEqual(cell.windows);
    expect([selected.leftOut, selected.keptWhole]).toEqual([0, []]);
  });

  it("does not look at how long a window took", () => {
    const slow = changed(cellOf(), ({ block, endNs }) =>
      block === 3 ? { endNs: endNs.map((ns) => 2 * ns) } : {},
    );
    const designs = slow.windows.filter((window) => window.arm < 2);
    expect(selectWindows({ ...slow, windows: designs, extras: [] }).leftOut).toBe(0);
  });

  it("leaves out disturbed windows, and blocks whose control drifted", () => {
    const drifting = cellOf((block) => (block === 3 ? 150 : 100));
    const cell = changed(drifting, ({ process, block, arm }) =>
      process === 0 && block === 1 && arm === 0 ? { stealMs: 10 } : {},
    );
    const { clean, everything, leftOut } = selectWindows(cell);
    // One window, and three blocks of two designs and the control, which spoke for all of them.
    expect(leftOut).toBe(1 + 3 * 3);
    const spoken = clean.filter(({ process, block }) => process === 1 && block >= 3 && block <= 5);
    expect(spoken).toEqual([]);
    expect(clean.some((window) => isWindowDisturbed(cell, window))).toBe(false);
    expect(everything).toHaveLength(cell.windows.length);
  });

  it("takes the last attempt for the figures and the first for the check", () => {
    const cell = cellOf();
    const [first] = cell.windows;
    if (first === undefined) throw new RangeError("no window");
    const windows = [
      { ...first, retried: true },
      { ...first, sequence: 999 },
    ];
    const selected = selectWindows({ ...cell, windows });
    expect(selected.clean.map(({ sequence }) => sequence)).toEqual([999]);
    expect(selected.everything.map(({ sequence }) => sequence)).toEqual([0]);
  });

  it("keeps a process whole that has hardly a quiet window", () => {
    const cell = changed(cellOf(), ({ process, block }) =>
      process === 1 && block < 5 ? { runDelayNs: [1e9] } : {},
    );
    const { clean, keptWhole, leftOut } = selectWindows(cell);
    expect([clean.length, keptWhole, leftOut]).toEqual([cell.windows.length, [1], 0]);
  });
});
