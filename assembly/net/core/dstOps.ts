/**
 * dst_ops: what a protocol does with its entries. Ids instead of pointers; the functions behind
 * them are the switches of `calls/dst.ts`.
 *
 *   G_DST + 128   DstOps of IPv4, then of its black holes (room for IPv6 behind them)
 *   G_DST + 256   `dst_default_metrics`: words that are 0 for ever
 *
 * Written at boot, then read-only, but for `entries`, which `dstEntries.ts` alone touches. IPv4
 * wires no collector from 3.6 on: gc 0, gc_thresh all ones.
 */
import { G_DST, superBlockAt } from "../../arch/superblock";
import { COUNTER_DST_BLACKHOLE, COUNTER_DST_ENTRIES } from "../../lib/percpuCounter";
import { KMEM_CACHE_RTABLE } from "../../mm/caches";

/** Never valid. */
export const DST_OPS_NONE: u32 = 0;
export const DST_OPS_IPV4: u32 = 1;
/** Copies that discard what they are given (not in 2.6.18); memory comes from IPv4's slab. */
export const DST_OPS_IPV4_BLACKHOLE: u32 = 2;

export const DST_GC_NONE: u32 = 0;
/** A collector that always fails; for the tests of the gate. */
export const DST_GC_FAIL: u32 = 1;
/** The collector of IPv4's route cache (to 3.5). */
export const DST_GC_RT_GARBAGE_COLLECT: u32 = 2;

/** No threshold: the collector is never asked. */
export const GC_THRESH_NONE: u32 = 0xffffffff;

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
  private _entries: u32;

  /** Address of the shared count of entries, where there is one: on this line, as in 2.6.18. */
  @inline get entriesAt(): usize {
    return changetype<usize>(this) + offsetof<DstOps>("_entries");
  }
}

const DST_OPS_BYTES: usize = 32;
/** Operations of IPv4 in the superblock. */
export const DST_OPS_AT: usize = G_DST + 128;
const DEFAULT_METRICS_AT: usize = G_DST + 256;

if (offsetof<DstOps>() > DST_OPS_BYTES) ERROR("DstOps overflows");

/** Operations with id `ops` (≥ 1). */
export function dstOpsOf(ops: u32): DstOps {
  return changetype<DstOps>(superBlockAt() + DST_OPS_AT + <usize>(ops - 1) * DST_OPS_BYTES);
}

/** Address of `dst_default_metrics`: 16 words that nobody writes. */
export function dstDefaultMetricsAt(): usize {
  return superBlockAt() + DEFAULT_METRICS_AT;
}

/** Operations of IPv4 without a collector, and of its black holes, for entries of `entrySize`
 * bytes. Called once by `boot()`. */
export function ipv4DstOpsInit(entrySize: u32): void {
  opsInit(DST_OPS_IPV4, COUNTER_DST_ENTRIES, entrySize);
  opsInit(DST_OPS_IPV4_BLACKHOLE, COUNTER_DST_BLACKHOLE, entrySize);
}

function opsInit(ops: u32, counter: u32, entrySize: u32): void {
  const o = dstOpsOf(ops);
  o.gc = DST_GC_NONE;
  o.gcThresh = GC_THRESH_NONE;
  o.counter = counter;
  o.kmemCache = KMEM_CACHE_RTABLE;
  o.entrySize = entrySize;
}
