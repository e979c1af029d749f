/**
 * Routes in a trie table: what `fib_table_insert`, `fib_table_delete` and `fib_table_flush` do with
 * aliases (spec 4.4). Under RTNL.
 */
import { EEXIST, EINVAL, ENOBUFS, ESRCH } from "../../errno";
import { hlistEmpty, hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { listDelRcu, listEmpty, listNext, listReplaceRcu } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import {
  ADD_NOTHING,
  ADD_REPLACE,
  addPlace,
  addVerdict,
  aliasIsDead,
  aliasIsEqual,
  aliasLink,
  aliasNew,
  aliasToDelete,
  fibFindAlias,
  isPrefix,
  NO_ALIAS,
} from "./fibAliasList";
import { FibConfig } from "./fibConfig";
import { FibInfo, fibInfoAt } from "./fibInfo";
import { fibCreateInfo, fibReleaseInfo } from "./fibSemantics";
import {
  leafFindInfo,
  leafRemoveInfo,
  trieFindLeaf,
  trieInsertPrefix,
  trieRemoveLeaf,
  trieRemovePrefix,
} from "./fibTrieBuild";
import { trieFirstLeaf, trieNextLeaf } from "./fibTrieWalk";
import { LEAF_INFO_FALH, LeafInfo } from "./leafInfo";
import { rtCacheFlush } from "./rtGenid";
import { FA_S_ACCESSED, RTN_MAX } from "./rtnetlink";
import { CLASS_ALIAS, FibTable } from "./tablePart";
import { poolFree } from "./tablePool";
import { aliasFree } from "./trieFree";
import { Leaf } from "./trieNode";

/** Address of the list of aliases of `key`/`plen`, or 0. */
function findList(table: FibTable, key: u32, plen: u32): usize {
  const leaf = trieFindLeaf(table, key);
  if (leaf.none) return 0;
  const li = leafFindInfo(leaf, plen);
  return li == 0 ? 0 : li + LEAF_INFO_FALH;
}

/** NLM_F_REPLACE: a new alias takes the place of `old`, which readers may still hold. */
function replaceAlias(old: FibAlias, fi: FibInfo, type: u32): i32 {
  const at = aliasNew(fi.index, old.tos, type);
  if (at == 0) return -ENOBUFS;
  listReplaceRcu(changetype<usize>(old), at);
  if ((old.state & FA_S_ACCESSED) != 0) rtCacheFlush();
  fibReleaseInfo(fibInfoAt(old.info));
  aliasFree(old);
  return 0;
}

/** The list for `alias`: `known`, or a new one for `key`/`plen`. 0: no room, and alias is freed. */
function listOf(table: FibTable, key: u32, plen: u32, known: usize, alias: usize): usize {
  if (known != 0) return known;
  const li = trieInsertPrefix(table, key, plen);
  if (li != 0) return li + LEAF_INFO_FALH;
  poolFree(CLASS_ALIAS, alias);
  return 0;
}

/** Publishes `alias` before `before` (0: at the end) in the list `falh` of a prefix of `plen`. */
function linkAlias(table: FibTable, plen: u32, falh: usize, before: usize, alias: usize): void {
  if (plen == 0) table.numDefault += 1;
  aliasLink(falh, before, alias);
  rtCacheFlush();
}

/**
 * Adds a route of tos 0 to `fi`, unless there is one of its priority (-EEXIST) or no room
 * (-ENOBUFS). The caller has taken its treeref and gives it up by a return of 0 only.
 */
export function trieAddNew(table: FibTable, key: u32, plen: u32, fi: FibInfo): i32 {
  const known = findList(table, key, plen);
  const before = fibFindAlias(known, 0, fi.priority);
  if (aliasIsEqual(before, known, 0, fi.priority)) return -EEXIST;
  const alias = aliasNew(fi.index, 0, fi.type);
  if (alias == 0) return -ENOBUFS;
  const falh = listOf(table, key, plen, known, alias);
  if (falh == 0) return -ENOBUFS;
  linkAlias(table, plen, falh, before, alias);
  return 0;
}

/**
 * Adds the route of `cfg` to `fi`, whose treeref for it the caller has taken and gives up by a
 * return of 0 only. `cfg.nlflags` means what it does in rtnetlink.
 */
function addRoute(table: FibTable, cfg: FibConfig, fi: FibInfo): i32 {
  const falh = findList(table, cfg.key, cfg.dstLen);
  const first = fibFindAlias(falh, cfg.tos, fi.priority);
  const verdict = addVerdict(falh, first, cfg, fi);
  if (verdict < 0) return verdict;
  if (verdict == ADD_REPLACE) return replaceAlias(changetype<FibAlias>(first), fi, cfg.type);
  if (verdict == ADD_NOTHING) {
    // The table holds this very route, with a treeref of its own.
    fibReleaseInfo(fi);
    return 0;
  }
  const before = addPlace(falh, first, cfg, fi);
  const alias = aliasNew(fi.index, cfg.tos, cfg.type);
  if (alias == 0) return -ENOBUFS;
  const list = listOf(table, cfg.key, cfg.dstLen, falh, alias);
  if (list == 0) return -ENOBUFS;
  linkAlias(table, cfg.dstLen, list, before, alias);
  return 0;
}

/**
 * `fib_table_insert`. 0, or -EINVAL (not a prefix, unknown type), -EEXIST, -ENOENT (nothing to
 * replace and no NLM_F_CREATE), -ENOBUFS (the part or the numbers of fib_info are full).
 */
export function trieInsert(table: FibTable, cfg: FibConfig): i32 {
  if (!isPrefix(cfg.key, cfg.dstLen) || cfg.type > <u8>RTN_MAX) return -EINVAL;
  const fi = fibCreateInfo(cfg);
  if (fi == 0) return -ENOBUFS;
  const info = changetype<FibInfo>(fi);
  const ret = addRoute(table, cfg, info);
  if (ret != 0) fibReleaseInfo(info);
  return ret;
}

/** Unlinks and frees `fa`; its list may be empty then. */
function removeAlias(table: FibTable, fa: FibAlias, plen: u32): void {
  listDelRcu(changetype<usize>(fa));
  if (plen == 0) table.numDefault -= 1;
  fibReleaseInfo(fibInfoAt(fa.info));
  aliasFree(fa);
}

/** `fib_table_delete`. 0, -EINVAL (length over 32) or -ESRCH. */
export function trieDelete(table: FibTable, cfg: FibConfig): i32 {
  if (!isPrefix(cfg.key, cfg.dstLen)) return -EINVAL;
  const leaf = trieFindLeaf(table, cfg.key);
  if (leaf.none) return -ESRCH;
  const li = leafFindInfo(leaf, cfg.dstLen);
  if (li == 0) return -ESRCH;
  const falh = li + LEAF_INFO_FALH;
  const at = aliasToDelete(falh, cfg);
  if (at == NO_ALIAS) return -ESRCH;
  const fa = changetype<FibAlias>(at);
  const accessed = (fa.state & FA_S_ACCESSED) != 0;
  removeAlias(table, fa, cfg.dstLen);
  if (listEmpty(falh)) trieRemovePrefix(table, leaf, changetype<LeafInfo>(li));
  // A route that no lookup has used is in no cache.
  if (accessed) rtCacheFlush();
  return 0;
}

/** Removes the dead routes of one length; returns how many. */
function flushAliases(table: FibTable, li: LeafInfo): u32 {
  let found: u32 = 0;
  let at = listNext(li.falh);
  while (at != li.falh) {
    const fa = changetype<FibAlias>(at);
    at = listNext(at);
    if (!aliasIsDead(fa)) continue;
    removeAlias(table, fa, li.plen);
    found += 1;
  }
  return found;
}

function flushLeaf(table: FibTable, leaf: Leaf): u32 {
  let found: u32 = 0;
  let at = hlistFirstRcu(leaf.list);
  while (at != 0) {
    const li = changetype<LeafInfo>(at);
    at = hlistNextRcu(at);
    found += flushAliases(table, li);
    if (listEmpty(li.falh)) leafRemoveInfo(li);
  }
  if (hlistEmpty(leaf.list)) trieRemoveLeaf(table, leaf);
  return found;
}

/** `fib_table_flush`: removes all routes whose fib_info has no nexthop left; returns how many. */
export function trieFlush(table: FibTable): u32 {
  let found: u32 = 0;
  let leaf = trieFirstLeaf(table);
  while (!leaf.none) {
    // Leaves do not move when the trie changes its shape, so the next one stays what it is.
    const next = trieNextLeaf(leaf);
    found += flushLeaf(table, leaf);
    leaf = next;
  }
  if (found != 0) rtCacheFlush();
  return found;
}
