/**
 * The generator of the workloads: seeds, evenness, bounds, shuffles.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mix32, Prng, shuffledIndices } from "../../../src/workloads/prng.js";
import { chiSquareScore } from "./chiSquare.js";

describe("Prng", () => {
  it("gives the same numbers for the same seed, others for another", () => {
    const draws = (seed: number) => {
      const prng = new Prng(seed);
      return Array.from({ length: 8 }, () => prng.next());
    };
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
    // Pinned: published results name a seed, so its numbers may never change. From another
    // implementation of the published algorithm.
    expect(draws(1).slice(0, 3)).toEqual([2442144158, 3238099751, 3819917871]);
  });

  it("is uniform in each byte and below any bound", () => {
    const prng = new Prng(2);
    const bytes = [0, 8, 16, 24].map(() => new Float64Array(256));
    const small = new Float64Array(10);
    for (let draw = 0; draw < 100_000; draw++) {
      const bits = prng.next();
      for (const [index, counts] of bytes.entries()) {
        const byte = (bits >>> (8 * index)) & 0xff;
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
      const drawn = prng.below(10);
      small[drawn] = (small[drawn] ?? 0) + 1;
    }
    for (const counts of bytes) {
      expect(Math.abs(chiSquareScore(counts, new Float64Array(256).fill(1)))).toBeLessThan(4);
    }
    expect(Math.abs(chiSquareScore(small, new Float64Array(10).fill(1)))).toBeLessThan(4);
  });

  it("stays below every bound, 1 and 2^32 included", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const drawn = new Prng(seed).below(bound);
        expect(drawn >= 0 && drawn < bound && Number.isInteger(drawn)).toBe(true);
      }),
    );
    expect(new Prng(3).below(1)).toBe(0);
    expect(new Prng(3).below(2 ** 32)).toBe(new Prng(3).next());
    const fraction = new Prng(3).fraction();
    expect(fraction).toBe(new Prng(3).next() / 2 ** 32);
  });
});

describe("shuffledIndices", () => {
  it("is a permutation, and each element is equally likely to come first", () => {
    const prng = new Prng(5);
    const firsts = new Float64Array(6);
    let permutations = 0;
    for (let round = 0; round < 6000; round++) {
      const order = shuffledIndices(6, prng);
      if (new Set(order).size === 6) permutations++;
      const first = order[0] ?? 0;
      firsts[first] = (firsts[first] ?? 0) + 1;
    }
    expect(permutations).toBe(6000);
    expect(Math.abs(chiSquareScore(firsts, new Float64Array(6).fill(1)))).toBeLessThan(4);
  });
});

describe("mix32", () => {
  it("maps different numbers to different numbers", () => {
    const mixed = new Set(Array.from({ length: 10_000 }, (_, value) => mix32(value)));
    expect(mixed.size).toBe(10_000);
  });
});
