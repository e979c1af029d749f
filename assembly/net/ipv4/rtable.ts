/**
 * rtable: IPv4's entry, a dst_entry first and the protocol's tail behind it (spec era B: 192
 * bytes).
 *
 *   152  rt_genid  rt_flags        160  rt_type u16  is_input u8  uses_gateway u8  rt_iif
 *   168  rt_gateway  rt_pmtu       176  rt_uncached (list_head)
 *
 * No addresses: one rtable serves every destination behind a nexthop. `rt_gateway` 0 means on-link:
 * the next hop is the packet's destination. Written before the entry can be seen, then read-only,
 * but for the list links, which the uncached list's lock guards.
 *
 * An entry whose rt_genid is not the current one (`net/fib/rtGenid.ts`) is stale and is never used
 * again; invalidation of all of them is one atomic add.
 */

import { plainLoad32 } from "../../arch/atomic";
import { isBusted } from "../../arch/superblock";
import { BUSTED, BUSTED_GENID } from "../../config";
import { jiffies, timeAfterEq } from "../../kernel/jiffies";
import { listEmpty, listInit } from "../../lib/listHead";
import { dstAlloc } from "../core/dst";
import {
  DST_ENTRY_BYTES,
  DST_HOST,
  DST_NOCACHE,
  DST_OBSOLETE_FORCE_CHK,
  DstEntry,
} from "../core/dstEntry";
import { DST_OPS_IPV4 } from "../core/dstOps";
import { NetDevice } from "../core/netDevice";
import { rtGenid } from "../fib/rtGenid";
import { RTAX_MTU } from "../fib/rtnetlink";
import { rtDelUncachedList } from "./uncachedList";

export const RTCF_BROADCAST: u32 = 0x10000000;
export const RTCF_MULTICAST: u32 = 0x20000000;
export const RTCF_LOCAL: u32 = 0x80000000;

/** The tail is laid out behind DstEntry's 152 bytes; the asserts below hold asc to it. */
@unmanaged
export class Rtable extends DstEntry {
  rtGenid: u32;
  rtFlags: u32;
  rtType: u16;
  rtIsInput: u8;
  rtUsesGateway: u8;
  rtIif: u32;
  /** Network byte order; 0 = on-link. */
  rtGateway: u32;
  /** Learned path MTU, 0 = none. */
  rtPmtu: u32;
  rtUncachedNext: u64;
  rtUncachedPrev: u64;

  @inline get uncachedAt(): usize {
    return changetype<usize>(this) + offsetof<Rtable>("rtUncachedNext");
  }
}

export const RTABLE_BYTES: usize = 192;
export const RTABLE_GENID_OFFSET: usize = offsetof<Rtable>("rtGenid");
export const RTABLE_UNCACHED_OFFSET: usize = offsetof<Rtable>("rtUncachedNext");
export const RTABLE_IS_INPUT_OFFSET: usize = offsetof<Rtable>("rtIsInput");
if (offsetof<Rtable>() != RTABLE_BYTES) ERROR("rtable of 3.10 has 192 bytes");
if (offsetof<Rtable>("rtGenid") != DST_ENTRY_BYTES) ERROR("the tail starts behind dst_entry");
if (RTABLE_UNCACHED_OFFSET != 176) ERROR("rt_uncached is at 176 in 3.10");

/**
 * Allocates an rtable for `dev` with one reference, to be checked at each use. `willCache` false
 * makes it NOCACHE from the start. Follows `rt_dst_alloc`; 0 is -ENOBUFS to the caller.
 */
export function rtDstAlloc(dev: usize, willCache: bool): usize {
  const flags = willCache ? 0 : DST_HOST | DST_NOCACHE;
  const at = dstAlloc(DST_OPS_IPV4, dev, 1, DST_OBSOLETE_FORCE_CHK, flags);
  if (!at) return 0;
  const rt = changetype<Rtable>(at);
  rt.rtGenid = rtGenid();
  rt.rtFlags = 0;
  rt.rtIif = 0;
  rt.rtGateway = 0;
  rt.rtPmtu = 0;
  rt.rtUsesGateway = 0;
  listInit(rt.uncachedAt);
  return at;
}

/** IPv4's part of the end of an entry: it leaves the uncached list. Follows `ipv4_dst_destroy`. */
export function ipv4DstDestroy(at: usize): void {
  if (!listEmpty(changetype<Rtable>(at).uncachedAt)) rtDelUncachedList(at);
}

/** True if a cached entry may be used: alive and of the current generation.
 * Follows `rt_cache_valid`. */
export function rtCacheValid(at: usize): bool {
  if (!at) return false;
  const rt = changetype<Rtable>(at);
  if (BUSTED && isBusted(BUSTED_GENID)) return rt.obsolete == DST_OBSOLETE_FORCE_CHK;
  return rt.obsolete == DST_OBSOLETE_FORCE_CHK && rt.rtGenid == rtGenid();
}

/** Next hop of a packet to `daddr`: the gateway, or the destination where it is on-link.
 * Follows `rt_nexthop`. */
export function rtNexthop(rt: Rtable, daddr: u32): u32 {
  return rt.rtGateway != 0 ? rt.rtGateway : daddr;
}

/** Largest datagram: learned and not expired, of the metrics, or of the device. Follows 3.10's
 * `ipv4_mtu`, without its 576 for a locked metric. */
export function ipv4Mtu(rt: Rtable): u32 {
  if (rt.rtPmtu != 0 && !timeAfterEq(jiffies(), rt.expires)) return rt.rtPmtu;
  const metrics: usize = rt.metrics & ~1;
  if (metrics) {
    const mtu = plainLoad32(metrics + ((<usize>RTAX_MTU - 1) << 2));
    if (mtu) return mtu;
  }
  const mtu = changetype<NetDevice>(rt.dev).mtu;
  return mtu < IP_MAX_MTU ? mtu : IP_MAX_MTU;
}

/** 3.10's cap on what a device may say. */
export const IP_MAX_MTU: u32 = 0xfff0;
