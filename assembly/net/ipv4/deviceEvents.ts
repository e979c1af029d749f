/**
 * What a device's events do to routes, neighbours and entries: the notifier chain as calls in the
 * kernel's order. The eras differ in when entries that are dead but held let the device go: at
 * UNREGISTER (to 3.6), or at UNREGISTER_FINAL, which comes after an `rcu_barrier` (3.7 on).
 *
 * Caller: the control-plane CPU, or the host while no CPU runs. Under RTNL, but for FINAL.
 */
import { dstDevEvent, dstGcTask } from "../core/dst";
import { DST_HAS_UNCACHED } from "../core/dstEntry";
import { neighIfdown } from "../core/neighbourTable";
import { fibSyncDownDev } from "../fib/fibSemantics";
import { rtCacheFlush } from "../fib/rtGenid";
import { fibFlush } from "./fibFrontend";
import { rtFlushDev } from "./uncachedList";

/** There is an UNREGISTER_FINAL, and a barrier before it. */
export const HAS_UNREGISTER_FINAL: bool = DST_HAS_UNCACHED;

/**
 * Nexthops die, their routes are flushed, caches are stale, neighbours go, PERMANENT ones too. The
 * routes to the host's own addresses stay unless `force`. Returns how many routes went. Follows
 * `fib_disable_ip`.
 */
function fibDisableIp(at: usize, force: bool): u32 {
  let flushed: u32 = 0;
  if (fibSyncDownDev(<u32>at, force)) flushed = fibFlush();
  rtCacheFlush();
  neighIfdown(at);
  return flushed;
}

/** NETDEV_DOWN. Returns how many routes went. */
export function deviceDown(at: usize): u32 {
  const flushed = fibDisableIp(at, false);
  dstDevEvent(at, false);
  return flushed;
}

/** NETDEV_UNREGISTER: with the addresses their routes go too. It may be sent again. */
export function deviceUnregister(at: usize): void {
  fibDisableIp(at, true);
  rtFlushDev(at);
  if (HAS_UNREGISTER_FINAL) return;
  dstGcTask();
  dstDevEvent(at, true);
}

/** NETDEV_UNREGISTER_FINAL, where there is one; after a barrier. */
export function deviceUnregisterFinal(at: usize): void {
  if (!HAS_UNREGISTER_FINAL) return;
  dstGcTask();
  dstDevEvent(at, true);
  rtFlushDev(at);
}
