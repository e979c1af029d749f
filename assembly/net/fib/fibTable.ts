/**
 * The contract of a routing table, and the only file that chooses one (knob `fib`).
 *
 *                     lookup   insert, delete, flush   load, adopt
 * lookup                -              - or W              X        - = safe (RCU read section)
 * insert, …           - or W             L                 X        L = RTNL held by the caller
 * load, adopt           X                X                 X        X = never: boot only
 *
 * W: with `fib=hash` a change excludes lookups by the rwlock `fib_hash_lock` (`fnHashLookup.ts`).
 *
 * A table is an address that `fibTableAt` gives for its id. Local and main live in the table part,
 * which is of one kind; routes name fib_infos of the design part by number.
 */

import { superBlock } from "../../arch/superblock";
import { traceEvent } from "../../arch/trace";
import { BRANCH_TABLE_FOUND, BRANCH_TABLE_MISS, TRACE_FIB_LOOKUP } from "../../arch/tracePoints";
import { DEBUG, FIB, FIB_HASH, FIB_TRIE } from "../../config";
import { ENETUNREACH } from "../../errno";
import { FibConfig } from "./fibConfig";
import { fnHashAdopt, fnHashLoad, trieAdopt, trieLoad } from "./fibLoad";
import { FibResult } from "./fibResult";
import { trieDelete, trieFlush, trieInsert } from "./fibRoutes";
import { fibTrieLookup } from "./fibTrie";
import { fibTrieCheck, tablePoolCheck, trieCountRefs } from "./fibTrieCheck";
import { FIB_TRIE_STAT_BYTES, FibTrieStat, fibTrieStat } from "./fibTrieStat";
import { fnHashInit } from "./fnHashBuild";
import { fnHashCheck, fnHashCountRefs, fnHashPoolCheck } from "./fnHashCheck";
import { fnHashLookup } from "./fnHashLookup";
import { fnHashDelete, fnHashFlush, fnHashInsert } from "./fnHashRoutes";
import { FnHashStat, fnHashStat } from "./fnHashStat";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { assertRtnl } from "./rtnl";
import {
  FibTable,
  fibTableAt,
  TABLE_KIND_HASH,
  TABLE_KIND_TRIE,
  TABLE_MAGIC,
  tablePart,
  tablePartInit,
} from "./tablePart";

export { fibTableAt } from "./tablePart";

if (FIB != FIB_TRIE && FIB != FIB_HASH) ERROR("unknown fib");

/** The kind of table part that this image can use. */
export const FIB_TABLE_KIND: u32 = FIB == FIB_HASH ? TABLE_KIND_HASH : TABLE_KIND_TRIE;
/** Buckets that the hash of fib_infos begins with: 1 in 2.6.18, 16 in 3.10. */
export const FIB_INFO_BUCKETS: u32 = FIB == FIB_HASH ? 1 : 16;

/** Makes the table part empty: two tables without routes. False if the region is too small. */
export function fibTableInit(): bool {
  return FIB == FIB_HASH ? fnHashInit() : tablePartInit();
}

/**
 * Looks `key` (host order) up in the table that `res.table` names. `scope`: the widest that may
 * answer; `oif` 0: any device. 0: found; below 0: the error of a route that says no (fib_props); 1:
 * not found.
 */
export function fibTableLookup(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  if (FIB == FIB_HASH) return fnHashLookup(key, tos, scope, oif, res);
  return fibTrieLookup(key, tos, scope, oif, res);
}

/** Trace: what table `id` said about `key`. */
function traceAnswer(key: u32, answer: i32, id: u32, res: FibResult): void {
  if (answer != 0) traceEvent(TRACE_FIB_LOOKUP, BRANCH_TABLE_MISS, key, answer, id);
  else {
    const what = ((<u32>res.type) << 8) | id;
    traceEvent(TRACE_FIB_LOOKUP, BRANCH_TABLE_FOUND, key, res.prefixlen, what);
  }
}

/**
 * `fib_lookup` without custom rules (era B) or policy routing (era A): local, then main. Whatever a
 * table says but 0 moves on, so an unreachable or prohibit route is -ENETUNREACH too.
 * superblock.fibTables 1: main only.
 */
