/**
 * Routes in a hash table: what `fn_hash_insert`, `fn_hash_delete` and `fn_hash_flush` do with
 * nodes and aliases (spec 4.3, 4.4). Under RTNL; each change is made inside `fib_hash_lock`, and a
 * fib_info is let go after it, so no reader meets an alias of a dead one.
 */
import { EEXIST, EINVAL, ENOBUFS, ESRCH } from "../../errno";
import { listDelRcu, listEmpty, listNext } from "../../lib/listHead";
import { writeLock, writeUnlock } from "../../lib/rwlock";
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
import { FibNode } from "./fibNode";
import { fibCreateInfo, fibReleaseInfo } from "./fibSemantics";
import { fnHashOf } from "./fnHash";
import {
  fnFindNode,
  fnGrow,
  fnLinkNode,
  fnNodeFree,
  fnNodeNew,
  fnUnlinkNode,
  fnZoneFor,
} from "./fnHashBuild";
import { fibHashLockAt } from "./fnHashLookup";
import { fnFirstNode, fnNextNode } from "./fnHashWalk";
import { FnZone } from "./fnZone";
import { rtCacheFlush } from "./rtGenid";
import { FA_S_ACCESSED, RTN_MAX } from "./rtnetlink";
import { CLASS_ALIAS, FibTable } from "./tablePart";
import { poolFree } from "./tablePool";

/** The list of aliases of `node`, 0 without a node. */
function listOfNode(node: FibNode): usize {
  return node.none ? <usize>0 : node.falh;
}

/** NLM_F_REPLACE: the alias stays and gets the new fib_info and type. */
function replaceInPlace(fa: FibAlias, fi: FibInfo, type: u32): void {
  const old = fibInfoAt(fa.info);
  writeLock(fibHashLockAt());
  const state: u32 = fa.state;
  fa.info = fi.index;
  fa.type = <u8>type;
  fa.state = <u8>(state & ~FA_S_ACCESSED);
  writeUnlock(fibHashLockAt());
  fibReleaseInfo(old);
  if ((state & FA_S_ACCESSED) != 0) rtCacheFlush();
}

/**
 * Links a new alias before `before` on the list of `known`, or on that of a new node for `key` if
 * it is none. False: the part is full, nothing has changed.
 */
function addAlias(zone: FnZone, key: u32, known: FibNode, before: usize, alias: usize): bool {
  if (alias == 0) return false;
  const node = known.none ? fnNodeNew(key) : known;
  if (node.none) {
    poolFree(CLASS_ALIAS, alias);
    return false;
  }
  writeLock(fibHashLockAt());
  if (known.none) fnLinkNode(zone, node);
  aliasLink(node.falh, before, alias);
  writeUnlock(fibHashLockAt());
  rtCacheFlush();
  return true;
}

/**
 * Adds a route of tos 0 to `fi`, unless there is one of its priority (-EEXIST) or no room
 * (-ENOBUFS). The caller has taken its treeref and gives it up by a return of 0 only.
 */
export function fnHashAddNew(table: FibTable, key: u32, plen: u32, fi: FibInfo): i32 {
  const zone = fnZoneFor(fnHashOf(table), plen);
  if (zone.none) return -ENOBUFS;
  fnGrow(zone);
  const known = fnFindNode(zone, key);
  const falh = listOfNode(known);
  const before = fibFindAlias(falh, 0, fi.priority);
  if (aliasIsEqual(before, falh, 0, fi.priority)) return -EEXIST;
  const alias = aliasNew(fi.index, 0, fi.type);
  if (!addAlias(zone, key, known, before, alias)) return -ENOBUFS;
  if (plen == 0) table.numDefault += 1;
  return 0;
}

/**
 * Adds the route of `cfg` to `fi`, whose treeref for it the caller has taken and gives up by a
 * return of 0 only. `cfg.nlflags` means what it does in rtnetlink.
 */
