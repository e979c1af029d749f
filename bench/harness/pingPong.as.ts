// Two CPUs pass a word to and fro: how long a line takes from one to the other.

import { atomicLoad32, atomicStore32 } from "../../assembly/arch/atomic";

/** Looks at the word, all together, until the rest is given up: the other thread hardly runs. */
const LOOKS_MAX: u32 = 50_000_000;

/** Fits the loops that two CPUs run: CPU `self` (0, 1) passes the word at `at` `rounds` times.
 * Returns the rounds that were whole. No stop word is needed: both end with the last round. */
export function pingPong(at: usize, self: u32, _stopAt: usize, rounds: u32): u32 {
  let looks: u32 = 0;
  for (let round: u32 = 0; round < rounds; round++) {
    const expected = (round << 1) + self;
    while (atomicLoad32(at) != expected) {
      if (++looks > LOOKS_MAX) return round;
    }
    atomicStore32(at, expected + 1);
  }
  return rounds;
}
