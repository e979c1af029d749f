/**
 * rtable: IPv4's entry, a dst_entry first and the protocol's tail behind it. Layouts as for
 * `net/core/dstEntry.ts`, with which this is the only reader of DST_LAYOUT:
 *
 *   208 → 328 bytes (2.6.18)   the flow key, addresses, spec_dst, peer; `rt_gateway` is always the
 *                              next hop
 *   160 → 232 bytes (2.6.39)   the same in other order, rt_genid, fi
 *   152 → 192 bytes (3.10)     no addresses: one rtable serves every destination behind a nexthop;
 *                              `rt_gateway` 0 means on-link: the next hop is the destination
 *
 * Written before the entry can be seen, then read-only, but for the list links, which the uncached
 * list's lock guards, and the chain pointer (a published word).
 *
 * An entry whose rt_genid is not the current one (`net/fib/rtGenid.ts`) is stale and is never used
 * again; invalidation of all of them is one atomic add.
 */

import { plainLoad32 } from "../../arch/atomic";
import { isBusted } from "../../arch/superblock";
import { traceCall } from "../../arch/trace";
import { TRACE_CURRENT, TRACE_RT_DST_ALLOC } from "../../arch/tracePoints";
import {
  BUSTED,
  BUSTED_GENID,
  DEBUG,
  DST_LAYOUT,
  DST_LAYOUT_152,
  DST_LAYOUT_160,
  DST_LAYOUT_208,
} from "../../config";
import { jiffies, timeAfterEq } from "../../kernel/jiffies";
import { listEmpty, listInit } from "../../lib/listHead";
import { refcountInit } from "../../lib/refcount";
import { dstAlloc } from "../core/dst";
import {
  DST_HAS_UNCACHED,
  DST_HOST,
  DST_METRICS_COW,
  DST_NOCACHE,
  DST_OBSOLETE_FORCE_CHK,
  DST_OBSOLETE_INITIAL,
  DST_REF_BY_BUILDER,
  DST_ZEROED,
  DstEntry,
} from "../core/dstEntry";
import { Rtable152 } from "../core/dstLayout152";
import { Rtable160 } from "../core/dstLayout160";
import { Rtable208 } from "../core/dstLayout208";
import { DST_OPS_IPV4 } from "../core/dstOps";
import { NetDevice } from "../core/netDevice";
import { rtGenid } from "../fib/rtGenid";
import { RTAX_MTU } from "../fib/rtnetlink";
import { rtFreeMetrics } from "./rtMetrics";
import { rtDelUncachedList } from "./uncachedList";

export const RTCF_NOTIFY: u32 = 0x00010000;
export const RTCF_REDIRECTED: u32 = 0x00040000;
export const RTCF_DOREDIRECT: u32 = 0x01000000;
export const RTCF_DIRECTSRC: u32 = 0x04000000;
export const RTCF_BROADCAST: u32 = 0x10000000;
export const RTCF_MULTICAST: u32 = 0x20000000;
export const RTCF_LOCAL: u32 = 0x80000000;

/** The entry names the flow it was made for: it can be found in a hash of flows. */
export const RTABLE_HAS_KEY: bool = DST_LAYOUT != DST_LAYOUT_152;
/** The entry carries its generation (2.6.25 on). */
export const RTABLE_HAS_GENID: bool = DST_LAYOUT != DST_LAYOUT_208;
/** The entry knows its in_device (2.6.18). */
export const RTABLE_HAS_IDEV: bool = DST_LAYOUT == DST_LAYOUT_208;
/** The entry says apart from `rt_iif` which device its packet was routed from (2.6.39 on). */
export const RTABLE_HAS_ROUTE_IIF: bool = DST_LAYOUT == DST_LAYOUT_160;
/** A learned path MTU stands in the entry (3.6 on). */
export const RTABLE_HAS_PMTU: bool = DST_LAYOUT == DST_LAYOUT_152;

