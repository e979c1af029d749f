/**
 * Checks of the table part, for tests and audits: the invariants of `trieNode.ts`, `leafInfo.ts`,
 * `fibAlias.ts`, `fibInfo.ts` and `tablePool.ts` as code. Under RTNL, while nobody forwards.
 * A result above 0 is the number of the first rule that is broken.
 */

import { plainLoad32 } from "../../arch/atomic";
import { hlistEmpty, hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { listEmpty, listNext } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { fibInfosFree } from "./fibSemantics";
import { FibTrieStat, fibTrieStat } from "./fibTrieStat";
import { trieFirstLeaf, trieNextLeaf } from "./fibTrieWalk";
import { LeafInfo } from "./leafInfo";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import {
  CLASS_ALIAS,
  CLASS_LEAF,
  CLASS_TNODE,
  FibTable,
  fibTableAt,
  TNODE_BITS_MAX,
  tablePart,
} from "./tablePart";
import { poolIsValid } from "./tablePool";
import { isFullChild, Leaf, maskOfLength, maskPfx, Tnode, TrieNode } from "./trieNode";

/** Broken rules, by number. */
export const CHECK_OK: u32 = 0;
export const CHECK_PARENT: u32 = 1;
export const CHECK_FRESH: u32 = 2;
export const CHECK_SHAPE: u32 = 3;
export const CHECK_KEY: u32 = 4;
export const CHECK_COUNTS: u32 = 5;
export const CHECK_TOO_FEW: u32 = 6;
export const CHECK_LEAF_EMPTY: u32 = 7;
export const CHECK_PLEN: u32 = 8;
export const CHECK_ALIASES: u32 = 9;
export const CHECK_INFO: u32 = 10;
export const CHECK_TREEREF: u32 = 11;
export const CHECK_POOL: u32 = 12;
export const CHECK_DEAD_LIST: u32 = 13;
export const CHECK_NUMBERS: u32 = 14;

function checkAliases(falh: usize): u32 {
  if (listEmpty(falh)) return CHECK_ALIASES;
  let lastTos: u32 = 255;
  let lastPriority: u32 = 0;
  for (let at = listNext(falh); at != falh; at = listNext(at)) {
    const fa = changetype<FibAlias>(at);
    if (fa.info == 0 || fa.info >= fibInfos().capacity) return CHECK_INFO;
    const fi = fibInfoAt(fa.info);
    if (fi.treeref == 0 || fi.dead || fi.index != fa.info) return CHECK_INFO;
    if (<u32>fa.tos > lastTos) return CHECK_ALIASES;
    if (<u32>fa.tos == lastTos && fi.priority < lastPriority) return CHECK_ALIASES;
    lastTos = fa.tos;
    lastPriority = fi.priority;
  }
  return CHECK_OK;
}

function checkLeaf(leaf: Leaf): u32 {
  if (hlistEmpty(leaf.list)) return CHECK_LEAF_EMPTY;
  let above: u32 = 33;
  for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
    const li = changetype<LeafInfo>(at);
    if (li.plen >= above || li.maskPlen != maskOfLength(li.plen)) return CHECK_PLEN;
    if ((leaf.key & li.maskPlen) != leaf.key) return CHECK_PLEN;
    above = li.plen;
    const broken = checkAliases(li.falh);
    if (broken != CHECK_OK) return broken;
  }
  return CHECK_OK;
}

function checkChildren(n: Tnode): u32 {
  let full: u32 = 0;
  let empty: u32 = 0;
  for (let i: u32 = 0; i < n.length; i++) {
    const child = n.child(i);
    if (child.none) {
      empty += 1;
      continue;
    }
    if (isFullChild(n, child)) full += 1;
    if (((child.key ^ n.key) & maskPfx(n.pos)) != 0 || n.indexOf(child.key) != i) return CHECK_KEY;
    if (!child.isLeaf && <u32>child.pos < <u32>n.pos + <u32>n.bits) return CHECK_SHAPE;
    const broken = checkNode(child, n);
    if (broken != CHECK_OK) return broken;
  }
  if (full != n.full || empty != n.empty) return CHECK_COUNTS;
  return n.length - empty < 2 ? CHECK_TOO_FEW : CHECK_OK;
}

