/**
 * dst_ops: what a protocol does with its entries. Ids instead of pointers; the functions behind
 * them are the switches of `calls/dst.ts`.
 *
 *   G_DST + 64   DstOps of IPv4 (room for IPv6 behind it)
 *
 * Written at boot, then read-only. IPv4 wires no collector from 3.6 on: gc 0, gc_thresh all ones.
 */
import { G_DST, superBlockAt } from "../../arch/superblock";
import { COUNTER_DST_ENTRIES } from "../../lib/percpuCounter";
import { KMEM_CACHE_RTABLE } from "../../mm/caches";

/** Never valid. */
export const DST_OPS_NONE: u32 = 0;
export const DST_OPS_IPV4: u32 = 1;

export const DST_GC_NONE: u32 = 0;
/** A collector that always fails; for the tests of the gate. */
export const DST_GC_FAIL: u32 = 1;
/** The collector of IPv4's route cache (to 3.5). */
export const DST_GC_RT_GARBAGE_COLLECT: u32 = 2;

@unmanaged
export class DstOps {
  /** DST_GC_*: which collector `dst_alloc` calls above the threshold; 0 = none. */
  gc: u32;
  gcThresh: u32;
  /** Number of the percpu counter of entries. */
  counter: u32;
  /** Slab cache of the protocol's entries. */
  kmemCache: u32;
  /** Bytes of the protocol's entries: what is zeroed where entries are. */
  entrySize: u32;
}

const DST_OPS_BYTES: usize = 32;

/** Operations with id `ops` (≥ 1). */
export function dstOpsOf(ops: u32): DstOps {
  return changetype<DstOps>(superBlockAt() + G_DST + 64 + <usize>(ops - 1) * DST_OPS_BYTES);
}

/** IPv4 of 3.6 and later: no collector; entries of `entrySize` bytes. Called once by `boot()`. */
export function ipv4DstOpsInit(entrySize: u32): void {
  const o = dstOpsOf(DST_OPS_IPV4);
  o.gc = DST_GC_NONE;
  o.gcThresh = 0xffffffff;
  o.counter = COUNTER_DST_ENTRIES;
  o.kmemCache = KMEM_CACHE_RTABLE;
  o.entrySize = entrySize;
}