@unmanaged
export class Rtable extends DstEntry {
  @inline get rtFlags(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).rtFlags;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<Rtable160>(changetype<usize>(this)).rtFlags;
    return changetype<Rtable152>(changetype<usize>(this)).rtFlags;
  }
  @inline set rtFlags(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtFlags = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<Rtable160>(changetype<usize>(this)).rtFlags = v;
    else changetype<Rtable152>(changetype<usize>(this)).rtFlags = v;
  }
  @inline get rtType(): u16 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).rtType;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<Rtable160>(changetype<usize>(this)).rtType;
    return changetype<Rtable152>(changetype<usize>(this)).rtType;
  }
  @inline set rtType(v: u16) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtType = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<Rtable160>(changetype<usize>(this)).rtType = v;
    else changetype<Rtable152>(changetype<usize>(this)).rtType = v;
  }
  /** Network byte order. Keyless layouts: 0 = on-link; else always the next hop. */
  @inline get rtGateway(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<Rtable208>(changetype<usize>(this)).rtGateway;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<Rtable160>(changetype<usize>(this)).rtGateway;
    return changetype<Rtable152>(changetype<usize>(this)).rtGateway;
  }
  @inline set rtGateway(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtGateway = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<Rtable160>(changetype<usize>(this)).rtGateway = v;
    else changetype<Rtable152>(changetype<usize>(this)).rtGateway = v;
  }
  @inline get rtIif(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).rtIif;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<Rtable160>(changetype<usize>(this)).rtIif;
    return changetype<Rtable152>(changetype<usize>(this)).rtIif;
  }
  @inline set rtIif(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtIif = v;
    else if (DST_LAYOUT == DST_LAYOUT_160) changetype<Rtable160>(changetype<usize>(this)).rtIif = v;
    else changetype<Rtable152>(changetype<usize>(this)).rtIif = v;
  }
  /** Generation it was made in. */
  @inline get rtGenid(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<Rtable160>(changetype<usize>(this)).rtGenid;
    if (DST_LAYOUT == DST_LAYOUT_208) ERROR("rtGenid: no such field in this layout");
    return changetype<Rtable152>(changetype<usize>(this)).rtGenid;
  }
  @inline set rtGenid(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) ERROR("rtGenid: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_160) changetype<Rtable160>(changetype<usize>(this)).rtGenid = v;
    else changetype<Rtable152>(changetype<usize>(this)).rtGenid = v;
  }
  @inline get rtIsInput(): u8 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtIsInput: no such field in this layout");
    return changetype<Rtable152>(changetype<usize>(this)).rtIsInput;
  }
  @inline set rtIsInput(v: u8) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtIsInput: no such field in this layout");
    changetype<Rtable152>(changetype<usize>(this)).rtIsInput = v;
  }
  @inline get rtUsesGateway(): u8 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtUsesGateway: no such field in this layout");
    return changetype<Rtable152>(changetype<usize>(this)).rtUsesGateway;
  }
  @inline set rtUsesGateway(v: u8) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtUsesGateway: no such field in this layout");
    changetype<Rtable152>(changetype<usize>(this)).rtUsesGateway = v;
  }
  /** Learned path MTU, 0 = none. */
  @inline get rtPmtu(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtPmtu: no such field in this layout");
    return changetype<Rtable152>(changetype<usize>(this)).rtPmtu;
  }
  @inline set rtPmtu(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("rtPmtu: no such field in this layout");
    changetype<Rtable152>(changetype<usize>(this)).rtPmtu = v;
  }
  /** Key: the address that was asked for (an output route's may be 0). */
  @inline get keyDst(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flDst;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyDst: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtKeyDst;
  }
  @inline set keyDst(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyDst: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flDst = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtKeyDst = v;
  }
  @inline get keySrc(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flSrc;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keySrc: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtKeySrc;
  }
  @inline set keySrc(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keySrc: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flSrc = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtKeySrc = v;
  }
  @inline get keyTos(): u8 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flTos;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyTos: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtTos;
  }
  @inline set keyTos(v: u8) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyTos: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flTos = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtTos = v;
  }
  /** Key: 2.6.39 compares `rt_iif`, in which output entries store their device. */
  @inline get keyIif(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flIif;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyIif: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtIif;
  }
  @inline set keyIif(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyIif: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flIif = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtIif = v;
  }
  @inline get keyOif(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flOif;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyOif: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtOif;
  }
  @inline set keyOif(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyOif: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flOif = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtOif = v;
  }
  @inline get keyMark(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).flMark;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyMark: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtMark;
  }
  @inline set keyMark(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("keyMark: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).flMark = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtMark = v;
  }
  /** Key of 3.4 in place of `rt_iif`: 0 in output entries. */
  @inline get rtRouteIif(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("rtRouteIif: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtRouteIif;
  }
  @inline set rtRouteIif(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("rtRouteIif: no such field in this layout");
    changetype<Rtable160>(changetype<usize>(this)).rtRouteIif = v;
  }
  @inline get rtDst(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).rtDst;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtDst: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtDst;
  }
  @inline set rtDst(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtDst: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtDst = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtDst = v;
  }
  @inline get rtSrc(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).rtSrc;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtSrc: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtSrc;
  }
  @inline set rtSrc(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtSrc: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtSrc = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtSrc = v;
  }
  /** Source of an answer to a packet that came by this route. */
  @inline get rtSpecDst(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<Rtable208>(changetype<usize>(this)).rtSpecDst;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtSpecDst: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtSpecDst;
  }
  @inline set rtSpecDst(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("rtSpecDst: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).rtSpecDst = v;
    else changetype<Rtable160>(changetype<usize>(this)).rtSpecDst = v;
  }
  /** inet_peer of the destination, 0 if none. */
  @inline get peer(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<Rtable208>(changetype<usize>(this)).peer;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("peer: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).peer;
  }
  @inline set peer(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("peer: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<Rtable208>(changetype<usize>(this)).peer = v;
    else changetype<Rtable160>(changetype<usize>(this)).peer = v;
  }
  @inline get rtPeerGenid(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("rtPeerGenid: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).rtPeerGenid;
  }
  @inline set rtPeerGenid(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("rtPeerGenid: no such field in this layout");
    changetype<Rtable160>(changetype<usize>(this)).rtPeerGenid = v;
  }
  /** fib_info whose metrics are shared; one client reference. */
  @inline get fi(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("fi: no such field in this layout");
    return changetype<Rtable160>(changetype<usize>(this)).fi;
  }
  @inline set fi(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_160) ERROR("fi: no such field in this layout");
    changetype<Rtable160>(changetype<usize>(this)).fi = v;
  }
  /** in_device of the device. */
  @inline get idev(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("idev: no such field in this layout");
    return changetype<Rtable208>(changetype<usize>(this)).idev;
  }
  @inline set idev(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("idev: no such field in this layout");
    changetype<Rtable208>(changetype<usize>(this)).idev = v;
  }
  /** Address of `rt_uncached`, a list_head. */
  @inline get uncachedAt(): usize {
    return changetype<usize>(this) + RTABLE_UNCACHED_OFFSET;
  }
}

/** Bytes of an rtable; the slab rounds up to lines. */
export const RTABLE_BYTES: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>()
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>()
      : offsetof<Rtable152>();
/** 0 in a layout without generation. */
export const RTABLE_GENID_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? 0
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtGenid")
      : offsetof<Rtable152>("rtGenid");
/** 0 in a layout without an uncached list. */
export const RTABLE_UNCACHED_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_152 ? offsetof<Rtable152>("rtUncachedNext") : 0;
/** Address of the peer word: a shared one, set once by cmpxchg. 0 in a layout without peers. */
export const RTABLE_PEER_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_160 ? offsetof<Rtable160>("peer") : 0;
/** 0 in a layout that tells input from output by the key. */
export const RTABLE_IS_INPUT_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_152 ? offsetof<Rtable152>("rtIsInput") : 0;

/**
 * Allocates an rtable for `dev` with one reference, to be checked at each use. `willCache` false
 * makes it NOCACHE from the start. Follows `rt_dst_alloc`; 0 is -ENOBUFS to the caller. 2.6.18 has
 * no such function and calls `dst_alloc`: a trace of its layout shows that alone.
 */
export function rtDstAlloc(dev: usize, willCache: bool): usize {
  const flags = willCache ? 0 : DST_HOST | DST_NOCACHE;
  if (DEBUG && DST_LAYOUT != DST_LAYOUT_208) {
    traceCall(TRACE_CURRENT, TRACE_RT_DST_ALLOC, flags, 0);
  }
  const at = dstAlloc(DST_OPS_IPV4, dev, 1, DST_OBSOLETE_INITIAL, flags);
  if (!at) return 0;
  const rt = changetype<Rtable>(at);
  if (DST_REF_BY_BUILDER) refcountInit(rt.refcntAt);
  if (RTABLE_HAS_GENID) rt.rtGenid = rtGenid();
  if (DST_ZEROED) return at;
  rt.rtFlags = 0;
  rt.rtIif = 0;
  rt.rtGateway = 0;
  rt.rtPmtu = 0;
  rt.rtUsesGateway = 0;
  listInit(rt.uncachedAt);
  return at;
}

/** IPv4's part of the end of an entry: its peer and its route's metrics go, and it leaves the
 * uncached list. Follows `ipv4_dst_destroy`. */
export function ipv4DstDestroy(at: usize): void {
  if (DST_METRICS_COW) rtFreeMetrics(changetype<Rtable>(at));
  if (!DST_HAS_UNCACHED) return;
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
  if (RTABLE_HAS_PMTU && rt.rtPmtu != 0 && !timeAfterEq(jiffies(), rt.expires)) return rt.rtPmtu;
  const metrics = rt.metricsAt;
  if (metrics) {
    const mtu = plainLoad32(metrics + ((<usize>RTAX_MTU - 1) << 2));
    if (mtu) return mtu;
  }
  const mtu = changetype<NetDevice>(rt.dev).mtu;
  return mtu < IP_MAX_MTU ? mtu : IP_MAX_MTU;
}

/** 3.10's cap on what a device may say. */
export const IP_MAX_MTU: u32 = 0xfff0;
