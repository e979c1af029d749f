/**
 * Devices and their IPv4 side, from the control plane: up, down and away.
 *
 * A device goes away in the kernel's order (spec §9, era B): close, routes over it die and are
 * flushed, every cached route becomes stale, uncached rtables move to loopback, neighbours go;
 * after an `rcu_barrier` on every CPU (the host drives it) dead entries move to loopback too; then
 * the count of references must fall to zero.
 *
 * Caller: the control-plane CPU, or the host while no CPU runs. Takes RTNL.
 */

import {
  dstDevEvent,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UNREGISTER_FINAL,
} from "../core/dstDevEvent";
import { DST_EVENT_FIRST } from "../core/dstEntry";
import { dstGcTask } from "../core/dstGc";
import { neighIfdown } from "../core/neighbourTable";
import {
  IFF_UP,
  NETREG_UNREGISTERED,
  NETREG_UNREGISTERING,
  NetDevice,
  netdevRefcntRead,
} from "../core/netDevice";
import { fibSyncDownDev, fibSyncUpDev } from "../fib/fibSemantics";
import { rtCacheFlush } from "../fib/rtGenid";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { fibFlush } from "./fibFrontend";
import { rtFlushDev } from "./uncachedList";

/** The device is up again: its nexthops live. Routes that were flushed are for the host to add. */
export function devOpen(at: usize): void {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags | IFF_UP;
  fibSyncUpDev(<u32>at);
  rtCacheFlush();
  rtnlUnlock();
}

/**
 * Nexthops die, their routes are flushed, caches are stale, neighbours go, PERMANENT ones too. The
 * routes to the host's own addresses stay unless `force`. Returns how many routes went. Under RTNL.
 * Follows `fib_disable_ip`.
 */
function fibDisableIp(at: usize, force: bool): u32 {
  let flushed: u32 = 0;
  if (fibSyncDownDev(<u32>at, force)) flushed = fibFlush();
  rtCacheFlush();
  neighIfdown(at);
  return flushed;
}

/** The device is down. Returns how many routes went. Follows `dev_close` and NETDEV_DOWN. */
export function devClose(at: usize): u32 {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags & ~IFF_UP;
  if (DST_EVENT_FIRST) dstDevEvent(at, NETDEV_DOWN);
  const flushed = fibDisableIp(at, false);
  if (!DST_EVENT_FIRST) dstDevEvent(at, NETDEV_DOWN);
  rtnlUnlock();
  return flushed;
}

/** First half of `unregister_netdevice`, everything up to the barrier: with the addresses their
 * routes go too. */
export function unregisterNetdevice(at: usize): void {
  changetype<NetDevice>(at).regState = NETREG_UNREGISTERING;
  devClose(at);
  rtnlLock();
  if (DST_EVENT_FIRST) dstDevEvent(at, NETDEV_UNREGISTER);
  fibDisableIp(at, true);
  rtFlushDev(at);
  if (!DST_EVENT_FIRST) dstDevEvent(at, NETDEV_UNREGISTER);
  rtnlUnlock();
}

/**
 * Second half, after the barrier: NETDEV_UNREGISTER once more, then NETDEV_UNREGISTER_FINAL.
 * Returns the references that are left; the kernel would do this again until there are none.
 */
export function netdevRunTodo(at: usize): i32 {
  dstGcTask();
  dstDevEvent(at, NETDEV_UNREGISTER);
  dstDevEvent(at, NETDEV_UNREGISTER_FINAL);
  rtFlushDev(at);
  const left = netdevRefcntRead(at);
  if (left == 0) changetype<NetDevice>(at).regState = NETREG_UNREGISTERED;
  return left;
}
