/**
 * The image, and what the tests of net/core call besides: operations that the packet path uses and
 * the host does not.
 */
import { dstOpsOf } from "../../../../assembly/net/core/dstOps";
import { Neighbour, neighHhCopy } from "../../../../assembly/net/core/neighbour";

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
export { mibInc } from "../../../../assembly/net/core/mib";
export { ipv4NeighLookupNoref, neighIfdown } from "../../../../assembly/net/core/neighbour";
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
