/**
 * The alias table against the law it draws from, by chi-square; and laws that it must not fit.
 */
import { describe, expect, it } from "vitest";
import { AliasTable, zipfWeights } from "../../../src/workloads/aliasTable.js";
import { Prng } from "../../../src/workloads/prng.js";
import { chiSquareScore } from "./chiSquare.js";

function counted(weights: Float64Array, draws: number, seed: number): Float64Array {
  const alias = new AliasTable(weights);
  const prng = new Prng(seed);
  const counts = new Float64Array(weights.length);
  for (let draw = 0; draw < draws; draw++) {
    const index = alias.draw(prng);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

describe("AliasTable", () => {
  it.each([0, 0.8, 1, 1.4])("draws Zipf's law of exponent %d", (exponent) => {
    const weights = zipfWeights(1000, exponent);
    expect(Math.abs(chiSquareScore(counted(weights, 1_000_000, 11), weights))).toBeLessThan(4);
  });

  it("is told from a law that is a little off", () => {
    const counts = counted(zipfWeights(1000, 1), 1_000_000, 11);
    expect(chiSquareScore(counts, zipfWeights(1000, 1.02))).toBeGreaterThan(4);
  });

  it("never draws weight 0, always draws an only one", () => {
    const counts = counted(Float64Array.of(0, 3, 0, 1, 0), 40_000, 4);
    expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0]);
    expect(Math.abs((counts[1] ?? 0) - 30_000)).toBeLessThan(400);
    expect(counted(Float64Array.of(9), 10, 1)).toEqual(Float64Array.of(10));
  });

  it("refuses weights that sum to nothing", () => {
    expect(() => new AliasTable(new Float64Array(3))).toThrow(RangeError);
    expect(() => new AliasTable(new Float64Array(0))).toThrow(RangeError);
  });

  it("weighs ranks by (rank + 1)^-exponent", () => {
    expect(zipfWeights(4, 1)).toEqual(Float64Array.of(1, 1 / 2, 1 / 3, 1 / 4));
  });
});
