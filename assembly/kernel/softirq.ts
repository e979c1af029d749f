/**
 * Softirq context and disabled bottom halves: two depths in the head of the CPU area.
 *
 * Nothing preempts a CPU here, so these do not protect anything; they are the flags that the
 * routing code asks (`in_softirq()` decides whether a full table may be swept) and what ends a
 * quiescent state of RCU's bh flavour. Owner only, plain.
 */
import { CpuHead, thisCpuHead } from "../arch/percpu";
import { bugOn, SITE_RCU_NESTING } from "../arch/trap";
import { spinLock, spinUnlock } from "../lib/spinlock";

/** The receive and forward path begins. */
export function enterSoftirq(): void {
  thisCpuHead().softirq++;
}

/** The receive and forward path ends. */
export function leaveSoftirq(): void {
  const head = thisCpuHead();
  bugOn(head.softirq == 0, SITE_RCU_NESTING);
  head.softirq--;
}

/** `local_bh_disable`. Nests. */
export function localBhDisable(): void {
  thisCpuHead().bhDisabled++;
}

/** `local_bh_enable`. Departs: pending work waits for the end of the burst. */
export function localBhEnable(): void {
  const head = thisCpuHead();
  bugOn(head.bhDisabled == 0, SITE_RCU_NESTING);
  head.bhDisabled--;
}

/** `in_softirq`: serving a softirq, or bottom halves disabled, as in the kernel. */
export function inSoftirq(): bool {
  const head: CpuHead = thisCpuHead();
  return (head.softirq | head.bhDisabled) != 0;
}

/** `spin_lock_bh`. */
export function spinLockBh(at: usize): void {
  localBhDisable();
  spinLock(at);
}

/** `spin_unlock_bh`. */
export function spinUnlockBh(at: usize): void {
  spinUnlock(at);
  localBhEnable();
}
