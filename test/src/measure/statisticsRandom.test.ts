/**
 * The generator of the statistics: seeds and evenness.
 */
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/measure/statisticsRandom.js";

describe("createRandom", () => {
  it("gives the same numbers for a seed, and others for its neighbours", () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 8 }, () => random.below(2 ** 32));
    };
    expect(draw(1)).toEqual(draw(1));
    const starts = new Set([0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].map((s) => draw(s)[0]));
    expect(starts.size).toBe(6);
  });

  it("fills its range evenly", () => {
    const random = createRandom(5);
    const counts = new Array<number>(10).fill(0);
    let sum = 0;
    for (let index = 0; index < 20_000; index++) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
      sum += random.unit();
    }
    // Chi-square with 9 degrees of freedom is above 33.7 in one of 10,000 seeds.
    const chiSquare = counts.reduce((total, count) => total + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(33.7);
    expect(sum / 20_000).toBeCloseTo(0.5, 1);
  });
});
