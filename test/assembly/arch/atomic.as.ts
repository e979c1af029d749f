// Entry of the test of sleeps.

import { atomicLoad32, waitOn32, wakeAll32 } from "../../../assembly/arch/atomic";

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";

/** The word behind `at`, read before a sleep on `at` of at most 0.1 ms and given back after it. */
export function keptOverSleep(at: usize, expected: u32): u32 {
  const kept = atomicLoad32(at + 4);
  waitOn32(at, expected, 100_000);
  return kept;
}

/** The same, and nobody sleeps. */
export function keptOverWake(at: usize): u32 {
  const kept = atomicLoad32(at + 4);
  wakeAll32(at);
  return kept;
}
