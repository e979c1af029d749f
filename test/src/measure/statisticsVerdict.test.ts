/**
 * The verdict of every position of an interval against the margins.
 */
import { describe, expect, it } from "vitest";
import { type Verdict, verdictOf } from "../../../src/measure/statisticsVerdict.js";

const CASES: readonly [number, number, Verdict][] = [
  [1.021, 1.05, "slower"],
  [1.02, 1.05, "tiny"],
  [1.001, 1.3, "tiny"],
  [1.001, 1.01, "tiny"],
  [0.99, 1.01, "equivalent"],
  [1, 1.02, "equivalent"],
  [0.99, 1.03, "inconclusive"],
  [0.5, 2, "inconclusive"],
  [0.7, 0.97, "faster"],
];

const SWAPPED: Partial<Record<Verdict, Verdict>> = { slower: "faster", faster: "slower" };

describe("verdictOf", () => {
  it.each(CASES)("[%d, %d] is %s", (low, high, verdict) => {
    expect(verdictOf(Math.log(low), Math.log(high), 0.02)).toBe(verdict);
  });

  it.each(CASES)("[%d, %d] upside down exchanges faster and slower", (low, high, verdict) => {
    const swapped = verdictOf(-Math.log(high), -Math.log(low), 0.02);
    expect(swapped).toBe(SWAPPED[verdict] ?? verdict);
  });

  it("is inconclusive where there is no interval", () => {
    expect(verdictOf(null, null, 0.02)).toBe("inconclusive");
  });
});
