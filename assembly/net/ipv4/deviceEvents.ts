/**
 * What a device's events do to routes, neighbours and entries: the notifier chain as calls in the
 * kernel's order. The eras differ in when entries that are dead but held let the device go: at
 * UNREGISTER (to 3.6), or at UNREGISTER_FINAL, which comes after an `rcu_barrier` (3.7 on).
 *
 * Caller: the control-plane CPU, or the host while no CPU runs. Under RTNL, but for FINAL.
 */
import {
  dstDevEvent,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UNREGISTER_FINAL,
} from "../core/dstDevEvent";
import { DST_EVENT_FINAL, DST_EVENT_FIRST } from "../core/dstEntry";
import { dstGcTask } from "../core/dstGc";
import { neighIfdown } from "../core/neighbourTable";
import { fibSyncDownDev } from "../fib/fibSemantics";
import { RT_FLUSH_NOW, rtCacheFlush } from "../fib/rtGenid";
import { fibFlush } from "./fibFrontend";
import { RT_FLUSH_UNREGISTER, rtCacheFlushBatch } from "./rtFlush";
import { rtFlushDev } from "./uncachedList";

/** There is an UNREGISTER_FINAL, and a barrier before it. */
export const HAS_UNREGISTER_FINAL: bool = DST_EVENT_FINAL;

/**
 * Nexthops die, their routes are flushed, caches are stale within `delay`, neighbours go, PERMANENT
 * ones too. The routes to the host's own addresses stay unless `force`. Returns how many routes
 * went. Follows `fib_disable_ip`.
 */
function fibDisableIp(at: usize, force: bool, delay: i32): u32 {
  let flushed: u32 = 0;
  if (fibSyncDownDev(<u32>at, force)) flushed = fibFlush();
  rtCacheFlush(delay);
  neighIfdown(at);
  return flushed;
}

/** NETDEV_DOWN. Returns how many routes went. */
export function deviceDown(at: usize): u32 {
  if (DST_EVENT_FIRST) dstDevEvent(at, NETDEV_DOWN);
  const flushed = fibDisableIp(at, false, RT_FLUSH_NOW);
  if (!DST_EVENT_FIRST) dstDevEvent(at, NETDEV_DOWN);
  return flushed;
}

/** NETDEV_UNREGISTER: with the addresses their routes go too. It may be sent again. */
export function deviceUnregister(at: usize): void {
  if (DST_EVENT_FIRST) dstDevEvent(at, NETDEV_UNREGISTER);
  fibDisableIp(at, true, RT_FLUSH_UNREGISTER);
  rtCacheFlushBatch();
  rtFlushDev(at);
  if (!DST_EVENT_FIRST) dstDevEvent(at, NETDEV_UNREGISTER);
}

/**
 * NETDEV_UNREGISTER_FINAL, after a barrier. Where there is none, entries that waited for RCU at
 * UNREGISTER hear of it now; the kernel sends it again a second later.
 */
export function deviceUnregisterFinal(at: usize): void {
  dstGcTask();
  dstDevEvent(at, HAS_UNREGISTER_FINAL ? NETDEV_UNREGISTER_FINAL : NETDEV_UNREGISTER);
  rtFlushDev(at);
}
