// Entry of the tests of the trie's parts, without routes: making and freeing objects, prefixes in
// and out, and the walk over the leaves. The test holds RTNL for all of it: nobody else is there.

import { hlistFirstRcu, hlistNextRcu } from "../../../../assembly/lib/hlist";
import { FibAlias } from "../../../../assembly/net/fib/fibAlias";
import {
  leafFindInfo,
  trieFindLeaf,
  trieInsertPrefix,
  trieRemovePrefix,
} from "../../../../assembly/net/fib/fibTrieBuild";
import { trieFirstLeaf, trieNextLeaf } from "../../../../assembly/net/fib/fibTrieWalk";
import { LeafInfo } from "../../../../assembly/net/fib/leafInfo";
import { RT_TABLE_MAIN } from "../../../../assembly/net/fib/rtnetlink";
import {
  FibTable,
  fibTableAt,
  tableClass,
  tablePart,
} from "../../../../assembly/net/fib/tablePart";
import { poolIsValid, poolWaiting } from "../../../../assembly/net/fib/tablePool";
import {
  aliasFree,
  leafFree,
  leafInfoFree,
  leafNew,
  tnodeFlush,
  tnodeFreeFresh,
  tnodeNew,
  tnodeRetire,
} from "../../../../assembly/net/fib/trieFree";
import { Leaf, Tnode } from "../../../../assembly/net/fib/trieNode";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { rcuBarrierLocal, rcuCpuOnline } from "../../../../assembly/kernel/rcu";
export { aliasNew } from "../../../../assembly/net/fib/fibAliasList";
export { fibPropsError, fibPropsScope } from "../../../../assembly/net/fib/fibProps";
export { fibTrieCheck } from "../../../../assembly/net/fib/fibTrieCheck";
export { fibTrieStat } from "../../../../assembly/net/fib/fibTrieStat";
export { tablePartInit } from "../../../../assembly/net/fib/tablePart";
export {
  leafInfoNew,
  tnodeFlush,
} from "../../../../assembly/net/fib/trieFree";

function main(): FibTable {
  return changetype<FibTable>(fibTableAt(RT_TABLE_MAIN));
}

export function setLoading(loading: u32): void {
  tablePart().loading = loading;
}

export function newLeaf(key: u32): usize {
  return changetype<usize>(leafNew(key));
}

export function freeLeaf(at: usize): void {
  leafFree(changetype<Leaf>(at));
}

export function freeLeafInfo(at: usize): void {
  leafInfoFree(changetype<LeafInfo>(at));
}

export function freeAlias(at: usize): void {
  aliasFree(changetype<FibAlias>(at));
}

export function newTnode(key: u32, pos: u32, bits: u32): usize {
  return changetype<usize>(tnodeNew(key, pos, bits));
}

/** As if the node had been published. */
export function unfresh(at: usize): void {
  changetype<Tnode>(at).fresh = 0;
}

export function freeFreshTnode(at: usize): void {
  tnodeFreeFresh(changetype<Tnode>(at));
}

export function retireTnode(at: usize): void {
  tnodeRetire(changetype<Tnode>(at));
}

/** A published tnode of `bits` is replaced, and the replacement is published. */
export function replaceTnode(at: usize): void {
  unfresh(at);
  retireTnode(at);
  tnodeFlush();
}

export function deadHead(): u32 {
  return tablePart().deadHead;
}

export function deadBytes(): u32 {
  return tablePart().deadBytes;
}

export function tnodeKey(at: usize): u32 {
  return changetype<Tnode>(at).key;
}

export function tnodeEmpty(at: usize): u32 {
  return changetype<Tnode>(at).empty;
}

export function classStride(id: u32): u32 {
  return tableClass(id).stride;
}

export function classLive(id: u32): u32 {
  return tableClass(id).live;
}

export function classWaiting(id: u32): u32 {
  return poolWaiting(id);
}

/** Whether the account of class `id` is right when `live` of its objects are in use. */
export function classIsValid(id: u32, live: u32): bool {
  return poolIsValid(id, live);
}

export function insertPrefix(key: u32, plen: u32): usize {
  return trieInsertPrefix(main(), key, plen);
}

export function findPrefix(key: u32, plen: u32): usize {
  const leaf = trieFindLeaf(main(), key);
  return leaf.none ? <usize>0 : leafFindInfo(leaf, plen);
}

/** False: there is no such prefix. */
export function removePrefix(key: u32, plen: u32): bool {
  const leaf = trieFindLeaf(main(), key);
  const at = leaf.none ? <usize>0 : leafFindInfo(leaf, plen);
  if (at == 0) return false;
  trieRemovePrefix(main(), leaf, changetype<LeafInfo>(at));
  return true;
}

export function findLeaf(key: u32): usize {
  return changetype<usize>(trieFindLeaf(main(), key));
}

/** Length of prefix number `n` on the list of the leaf at `at`; -1: there is none. */
export function plenOnLeaf(at: usize, n: u32): i32 {
  let li = hlistFirstRcu(changetype<Leaf>(at).list);
  for (let i: u32 = 0; i < n && li != 0; i++) li = hlistNextRcu(li);
  return li == 0 ? -1 : <i32>changetype<LeafInfo>(li).plen;
}

export function firstLeaf(): usize {
  return changetype<usize>(trieFirstLeaf(main()));
}

export function nextLeaf(at: usize): usize {
  return changetype<usize>(trieNextLeaf(changetype<Leaf>(at)));
}

export function leafKey(at: usize): u32 {
  return changetype<Leaf>(at).key;
}

export function rootIsNone(): bool {
  return main().root.none;
}
