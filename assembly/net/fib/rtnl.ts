/**
 * RTNL: the one lock of the control plane (the kernel's `rtnl_lock`). Word 0 of G_RTNL.
 *
 * Whoever changes tables, fib_info or devices holds it; lookups never look at it. The kernel's is a
 * mutex, whose waiters sleep: a quiescent state. So waiters here report one at every step, for the
 * holder may wait for a grace period. Bounded as every spin: past the deadline the CPU traps.
 */
import { atomicLoad32 } from "../../arch/atomic";
import { G_RTNL, superBlockAt } from "../../arch/superblock";
import { bugOn, SITE_RTNL, SITE_SPIN_DEADLINE } from "../../arch/trap";
import { rcuNoteQs } from "../../kernel/rcu";
import { spinIsLocked, spinPause, spinTrylock, spinUnlock } from "../../lib/spinlock";

/** Takes RTNL. Outside read sections and spinlocks; never twice. */
export function rtnlLock(): void {
  const at = superBlockAt() + G_RTNL;
  let steps: u32 = 0;
  while (!spinTrylock(at)) {
    rcuNoteQs();
    const owner = atomicLoad32(at);
    if (owner != 0) steps = spinPause(at, owner, steps, SITE_SPIN_DEADLINE);
  }
}

/** Gives RTNL back. By the CPU that took it; debug images trap at another. */
export function rtnlUnlock(): void {
  spinUnlock(superBlockAt() + G_RTNL);
}

/** Debug images trap if nobody holds RTNL: the kernel's `ASSERT_RTNL`. */
export function assertRtnl(): void {
  bugOn(!spinIsLocked(superBlockAt() + G_RTNL), SITE_RTNL);
}
