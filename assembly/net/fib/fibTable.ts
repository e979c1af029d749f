/**
 * The contract of a routing table, and the only file that chooses one (knob `fib`).
 *
 *                     lookup   insert, delete, flush   load, adopt
 * lookup                -               -                  X        - = safe (RCU read section)
 * insert, …             -               L                  X        L = RTNL held by the caller
 * load, adopt           X               X                  X        X = never: boot only
 *
 * A table is an address that `fibTableAt` gives for its id. Local and main live in the table part;
 * routes name fib_infos of the design part by number.
 */

import { superBlock } from "../../arch/superblock";
import { traceEvent } from "../../arch/trace";
import { BRANCH_TABLE_FOUND, BRANCH_TABLE_MISS, TRACE_FIB_LOOKUP } from "../../arch/tracePoints";
import { DEBUG, FIB, FIB_TRIE } from "../../config";
import { ENETUNREACH } from "../../errno";
import { FibConfig } from "./fibConfig";
import { trieAdopt, trieLoad } from "./fibLoad";
import { FibResult } from "./fibResult";
import { trieDelete, trieFlush, trieInsert } from "./fibRoutes";
import { fibTrieLookup } from "./fibTrie";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { assertRtnl } from "./rtnl";
import { FibTable, fibTableAt, tablePartInit } from "./tablePart";

export { fibTableAt } from "./tablePart";

if (FIB != FIB_TRIE) ERROR("unknown fib");

/** Makes the table part empty: two tables without routes. False if the region is too small. */
export function fibTableInit(): bool {
  return tablePartInit();
}

/**
 * Looks `key` (host order) up in the table that `res.table` names. `scope`: the widest that may
 * answer; `oif` 0: any device. 0: found; below 0: the error of a route that says no (fib_props); 1:
 * not found.
 */
export function fibTableLookup(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
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
 * `fib_lookup` without custom rules (era B): local, then main. Whatever a table says but 0 moves
 * on, so an unreachable or prohibit route is -ENETUNREACH too. superblock.fibTables 1: main only.
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
  return trieInsert(changetype<FibTable>(table), cfg);
}

/** Deletes the first route that `cfg` describes. 0, -EINVAL or -ESRCH. */
export function fibTableDelete(table: usize, cfg: FibConfig): i32 {
  assertRtnl();
  return trieDelete(changetype<FibTable>(table), cfg);
}

/** Removes the routes whose nexthops are all dead. Returns how many. */
export function fibTableFlush(table: usize): u32 {
  assertRtnl();
  return trieFlush(changetype<FibTable>(table));
}

/** Bulk load of main at boot: rows as in `fibLoad.ts`. Returns how many were inserted. */
export function fibLoadRoutes(at: usize, count: u32): u32 {
  return trieLoad(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)), at, count);
}

/**
 * Counts the routes of a restored table part into this machine's fib_infos. False: they do not fit.
 */
export function fibAdoptTables(): bool {
  if (!trieAdopt(changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)))) return false;
  return trieAdopt(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)));
}
