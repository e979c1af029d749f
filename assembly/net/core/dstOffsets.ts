/**
 * Where the words of a dst_entry lie that others reach by address: atomic words, and what the host
 * reads. One constant each, by DST_LAYOUT; the accessors are in `dstEntry.ts`.
 */
import { DST_LAYOUT, DST_LAYOUT_160, DST_LAYOUT_208, LINE_BYTES } from "../../config";
import { DstEntry152 } from "./dstLayout152";
import { DstEntry160 } from "./dstLayout160";
import { DstEntry208 } from "./dstLayout208";

/** Bytes of a dst_entry; the protocol's part follows. */
export const DST_ENTRY_BYTES: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>()
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>()
      : offsetof<DstEntry152>();
export const DST_REFCNT_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("refcnt")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("refcnt")
      : offsetof<DstEntry152>("refcnt");
export const DST_OBSOLETE_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("obsolete")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("obsolete")
      : offsetof<DstEntry152>("obsolete");
export const DST_DEV_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("dev")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("dev")
      : offsetof<DstEntry152>("dev");
export const DST_FLAGS_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("flags")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("flags")
      : offsetof<DstEntry152>("flags");
export const DST_NEXT_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("next")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("next")
      : offsetof<DstEntry152>("next");
export const DST_INPUT_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("input")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("input")
      : offsetof<DstEntry152>("input");
export const DST_OUTPUT_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("output")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("output")
      : offsetof<DstEntry152>("output");
export const DST_RCU_HEAD_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("rcuHead")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("rcuHead")
      : offsetof<DstEntry152>("rcuHead");
/** The tagged pointer, or the first of the words where each entry has its own. */
export const DST_METRICS_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("metrics")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("metrics")
      : offsetof<DstEntry152>("metrics");

/** Pointers to neighbour and hardware header; 0 in layouts that have none. */
export const DST_NEIGHBOUR_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("neighbour")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("neighbour")
      : 0;
export const DST_HH_OFFSET: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<DstEntry208>("hh")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<DstEntry160>("hh")
      : 0;

/** The entry whose rcu_head is at `head`: what an RCU callback is given. */
export function dstOfRcuHead(head: usize): usize {
  return head - DST_RCU_HEAD_OFFSET;
}

if (DST_LAYOUT != DST_LAYOUT_208 && DST_REFCNT_OFFSET % LINE_BYTES != 0) {
  ERROR("the count must begin a cache line");
}
if (
  DST_LAYOUT == DST_LAYOUT_208 &&
  DST_REFCNT_OFFSET / LINE_BYTES != DST_NEXT_OFFSET / LINE_BYTES
) {
  ERROR("in 2.6.18 the count shares the chain pointer's line");
}
