/**
 * Devices and their IPv4 side, from the control plane: up, down and away.
 *
 * A device goes away in the kernel's order (spec §9): close, the events of `deviceEvents.ts`, after
 * an `rcu_barrier` on every CPU (the host drives it) the last one; then the count of references
 * must fall to zero (`netdevWait.ts`).
 *
 * Caller: the control-plane CPU, or the host while no CPU runs. Takes RTNL.
 */

import { IFF_UP, NETREG_UNREGISTERING, NetDevice } from "../core/netDevice";
import { fibSyncUpDev } from "../fib/fibSemantics";
import { RT_FLUSH_SOON, rtCacheFlush } from "../fib/rtGenid";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { deviceDown, deviceUnregister } from "./deviceEvents";

/** The device is up again: its nexthops live. Routes that were flushed are for the host to add. */
export function devOpen(at: usize): void {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags | IFF_UP;
  fibSyncUpDev(<u32>at);
  rtCacheFlush(RT_FLUSH_SOON);
  rtnlUnlock();
}

/** The device is down. Returns how many routes went. Follows `dev_close` and NETDEV_DOWN. */
export function devClose(at: usize): u32 {
  rtnlLock();
  const dev = changetype<NetDevice>(at);
  dev.flags = dev.flags & ~IFF_UP;
  const flushed = deviceDown(at);
  rtnlUnlock();
  return flushed;
}

/** Everything up to the barrier: the device is closed and UNREGISTER sent. Follows
 * `unregister_netdevice`. */
export function unregisterNetdevice(at: usize): void {
  const dev = changetype<NetDevice>(at);
  dev.regState = NETREG_UNREGISTERING;
  devClose(at);
  rtnlLock();
  deviceUnregister(at);
  rtnlUnlock();
}
