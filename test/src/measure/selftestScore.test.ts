/** What trials say of the engine: counts, bounds, and the rules that a bad engine misses. */
import { describe, expect, it } from "vitest";
import { scoreSelftest, shareName } from "../../../src/measure/selftestScore.js";
import type { SelftestTrial } from "../../../src/measure/selftestState.js";
import { trialOf } from "./selftestBuilder.js";

function many(count: number, change: Partial<SelftestTrial>): SelftestTrial[] {
  return Array.from({ length: count }, () => trialOf(change));
}

const FALSE_CLAIM: Partial<SelftestTrial> = {
  verdict: "tiny",
  ratio: 1.01,
  low: 1.001,
  high: 1.02,
};
const FOUND: Partial<SelftestTrial> = {
  ...{ share: 1.05, truth: 1.05, verdict: "slower" },
  ...{ ratio: 1.05, low: 1.03, high: 1.07 },
};

describe("scoreSelftest", () => {
  it("counts false claims of all kinds, and on which side they are", () => {
    const trials = [
      ...many(96, {}),
      ...many(1, { verdict: "equivalent" }),
      ...many(2, FALSE_CLAIM),
      ...many(1, { verdict: "faster", ratio: 0.97, low: 0.96, high: 0.979 }),
    ];
    const { perShare, missed, notices } = scoreSelftest(trials);
    expect(perShare[0]).toMatchObject({ share: 1, trials: 100, wrong: 2 });
    expect(perShare[0]?.claims).toMatchObject({ count: 3 });
    expect(perShare[0]?.claims.low).toBeCloseTo(0.00623, 4);
    expect(perShare[0]?.claims.high).toBeCloseTo(0.08518, 4);
    expect(perShare[0]?.covered.count).toBe(97);
    expect([missed, notices]).toEqual([[], []]);
  });

  it.each([
    [8, 0, 0],
    [10, 0, 1],
    [13, 0, 1],
    [14, 1, 0],
  ])("with %i false claims of 100 misses %i rules and notices %i things", (claims, m, n) => {
    const trials = [...many(100 - claims, {}), ...many(claims, { ...FALSE_CLAIM, low: 0.999 })];
    const { missed, notices } = scoreSelftest(trials);
    expect([missed.length, notices.length]).toEqual([m, n]);
  });

  it("wants 95 % of planted effects of 5 % found, and with the right sign", () => {
    const lost: Partial<SelftestTrial> = { ...FOUND, verdict: "inconclusive", low: 0.9, high: 1.2 };
    expect(scoreSelftest([...many(95, FOUND), ...many(5, lost)]).missed).toEqual([]);
    expect(scoreSelftest([...many(94, FOUND), ...many(6, lost)]).missed).toEqual([
      "planted +5 %: 94 of 100 were found; 95 % are wanted",
    ]);
    const wrong: Partial<SelftestTrial> = { ...FOUND, share: 0.95, truth: 0.95 };
    const { missed, perShare } = scoreSelftest(many(20, wrong));
    expect(perShare[0]).toMatchObject({ claims: { count: 0 }, wrong: 20 });
    expect(missed).toContain("planted −5 %: 0 of 20 were found; 95 % are wanted");
    expect(missed).toContain("planted −5 %: 20 of 20 with the wrong sign");
  });

  it("does not ask for effects below 5 % to be found", () => {
    const small: Partial<SelftestTrial> = { share: 1.01, truth: 1.01, low: 0.99, high: 1.03 };
    expect(scoreSelftest(many(30, small)).missed).toEqual([]);
  });

  it("wants 90 % of intervals to hold the truth", () => {
    const off: Partial<SelftestTrial> = { low: 1.0001, high: 1.02 };
    expect(scoreSelftest([...many(90, {}), ...many(10, off)]).missed).toEqual([]);
    expect(scoreSelftest([...many(89, {}), ...many(11, off)]).missed).toEqual([
      "89 of 100 intervals hold the truth; 90 % are wanted",
    ]);
    const none: Partial<SelftestTrial> = { low: null, high: null };
    expect(scoreSelftest(many(5, none)).missed).toHaveLength(1);
  });

  it("names what was planted", () => {
    expect([1, 1.05, 0.95, 1.01, 0.9].map(shareName)).toEqual([
      ...["A/A", "planted +5 %", "planted −5 %", "planted +1 %", "planted −10 %"],
    ]);
  });
});
