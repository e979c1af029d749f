/**
 * Contradictions of a document whose kinds are right: where, what, allowed. The table of all of
 * them runs through `parseResult.test.ts`; here, which comes first and what is none.
 */
import { describe, expect, it } from "vitest";
import { findContradiction } from "../../../src/result/findContradiction.js";
import { buildCache } from "../../helpers/cacheBuilder.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

const CELL = buildCell({ designs: ["a", "b"], blocks: 2, cpus: 2, nsPerPacket: () => 100 });
const DOCUMENT = buildResult(CELL);
const [DESIGN_A, DESIGN_B] = DOCUMENT.designs;

describe("findContradiction", () => {
  it("finds none in a document that is right, with cells or without", () => {
    expect(findContradiction(DOCUMENT)).toBeNull();
    expect(findContradiction({ ...DOCUMENT, cells: [] })).toBeNull();
    const processes = CELL.processes.map((process) => ({ ...process, threadIds: [] }));
    expect(findContradiction({ ...DOCUMENT, cells: [{ ...CELL, processes }] })).toBeNull();
  });

  it("names the cell it is in", () => {
    const windows = CELL.windows.map((window) => ({ ...window, packets: [1, 2, 3] }));
    const cells = [CELL, { ...CELL, windows }];
    expect(findContradiction({ ...DOCUMENT, cells })).toBe(
      "cells[1].windows[0].packets: found 3 entries; allowed: 2, one per CPU",
    );
  });

  it("wants a side load to tell of every arm", () => {
    const arm = { updates: 1, ticks: 1, refused: 0, firstError: 0 };
    const sideLoad = (arms: number) => ({
      kind: "route-churn",
      updatesPerSecond: 1,
      arms: Array.from({ length: arms }, () => arm),
    });
    const besides = (arms: number) => ({
      ...DOCUMENT,
      cells: [{ ...CELL, sideLoad: sideLoad(arms) }],
    });
    expect(findContradiction(besides(2))).toBeNull();
    expect(findContradiction(besides(1))).toBe(
      "cells[0].sideLoad.arms: found 1 entries; allowed: 2, one per arm",
    );
  });

  it("wants arrays of one length of a cache, and of how it was filled", () => {
    const [arm, ...others] = CELL.arms;
    if (arm === undefined) throw new Error("an arm wanted");
    const withRuns = (runs: number[], ns = [1, 2]) => {
      const carried = { cpus: 1, piecePackets: 64, ns, entries: [1, 2], runs };
      const cache = { ...buildCache(3, () => 5), carried };
      return { ...DOCUMENT, cells: [{ ...CELL, arms: [{ ...arm, cache }, ...others] }] };
    };
    expect(findContradiction(withRuns([0, 1]))).toBeNull();
    const uneven = "cells[0].arms[0].cache: found arrays of different lengths; allowed: one";
    expect(findContradiction(withRuns([0]))).toBe(uneven);
    expect(findContradiction(withRuns([0, 1], [1]))).toBe(uneven);
  });

  it("looks at the designs before the cells", () => {
    if (DESIGN_A === undefined || DESIGN_B === undefined) throw new Error("two designs wanted");
    const twice = { ...DOCUMENT, designs: [DESIGN_A, DESIGN_A] };
    expect(findContradiction(twice)).toBe(
      'designs[1].name: found "a" again; allowed: each name once',
    );
    const without = { ...DOCUMENT, designs: [DESIGN_B] };
    expect(findContradiction(without)).toBe('cells[0].arms[0].design: found "a"; allowed: b');
  });

  it("wants the end of a window at its start or later, on every CPU", () => {
    const [first, ...others] = CELL.windows;
    if (first === undefined) throw new Error("a window wanted");
    const ending = (endNs: number[]) => ({
      ...DOCUMENT,
      cells: [{ ...CELL, windows: [{ ...first, startNs: [5, 5], endNs }, ...others] }],
    });
    expect(findContradiction(ending([5, 5]))).toBeNull();
    expect(findContradiction(ending([5, 4]))).toBe(
      "cells[0].windows[0].endNs[1]: found 4; allowed: 5 (its startNs) or more",
    );
  });
});
