/**
 * Decisions over processes: against enumeration, hand examples, and laws that hold for any numbers.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  benjaminiHochberg,
  boundsOf,
  decidePairs,
  holm,
  isEquivalent,
  overProcesses,
  SIGN_FLIP_PROCESSES_MAX,
  signFlip,
} from "../../../src/measure/statisticsProcesses.js";
import type { Verdict } from "../../../src/measure/statisticsVerdict.js";

/** The p-value of the sign test by its definition. */
function enumerateSigns(thetas: readonly number[]): number {
  const seen = Math.abs(thetas.reduce((sum, theta) => sum + theta, 0));
  let extreme = 0;
  for (let signs = 0; signs < 2 ** thetas.length; signs++) {
    const sum = thetas.reduce((all, theta, i) => all + (signs & (1 << i) ? -theta : theta), 0);
    if (Math.abs(sum) >= seen - 1e-9 * seen) extreme++;
  }
  return extreme / 2 ** thetas.length;
}

const thetas = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 12 });

describe("overProcesses", () => {
  it("works out a hand example", () => {
    // Mean 3, deviations −2 … 2: variance 10 / 4, so SE = √(2.5 / 5), t = 3 / √0.5 = 4.2426.
    const mean = overProcesses([1, 2, 3, 4, 5]);
    expect(mean.estimate).toBe(3);
    expect(mean.standardError).toBeCloseTo(Math.sqrt(0.5), 14);
    expect(mean.p).toBeCloseTo(0.013236, 5);
    const { low, high } = boundsOf(mean, 0.95);
    expect(low).toBeCloseTo(3 - 2.776445 * Math.sqrt(0.5), 5);
    expect(high).toBeCloseTo(3 + 2.776445 * Math.sqrt(0.5), 5);
  });

  it("is certain where all processes agree to the last bit", () => {
    expect(overProcesses([1, 1, 1])).toMatchObject({ standardError: 0, p: 0 });
    expect(overProcesses([0, 0, 0])).toMatchObject({ standardError: 0, p: 1 });
  });

  it("refuses one process", () => {
    expect(() => overProcesses([1])).toThrow("1 processes; allowed: 2 or more");
  });
});

describe("signFlip", () => {
  it("agrees with its definition", () => {
    fc.assert(
      fc.property(thetas, (values) => {
        expect(signFlip(values)).toBe(enumerateSigns(values));
      }),
    );
  });

  it("has no smaller value than 2 / 2^P", () => {
    for (const processes of [1, 6, 8, 20]) {
      const values = Array.from({ length: processes }, (_, i) => 0.01 * (i + 1));
      expect(signFlip(values)).toBe(2 / 2 ** processes);
    }
  });

  it("refuses none, and more than can be enumerated", () => {
    expect(() => signFlip([])).toThrow(RangeError);
    expect(() => signFlip(new Array(SIGN_FLIP_PROCESSES_MAX + 1).fill(1))).toThrow(RangeError);
  });
});

describe("holm", () => {
  it("works out a hand example, in the order given", () => {
    expect(holm([0.03, 0.005, 0.04])).toEqual([0.06, 0.015, 0.06]);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  it("stops at the first that stands", () => {
    // 0.01 × 4 = 0.04; 0.02 × 3 = 0.06; 0.021 × 2 is below it, but comes after.
    expect(holm([0.021, 0.01, 0.02, 0.9])).toEqual([0.06, 0.04, 0.06, 0.9]);
  });
});

describe("benjaminiHochberg", () => {
  it("works out a hand example, in the order given", () => {
    const adjusted = benjaminiHochberg([0.04, 0.01, 0.03, 0.5]);
    expect(adjusted.map((p) => Number(p.toFixed(6)))).toEqual([0.053333, 0.04, 0.053333, 0.5]);
    expect(benjaminiHochberg([])).toEqual([]);
  });

  it("is never above Holm", () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 });
    fc.assert(
      fc.property(ps, (list) => {
        const strict = holm(list);
        benjaminiHochberg(list).forEach((p, i) => {
          expect(p).toBeLessThanOrEqual((strict[i] ?? 0) + 1e-12);
        });
      }),
    );
  });
});

describe("isEquivalent", () => {
  it("needs the whole 90 % interval inside the margin, edges included", () => {
    const at = (estimate: number, standardError: number) =>
      isEquivalent({ estimate, standardError, degrees: 5, p: 1 }, 0.02);
    const margin = Math.log(1.02);
    expect(at(0, margin / 2.0151)).toBe(true);
    expect(at(0, margin / 2.0149)).toBe(false);
    expect(at(margin, 0)).toBe(true);
    expect(at(margin + 1e-12, 0)).toBe(false);
    expect(at(-margin - 1e-12, 0)).toBe(false);
  });
});

describe("decidePairs", () => {
  const around = (centre: number, spread: number, processes = 8): number[] =>
    Array.from({ length: processes }, (_, i) => centre + (i % 2 === 0 ? spread : -spread));

  it.each([
    ["slower", 0.05, 0.005],
    ["faster", -0.05, 0.005],
    ["tiny", 0.015, 0.005],
    ["tiny", -0.03, 0.02],
    ["equivalent", 0.001, 0.005],
    ["inconclusive", 0.01, 0.04],
  ] as const)("says %s of estimates around %d ± %d", (verdict, centre, spread) => {
    const [decision] = decidePairs([around(centre, spread)], 0.02);
    expect(decision?.verdict).toBe(verdict satisfies Verdict);
  });

  it("widens the intervals with the family, so that they hold together", () => {
    const pair = around(0.01, 0.02);
    const [alone] = decidePairs([pair], 0.02);
    const [one] = decidePairs([pair, around(0, 0.02), around(0.02, 0.02)], 0.02);
    expect(one?.halfWidth ?? 0).toBeGreaterThan(1.2 * (alone?.halfWidth ?? 1));
    expect(one?.p).toBe(alone?.p);
    expect(one?.pHolm ?? 0).toBeGreaterThan(alone?.p ?? 1);
  });

  it("ends an interval at no difference where Holm tells one that Bonferroni does not", () => {
    // t = 2.9 over 8 processes: p is 0.023, too much for a third of 5 %, enough for the last step.
    const weak = around(0.01 * 2.9 * Math.sqrt(1 / 7), 0.01);
    const strong = around(0.1, 0.001);
    const [decision] = decidePairs([weak, strong, strong], 0.02);
    expect(decision?.p).toBeGreaterThan(0.05 / 3);
    expect(decision).toMatchObject({ low: 0, verdict: "tiny" });
    const mirrored = decidePairs([weak.map((x) => -x), strong, strong], 0.02)[0];
    expect(mirrored).toMatchObject({ high: 0, verdict: "tiny" });
  });

  it("holds its estimate inside its interval, and mirrors when labels swap", () => {
    const swapped: Partial<Record<Verdict, Verdict>> = { slower: "faster", faster: "slower" };
    fc.assert(
      fc.property(thetas, thetas, (a, b) => {
        const pairs = [a, b].map((list) => list.map((x) => x / 10_000));
        const there = decidePairs(pairs, 0.02);
        const back = decidePairs(
          pairs.map((list) => list.map((x) => -x)),
          0.02,
        );
        for (const [i, one] of there.entries()) {
          expect(one.low).toBeLessThanOrEqual(one.estimate);
          expect(one.high).toBeGreaterThanOrEqual(one.estimate);
          expect(back[i]?.low).toBeCloseTo(-one.high, 12);
          expect(back[i]?.verdict).toBe(swapped[one.verdict] ?? one.verdict);
        }
      }),
    );
  });
});
