/**
 * The incomplete beta function and what follows from it, against tables and sums done by hand.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  binomialAtLeast,
  clopperPearson,
  incompleteBeta,
  logGamma,
  studentCritical,
  studentTwoSided,
} from "../../../src/measure/statisticsBeta.js";

/** P(X = k) of a binomial distribution, by products. */
function binomialAt(k: number, n: number, p: number): number {
  let value = (1 - p) ** (n - k) * p ** k;
  for (let i = 1; i <= k; i++) value *= (n - k + i) / i;
  return value;
}

/** P(X >= k), by adding up. */
function atLeastBySum(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) sum += binomialAt(i, n, p);
  return sum;
}

describe("logGamma", () => {
  it("is the logarithm of factorials, and of the root of π", () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 12);
  });
});

describe("incompleteBeta", () => {
  it("is known in closed form for some arguments", () => {
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 14);
    expect(incompleteBeta(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 14);
    expect(incompleteBeta(0.3, 4, 1)).toBeCloseTo(0.3 ** 4, 14);
    expect(incompleteBeta(0.25, 0.5, 0.5)).toBeCloseTo(1 / 3, 13);
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });

  it("mirrors", () => {
    const shape = fc.double({ min: 0.3, max: 60, noNaN: true });
    const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(share, shape, shape, (x, a, b) => {
        expect(incompleteBeta(x, a, b)).toBeCloseTo(1 - incompleteBeta(1 - x, b, a), 10);
      }),
    );
  });
});

describe("Student's t", () => {
  // Two-sided critical values, from the tables of any textbook.
  it.each([
    [0.05, 1, 12.7062],
    [0.05, 2, 4.30265],
    [0.05, 5, 2.57058],
    [0.05, 7, 2.36462],
    [0.05, 19, 2.09302],
    [0.1, 5, 2.01505],
    [0.1, 10, 1.81246],
    [0.01, 5, 4.03214],
    [0.01, 10, 3.16927],
    [0.001, 10, 4.58689],
    [0.05, 1000, 1.96234],
  ])("leaves %d in the tails of %i degrees beyond %d", (tails, degrees, critical) => {
    expect(studentCritical(tails, degrees)).toBeCloseTo(critical, 4);
    expect(studentTwoSided(critical, degrees)).toBeCloseTo(tails, 5);
    expect(studentTwoSided(-critical, degrees)).toBe(studentTwoSided(critical, degrees));
  });

  it("is Cauchy's distribution with one degree", () => {
    expect(studentTwoSided(1, 1)).toBeCloseTo(0.5, 13);
    expect(studentTwoSided(Number.POSITIVE_INFINITY, 3)).toBe(0);
    expect(studentTwoSided(0, 3)).toBe(1);
  });
});

describe("clopperPearson", () => {
  it("has the bounds of published tables", () => {
    expect(clopperPearson(0, 10, 0.95)).toEqual({ low: 0, high: expect.closeTo(0.308497, 5) });
    expect(clopperPearson(10, 10, 0.95).low).toBeCloseTo(0.691503, 5);
    const five = clopperPearson(5, 100, 0.95);
    expect([five.low, five.high]).toEqual([
      expect.closeTo(0.016432, 5),
      expect.closeTo(0.112835, 5),
    ]);
  });

  it("puts just the tail beyond each bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), (trials, n) => {
        const hits = 1 + (n % (trials - 1));
        const { low, high } = clopperPearson(hits, trials, 0.9);
        expect(atLeastBySum(hits, trials, low)).toBeCloseTo(0.05, 8);
        expect(1 - atLeastBySum(hits + 1, trials, high)).toBeCloseTo(0.05, 8);
      }),
    );
  });

  it("refuses shares of nothing", () => {
    expect(() => clopperPearson(0, 0, 0.95)).toThrow(RangeError);
    expect(() => clopperPearson(3, 2, 0.95)).toThrow(RangeError);
  });
});

describe("binomialAtLeast", () => {
  it("is the sum", () => {
    for (const k of [0, 1, 5, 13, 14, 100]) {
      expect(binomialAtLeast(k, 100, 0.05)).toBeCloseTo(atLeastBySum(k, 100, 0.05), 12);
    }
    expect(binomialAtLeast(101, 100, 0.05)).toBe(0);
  });
});
