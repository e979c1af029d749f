/**
 * skbs that own their frame: copies of packets that wait for a neighbour, and ARP packets. Those of
 * the receive ring belong to the ring and are filled again at the next burst.
 *
 *   object   ┌ SkBuff 256 │ headroom 32 │ packet … ┐    512 bytes, or 2304 for long packets
 *   sent     PCPU_NEIGH + 64: head, tail, number        first in, first out
 *
 * A frame that was handed to a ring stays as it is until as many others were sent as a ring has
 * descriptors: the host reads it there. So an skb is freed that many sends later, by its CPU, which
 * is what completing a transmission comes to here.
 *
 * Owner only while it is sent; on a neighbour's queue it is under that neighbour's lock.
 * Invariant at rest: objects in use == Σ lengths of neighbours' queues + Σ sent lists.
 */
import { copyBytes, plainLoad32, plainStore32 } from "../../arch/atomic";
import { PCPU_NEIGH, thisCpuArea } from "../../arch/percpu";
import { DEBUG } from "../../config";
import { KMEM_CACHE_SKB, KMEM_CACHE_SKB_LARGE } from "../../mm/caches";
import { kmemCacheAlloc, kmemCacheFree } from "../../mm/slab";
import { SLAB_SKB_ALLOC, SLAB_SKB_FREE, slabSite } from "../../mm/slabOwner";
import { devQueueXmit, TX_RING_ENTRIES } from "./devXmit";
import { SK_BUFF_BYTES, SkBuff, skbDst, skbDstForce, skbDstIsNoref } from "./skbuff";

/** Bytes in front of the packet, for its hardware header. */
const HEADROOM: usize = 32;
export const SKB_SMALL_BYTES: u32 = 512;
export const SKB_LARGE_BYTES: u32 = 2304;
/** In a CPU area: the skbs that this CPU has sent, oldest first. */
export const SENT_HEAD: usize = PCPU_NEIGH + 64;
const SENT_TAIL: usize = SENT_HEAD + 4;
export const SENT_COUNT: usize = SENT_HEAD + 8;

/** Bytes of the object that an skb of `len` bytes of packet takes; 0: none is large enough. */
function objectBytes(len: u32): u32 {
  if (len <= SKB_SMALL_BYTES - <u32>SK_BUFF_BYTES - <u32>HEADROOM) return SKB_SMALL_BYTES;
  return len <= SKB_LARGE_BYTES - <u32>SK_BUFF_BYTES - <u32>HEADROOM ? SKB_LARGE_BYTES : 0;
}

/** An skb with room for `len` bytes of packet behind its header room, or 0. */
export function skbAlloc(len: u32): usize {
  const bytes = objectBytes(len);
  if (bytes == 0) return 0;
  if (DEBUG) slabSite(SLAB_SKB_ALLOC);
  const at = kmemCacheAlloc(bytes == SKB_SMALL_BYTES ? KMEM_CACHE_SKB : KMEM_CACHE_SKB_LARGE);
  if (!at) return 0;
  const skb = changetype<SkBuff>(at);
  skb.next = 0;
  skb.refdst = 0;
  skb.cb0 = bytes;
  skb.head = <u32>(at + SK_BUFF_BYTES);
  skb.data = <u32>(at + SK_BUFF_BYTES + HEADROOM);
  skb.networkHeader = skb.data;
  skb.len = len;
  return at;
}

/** Bytes that an skb of this file takes. Its `truesize`. */
export function skbTruesize(skb: SkBuff): u32 {
  return skb.cb0;
}

/**
 * A copy of `skb` that owns its bytes and has its reference on the dst: the packet of the ring is
 * over for its caller. 0: no memory, and `skb` is as it was. Stands for queueing the skb itself.
 */
export function skbTake(skb: SkBuff): usize {
  const at = skbAlloc(skb.len);
  if (!at) return 0;
  const copy = changetype<SkBuff>(at);
  if (skbDstIsNoref(skb)) skbDstForce(skb);
  copy.refdst = <u32>skbDst(skb);
  skb.refdst = 0;
  copy.dev = skb.dev;
  copy.protocol = skb.protocol;
  copy.pktType = skb.pktType;
  copyBytes(copy.data, skb.data, skb.len);
  return at;
}

/** Gives the memory of an skb back; its dst is dropped already. */
export function skbFree(at: usize): void {
  const bytes = skbTruesize(changetype<SkBuff>(at));
  if (DEBUG) slabSite(SLAB_SKB_FREE);
  kmemCacheFree(bytes == SKB_SMALL_BYTES ? KMEM_CACHE_SKB : KMEM_CACHE_SKB_LARGE, at);
}

/** Sends an skb of this file and keeps its bytes until the ring has gone round. */
export function skbXmit(at: usize): void {
  devQueueXmit(changetype<SkBuff>(at));
  const area = thisCpuArea();
  const skb = changetype<SkBuff>(at);
  skb.next = 0;
  const tail: usize = plainLoad32(area + SENT_TAIL);
  if (plainLoad32(area + SENT_HEAD) == 0) plainStore32(area + SENT_HEAD, <u32>at);
  else changetype<SkBuff>(tail).next = <u64>at;
  plainStore32(area + SENT_TAIL, <u32>at);
  const count = plainLoad32(area + SENT_COUNT) + 1;
  plainStore32(area + SENT_COUNT, count);
  if (count > TX_RING_ENTRIES) freeFirstSent(area);
}

function freeFirstSent(area: usize): void {
  const first: usize = plainLoad32(area + SENT_HEAD);
  plainStore32(area + SENT_HEAD, <u32>changetype<SkBuff>(first).next);
  plainStore32(area + SENT_COUNT, plainLoad32(area + SENT_COUNT) - 1);
  skbFree(first);
}

/** Frees what this CPU sent; nobody reads its ring any more. Returns how many. */
export function skbFreeSent(): u32 {
  const area = thisCpuArea();
  let freed: u32 = 0;
  while (plainLoad32(area + SENT_COUNT)) {
    freeFirstSent(area);
    freed++;
  }
  return freed;
}
