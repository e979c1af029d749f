/**
 * Walking a zone of the hash FIB from node to node, bucket by bucket. Under RTNL: nothing moves.
 */
import { FibNode } from "./fibNode";
import { FnZone, fnHashOfKey } from "./fnZone";

function firstFrom(zone: FnZone, bucket: u32): FibNode {
  for (let i = bucket; i < zone.divisor; i++) {
    const node = zone.first(i);
    if (!node.none) return node;
  }
  return changetype<FibNode>(0);
}

/** A node of the first bucket that has one, or none. */
export function fnFirstNode(zone: FnZone): FibNode {
  return firstFrom(zone, 0);
}

/** The node behind `node`, or none. */
export function fnNextNode(zone: FnZone, node: FibNode): FibNode {
  const next = node.next;
  if (!next.none) return next;
  return firstFrom(zone, fnHashOfKey(node.key, zone.order, zone.hashMask) + 1);
}
