/**
 * A list of keys that is looked up round and round, with the answer that each must have: so any
 * window of it can be checked by one sum.
 */
import type { Arm } from "./arm.js";
import { wasmArm } from "./wasmWindow.js";

/** Looks `count` keys up from number `from` on and returns the sum of the answers, 32 bits. */
export type RangeLookup = (from: number, count: number) => number;

export class KeyList {
  /** sums[i]: of the answers to the first i keys, modulo 2^32. */
  private readonly sums: Uint32Array;

  /** @param keys as many as a power of two */
  constructor(
    readonly name: string,
    readonly keys: Uint32Array,
    answers: Uint32Array,
  ) {
    if ((keys.length & (keys.length - 1)) !== 0 || answers.length !== keys.length) {
      throw new RangeError(`${keys.length} keys, ${answers.length} answers: no power of two`);
    }
    this.sums = new Uint32Array(keys.length + 1);
    let sum = 0;
    for (let i = 0; i < keys.length; i++) {
      sum = (sum + (answers[i] ?? 0)) >>> 0;
      this.sums[i + 1] = sum;
    }
  }

  get mask(): number {
    return this.keys.length - 1;
  }

  /** Sum of the answers to `count` keys from number `from` on, modulo 2^32. */
  sumOf(from: number, count: number): number {
    const { length } = this.keys;
    const end = from + count;
    const turns = Math.floor(end / length);
    const whole = Math.imul(turns, this.sums[length] ?? 0);
    return (whole + (this.sums[end % length] ?? 0) - (this.sums[from] ?? 0)) >>> 0;
  }

  /** An arm whose windows go on where the last one ended, each checked by its sum. */
  arm(name: string, lookup: RangeLookup, windowMs: number): Arm {
    let from = 0;
    const loop = (count: number): number => {
      const sum = lookup(from, count) >>> 0;
      const wanted = this.sumOf(from, count);
      if (sum !== wanted) {
        const where = `${count} keys of "${this.name}" from number ${from}`;
        throw new Error(`${name}: ${where} gave ${sum}, not ${wanted}`);
      }
      from = (from + count) & this.mask;
      return sum;
    };
    return wasmArm(name, loop, windowMs);
  }
}
