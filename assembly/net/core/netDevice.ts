/**
 * net_device: what a route points at and a frame leaves through.
 *
 *   line 0  read by packets      ifindex, slot, flags, mtu, features, MAC, in_device
 *   line 1  the shared count     written by every hold and put where DEV_COUNT is shared
 *   line 2  control plane        registration state
 *
 * Size 256, estimated: the kernel's has over 2 KiB, of which a forwarded packet reads these fields.
 * Two ways to count references (spec §9): one shared atomic (2.6.18), or a plain word in each CPU's
 * area whose sum means something only at teardown (2.6.37 on). This is the only file that looks at
 * that knob. `blackhole_netdev` has the last slot and no ifindex. Invariant at quiescence: count ==
 * dsts + neighbours + nexthops that point here.
 */
import {
  atomicAdd32,
  atomicLoad32,
  atomicStore32,
  atomicSub32,
  plainLoad32,
  plainStore32,
} from "../../arch/atomic";
import { COST_DEV_HOLD, COST_DEV_PUT, countCost } from "../../arch/costs";
import { bootAlloc } from "../../arch/regions";
import { G_NETDEV, superBlockAt } from "../../arch/superblock";
import { bugOn, SITE_DEV_REFCOUNT } from "../../arch/trap";
import { DEBUG, DEV_COUNT, DEV_COUNT_PERCPU } from "../../config";
import { refPercpuHold, refPercpuRelease, refPercpuSum } from "../../lib/refPercpu";

export const IFF_UP: u32 = 0x1;
export const IFF_LOOPBACK: u32 = 0x8;
/** There is one host at the other end: nobody asks for its address. */
export const IFF_POINTOPOINT: u32 = 0x10;
export const IFF_RUNNING: u32 = 0x40;
export const IFF_NOARP: u32 = 0x80;
/** The driver does not need the dst: it is dropped just before the frame is handed over. */
export const IFF_XMIT_DST_RELEASE: u32 = 0x400;

export const NETREG_UNINITIALIZED: u32 = 0;
export const NETREG_REGISTERED: u32 = 1;
export const NETREG_UNREGISTERING: u32 = 2;
export const NETREG_UNREGISTERED: u32 = 3;
/** Nothing refers to the device any more. */
export const NETREG_RELEASED: u32 = 4;

/** Our own flag: what is sent through the device is freed. */
export const IFF_BLACKHOLE: u32 = 0x40000000;
/** Devices without a ring: their frames take another way. */
export const IFF_NO_RING: u32 = IFF_LOOPBACK | IFF_BLACKHOLE;

/** Devices that can be registered: their slots index per-CPU words. */
export const NETDEVS_MAX: u32 = 63;
/** Slot of `blackhole_netdev`, behind those of registered devices. */
const BLACKHOLE_SLOT: u32 = 63;
/** MTU of `blackhole_netdev`: the smallest that IPv4 allows. */
const IPV4_MIN_MTU: u32 = 68;

@unmanaged
export class NetDevice {
  ifindex: u32;
  /** Index into the per-CPU device words. */
  slot: u32;
  private _flags: u32;
  private _mtu: u32;
  privFlags: u32;
  /** MAC address as bytes 0–3 and 4–5, as a little-endian CPU loads them. */
  macLow: u32;
  macHigh: u32;
  /** in_device part: IP is configured, forwarding is on. Control plane writes, packets read. */
  private _ipEnabled: u32;
  private _forwarding: u32;
  /** Primary address in network byte order, for source selection. */
  primaryAddress: u32;
  private _pad0: u64;
  private _pad1: u64;
  private _pad2: u64;
  private _refcnt: u32;
  private _pad3: u32;
  private _pad4: u64;
  private _pad5: u64;
  private _pad6: u64;
  private _pad7: u64;
  private _pad8: u64;
  private _pad9: u64;
  private _pad10: u64;
  regState: u32;
  /** `netdev_wait_allrefs` (`net/ipv4/netdevWait.ts`): where it is, and in jiffies when it began,
   * last sent the event again and last warned, and when it looks again. */
  waitState: u32;
  waitSince: u32;
  waitResentAt: u32;
  waitWarnedAt: u32;
  waitWakeAt: u32;
  /** How often it looked, sent the event again and warned, and the count it last warned of. */
  waitLooks: u32;
  waitResent: u32;
  waitWarnings: u32;
  waitCount: u32;

