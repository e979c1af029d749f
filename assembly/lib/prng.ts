/**
 * Seeded pseudo-random numbers for layouts: the order of free lists, hash secrets. Same seed, same
 * machine. State is one word that the caller owns; there is no shared generator.
 *
 *   prngMix    splitmix32's finaliser: a bijection that spreads near seeds far apart
 *   prngNext   xorshift32 (Marsaglia 2003, 13/17/5): every value but 0, period 2^32 - 1
 */
import { plainLoad32, plainStore32 } from "../arch/atomic";

/** Spreads `value`: neighbouring inputs give unrelated outputs. */
export function prngMix(value: u32): u32 {
  let z = value + 0x9e3779b9;
  z = (z ^ (z >> 16)) * 0x21f0aaad;
  z = (z ^ (z >> 15)) * 0x735a2d97;
  return z ^ (z >> 15);
}

/** Puts the generator with its state at `at` to its start for `seed`. 0 would be a fixed point. */
export function prngSeed(at: usize, seed: u32): void {
  const state = prngMix(seed);
  plainStore32(at, state == 0 ? 1 : state);
}

/** The state after `state`; never 0 if `state` is not. */
export function xorshift32(state: u32): u32 {
  let x = state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return x;
}

/** Next number of the generator at `at`. Owner only. */
export function prngNext(at: usize): u32 {
  const next = xorshift32(plainLoad32(at));
  plainStore32(at, next);
  return next;
}

/** `value` scaled to 0 … below - 1 by its upper bits; bias below 2^-32 * below. */
export function prngBelow(value: u32, below: u32): u32 {
  return <u32>((<u64>value * <u64>below) >> 32);
}
