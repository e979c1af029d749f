/** Where a ratio passes 1: on known lines, and never where no point is sure. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCrossing, type RatioPoint } from "../../../src/measure/crossing.js";

/** Points of exp(slope (x - at)), with intervals of ± `half` in the logarithm. */
function line(at: number, slope: number, half: number | null, xs: readonly number[]): RatioPoint[] {
  return xs.map((x) => {
    const log = slope * (x - at);
    const bound = (sign: number) => (half === null ? null : Math.exp(log + sign * half));
    return { x, ratio: Math.exp(log), low: bound(-1), high: bound(1) };
  });
}

const SHARES = [0, 0.25, 0.5, 0.75, 1];

describe("findCrossing", () => {
  it("finds the place and its interval on any straight line", () => {
    const numbers = fc.record({
      at: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
      slope: fc.double({ min: 0.5, max: 3, noNaN: true }),
      sign: fc.constantFrom(-1, 1),
    });
    fc.assert(
      fc.property(numbers, ({ at, slope, sign }) => {
        const half = 0.05;
        const found = findCrossing(line(at, sign * slope, half, SHARES));
        if (found.kind !== "crossing") throw new Error(`no crossing at ${at}, slope ${slope}`);
        expect(found.at).toBeCloseTo(at, 9);
        expect(found.low).toBeCloseTo(at - half / slope, 9);
        expect(found.high).toBeCloseTo(at + half / slope, 9);
        expect(found.passes).toBe(1);
      }),
    );
  });

  it("takes points in any order", () => {
    const points = line(0.4, -2, 0.1, SHARES);
    expect(findCrossing(points.toReversed())).toEqual(findCrossing(points));
  });

  it("leaves a side open whose bound does not pass 1 within the sweep", () => {
    const found = findCrossing([
      { x: 0, ratio: 1.02, low: 1.01, high: 1.03 },
      { x: 1, ratio: 0.9, low: 0.5, high: 0.99 },
    ]);
    expect(found).toMatchObject({ kind: "crossing" });
    const open = findCrossing([
      { x: 0, ratio: 1.5, low: 1.4, high: null },
      { x: 1, ratio: 0.5, low: 0.4, high: 0.6 },
    ]);
    if (open.kind !== "crossing") throw new Error("no crossing");
    expect(open.high).toBeNull();
    expect(open.low).toBeLessThan(open.at);
  });

  it("claims nothing where one side is not sure", () => {
    const none = (side: string) => ({ kind: "none", side });
    expect(findCrossing(line(2, -1, 0.01, SHARES))).toEqual(none("above"));
    expect(findCrossing(line(2, 1, 0.01, SHARES))).toEqual(none("below"));
    expect(findCrossing(line(0.5, 0.1, 0.5, SHARES))).toEqual(none("unclear"));
    expect(findCrossing(line(0.5, 1, null, SHARES))).toEqual(none("unclear"));
    // Surely below at one end only: the other end passes 1, but may not.
    expect(findCrossing(line(0.95, 1, 0.2, SHARES))).toEqual(none("below"));
  });

  it("counts how often the ratio passes 1, and tells the first place", () => {
    const ratios = [2, 0.5, 2, 0.5];
    const points = ratios.map((ratio, x) => ({ x, ratio, low: ratio * 0.9, high: ratio * 1.1 }));
    const found = findCrossing(points);
    expect(found).toMatchObject({ kind: "crossing", passes: 3 });
    if (found.kind === "crossing") expect(found.at).toBeCloseTo(0.5, 9);
  });

  it("takes a point that is 1 exactly as one place", () => {
    const points = [1.2, 1, 0.8].map((ratio, x) => ({
      x,
      ratio,
      low: ratio - 0.1,
      high: ratio + 0.1,
    }));
    expect(findCrossing(points)).toMatchObject({ at: 1, passes: 1 });
  });
});