  @inline get flags(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<NetDevice>("_flags"));
  }
  @inline set flags(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<NetDevice>("_flags"), v);
  }
  @inline get mtu(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<NetDevice>("_mtu"));
  }
  @inline set mtu(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<NetDevice>("_mtu"), v);
  }
  @inline get ipEnabled(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<NetDevice>("_ipEnabled"));
  }
  @inline set ipEnabled(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<NetDevice>("_ipEnabled"), v);
  }
  @inline get forwarding(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<NetDevice>("_forwarding"));
  }
  @inline set forwarding(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<NetDevice>("_forwarding"), v);
  }
  @inline get refcntAt(): usize {
    return changetype<usize>(this) + offsetof<NetDevice>("_refcnt");
  }
}

export const NET_DEVICE_BYTES: usize = 256;
if (offsetof<NetDevice>("_refcnt") != 64) ERROR("the shared count must have a line of its own");
if (offsetof<NetDevice>() > NET_DEVICE_BYTES) ERROR("NetDevice overflows");

/** Offset of device slot `slot` (ifindex − 1), 0 if there is none. */
export function netDeviceOf(slot: u32): usize {
  return plainLoad32(superBlockAt() + G_NETDEV + ((<usize>slot) << 2));
}

/** Makes the device with this ifindex (1 up, in order) and returns it; 0 if boot memory is out. */
export function registerNetdevice(ifindex: u32, mtu: u32, flags: u32): usize {
  if (ifindex == 0 || ifindex > NETDEVS_MAX) return 0;
  const at = bootAlloc(NET_DEVICE_BYTES, 64);
  if (!at) return 0;
  const dev = changetype<NetDevice>(at);
  dev.ifindex = ifindex;
  dev.slot = ifindex - 1;
  dev.mtu = mtu;
  dev.flags = flags;
  dev.privFlags = flags & IFF_LOOPBACK ? 0 : IFF_XMIT_DST_RELEASE;
  dev.regState = NETREG_REGISTERED;
  plainStore32(superBlockAt() + G_NETDEV + ((<usize>(ifindex - 1)) << 2), <u32>at);
  return at;
}

/**
 * Makes the device that entries without a device are given, 5.3 on: never registered, no ifindex,
 * up, and whatever is sent through it is freed. At boot. False: no memory. Follows
 * `blackhole_netdev_init`.
 */
export function blackholeNetdevInit(): bool {
  const at = bootAlloc(NET_DEVICE_BYTES, 64);
  if (!at) return false;
  const dev = changetype<NetDevice>(at);
  dev.slot = BLACKHOLE_SLOT;
  dev.mtu = IPV4_MIN_MTU;
  dev.flags = IFF_UP | IFF_RUNNING | IFF_BLACKHOLE;
  plainStore32(superBlockAt() + G_NETDEV + ((<usize>BLACKHOLE_SLOT) << 2), <u32>at);
  return true;
}

/** `blackhole_netdev`. */
export function blackholeNetdev(): usize {
  return netDeviceOf(BLACKHOLE_SLOT);
}

/** Takes a reference on a device. Follows `dev_hold`. */
export function devHold(at: usize): void {
  if (DEBUG) countCost(COST_DEV_HOLD);
  const dev = changetype<NetDevice>(at);
  if (DEV_COUNT == DEV_COUNT_PERCPU) refPercpuHold(dev.slot);
  else atomicAdd32(dev.refcntAt, 1);
}

/** Drops a reference on a device. Follows `dev_put`. */
export function devPut(at: usize): void {
  if (DEBUG) countCost(COST_DEV_PUT);
  const dev = changetype<NetDevice>(at);
  if (DEV_COUNT == DEV_COUNT_PERCPU) {
    refPercpuRelease(dev.slot);
  } else {
    const old = atomicSub32(dev.refcntAt, 1);
    bugOn(old == 0, SITE_DEV_REFCOUNT);
  }
}

/** References on a device; exact while no CPU runs. Follows `netdev_refcnt_read`. */
export function netdevRefcntRead(at: usize): i32 {
  const dev = changetype<NetDevice>(at);
  if (DEV_COUNT == DEV_COUNT_PERCPU) return refPercpuSum(dev.slot);
  return <i32>atomicLoad32(dev.refcntAt);
}