function checkNode(node: TrieNode, parent: Tnode): u32 {
  if (changetype<usize>(node.parent) != changetype<usize>(parent)) return CHECK_PARENT;
  if (node.fresh != 0) return CHECK_FRESH;
  if (node.isLeaf) return checkLeaf(changetype<Leaf>(node));
  if (<u32>node.pos + <u32>node.bits > 32) return CHECK_SHAPE;
  if ((node.key & ~maskPfx(node.pos)) != 0) return CHECK_KEY;
  return checkChildren(changetype<Tnode>(node));
}

/** CHECK_OK if the trie of `table` is what the headers of this folder say. */
export function fibTrieCheck(table: FibTable): u32 {
  const root = table.root;
  return root.none ? CHECK_OK : checkNode(root, changetype<Tnode>(0));
}

/** Adds one to `auditRefs` of every fib_info for each alias of `table`. */
function countRefs(table: FibTable): void {
  for (let leaf = trieFirstLeaf(table); !leaf.none; leaf = trieNextLeaf(leaf)) {
    for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
      const falh = changetype<LeafInfo>(at).falh;
      for (let fa = listNext(falh); fa != falh; fa = listNext(fa)) {
        fibInfoAt(changetype<FibAlias>(fa).info).auditRefs += 1;
      }
    }
  }
}

/**
 * CHECK_OK if every fib_info has as many treerefs as aliases hold it and `held` more, those that
 * the host keeps by `fibCreateInfo` for a bulk load (each once), and no number is lost. Numbers
 * that wait for RCU or a client are the difference `waiting`, which the caller knows.
 */
export function fibInfoCheck(held: u32, waiting: u32): u32 {
  const infos = fibInfos();
  for (let i: u32 = 1; i < infos.nextIndex; i++) fibInfoAt(i).auditRefs = 0;
  countRefs(changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)));
  countRefs(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)));
  let surplus: u32 = 0;
  let hashed: u32 = 0;
  for (let i: u32 = 1; i < infos.nextIndex; i++) {
    const fi: FibInfo = fibInfoAt(i);
    if (fi.treeref < fi.auditRefs) return CHECK_TREEREF;
    surplus += fi.treeref - fi.auditRefs;
    if (fi.treeref != 0) hashed += 1;
  }
  if (surplus != held || hashed != infos.inUse) return CHECK_TREEREF;
  const known = infos.nextIndex - 1;
  return known == hashed + fibInfosFree() + waiting ? CHECK_OK : CHECK_NUMBERS;
}

/**
 * CHECK_OK if every object of the table part is in a trie, free, or waits for RCU. `scratch`: two
 * stats.
 */
export function tablePoolCheck(local: FibTrieStat, main: FibTrieStat): u32 {
  fibTrieStat(changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)), local);
  fibTrieStat(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)), main);
  if (tablePart().deadHead != 0) return CHECK_DEAD_LIST;
  const leafObjects = local.leaves + local.prefixes + main.leaves + main.prefixes;
  if (!poolIsValid(CLASS_LEAF, leafObjects)) return CHECK_POOL;
  if (!poolIsValid(CLASS_ALIAS, local.aliases + main.aliases)) return CHECK_POOL;
  for (let bits: u32 = 1; bits <= TNODE_BITS_MAX; bits++) {
    const nodes = plainLoad32(local.ofBits(bits)) + plainLoad32(main.ofBits(bits));
    if (!poolIsValid(CLASS_TNODE + bits - 1, nodes)) return CHECK_POOL;
  }
  return CHECK_OK;
}
