/**
 * RTNL: the one lock of the control plane (the kernel's `rtnl_lock`). Word 0 of G_RTNL.
 *
 * Whoever changes tables, fib_info or devices holds it; lookups never look at it. A spinlock with a
 * bound instead of a mutex: writers are few, and a wait past the deadline traps with its site.
 */
import { G_RTNL, superBlockAt } from "../../arch/superblock";
import { bugOn, SITE_RTNL } from "../../arch/trap";
import { spinIsLocked, spinLock, spinUnlock } from "../../lib/spinlock";

export function rtnlLock(): void {
  spinLock(superBlockAt() + G_RTNL);
}

export function rtnlUnlock(): void {
  spinUnlock(superBlockAt() + G_RTNL);
}

/** Debug images trap if nobody holds RTNL: the kernel's `ASSERT_RTNL`. */
export function assertRtnl(): void {
  bugOn(!spinIsLocked(superBlockAt() + G_RTNL), SITE_RTNL);
}
