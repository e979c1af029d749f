/**
 * sk_buff: one packet on its way, and the dst it goes by.
 *
 * Fields of 3.10 that the path reads, at estimated offsets of a 256-byte object (the kernel's has
 * 232 bytes and comes from a 256-byte slab):
 *
 *   line 0  next, sk, dev, cb[0..]        line 1  _skb_refdst, len, protocol, pkt_type
 *   line 3  head, data
 *
 * `_skb_refdst` is one word: the dst, and bit 0 = SKB_DST_NOREF: no reference is held, RCU protects
 * it. Invariant: bit clear and pointer set ⇔ one reference of dst.refcnt is this skb's. With
 * noref=off (2.6.18's `skb->dst`) it is a plain pointer, and whatever is set is counted.
 *
 * Owner only: an skb belongs to the CPU that received it, which has 64 of them for its hot frames.
 */

import { thisCpuHead } from "../../arch/percpu";
import { traceCall } from "../../arch/trace";
import {
  BRANCH_ATTACHED,
  BRANCH_ATTACHED_NOREF,
  BRANCH_NO_REFERENCE,
  TRACE_CURRENT,
  TRACE_KFREE_SKB,
  TRACE_SKB_DST_DROP,
  TRACE_SKB_DST_FORCE,
  TRACE_SKB_DST_SET,
  TRACE_SKB_DST_SET_NOREF,
} from "../../arch/tracePoints";
import { bugOn, SITE_SKB_NOREF } from "../../arch/trap";
import { DEBUG, NOREF } from "../../config";
import { dstHold, dstRelease } from "./dst";
import { DST_NOCACHE, DstEntry } from "./dstEntry";
import { traceDst } from "./dstTrace";

export const SKB_DST_NOREF: u32 = 1;

export const PACKET_HOST: u32 = 0;
export const PACKET_BROADCAST: u32 = 1;
export const PACKET_OTHERHOST: u32 = 3;

@unmanaged
export class SkBuff {
  next: u64;
  prev: u64;
  tstamp: u64;
  sk: u64;
  /** Device: the receiving one, then the one it leaves through. */
  dev: u32;
  private _devHigh: u32;
  /** Control block: `cb0` the adjacency (a fib_nh) where there is no dst, `cb1` its route type. */
  cb0: u32;
  cb1: u32;
  private _cb2: u64;
  private _cb3: u64;
  private _cb4: u64;
  private _cb5: u64;
  private _cb6: u64;
  /** `_skb_refdst`. */
  refdst: u32;
  private _refdstHigh: u32;
  private _sp: u64;
  /** Bytes from `data` to the end of the packet. */
  len: u32;
  private _dataLen: u32;
  /** PACKET_*; in the kernel three bits. */
  pktType: u32;
  /** EtherType as a little-endian CPU loads it. */
  protocol: u32;
  /** Set by netfilter rules; part of a route's key. 0: there are none. */
  mark: u32;
  private _markPad: u32;
  private _pad0: u64;
  private _pad1: u64;
  private _pad2: u64;
  private _pad3: u64;
  private _pad4: u64;
  private _pad5: u64;
  private _pad6: u64;
  private _pad7: u64;
  /** Address of the IP header. */
  networkHeader: u32;
  /** Address of the Ethernet header. */
  macHeader: u32;
  /** First byte of the buffer, and of the part that is valid now. */
  head: u32;
  data: u32;
}

export const SK_BUFF_BYTES: usize = 256;
if (offsetof<SkBuff>() > SK_BUFF_BYTES) ERROR("SkBuff overflows");
if (offsetof<SkBuff>("refdst") != 88) ERROR("_skb_refdst moved");

/** The skb's dst, whether counted or not; 0 if none. */
export function skbDst(skb: SkBuff): usize {
  if (!NOREF) return skb.refdst;
  if (DEBUG) {
    bugOn((skb.refdst & SKB_DST_NOREF) != 0 && thisCpuHead().rcuNesting == 0, SITE_SKB_NOREF);
  }
  return skb.refdst & ~SKB_DST_NOREF;
}

/** Attaches a dst; consumes a reference that the caller owns. Follows `skb_dst_set`. */
export function skbDstSet(skb: SkBuff, dst: usize): void {
  if (DEBUG) traceDst(TRACE_SKB_DST_SET, BRANCH_ATTACHED, dst, 0);
  skb.refdst = <u32>dst;
}

/**
 * Attaches a dst under RCU, without a reference; where the dst is NOCACHE, or packets always take
 * one (noref=off), with one. Follows 3.10's `skb_dst_set_noref`.
 */
export function skbDstSetNoref(skb: SkBuff, dst: usize): void {
  if (DEBUG && NOREF) traceCall(TRACE_CURRENT, TRACE_SKB_DST_SET_NOREF, 0, 0);
  if (!NOREF || changetype<DstEntry>(dst).flags & DST_NOCACHE) {
    dstHold(dst);
    skbDstSet(skb, dst);
  } else {
    if (DEBUG) traceDst(TRACE_SKB_DST_SET_NOREF, BRANCH_ATTACHED_NOREF, dst, 0);
    skb.refdst = <u32>dst | SKB_DST_NOREF;
  }
}

/** True when a dst is attached without a reference. */
export function skbDstIsNoref(skb: SkBuff): bool {
  return NOREF && (skb.refdst & SKB_DST_NOREF) != 0 && (skb.refdst & ~SKB_DST_NOREF) != 0;
}

/** Trace: a dst is detached; a borrowed one has no reference to drop. */
function traceDrop(word: u32): void {
  traceCall(TRACE_CURRENT, TRACE_SKB_DST_DROP, 0, 0);
  const dst: usize = word & ~SKB_DST_NOREF;
  if (dst != word) traceDst(TRACE_SKB_DST_DROP, BRANCH_NO_REFERENCE, dst, 0);
}

/** Detaches the dst and drops its reference if the skb holds one. Follows `skb_dst_drop`. */
export function skbDstDrop(skb: SkBuff): void {
  const word = skb.refdst;
  if (word) {
    if (DEBUG) traceDrop(word);
    if (!NOREF || !(word & SKB_DST_NOREF)) dstRelease(word);
    skb.refdst = 0;
  }
}

/** Turns a borrowed dst into a counted one before the skb leaves the read section. Follows 3.10's
 * `skb_dst_force`: a plain hold, legal because 0→1 is legal for an entry that a slot owns. */
export function skbDstForce(skb: SkBuff): void {
  const word = skb.refdst;
  if (skbDstIsNoref(skb)) {
    const dst: usize = word & ~SKB_DST_NOREF;
    if (DEBUG) traceCall(TRACE_CURRENT, TRACE_SKB_DST_FORCE, 0, 0);
    dstHold(dst);
    skb.refdst = <u32>dst;
  }
}

/** Copies the dst of `from`: a counted one takes one more reference. Follows `skb_dst_copy`. */
export function skbDstCopy(to: SkBuff, from: SkBuff): void {
  const word = from.refdst;
  if (word != 0 && (!NOREF || !(word & SKB_DST_NOREF))) dstHold(word);
  to.refdst = word;
}

/** Ends an skb: its frame goes back to the ring. Follows `kfree_skb` as far as the dst. */
export function kfreeSkb(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_KFREE_SKB, 0, 0);
  skbDstDrop(skb);
}
