/** What makes a side load invalid, and the line that tells of it; threads are elsewhere. */
import { describe, expect, it } from "vitest";
import { sideLoadFaults, sideLoadNote } from "../../../src/measure/sideLoadRun.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import type { SideLoadArm } from "../../../src/result/sideLoadSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const CELL = buildCell({ designs: ["a", "b"], blocks: 2, nsPerPacket: () => 100 });
const GOOD: SideLoadArm = { updates: 2_000, ticks: 2_000, refused: 0, firstError: 0 };

/** 1,000 updates a second asked; the clock has 1,000 ticks a second. */
function cellOf(change: Partial<SideLoadArm>): Cell {
  const arms = [GOOD, { ...GOOD, ...change }];
  return { ...CELL, sideLoad: { kind: "route-churn", updatesPerSecond: 1_000, arms } };
}

describe("sideLoadFaults", () => {
  it("finds none without a side load, at the asked rate, and at 90 % of it", () => {
    expect(sideLoadFaults(CELL)).toEqual([]);
    expect(sideLoadFaults(cellOf({}))).toEqual([]);
    expect(sideLoadFaults(cellOf({ updates: 1_800 }))).toEqual([]);
  });

  it("names the design whose rate fell short, and the rate", () => {
    expect(sideLoadFaults(cellOf({ updates: 1_799 }))).toEqual([
      "internet-mix with route-churn:1000, b: 900 updates per second were reached, " +
        "90 % of the asked rate are needed",
    ]);
  });

  it("forgives the last update of a few, but not the only one", () => {
    expect(sideLoadFaults(cellOf({ ticks: 5, updates: 4 }))).toEqual([]);
    expect(sideLoadFaults(cellOf({ ticks: 5, updates: 3 }))).toHaveLength(1);
    expect(sideLoadFaults(cellOf({ ticks: 1, updates: 1 }))).toEqual([]);
    expect(sideLoadFaults(cellOf({ ticks: 1, updates: 0 }))).toHaveLength(1);
  });

  it("says that no update was due, and that operations were refused", () => {
    const slow = cellOf({ ticks: 0, updates: 0 });
    expect(sideLoadFaults(slow)[0]).toMatch(/b: no update was due in the 0 s/);
    expect(sideLoadFaults(cellOf({ refused: 3, firstError: -17 }))[0]).toMatch(
      /b: 3 operations were refused, the first with -17/,
    );
  });
});

describe("sideLoadNote", () => {
  it("tells what was asked and made, by the machine's clock", () => {
    expect(sideLoadNote(cellOf({ updates: 1_900 }))).toBe(
      "route-churn beside traffic, 1000 updates a second asked by the machine's clock; " +
        "made: a 1000 a second (2000 in all), b 950 a second (1900 in all); " +
        "costs per packet are counted without it",
    );
    expect(sideLoadNote(CELL)).toBeNull();
  });
});
