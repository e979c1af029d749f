/**
 * `seqlock_t`: readers that never write, and repeat when a writer was there.
 *
 *   +0 sequence u32 │ +4 spinlock u32               odd sequence: a writer is inside
 *
 *   reader                                   writer
 *   s = sequence, wait while it is odd       lock; sequence + 1
 *   read the fields (readOnce32)             write the fields (atomicStore32)
 *   again if sequence != s                   sequence + 1; unlock
 *
 * The fields are read and written by atomics: a plain load could be moved out of the section by the
 * optimiser, and a plain store into or out of the writer's.
 */
import { atomicLoad32, atomicStore32, plainLoad32 } from "../arch/atomic";
import { SITE_SEQLOCK_DEADLINE } from "../arch/trap";
import { spinLock, spinPause, spinUnlock } from "./spinlock";

const LOCK_AT: usize = 4;

/** `read_seqbegin`: the even sequence to hand to readSeqretry. Bounded: SITE_SEQLOCK_DEADLINE. */
export function readSeqbegin(at: usize): u32 {
  let steps: u32 = 0;
  let seq = atomicLoad32(at);
  while ((seq & 1) != 0) {
    steps = spinPause(at, seq, steps, SITE_SEQLOCK_DEADLINE);
    seq = atomicLoad32(at);
  }
  return seq;
}

/** `read_seqretry`: true if what was read since readSeqbegin must be read again. */
export function readSeqretry(at: usize, seq: u32): bool {
  return atomicLoad32(at) != seq;
}

/** `write_seqlock`. Only lock holders write the sequence, so its own load can be plain. */
export function writeSeqlock(at: usize): void {
  spinLock(at + LOCK_AT);
  atomicStore32(at, plainLoad32(at) + 1);
}

/** `write_sequnlock`. */
export function writeSequnlock(at: usize): void {
  atomicStore32(at, plainLoad32(at) + 1);
  spinUnlock(at + LOCK_AT);
}
