/**
 * The estimator and its interval against their definitions and tables of the distribution.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EXACT_PAIRS_MAX,
  estimateLocation,
  hodgesLehmann,
  normalQuantile,
  PAIRS_MAX,
  signedRankProbabilities,
  walshAverages,
} from "../../../src/measure/statisticsHodgesLehmann.js";

/** The estimate by its definition, with nothing shared with the code under test. */
function bruteForceEstimate(differences: readonly number[]): number {
  const averages: number[] = [];
  differences.forEach((a, i) => {
    for (const b of differences.slice(i)) averages.push((a + b) / 2);
  });
  averages.sort((a, b) => a - b);
  const half = averages.length / 2;
  const low = averages[Math.ceil(half) - 1] ?? Number.NaN;
  const high = averages[Math.floor(half)] ?? Number.NaN;
  return (low + high) / 2;
}

/** How often each signed-rank sum comes up among all 2^n choices of signs. */
function enumerateSignedRanks(pairs: number): number[] {
  const counts = new Array<number>((pairs * (pairs + 1)) / 2 + 1).fill(0);
  for (let signs = 0; signs < 2 ** pairs; signs++) {
    let sum = 0;
    for (let rank = 1; rank <= pairs; rank++) if (signs & (1 << (rank - 1))) sum += rank;
    counts[sum] = (counts[sum] ?? 0) + 1;
  }
  return counts;
}

const differences = fc.array(fc.integer({ min: -1000, max: 1000 }), {
  minLength: 1,
  maxLength: 40,
});

describe("Hodges–Lehmann", () => {
  it("gives the median of the Walsh averages of a hand example", () => {
    // 1, 2, 6: averages 1, 1.5, 2, 3.5, 4, 6, so (2 + 3.5) / 2.
    expect([...walshAverages([1, 2, 6])]).toEqual([1, 1.5, 2, 3.5, 4, 6]);
    expect(hodgesLehmann([1, 2, 6])).toBe(2.75);
  });

  it("agrees with its definition", () => {
    fc.assert(
      fc.property(differences, (values) => {
        expect(hodgesLehmann(values)).toBeCloseTo(bruteForceEstimate(values), 9);
      }),
    );
  });

  it("changes its sign when the labels are swapped", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const here = estimateLocation(values, 0.95);
        const there = estimateLocation(
          values.map((value) => 0 - value),
          0.95,
        );
        expect(there.estimate).toBeCloseTo(-here.estimate, 9);
        if (here.low === null || here.high === null) {
          expect(there.low).toBeNull();
        } else {
          expect(there.low).toBeCloseTo(-here.high, 9);
          expect(there.high).toBeCloseTo(-here.low, 9);
        }
      }),
    );
  });

  it("does not mind the order, moves with a shift, and lies in its interval", () => {
    fc.assert(
      fc.property(differences, fc.integer({ min: -50, max: 50 }), (values, shift) => {
        const here = estimateLocation(values, 0.95);
        expect(estimateLocation([...values].reverse(), 0.95)).toEqual(here);
        const moved = estimateLocation(
          values.map((value) => value + shift),
          0.95,
        );
        expect(moved.estimate).toBeCloseTo(here.estimate + shift, 9);
        if (here.low !== null && here.high !== null) {
          expect(here.low).toBeLessThanOrEqual(here.estimate);
          expect(here.high).toBeGreaterThanOrEqual(here.estimate);
        }
      }),
    );
  });

  it("is not moved far by one wild value", () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6, 7, 8, 1e9])).toBeLessThan(9);
  });

  it("refuses no pairs, and more than it can hold", () => {
    expect(() => hodgesLehmann([])).toThrow(`0 pairs; allowed: 1 to ${PAIRS_MAX}`);
    expect(() => hodgesLehmann(new Array(PAIRS_MAX + 1).fill(0))).toThrow("allowed: 1 to");
  });
});

describe("signed-rank distribution", () => {
  it("is what enumerating all signs gives, for 1 to 12 pairs", () => {
    for (let pairs = 1; pairs <= 12; pairs++) {
      const chances = signedRankProbabilities(pairs);
      const counts = enumerateSignedRanks(pairs);
      expect(chances.length).toBe(counts.length);
      counts.forEach((count, sum) => {
        expect(chances[sum]).toBe(count / 2 ** pairs);
      });
    }
  });

  it("gives no interval that so few pairs cannot support, and all of it from 6 on", () => {
    expect(estimateLocation([1, 2, 3, 4, 5], 0.95)).toEqual({
      estimate: 3,
      low: null,
      high: null,
    });
    // 2 of 64 sign choices are as extreme as all of one sign: 1 − 2/64 = 96.9 %.
    expect(estimateLocation([1, 2, 3, 4, 5, 6], 0.95)).toMatchObject({ low: 1, high: 6 });
  });

  it("leaves out what the published table allows", () => {
    // Critical values of T for a two-sided 5 % test: 8 at n = 10, 52 at n = 20, 137 at n = 30.
    for (const [pairs, critical] of [
      [10, 8],
      [20, 52],
      [30, 137],
    ] as const) {
      const values = Array.from({ length: pairs }, (_, index) => 2 ** (index / 4));
      const averages = walshAverages(values);
      const { low, high } = estimateLocation(values, 0.95);
      expect(low).toBe(averages[critical]);
      expect(high).toBe(averages[averages.length - 1 - critical]);
    }
  });

  it("goes over to the normal approximation without a step", () => {
    const width = (pairs: number): number => {
      const values = Array.from({ length: pairs }, (_, index) => (index + 0.5) / pairs);
      const { low, high } = estimateLocation(values, 0.95);
      return ((high ?? Number.NaN) - (low ?? Number.NaN)) * Math.sqrt(pairs);
    };
    const exact = width(EXACT_PAIRS_MAX);
    const approximate = width(EXACT_PAIRS_MAX + 1);
    expect(Math.abs(approximate / exact - 1)).toBeLessThan(0.02);
  });

  it("uses normal quantiles that match the table", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 8);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489, 8);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 8);
    expect(normalQuantile(0.05)).toBeCloseTo(-1.6448536269514, 8);
  });
});
