/**
 * Draws an index with a probability proportional to its weight, in constant time and exactly by the
 * law: Walker's alias method (ACM TOMS 3(3), 1977) with Vose's construction (IEEE TSE 17(9), 1991).
 *
 * ```
 *  column i holds 1/n of the probability, split between two indices:
 *  | keep[i] of it: i itself | the rest: alias[i] |
 * ```
 */
import type { Prng } from "./prng.js";

export class AliasTable {
  private readonly keep: Float64Array;
  private readonly alias: Uint32Array;

  /**
   * @param weights not negative, their sum positive; not written to
   * @throws RangeError if there is no weight to draw by
   */
  constructor(weights: Float64Array) {
    const count = weights.length;
    let sum = 0;
    for (const weight of weights) sum += weight;
    if (!(sum > 0)) throw new RangeError("the weights sum to nothing");
    this.keep = weights.map((weight) => (weight * count) / sum);
    this.alias = new Uint32Array(count);
    this.pair();
  }

  /** The next index. */
  draw(prng: Prng): number {
    const column = prng.below(this.keep.length);
    return prng.fraction() < (this.keep[column] ?? 1) ? column : (this.alias[column] ?? column);
  }

  /** Fills each column below the average from one above it, until none is below. */
  private pair(): void {
    const { keep, alias } = this;
    const small: number[] = [];
    const large: number[] = [];
    keep.forEach((share, index) => {
      (share < 1 ? small : large).push(index);
    });
    for (;;) {
      const less = small.pop();
      const more = large.pop();
      if (less === undefined || more === undefined) {
        // What is left differs from 1 by rounding only.
        if (less !== undefined) small.push(less);
        if (more !== undefined) large.push(more);
        for (const index of small.concat(large)) keep[index] = 1;
        return;
      }
      alias[less] = more;
      const rest = (keep[more] ?? 0) + (keep[less] ?? 0) - 1;
      keep[more] = rest;
      (rest < 1 ? small : large).push(more);
    }
  }
}

/** Zipf's law over ranks 0 to count - 1: weight (rank + 1)^-exponent. Exponent 0 is uniform. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  return new Float64Array(count).map((_, rank) => (rank + 1) ** -exponent);
}
