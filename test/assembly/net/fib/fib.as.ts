// Entry of the tests of net/fib/: the contract, with requests written into scratch memory.

import { fillBytes, plainLoad32, plainStore32 } from "../../../../assembly/arch/atomic";
import { superBlock } from "../../../../assembly/arch/superblock";
import { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
import { listAddTail, listInit } from "../../../../assembly/lib/listHead";
import { FibAlias } from "../../../../assembly/net/fib/fibAlias";
import { FibConfig, nhConfigOf } from "../../../../assembly/net/fib/fibConfig";
import { fibCheckAll } from "../../../../assembly/net/fib/fibHost";
import { FibInfo, fibInfoAt, fibInfos, nhRthOutput } from "../../../../assembly/net/fib/fibInfo";
import { fibSemanticMatch } from "../../../../assembly/net/fib/fibMatch";
import { FibResult, thisFibResult } from "../../../../assembly/net/fib/fibResult";
import {
  fibCreateInfo,
  fibInfoHold,
  fibInfoPut,
  fibReleaseInfo,
  fibInfoInit as infoInit,
} from "../../../../assembly/net/fib/fibSemantics";
import {
  FIB_INFO_BUCKETS,
  fibLoadRoutes,
  fibLookup,
  fibTableAt,
  fibTableDelete,
  fibTableFlush,
  fibTableInsert,
  fibTableLookup,
  fibTableStat,
} from "../../../../assembly/net/fib/fibTable";
import { rtnlLock, rtnlUnlock } from "../../../../assembly/net/fib/rtnl";
import {
  CLASSES,
  FibTable,
  TableClass,
  tableClass,
  tablePart,
} from "../../../../assembly/net/fib/tablePart";
import { poolWaiting } from "../../../../assembly/net/fib/tablePool";
import { Tnode } from "../../../../assembly/net/fib/trieNode";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { bootAlloc } from "../../../../assembly/arch/regions";
export {
  rcuBacklog,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuQuiescent,
} from "../../../../assembly/kernel/rcu";
export {
  fibCreateInfoRequest,
  fibDetachTables,
  fibInfosOfDevice,
  fibReleaseInfoNumber,
  tablePartBytes,
} from "../../../../assembly/net/fib/fibHost";
export {
  fibSyncDownDev,
  fibSyncUpDev,
} from "../../../../assembly/net/fib/fibSemantics";
export { fibAdoptTables, fibTableAt, fibTableInit } from "../../../../assembly/net/fib/fibTable";
export { rtGenid } from "../../../../assembly/net/fib/rtGenid";
export { rtnlLock, rtnlUnlock } from "../../../../assembly/net/fib/rtnl";

/** A request in 64 + 16 * 32 bytes of scratch, with one nexthop of zeros. */
export function setConfig(at: usize, key: u32, plen: u32, tos: u32): void {
  fillBytes(at, 0, 64 + 16 * 32);
  const cfg = changetype<FibConfig>(at);
  cfg.key = key;
  cfg.dstLen = <u8>plen;
  cfg.tos = <u8>tos;
  cfg.nhs = 1;
}

/** What kind of route the request is for, and how it is to be added. */
export function setKind(at: usize, type: u32, scope: u32, priority: u32, nlflags: u32): void {
  const cfg = changetype<FibConfig>(at);
  cfg.type = <u8>type;
  cfg.scope = <u8>scope;
  cfg.priority = priority;
  cfg.nlflags = nlflags;
}

/** Nexthop `i` of the request; `nhs` grows to hold it. */
export function setNexthop(at: usize, i: u32, oif: u32, gw: u32, dev: u32): void {
  const cfg = changetype<FibConfig>(at);
  if (cfg.nhs <= i) cfg.nhs = i + 1;
  const nh = nhConfigOf(cfg, i);
  nh.oif = oif;
  nh.gw = gw;
  nh.dev = dev;
}

/** The fields of a request that few tests use. */
export function setMore(at: usize, protocol: u32, prefsrc: u32, mtu: u32, flags: u32): void {
  const cfg = changetype<FibConfig>(at);
  cfg.protocol = <u8>protocol;
  cfg.prefsrc = prefsrc;
  cfg.mtu = mtu;
  cfg.flags = flags;
}

/** The host's request area: what `fibCreateInfoRequest` reads. */
export function setRequestAt(at: usize): void {
  superBlock().requestAt = <u32>at;
}

export function insert(id: u32, at: usize): i32 {
  rtnlLock();
  const ret = fibTableInsert(fibTableAt(id), changetype<FibConfig>(at));
  rtnlUnlock();
  return ret;
}

export function insertUnlocked(id: u32, at: usize): i32 {
  return fibTableInsert(fibTableAt(id), changetype<FibConfig>(at));
}

export function remove(id: u32, at: usize): i32 {
  rtnlLock();
  const ret = fibTableDelete(fibTableAt(id), changetype<FibConfig>(at));
  rtnlUnlock();
  return ret;
}

export function flush(id: u32): u32 {
  rtnlLock();
  const found = fibTableFlush(fibTableAt(id));
  rtnlUnlock();
  return found;
}

export function load(at: usize, count: u32): u32 {
  rtnlLock();
  const inserted = fibLoadRoutes(at, count);
  rtnlUnlock();
  return inserted;
}

/** Looks up in one table; answer in `resultX`. */
export function lookup(id: u32, key: u32, tos: u32, scope: u32, oif: u32): i32 {
  rcuReadLock();
  const res: FibResult = thisFibResult();
  res.table = <u32>fibTableAt(id);
  const ret = fibTableLookup(key, tos, scope, oif, res);
  rcuReadUnlock();
  return ret;
}

/** Looks up as a packet does. */
export function lookupAll(key: u32, tos: u32, scope: u32, oif: u32): i32 {
  rcuReadLock();
  const ret = fibLookup(key, tos, scope, oif, thisFibResult());
  rcuReadUnlock();
  return ret;
}

export function resultPlen(): u32 {
  return thisFibResult().prefixlen;
}

export function resultNh(): u32 {
  return thisFibResult().nhSel;
}

export function resultType(): u32 {
  return thisFibResult().type;
}

export function resultScope(): u32 {
  return thisFibResult().scope;
}

export function resultTable(): u32 {
  return thisFibResult().table;
}

/** Gateway of the nexthop that the last lookup chose. */
export function resultGw(): u32 {
  const res: FibResult = thisFibResult();
  return changetype<FibInfo>(<usize>res.fi).nh(res.nhSel).gw;
}

export function resultInfo(): u32 {
  return changetype<FibInfo>(<usize>thisFibResult().fi).index;
}

/** Makes or finds the fib_info of a request and keeps a treeref; its number, or 0. */
export function createInfo(at: usize): u32 {
  const fi = fibCreateInfo(changetype<FibConfig>(at));
  return fi == 0 ? 0 : changetype<FibInfo>(fi).index;
}

export function releaseInfo(index: u32): void {
  fibReleaseInfo(fibInfoAt(index));
}

export function holdInfo(index: u32): void {
  fibInfoHold(fibInfoAt(index));
}

export function putInfo(index: u32): void {
  fibInfoPut(fibInfoAt(index));
}

export function infoTreeref(index: u32): u32 {
  return fibInfoAt(index).treeref;
}

export function infoFlags(index: u32): u32 {
  return fibInfoAt(index).flags;
}

export function infoIsDead(index: u32): bool {
  return fibInfoAt(index).dead;
}

export function infoMtu(index: u32): u32 {
  return plainLoad32(<usize>fibInfoAt(index).metrics + 4);
}

export function outputSlot(index: u32, nh: u32, cpu: u32): usize {
  return nhRthOutput(fibInfoAt(index).nh(nh), cpu);
}

export function infosInUse(): u32 {
  return fibInfos().inUse;
}

export function fibInfoInit(capacity: u32, nhsMax: u32): bool {
  return infoInit(capacity, nhsMax, FIB_INFO_BUCKETS);
}

export function infoBuckets(): u32 {
  return fibInfos().hashMask + 1;
}

/** Number of the first broken rule of both tables, the fib_infos and the pools; 0: all is well. */
export function checkAll(scratch: usize, held: u32, infosWaiting: u32): u32 {
  return fibCheckAll(held, infosWaiting, scratch);
}

/** The figures of a table: a FibTrieStat, or with `fib=hash` a FnHashStat. */
export function stat(id: u32, at: usize): void {
  fibTableStat(fibTableAt(id), at);
}

/** Objects of all classes that are in use. */
export function poolLive(): u32 {
  let live: u32 = 0;
  for (let id: u32 = 0; id < CLASSES; id++) live += tableClass(id).live;
  return live;
}

export function poolCarved(id: u32): u32 {
  const c: TableClass = tableClass(id);
  return c.carved;
}

export function poolWaits(): u32 {
  let waits: u32 = 0;
  for (let id: u32 = 0; id < CLASSES; id++) waits += poolWaiting(id);
  return waits;
}

export function resizeSkipped(): u32 {
  return tablePart().resizeSkipped;
}

/** Width of the root of a table, 0 if it is no tnode. */
export function rootBits(id: u32): u32 {
  const root = changetype<FibTable>(fibTableAt(id)).root;
  return root.none ? 0 : <u32>root.bits;
}

export function rootFull(id: u32): u32 {
  return changetype<Tnode>(changetype<usize>(changetype<FibTable>(fibTableAt(id)).root)).full;
}

/** Spoils a count of the root, to see that the checks look. */
export function spoilRoot(id: u32): void {
  const root = changetype<FibTable>(fibTableAt(id)).root;
  changetype<Tnode>(changetype<usize>(root)).empty += 1;
}

/** Takes an object out of the accounts of class `id`, to see that the checks look. */
export function losePoolObject(id: u32): void {
  const c = tableClass(id);
  c.freeHead = plainLoad32(<usize>c.freeHead);
}

/** Writes a row of a bulk load. */
export function writeRow(at: usize, key: u32, plen: u32, info: u32): void {
  plainStore32(at, key);
  plainStore32(at + 4, plen | (info << 16));
}

/** Begins an alias list of the test's own at `head`, for `match`. */
export function initList(head: usize): void {
  listInit(head);
}

/** An alias of fib_info `info` in zeroed memory at `at`, last on the list. */
export function addAlias(head: usize, at: usize, info: u32, tos: u32): void {
  const fa = changetype<FibAlias>(at);
  fa.info = info;
  fa.tos = <u8>tos;
  fa.type = 1;
  listAddTail(at, head);
}

/**
 * Where an alias's `state` is the `scope` of fib_info `index`: a lookup that marks the alias as
 * used changes what it finds when it reads the list again.
 */
export function aliasOverScopeOf(index: u32): usize {
  const scopeAt = changetype<usize>(fibInfoAt(index)) + offsetof<FibInfo>("scope");
  return scopeAt - offsetof<FibAlias>("state");
}

/** The semantic match alone, over a list of the test's. */
export function match(head: usize, tos: u32, scope: u32, oif: u32): i32 {
  return fibSemanticMatch(head, tos, scope, oif, thisFibResult());
}

export function aliasState(at: usize): u32 {
  return changetype<FibAlias>(at).state;
}
