/**
 * Making and freeing the table part's objects, and what RCU calls when their grace period is over.
 * All but the `…Rcu` functions run under RTNL.
 */
import {
  RCU_FUNC_FREE_ALIAS,
  RCU_FUNC_FREE_LEAF,
  RCU_FUNC_FREE_LEAF_INFO,
  RCU_FUNC_FREE_TNODE,
} from "../../calls/rcu";
import { synchronizeRcu } from "../../kernel/rcu";
import { listInit } from "../../lib/listHead";
import { FIB_ALIAS_RCU, FibAlias } from "./fibAlias";
import { LEAF_INFO_RCU, LeafInfo } from "./leafInfo";
import {
  CLASS_ALIAS,
  CLASS_LEAF,
  CLASS_TNODE,
  TABLE_PAGE,
  TNODE_BITS_MAX,
  tableClass,
  tablePart,
} from "./tablePart";
import { poolAlloc, poolFree, poolRetire, poolReturn } from "./tablePool";
import { LEAF_RCU, Leaf, maskOfLength, maskPfx, TNODE_RCU, Tnode } from "./trieNode";

/**
 * Pages of replaced nodes after which a change waits for a grace period (the kernel's sync_pages).
 */
const SYNC_PAGES: usize = 128;

/** A tnode that nobody can see yet, all children empty; none if memory or `bits` run out. */
export function tnodeNew(key: u32, pos: u32, bits: u32): Tnode {
  if (bits > TNODE_BITS_MAX) return changetype<Tnode>(0);
  const n = changetype<Tnode>(poolAlloc(CLASS_TNODE + bits - 1));
  if (n.none) return n;
  n.key = key & maskPfx(pos);
  n.pos = <u8>pos;
  n.bits = <u8>bits;
  n.fresh = 1;
  n.empty = n.length;
  return n;
}

/** Frees a tnode that nobody could see. */
export function tnodeFreeFresh(n: Tnode): void {
  poolFree(CLASS_TNODE + <u32>n.bits - 1, changetype<usize>(n));
}

/**
 * A change has replaced `n`. Readers may be in it until the change is published: `tnodeFlush` hands
 * it to RCU then, the kernel's `tnode_free_safe` and `tnode_free_flush`.
 */
export function tnodeRetire(n: Tnode): void {
  if (n.fresh != 0) {
    tnodeFreeFresh(n);
    return;
  }
  const part = tablePart();
  n.deadNext = part.deadHead;
  part.deadHead = <u32>changetype<usize>(n);
}

/** After a publish: gives the replaced nodes to RCU; waits for a grace period if much is queued. */
export function tnodeFlush(): void {
  const part = tablePart();
  let at: usize = part.deadHead;
  part.deadHead = 0;
  while (at != 0) {
    const n = changetype<Tnode>(at);
    at = n.deadNext;
    const id = CLASS_TNODE + <u32>n.bits - 1;
    part.deadBytes += tableClass(id).stride;
    poolRetire(id, changetype<usize>(n), n.rcuHead, RCU_FUNC_FREE_TNODE);
  }
  if (<usize>part.deadBytes < SYNC_PAGES * TABLE_PAGE) return;
  part.deadBytes = 0;
  if (part.loading == 0) synchronizeRcu();
}

/** A leaf for `key` without routes; none if memory runs out. */
export function leafNew(key: u32): Leaf {
  const leaf = changetype<Leaf>(poolAlloc(CLASS_LEAF));
  if (!leaf.none) leaf.key = key;
  return leaf;
}

/** Frees a leaf that was unlinked, after a grace period; at once while loading. */
export function leafFree(leaf: Leaf): void {
  poolRetire(CLASS_LEAF, changetype<usize>(leaf), leaf.rcuHead, RCU_FUNC_FREE_LEAF);
}

/** Address of a leaf_info for length `plen` without aliases, or 0. */
export function leafInfoNew(plen: u32): usize {
  const at = poolAlloc(CLASS_LEAF);
  if (at == 0) return 0;
  const li = changetype<LeafInfo>(at);
  li.plen = plen;
  li.maskPlen = maskOfLength(plen);
  listInit(li.falh);
  return at;
}

/** Frees a leaf_info that was unlinked, after a grace period; at once while loading. */
export function leafInfoFree(li: LeafInfo): void {
  poolRetire(CLASS_LEAF, changetype<usize>(li), li.rcuHead, RCU_FUNC_FREE_LEAF_INFO);
}

/** Frees an alias that was unlinked, after a grace period; at once while loading. */
export function aliasFree(fa: FibAlias): void {
  poolRetire(CLASS_ALIAS, changetype<usize>(fa), fa.rcuHead, RCU_FUNC_FREE_ALIAS);
}

/** RCU callback of `leafFree`; `head` is the RcuHead in the leaf. */
export function freeLeafRcu(head: usize): void {
  poolReturn(CLASS_LEAF, head - LEAF_RCU);
}

/** RCU callback of `leafInfoFree`; `head` is the RcuHead in the leaf_info. */
export function freeLeafInfoRcu(head: usize): void {
  poolReturn(CLASS_LEAF, head - LEAF_INFO_RCU);
}

/** RCU callback of `aliasFree`; `head` is the RcuHead in the alias. */
export function freeAliasRcu(head: usize): void {
  poolReturn(CLASS_ALIAS, head - FIB_ALIAS_RCU);
}

/** RCU callback of `tnodeFlush`; `head` is the RcuHead in the tnode, whose bits say its class. */
export function freeTnodeRcu(head: usize): void {
  const n = changetype<Tnode>(head - TNODE_RCU);
  poolReturn(CLASS_TNODE + <u32>n.bits - 1, changetype<usize>(n));
}
