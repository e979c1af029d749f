/**
 * Median and quantile on short lists whose answer can be seen.
 */
import { describe, expect, it } from "vitest";
import { median, quantile } from "../../../src/measure/statistics.js";

describe("median and quantile", () => {
  it("take the middle, or the mean of the two middle values", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it("interpolate between order statistics", () => {
    expect(quantile([10, 20, 30, 40, 50], 0)).toBe(10);
    expect(quantile([10, 20, 30, 40, 50], 1)).toBe(50);
    expect(quantile([50, 40, 30, 20, 10], 0.1)).toBeCloseTo(14, 12);
  });

  it("sort by value, not by text, and leave the argument alone", () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });

  it("refuse an empty list and a share that is none", () => {
    expect(() => median([])).toThrow("at least one value");
    expect(() => quantile([1], 1.5)).toThrow("allowed: 0 to 1");
    expect(() => quantile([1], Number.NaN)).toThrow("allowed: 0 to 1");
  });
});
