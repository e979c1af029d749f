/**
 * The image, and what the tests of net/core call besides: operations that the packet path uses and
 * the host does not.
 */

import { plainLoad32 } from "../../../../assembly/arch/atomic";
import { G_NEIGH, superBlockAt } from "../../../../assembly/arch/superblock";
import { dstOpsOf } from "../../../../assembly/net/core/dstOps";
import { Neighbour, neighHhCopy } from "../../../../assembly/net/core/neighbour";
import { NeighHashTable, neighHashFind } from "../../../../assembly/net/core/neighbourHash";
import { neighConfirm, neighUpdate } from "../../../../assembly/net/core/neighbourState";

export * from "../../../../assembly/index";
export { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
export { devQueueXmit } from "../../../../assembly/net/core/devXmit";
export {
  dstClone,
  dstDevEvent,
  dstDisplaced,
  dstHoldSafe,
} from "../../../../assembly/net/core/dst";
export { DST_ENTRY_BYTES } from "../../../../assembly/net/core/dstOffsets";
export { DST_GC_FAIL, DST_GC_NONE, DST_OPS_IPV4 } from "../../../../assembly/net/core/dstOps";
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