function addRoute(table: FibTable, zone: FnZone, cfg: FibConfig, fi: FibInfo): i32 {
  fnGrow(zone);
  const known = fnFindNode(zone, cfg.key);
  const falh = listOfNode(known);
  const first = fibFindAlias(falh, cfg.tos, fi.priority);
  const verdict = addVerdict(falh, first, cfg, fi);
  if (verdict < 0) return verdict;
  if (verdict == ADD_REPLACE) {
    replaceInPlace(changetype<FibAlias>(first), fi, cfg.type);
    return 0;
  }
  if (verdict == ADD_NOTHING) {
    // The table holds this very route, with a treeref of its own.
    fibReleaseInfo(fi);
    return 0;
  }
  const before = addPlace(falh, first, cfg, fi);
  const alias = aliasNew(fi.index, cfg.tos, cfg.type);
  if (!addAlias(zone, cfg.key, known, before, alias)) return -ENOBUFS;
  if (cfg.dstLen == 0) table.numDefault += 1;
  return 0;
}

/**
 * 0, or -EINVAL (not a prefix, unknown type), -EEXIST, -ENOENT (nothing to replace and no
 * NLM_F_CREATE), -ENOBUFS (the part or the numbers of fib_info are full). The zone is made before
 * the rest of the request is looked at, as in the kernel, and stays. Follows `fn_hash_insert`.
 */
export function fnHashInsert(table: FibTable, cfg: FibConfig): i32 {
  if (cfg.dstLen > 32) return -EINVAL;
  const zone = fnZoneFor(fnHashOf(table), cfg.dstLen);
  if (zone.none) return -ENOBUFS;
  if ((cfg.key & ~zone.mask) != 0 || cfg.type > <u8>RTN_MAX) return -EINVAL;
  const fi = fibCreateInfo(cfg);
  if (fi == 0) return -ENOBUFS;
  const info = changetype<FibInfo>(fi);
  const ret = addRoute(table, zone, cfg, info);
  if (ret != 0) fibReleaseInfo(info);
  return ret;
}

/** Unlinks and frees `fa`, and its node if that was the last. */
function removeAlias(table: FibTable, zone: FnZone, node: FibNode, fa: FibAlias): void {
  writeLock(fibHashLockAt());
  listDelRcu(changetype<usize>(fa));
  const empty = listEmpty(node.falh);
  if (empty) fnUnlinkNode(zone, node);
  writeUnlock(fibHashLockAt());
  if (zone.order == 0) table.numDefault -= 1;
  fibReleaseInfo(fibInfoAt(fa.info));
  poolFree(CLASS_ALIAS, changetype<usize>(fa));
  if (empty) fnNodeFree(node);
}

/** 0, -EINVAL (not a prefix) or -ESRCH. Follows `fn_hash_delete`. */
export function fnHashDelete(table: FibTable, cfg: FibConfig): i32 {
  if (!isPrefix(cfg.key, cfg.dstLen)) return -EINVAL;
  const zone = fnHashOf(table).zone(cfg.dstLen);
  if (zone.none) return -ESRCH;
  const node = fnFindNode(zone, cfg.key);
  const at = aliasToDelete(listOfNode(node), cfg);
  if (at == NO_ALIAS) return -ESRCH;
  const fa = changetype<FibAlias>(at);
  const accessed = (fa.state & FA_S_ACCESSED) != 0;
  removeAlias(table, zone, node, fa);
  // A route that no lookup has used is in no cache.
  if (accessed) rtCacheFlush();
  return 0;
}

/** Removes the dead routes of a prefix; returns how many. The node is gone with the last. */
function flushNode(table: FibTable, zone: FnZone, node: FibNode): u32 {
  const falh = node.falh;
  let found: u32 = 0;
  let at = listNext(falh);
  while (at != falh) {
    const fa = changetype<FibAlias>(at);
    at = listNext(at);
    if (!aliasIsDead(fa)) continue;
    removeAlias(table, zone, node, fa);
    found += 1;
  }
  return found;
}

/** Removes all routes whose fib_info has no nexthop left; returns how many. Follows
 * `fn_hash_flush`. */
export function fnHashFlush(table: FibTable): u32 {
  let found: u32 = 0;
  for (let zone = fnHashOf(table).first; !zone.none; zone = zone.next) {
    let node = fnFirstNode(zone);
    while (!node.none) {
      const next = fnNextNode(zone, node);
      found += flushNode(table, zone, node);
      node = next;
    }
  }
  if (found != 0) rtCacheFlush();
  return found;
}
