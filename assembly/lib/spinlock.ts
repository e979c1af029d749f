/**
 * `spinlock_t`: one word, 0 = free, else the owner's CPU number + 1.
 *
 * CPUs here are threads that the host may deschedule, also while they hold a lock. So a spin is
 * bounded: `spinLimit` tries, then sleeps of at most SPIN_SLEEP_NS each, `sleepLimit` of them, then
 * the CPU traps with its site. An unlock wakes nobody: a wake-up call costs more than the lock, and
 * a sleeper looks again by itself.
 *
 *   lock      one cmpxchg when free          unlock    one atomic store (an xchg on x86-64)
 *
 * Nesting: locks are taken in the order of `docs/concurrency.md`; a CPU that takes a
 * lock it holds traps at once in debug images, and at the deadline in others.
 */
import { atomicCmpxchg32, atomicLoad32, atomicStore32, waitOn32 } from "../arch/atomic";
import { COST_LOCK, countCost } from "../arch/costs";
import { smpProcessorId } from "../arch/percpu";
import { isBusted, superBlock } from "../arch/superblock";
import { bugOn, SITE_SPIN_DEADLINE, SITE_SPIN_OWNER, trapAt } from "../arch/trap";
import { BUSTED, BUSTED_LOCK } from "../config";

/** Longest single sleep of a waiter, in nanoseconds. */
export const SPIN_SLEEP_NS: i64 = 50_000;

/**
 * One step of a bounded wait for the word at `at` to become something else than `seen`. The first
 * `spinLimit` steps return at once, the next `sleepLimit` sleep, then the CPU traps at `site`.
 * Returns the number of steps made so far: start with 0 and hand back what it returned.
 */
export function spinPause(at: usize, seen: u32, steps: u32, site: u32): u32 {
  const sb = superBlock();
  if (steps >= sb.spinLimit) {
    if (steps - sb.spinLimit >= sb.sleepLimit) trapAt(site);
    waitOn32(at, seen, SPIN_SLEEP_NS);
  }
  return steps + 1;
}

function spinLockSlow(at: usize, me: u32): void {
  let steps: u32 = 0;
  while (true) {
    // Only look while it is taken: waiters that write would slow the owner down.
    const owner = atomicLoad32(at);
    if (owner == 0) {
      if (atomicCmpxchg32(at, 0, me) == 0) return;
    } else {
      bugOn(owner == me, SITE_SPIN_OWNER);
    }
    steps = spinPause(at, owner, steps, SITE_SPIN_DEADLINE);
  }
}

/** The planted defect: who has waited for about 6 µs goes in, whoever is inside. */
function lockImpatiently(at: usize, me: u32): void {
  for (let looks: u32 = 0; looks < 12_000; looks++) {
    if (atomicLoad32(at) == 0 && atomicCmpxchg32(at, 0, me) == 0) return;
  }
  atomicStore32(at, me);
}

/** `spin_lock`. Traps SITE_SPIN_DEADLINE when the owner does not let go. */
export function spinLock(at: usize): void {
  const me = smpProcessorId() + 1;
  countCost(COST_LOCK);
  if (BUSTED && isBusted(BUSTED_LOCK)) {
    lockImpatiently(at, me);
    return;
  }
  if (atomicCmpxchg32(at, 0, me) != 0) spinLockSlow(at, me);
}

/** `spin_trylock`: true if the lock is now ours. */
export function spinTrylock(at: usize): bool {
  countCost(COST_LOCK);
  return atomicCmpxchg32(at, 0, smpProcessorId() + 1) == 0;
}

/** `spin_unlock`. Debug: only the owner may. */
export function spinUnlock(at: usize): void {
  bugOn(atomicLoad32(at) != smpProcessorId() + 1, SITE_SPIN_OWNER);
  atomicStore32(at, 0);
}

/** `spin_is_locked`; a snapshot. */
export function spinIsLocked(at: usize): bool {
  return atomicLoad32(at) != 0;
}