export function fibLookup(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  if (superBlock().fibTables > 1) {
    res.table = <u32>fibTableAt(RT_TABLE_LOCAL);
    const inLocal = fibTableLookup(key, tos, scope, oif, res);
    if (DEBUG) traceAnswer(key, inLocal, RT_TABLE_LOCAL, res);
    if (inLocal == 0) return 0;
  }
  res.table = <u32>fibTableAt(RT_TABLE_MAIN);
  const inMain = fibTableLookup(key, tos, scope, oif, res);
  if (DEBUG) traceAnswer(key, inMain, RT_TABLE_MAIN, res);
  if (inMain == 0) return 0;
  return -ENETUNREACH;
}

/** Adds a route, by the flags in `cfg.nlflags`. 0, -EINVAL, -EEXIST, -ENOENT or -ENOBUFS. */
export function fibTableInsert(table: usize, cfg: FibConfig): i32 {
  assertRtnl();
  if (FIB == FIB_HASH) return fnHashInsert(changetype<FibTable>(table), cfg);
  return trieInsert(changetype<FibTable>(table), cfg);
}

/** Deletes the first route that `cfg` describes. 0, -EINVAL or -ESRCH. */
export function fibTableDelete(table: usize, cfg: FibConfig): i32 {
  assertRtnl();
  if (FIB == FIB_HASH) return fnHashDelete(changetype<FibTable>(table), cfg);
  return trieDelete(changetype<FibTable>(table), cfg);
}

/** Removes the routes whose nexthops are all dead. Returns how many. */
export function fibTableFlush(table: usize): u32 {
  assertRtnl();
  if (FIB == FIB_HASH) return fnHashFlush(changetype<FibTable>(table));
  return trieFlush(changetype<FibTable>(table));
}

/** Bulk load of main at boot: rows as in `fibLoad.ts`. Returns how many were inserted. */
export function fibLoadRoutes(at: usize, count: u32): u32 {
  const main = changetype<FibTable>(fibTableAt(RT_TABLE_MAIN));
  return FIB == FIB_HASH ? fnHashLoad(main, at, count) : trieLoad(main, at, count);
}

function adopt(id: u32): bool {
  const table = changetype<FibTable>(fibTableAt(id));
  return FIB == FIB_HASH ? fnHashAdopt(table) : trieAdopt(table);
}

/**
 * Counts the routes of a restored table part into this machine's fib_infos. False: they do not fit,
 * or the part is of another kind.
 */
export function fibAdoptTables(): bool {
  const part = tablePart();
  if (part.magic != TABLE_MAGIC || part.kind != FIB_TABLE_KIND) return false;
  return adopt(RT_TABLE_LOCAL) && adopt(RT_TABLE_MAIN);
}

/** 0 if a table is what its kind's headers say, else the broken rule (`fibCheck.ts`). */
export function fibTableCheck(table: usize): u32 {
  if (FIB == FIB_HASH) return fnHashCheck(changetype<FibTable>(table));
  return fibTrieCheck(changetype<FibTable>(table));
}

/** Counts the aliases of a table into the `auditRefs` of their fib_infos. */
export function fibTableCountRefs(table: usize): void {
  if (FIB == FIB_HASH) fnHashCountRefs(changetype<FibTable>(table));
  else trieCountRefs(changetype<FibTable>(table));
}

/** 0 if no object of the table part is lost, else the broken rule. Overwrites 512 bytes there. */
export function fibTablePoolCheck(scratch: usize): u32 {
  if (FIB == FIB_HASH) return fnHashPoolCheck();
  const main = scratch + ((FIB_TRIE_STAT_BYTES + 7) & ~7);
  return tablePoolCheck(changetype<FibTrieStat>(scratch), changetype<FibTrieStat>(main));
}

/** Writes the figures of a table to `at`: a FibTrieStat or a FnHashStat. */
export function fibTableStat(table: usize, at: usize): void {
  if (FIB == FIB_HASH) fnHashStat(changetype<FibTable>(table), changetype<FnHashStat>(at));
  else fibTrieStat(changetype<FibTable>(table), changetype<FibTrieStat>(at));
}
