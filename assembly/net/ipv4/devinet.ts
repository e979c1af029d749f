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

import { dstDevEvent, dstGcTask } from "../core/dst";
import { neighIfdown } from "../core/neighbour";
import {
  IFF_UP,
  NETREG_UNREGISTERED,
  NETREG_UNREGISTERING,
  NetDevice,
  netdevRefcntRead,
} from "../core/netDevice";
import { fibSyncDownDev, fibSyncUpDev } from "../fib/fibSemantics";
import { RT_FLUSH_NOW, RT_FLUSH_SOON, rtCacheFlush } from "../fib/rtGenid";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { fibFlush } from "./fibFrontend";
import { RT_FLUSH_UNREGISTER, rtCacheFlushBatch } from "./rtFlush";
import { rtFlushDev } from "./uncachedList";

/** The device is up again: its nexthops live. Routes that were flushed are for the host to add. */
export function devOpen(at: usize): void {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags | IFF_UP;
  fibSyncUpDev(<u32>at);
  rtCacheFlush(RT_FLUSH_SOON);
  rtnlUnlock();
}

/**
 * Nexthops die, their routes are flushed, caches are stale within `delay`, neighbours go, PERMANENT
 * ones too. The routes to the host's own addresses stay unless `force`. Returns how many routes
 * went. Under RTNL. Follows `fib_disable_ip`.
 */
function fibDisableIp(at: usize, force: bool, delay: i32): u32 {
  let flushed: u32 = 0;
  if (fibSyncDownDev(<u32>at, force)) flushed = fibFlush();
  rtCacheFlush(delay);
  neighIfdown(at);
  return flushed;
}

/** The device is down. Returns how many routes went. Follows `dev_close` and NETDEV_DOWN. */
export function devClose(at: usize): u32 {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags & ~IFF_UP;
  const flushed = fibDisableIp(at, false, RT_FLUSH_NOW);
  dstDevEvent(at, false);
  rtnlUnlock();
  return flushed;
}

/** First half of `unregister_netdevice`, everything up to the barrier: with the addresses their
 * routes go too. */
export function unregisterNetdevice(at: usize): void {
  changetype<NetDevice>(at).regState = NETREG_UNREGISTERING;
  devClose(at);
  rtnlLock();
  fibDisableIp(at, true, RT_FLUSH_UNREGISTER);
  rtCacheFlushBatch();
  rtFlushDev(at);
  rtnlUnlock();
}

/** Second half, after the barrier: NETDEV_UNREGISTER_FINAL. Returns the references that are left;
 * the kernel would wait for them for ever. */
export function netdevRunTodo(at: usize): i32 {
  dstGcTask();
  dstDevEvent(at, true);
  rtFlushDev(at);
  const left = netdevRefcntRead(at);
  if (left == 0) changetype<NetDevice>(at).regState = NETREG_UNREGISTERED;
  return left;
}
