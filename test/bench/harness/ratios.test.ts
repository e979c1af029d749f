/**
 * The figures of a row: worked out by hand for samples that were made up.
 */
import { describe, expect, it } from "vitest";
import type { Window } from "../../../bench/harness/arm.js";
import { aimText, isMet, median, quantile, rowOf } from "../../../bench/harness/ratios.js";

function windows(ns: readonly number[], disturbedAt: readonly number[] = []): Window[] {
  return ns.map((value, i) => ({ ns: value, disturbed: disturbedAt.includes(i) }));
}

describe("quantiles", () => {
  it("interpolate between sorted samples and leave the samples in order", () => {
    const samples = [40, 10, 30, 20];
    expect(quantile(samples, 0)).toBe(10);
    expect(quantile(samples, 1)).toBe(40);
    expect(quantile(samples, 0.25)).toBe(17.5);
    expect(median(samples)).toBe(25);
    expect(median([3, 1, 2])).toBe(2);
    expect(samples).toEqual([40, 10, 30, 20]);
  });

  it("refuse to say anything about nothing", () => {
    expect(() => median([])).toThrow(/no samples/);
  });
});

describe("rows", () => {
  it("take the median of the rounds' ratios, not the ratio of medians", () => {
    const samples = new Map([
      ["a", windows([10, 40, 90])],
      ["b", windows([10, 20, 30])],
    ]);
    const row = rowOf(samples, { arm: "a", yardstick: "b", aim: { atMost: 2 } });
    expect(row).toMatchObject({ ratio: 2, armNs: 40, yardstickNs: 20, rounds: 3 });
    expect(row).toMatchObject({ quartiles: [1.5, 2.5], aim: "≤ 2", verdict: "met" });
  });

  it("leave out rounds in which either window was disturbed", () => {
    const samples = new Map([
      ["a", windows([10, 500, 30, 10], [1])],
      ["b", windows([10, 10, 10, 900], [3])],
    ]);
    const row = rowOf(samples, { arm: "a", yardstick: "b", aim: { atMost: 1.9 } });
    expect(row).toMatchObject({ ratio: 2, rounds: 2, verdict: "not met" });
  });

  it("give no verdict where most rounds were disturbed", () => {
    const samples = new Map([
      ["a", windows([10, 20, 30, 40, 50], [0, 1, 2, 3])],
      ["b", windows([10, 10, 10, 10, 10])],
    ]);
    const row = rowOf(samples, { arm: "a", yardstick: "b", aim: { atMost: 10 } });
    expect(row).toMatchObject({ ratio: 3, rounds: 5, verdict: "not judged" });
    expect(rowOf(samples, { arm: "a", yardstick: "b" }).verdict).toBeNull();
  });

  it("turn times into rates for an inverse row", () => {
    const samples = new Map([
      ["two", windows([5, 5, 5])],
      ["one", windows([10, 9, 10])],
    ]);
    const plan = { arm: "two", yardstick: "one", inverse: true, aim: { atLeast: 1.9 } };
    expect(rowOf(samples, plan)).toMatchObject({ ratio: 2, verdict: "met" });
  });

  it("name an arm that is not there", () => {
    expect(() => rowOf(new Map(), { arm: "a", yardstick: "b" })).toThrow(/no arm named "b"/);
  });
});

describe("aims", () => {
  it.each([
    [{ atMost: 2.5 }, "≤ 2.5", 2.5, 2.51],
    [{ atLeast: 1.9 }, "≥ 1.9", 1.9, 1.89],
  ])("judge the ratio: %j", (aim, text, good, bad) => {
    expect(aimText(aim)).toBe(text);
    expect(isMet(good, 0, aim)).toBe(true);
    expect(isMet(bad, 0, aim)).toBe(false);
  });

  it("judge the time", () => {
    const aim = { secondsAtMost: 3 };
    expect(aimText(aim)).toBe("< 3 s");
    expect(isMet(100, 2.9e9, aim)).toBe(true);
    expect(isMet(0.1, 3e9, aim)).toBe(false);
  });
});
