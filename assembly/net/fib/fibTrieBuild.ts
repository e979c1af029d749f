/**
 * Control plane of the trie: leaves and leaf_infos in and out, and the way up to the root that
 * follows. One writer (RTNL) beside any number of readers.
 *
 * Order of every change: build complete nodes, publish by one store of a child slot or the root,
 * tell moved nodes their parent, then hand what was replaced to RCU. A reader that starts after the
 * hand-over finds no pointer to it, neither down nor up.
 */
import { rcuAssignPointer } from "../../kernel/rcu";
import {
  hlistAddAfterRcu,
  hlistAddHeadRcu,
  hlistDelRcu,
  hlistEmpty,
  hlistFirstRcu,
  hlistNextRcu,
} from "../../lib/hlist";
import { LeafInfo } from "./leafInfo";
import { CLASS_LEAF, FibTable } from "./tablePart";
import { poolFree } from "./tablePool";
import { leafFree, leafInfoFree, leafInfoNew, leafNew, tnodeFlush, tnodeNew } from "./trieFree";
import { isFullChild, Leaf, maskPfx, Tnode, TrieNode } from "./trieNode";
import { tnodePlace, trieResize, trieSettle } from "./trieResize";

/** Makes `node` (or none) what `table` has under `tp` for `key`; under no `tp` it is the root. */
function publishUnder(table: FibTable, tp: Tnode, key: u32, node: TrieNode, wasFull: bool): void {
  if (!node.none && node.fresh != 0) node.initParent(tp);
  if (tp.none) {
    rcuAssignPointer(table.rootAt, changetype<usize>(node));
  } else {
    const i = tp.indexOf(key);
    const before = tp.child(i);
    if (before.none && !node.none) tp.empty -= 1;
    if (!before.none && node.none) tp.empty += 1;
    const full = isFullChild(tp, node);
    if (full && !wasFull) tp.full += 1;
    if (!full && wasFull) tp.full -= 1;
    rcuAssignPointer(tp.slot(i), changetype<usize>(node));
  }
  trieSettle(node, tp);
}

/** From `start` to the root: every node gets the width that its children ask for. */
function rebalance(table: FibTable, start: Tnode): void {
  let n = start;
  while (!n.none) {
    const tp = n.parent;
    const key = n.key;
    const wasFull = !tp.none && isFullChild(tp, n);
    const node = trieResize(n, tp.none);
    if (changetype<usize>(node) != changetype<usize>(n)) {
      publishUnder(table, tp, key, node, wasFull);
      tnodeFlush();
    }
    n = tp;
  }
}

/** The leaf of exactly `key`, or none. */
export function trieFindLeaf(table: FibTable, key: u32): Leaf {
  let node = table.root;
  while (!node.none && !node.isLeaf) {
    const n = changetype<Tnode>(node);
    node = n.child(n.indexOf(key));
  }
  if (!node.none && node.key != key) return changetype<Leaf>(0);
  return changetype<Leaf>(node);
}

/** Address of the leaf_info of length `plen` at `leaf`, or 0. */
export function leafFindInfo(leaf: Leaf, plen: u32): usize {
  for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
    if (changetype<LeafInfo>(at).plen == plen) return at;
  }
  return 0;
}

/** Links `li` so that longer prefixes come before shorter ones. */
function leafAddInfo(leaf: Leaf, li: LeafInfo): void {
  let before: usize = 0;
  for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
    if (changetype<LeafInfo>(at).plen < li.plen) break;
    before = at;
  }
  if (before == 0) hlistAddHeadRcu(changetype<usize>(li), leaf.list);
  else hlistAddAfterRcu(changetype<usize>(li), before);
}

/** `leaf` and `node`, which differ, share one slot: a new node of one bit where they part. */
function splitAt(table: FibTable, tp: Tnode, node: TrieNode, leaf: Leaf): bool {
  const known = node.isLeaf ? ~(<u32>0) : maskPfx(node.pos);
  const pos: u32 = clz<u32>((node.key ^ leaf.key) & known);
  const fork = tnodeNew(leaf.key, pos, 1);
  if (fork.none) return false;
  const wasFull = !tp.none && isFullChild(tp, node);
  leaf.initParent(fork);
  tnodePlace(fork, fork.indexOf(leaf.key), leaf, false);
  tnodePlace(fork, fork.indexOf(leaf.key) ^ 1, node, false);
  publishUnder(table, tp, leaf.key, fork, wasFull);
  rebalance(table, tp.none ? fork : tp);
  return true;
}

/** Hangs a new leaf into the trie. False: memory ran out, nothing has changed. */
function insertLeaf(table: FibTable, leaf: Leaf): bool {
  const key = leaf.key;
  let tp = changetype<Tnode>(0);
  let node = table.root;
  while (!node.none && !node.isLeaf && ((node.key ^ key) & maskPfx(node.pos)) == 0) {
    tp = changetype<Tnode>(node);
    node = tp.child(tp.indexOf(key));
  }
  if (!node.none) return splitAt(table, tp, node, leaf);
  leaf.initParent(tp);
  publishUnder(table, tp, key, leaf, false);
  rebalance(table, tp);
  return true;
}

/**
 * The leaf_info of `key`/`plen`, made with its leaf if it is missing: the kernel's
 * `fib_insert_node`. Returns its address, or 0 when memory runs out.
 */
export function trieInsertPrefix(table: FibTable, key: u32, plen: u32): usize {
  const known = trieFindLeaf(table, key);
  const at = leafInfoNew(plen);
  if (at == 0) return 0;
  const li = changetype<LeafInfo>(at);
  if (!known.none) {
    leafAddInfo(known, li);
    return at;
  }
  const leaf = leafNew(key);
  if (!leaf.none) {
    leafAddInfo(leaf, li);
    if (insertLeaf(table, leaf)) return at;
    poolFree(CLASS_LEAF, changetype<usize>(leaf));
  }
  poolFree(CLASS_LEAF, at);
  return 0;
}

/** `trie_leaf_remove`: takes a leaf without leaf_infos out. */
export function trieRemoveLeaf(table: FibTable, leaf: Leaf): void {
  const tp = leaf.parent;
  publishUnder(table, tp, leaf.key, changetype<TrieNode>(0), false);
  rebalance(table, tp);
  leafFree(leaf);
}

/** Takes a leaf_info without aliases out. The leaf stays, perhaps empty. */
export function leafRemoveInfo(li: LeafInfo): void {
  hlistDelRcu(changetype<usize>(li));
  leafInfoFree(li);
}

/** Takes an empty leaf_info out, and its leaf if that was the last. */
export function trieRemovePrefix(table: FibTable, leaf: Leaf, li: LeafInfo): void {
  leafRemoveInfo(li);
  if (hlistEmpty(leaf.list)) trieRemoveLeaf(table, leaf);
}
