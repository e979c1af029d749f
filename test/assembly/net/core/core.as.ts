/**
 * The image, and what the tests of net/core call besides: operations that the packet path uses and
 * the host does not.
 */

import { plainLoad32 } from "../../../../assembly/arch/atomic";
import { G_NEIGH, superBlockAt } from "../../../../assembly/arch/superblock";
import { dstOpsNegativeAdvice } from "../../../../assembly/calls/dst";
import { delTimer } from "../../../../assembly/kernel/timer";
import { DstEntry } from "../../../../assembly/net/core/dstEntry";
import { dstOpsOf } from "../../../../assembly/net/core/dstOps";
import { Neighbour, neighHhCopy } from "../../../../assembly/net/core/neighbour";
import { NeighHashTable, neighHashFind } from "../../../../assembly/net/core/neighbourHash";
import { neighConfirm, neighUpdate } from "../../../../assembly/net/core/neighbourState";
import { arpTbl } from "../../../../assembly/net/core/neighbourTable";

export * from "../../../../assembly/index";
export { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
export { delTimer as cancelTimer } from "../../../../assembly/kernel/timer";
export { devQueueXmit } from "../../../../assembly/net/core/devXmit";
export {
  dstCheck,
  dstClone,
  dstDisplaced,
  dstHoldSafe,
  dstSetExpires,
  dstUse,
  dstUseNoref,
} from "../../../../assembly/net/core/dst";
export { dstDevEvent } from "../../../../assembly/net/core/dstDevEvent";
export { dstEntriesBatch } from "../../../../assembly/net/core/dstEntries";
export { dstGcDelay } from "../../../../assembly/net/core/dstGc";
export {
  dstInitMetrics,
  dstMetric,
  dstMetricSet,
  dstMetricsExchange,
  dstMetricsReadOnly,
} from "../../../../assembly/net/core/dstMetrics";
export {
  DST_ENTRY_BYTES,
  DST_INPUT_OFFSET,
  DST_METRICS_OFFSET,
  DST_OUTPUT_OFFSET,
} from "../../../../assembly/net/core/dstOffsets";
export {
  DST_GC_FAIL,
  DST_GC_NONE,
  DST_OPS_IPV4,
  dstDefaultMetricsAt,
} from "../../../../assembly/net/core/dstOps";
export { hhCopy as headerCopy } from "../../../../assembly/net/core/hhCache";
export { mibInc } from "../../../../assembly/net/core/mib";
export { dstDetachNeighbour } from "../../../../assembly/net/core/neighbourDst";
export { neighForcedGc } from "../../../../assembly/net/core/neighbourGc";
export { neighPurgeQueue } from "../../../../assembly/net/core/neighbourQueue";
export {
  skbAlloc,
  skbFree,
  skbTruesize,
  skbXmit,
} from "../../../../assembly/net/core/neighbourSkb";
export { NEIGH_STATS } from "../../../../assembly/net/core/neighbourStat";
export {
  ipv4NeighLookupNoref,
  neighCreate,
  neighIfdown,
  neighLookup,
  neighReachableTime,
  neighRelease,
} from "../../../../assembly/net/core/neighbourTable";
export { neighDelTimer } from "../../../../assembly/net/core/neighbourTimer";
export {
  skbDst,
  skbDstCopy,
  skbDstDrop,
  skbDstForce,
  skbDstIsNoref,
  skbDstSet,
  skbDstSetNoref,
} from "../../../../assembly/net/core/skbuff";
export { rtDstAlloc } from "../../../../assembly/net/ipv4/rtable";
export { uncachedListAt, uncachedLists } from "../../../../assembly/net/ipv4/uncachedList";

/** Wires a collector and its threshold, as 2.6 has them. */
export function opsSetGc(ops: u32, gc: u32, gcThresh: u32): void {
  const o = dstOpsOf(ops);
  o.gc = gc;
  o.gcThresh = gcThresh;
}

/** A word of an entry, by number: 0 use, 1 lastuse, 2 expires, 3 child, 4 flags. */
export function entryField(at: usize, which: u32): u32 {
  const dst = changetype<DstEntry>(at);
  if (which == 0) return dst.use;
  if (which == 1) return dst.lastuse;
  if (which == 2) return dst.expires;
  if (which == 3) return dst.child;
  return dst.flags;
}

/** Writes such a word. */
export function setEntryField(at: usize, which: u32, value: u32): void {
  const dst = changetype<DstEntry>(at);
  if (which == 0) dst.use = value;
  else if (which == 1) dst.lastuse = value;
  else if (which == 2) dst.expires = value;
  else if (which == 3) dst.child = value;
  else dst.flags = value;
}

/** `obsolete` of an entry that somebody has killed, or revived. */
export function setObsolete(at: usize, value: i32): void {
  changetype<DstEntry>(at).obsolete = value;
}

/** `dst_negative_advice`. */
export function negativeAdvice(at: usize): usize {
  return dstOpsNegativeAdvice(changetype<DstEntry>(at).ops, at);
}

/** Copies the hardware header of the neighbour at `at` in front of `data`. */
export function hhCopy(at: usize, data: usize): void {
  neighHhCopy(changetype<Neighbour>(at), data);
}

/** `neigh_update` with an address. */
export function neighLearn(at: usize, low: u32, high: u32, state: u32, flags: u32): i32 {
  return neighUpdate(changetype<Neighbour>(at), ((<u64>high) << 32) | low, true, state, flags);
}

/** `neigh_update` without an address. */
export function neighForget(at: usize, state: u32, flags: u32): i32 {
  return neighUpdate(changetype<Neighbour>(at), 0, false, state, flags);
}

/** An upper layer has heard from behind the neighbour. */
export function confirm(at: usize): void {
  neighConfirm(changetype<Neighbour>(at));
}

/** The hash table of this moment. */
export function neighHashAt(): usize {
  return plainLoad32(superBlockAt() + G_NEIGH);
}

/** What a reader finds who still walks the hash table at `table`. */
export function findInHash(table: usize, dev: usize, key: u32): usize {
  return neighHashFind(changetype<NeighHashTable>(table), dev, key);
}

/** Stops the periodic walk of the neighbour table, for tests that wait for another timer. */
export function neighStopWalk(): void {
  delTimer(arpTbl().timerAt);
}
