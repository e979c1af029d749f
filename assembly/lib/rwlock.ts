/**
 * `rwlock_t`: many readers, or one writer.
 *
 *   bit 31 a writer is inside │ bit 30 a writer waits │ bits 0 … 29 readers
 *
 *                  readers   writer      - = together   L = excluded
 *   readers           -        L
 *   writer            L        L
 *
 *   read     one add, one subtract, as on x86-64: every reader writes the word
 *   write    one cmpxchg of 0, one subtract
 *
 * A reader that finds bit 31 or 30 takes its one off again and looks until both are clear; so the
 * count may be too high for a moment, but never too low. Readers go first, as in the kernel, whose
 * writer waits until it meets a moment without readers. Waits here are bounded, so a writer that
 * has spun `spinLimit` times sets bit 30, which keeps new readers out, and then meets that moment
 * after the longest section of a reader. Bounds and sleeps are those of `spinPause`.
 *
 * No CPU may read twice at once: a writer that waits between the two would stop it for good.
 */
import { atomicAdd32, atomicCmpxchg32, atomicLoad32, atomicSub32 } from "../arch/atomic";
import { COST_LOCK, countCost } from "../arch/costs";
import { superBlock } from "../arch/superblock";
import { bugOn, SITE_RWLOCK_DEADLINE, SITE_RWLOCK_STATE } from "../arch/trap";
import { spinPause } from "./spinlock";

const WRITER: u32 = 0x80000000;
const WAITING: u32 = 0x40000000;
const READERS: u32 = 0x3fffffff;

function readLockSlow(at: usize): void {
  let steps: u32 = 0;
  do {
    atomicSub32(at, 1);
    let seen = atomicLoad32(at);
    while (seen >= WAITING) {
      steps = spinPause(at, seen, steps, SITE_RWLOCK_DEADLINE);
      seen = atomicLoad32(at);
    }
  } while (atomicAdd32(at, 1) >= WAITING);
}

/** Enters as a reader. Traps SITE_RWLOCK_DEADLINE when a writer stays. Follows `read_lock`. */
export function readLock(at: usize): void {
  countCost(COST_LOCK);
  if (atomicAdd32(at, 1) >= WAITING) readLockSlow(at);
}

/** Leaves as a reader. Debug: somebody must be inside. Follows `read_unlock`. */
export function readUnlock(at: usize): void {
  const was = atomicSub32(at, 1);
  bugOn((was & READERS) == 0, SITE_RWLOCK_STATE);
}

function writeLockSlow(at: usize): void {
  let steps: u32 = 0;
  while (true) {
    const seen = atomicLoad32(at);
    if (seen == 0) {
      if (atomicCmpxchg32(at, 0, WRITER) == 0) return;
    } else if (seen == WAITING) {
      if (atomicCmpxchg32(at, WAITING, WRITER) == WAITING) return;
    } else if (steps >= superBlock().spinLimit && (seen & WAITING) == 0) {
      atomicCmpxchg32(at, seen, seen | WAITING);
    }
    steps = spinPause(at, seen, steps, SITE_RWLOCK_DEADLINE);
  }
}

/**
 * Enters as the writer. Traps SITE_RWLOCK_DEADLINE when readers or another writer stay. Follows
 * `write_lock`.
 */
export function writeLock(at: usize): void {
  countCost(COST_LOCK);
  if (atomicCmpxchg32(at, 0, WRITER) != 0) writeLockSlow(at);
}

/** Leaves as the writer. Debug: there must be one. Follows `write_unlock`. */
export function writeUnlock(at: usize): void {
  const was = atomicSub32(at, WRITER);
  bugOn((was & WRITER) == 0, SITE_RWLOCK_STATE);
}
