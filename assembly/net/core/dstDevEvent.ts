/**
 * What dead entries hear of devices: those that nobody can find any more, but that somebody holds,
 * must not keep a device from going away. Live ones are let go by the FIB's own events before.
 *
 *   event                 2.6.18, 2.6.39                        3.10
 *   NETDEV_DOWN           discard                               discard
 *   NETDEV_UNREGISTER     the device reference moves            -
 *   …_UNREGISTER_FINAL    -                                     the device reference moves
 *
 * FINAL comes after an `rcu_barrier`, so entries that waited for RCU are on the garbage list by
 * then. In 2.6.18 and 2.6.39 those are seen when the event is sent again, once a second.
 *
 * Caller: the control plane; any CPU may be using the entries.
 */
import { dstOpsIfdown } from "../../calls/dst";
import { DST_EVENT_FINAL, DST_HAS_NEIGHBOUR, DstEntry } from "./dstEntry";
import { dstDeadLock, dstDeadRest, dstDeadUnlock, dstDiscardBoth } from "./dstGc";
import { Neighbour } from "./neighbour";
import { devHold, devPut, netDeviceOf } from "./netDevice";

export const NETDEV_DOWN: u32 = 0x0002;
export const NETDEV_UNREGISTER: u32 = 0x0006;
export const NETDEV_UNREGISTER_FINAL: u32 = 0x0011;

/** Event NETDEV_* of the device at `dev`, for all dead entries. Follows `dst_dev_event`. */
export function dstDevEvent(dev: usize, event: u32): void {
  const unregisters = DST_EVENT_FINAL ? NETDEV_UNREGISTER_FINAL : NETDEV_UNREGISTER;
  if (event != NETDEV_DOWN && event != unregisters) return;
  const last = ifdownAll(dstDeadLock(), 0, dev, event != NETDEV_DOWN);
  ifdownAll(dstDeadRest(last), last, dev, event != NETDEV_DOWN);
  dstDeadUnlock();
}

/** `dst_ifdown` for a chain of entries; returns the last of them, `before` if there are none. */
function ifdownAll(chain: usize, before: usize, dev: usize, unregister: bool): usize {
  let last = before;
  for (let at = chain; at; at = changetype<DstEntry>(at).next) {
    dstIfdown(changetype<DstEntry>(at), dev, unregister);
    last = at;
  }
  return last;
}

/**
 * The entry's device goes down: it discards; or away: it is on loopback from now on, and so is the
 * neighbour that it is bound to. Follows `dst_ifdown`.
 */
function dstIfdown(dst: DstEntry, dev: usize, unregister: bool): void {
  dstOpsIfdown(dst.ops, changetype<usize>(dst), dev);
  if (dst.dev != dev) return;
  if (!unregister) {
    dstDiscardBoth(dst);
    return;
  }
  const loopback = netDeviceOf(0);
  dst.dev = loopback;
  devHold(loopback);
  devPut(dev);
  if (DST_HAS_NEIGHBOUR && dst.neighbour != 0) {
    const neighbour = changetype<Neighbour>(<usize>dst.neighbour);
    if (neighbour.dev != <u32>dev) return;
    neighbour.dev = <u32>loopback;
    devHold(loopback);
    devPut(dev);
  }
}
