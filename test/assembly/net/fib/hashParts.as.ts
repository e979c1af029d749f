// Entry of the tests of the hash FIB's parts, without routes: zones and nodes in and out, and the
// checks over them. The test holds RTNL for all of it: nobody else is there.

import { plainLoad32 } from "../../../../assembly/arch/atomic";
import { bootAlloc } from "../../../../assembly/arch/regions";
import { listAddTail, listDel } from "../../../../assembly/lib/listHead";
import { aliasNew } from "../../../../assembly/net/fib/fibAliasList";
import { FibConfig } from "../../../../assembly/net/fib/fibConfig";
import { FibNode } from "../../../../assembly/net/fib/fibNode";
import { fibCreateInfo, fibInfoInit } from "../../../../assembly/net/fib/fibSemantics";
import { FnHash, fnHashOf } from "../../../../assembly/net/fib/fnHash";
import {
  CLASS_BUCKETS,
  fnFindNode,
  fnGrow,
  fnLinkNode,
  fnNodeFree,
  fnNodeNew,
  fnUnlinkNode,
  fnZoneFor,
} from "../../../../assembly/net/fib/fnHashBuild";
import { fnHashCheck } from "../../../../assembly/net/fib/fnHashCheck";
import { fibHashLockAt } from "../../../../assembly/net/fib/fnHashLookup";
import { FnHashStat, fnHashStat } from "../../../../assembly/net/fib/fnHashStat";
import { fnFirstNode, fnNextNode } from "../../../../assembly/net/fib/fnHashWalk";
import { FnZone } from "../../../../assembly/net/fib/fnZone";
import { RT_TABLE_MAIN } from "../../../../assembly/net/fib/rtnetlink";
import {
  FibTable,
  fibTableAt,
  tableClass,
  tablePart,
} from "../../../../assembly/net/fib/tablePart";
import { poolIsValid } from "../../../../assembly/net/fib/tablePool";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { bootAlloc } from "../../../../assembly/arch/regions";
export { rcuCpuOnline } from "../../../../assembly/kernel/rcu";
export {
  aliasesCheck,
  aliasesCountRefs,
  fibInfoCheck,
} from "../../../../assembly/net/fib/fibCheck";
export { fnGrowthIsDue, fnHashInit, fnNextDivisor } from "../../../../assembly/net/fib/fnHashBuild";
export { fnHashPoolCheck } from "../../../../assembly/net/fib/fnHashCheck";
export {
  fnHashDelete,
  fnHashFlush,
  fnHashInsert,
} from "../../../../assembly/net/fib/fnHashRoutes";
export { fnHashOfKey } from "../../../../assembly/net/fib/fnZone";

/** A fib_info of number 1, for the nodes' aliases. */
export function makeInfo(): bool {
  if (!fibInfoInit(4, 1, 1)) return false;
  return fibCreateInfo(changetype<FibConfig>(bootAlloc(64, 64))) != 0;
}

function main(): FnHash {
  return fnHashOf(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)));
}

export function zoneFor(order: u32): usize {
  return changetype<usize>(fnZoneFor(main(), order));
}

export function zoneOf(order: u32): usize {
  return changetype<usize>(main().zone(order));
}

export function firstZone(): usize {
  return changetype<usize>(main().first);
}

export function nextZone(at: usize): usize {
  return changetype<usize>(changetype<FnZone>(at).next);
}

export function zoneOrder(at: usize): u32 {
  return changetype<FnZone>(at).order;
}

export function zoneDivisor(at: usize): u32 {
  return changetype<FnZone>(at).divisor;
}

export function zoneNent(at: usize): u32 {
  return changetype<FnZone>(at).nent;
}

export function bucketsAt(at: usize): usize {
  return changetype<FnZone>(at).hashAt;
}

export function grow(at: usize): void {
  fnGrow(changetype<FnZone>(at));
}

/** A node for `key` with an alias of fib_info 1, linked; 0: the part is full. */
export function addNode(zone: usize, key: u32): usize {
  const node = fnNodeNew(key);
  if (node.none) return 0;
  const alias = aliasNew(1, 0, 1);
  if (alias == 0) {
    fnNodeFree(node);
    return 0;
  }
  listAddTail(alias, node.falh);
  fnLinkNode(changetype<FnZone>(zone), node);
  return changetype<usize>(node);
}

export function findNode(zone: usize, key: u32): usize {
  return changetype<usize>(fnFindNode(changetype<FnZone>(zone), key));
}

export function unlinkNode(zone: usize, node: usize): void {
  fnUnlinkNode(changetype<FnZone>(zone), changetype<FibNode>(node));
  fnNodeFree(changetype<FibNode>(node));
}

export function firstNode(zone: usize): usize {
  return changetype<usize>(fnFirstNode(changetype<FnZone>(zone)));
}

export function nextNode(zone: usize, node: usize): usize {
  return changetype<usize>(fnNextNode(changetype<FnZone>(zone), changetype<FibNode>(node)));
}

export function nodeKey(node: usize): u32 {
  return changetype<FibNode>(node).key;
}

export function setNodeKey(node: usize, key: u32): void {
  changetype<FibNode>(node).key = key;
}

/** Takes the first alias of `node` off its list. */
export function emptyNode(node: usize): void {
  listDel(plainLoad32(changetype<FibNode>(node).falh));
}

export function check(): u32 {
  return fnHashCheck(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)));
}

export function stat(at: usize): void {
  fnHashStat(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)), changetype<FnHashStat>(at));
}

export function lockAt(): usize {
  return fibHashLockAt();
}

export function setZoneNext(zone: usize, next: usize): void {
  changetype<FnZone>(zone).next = changetype<FnZone>(next);
}

export function setZoneDivisor(zone: usize, divisor: u32): void {
  changetype<FnZone>(zone).divisor = divisor;
}

export function setZoneNent(zone: usize, nent: u32): void {
  changetype<FnZone>(zone).nent = nent;
}

export function classStride(id: u32): u32 {
  return tableClass(id).stride;
}

/** Whether the account of arrays of 2^n buckets is right when `live` are in use. */
export function bucketsAreValid(n: u32, live: u32): bool {
  return poolIsValid(CLASS_BUCKETS + n, live);
}

export function partKind(): u32 {
  return tablePart().kind;
}
