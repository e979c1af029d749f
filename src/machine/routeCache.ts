/**
 * The route cache of a machine, read from its bytes while no window runs: how many entries there
 * are, and what `rt_cache_stat` has counted (`assembly/net/ipv4/rtStat.ts`).
 */
import { readRtStat } from "./counters.js";
import type { Machine } from "./machine.js";

/** Columns of `rt_cache_stat`, input and output together; all but `entries` only ever grow. */
export interface CacheCounters {
  readonly entries: number;
  readonly hits: number;
  /** Packets that missed and were routed by a lookup. */
  readonly slow: number;
  readonly gcTotal: number;
  readonly gcIgnored: number;
  readonly gcGoalMiss: number;
  readonly gcOverflow: number;
  /** Entries of chains that were looked at and did not match. */
  readonly searched: number;
}

const COLUMNS = {
  hits: [0, 7],
  slow: [1, 8],
  gcTotal: [10],
  gcIgnored: [11],
  gcGoalMiss: [12],
  gcOverflow: [13],
  searched: [14, 15],
} as const;
const COUNTER_DST_ENTRIES = 0;

/** Whether the design of a machine has a cache of flows. */
export function hasRouteCache(machine: Machine): boolean {
  return machine.image.row["route-cache"] === "hash";
}

/** Entries that a machine's `dst_ops` counts, those that wait to be freed among them. */
export function dstEntries(machine: Machine): number {
  const control = machine.cpu(machine.controlCpu);
  return control.callSigned("percpuCounterSum", COUNTER_DST_ENTRIES);
}

/** What the cache of a machine holds and has counted. */
export function readCacheCounters(machine: Machine): CacheCounters {
  const sum = (columns: readonly number[]): number =>
    columns.reduce((total, index) => total + readRtStat(machine, index), 0);
  return {
    entries: dstEntries(machine),
    hits: sum(COLUMNS.hits),
    slow: sum(COLUMNS.slow),
    gcTotal: sum(COLUMNS.gcTotal),
    gcIgnored: sum(COLUMNS.gcIgnored),
    gcGoalMiss: sum(COLUMNS.gcGoalMiss),
    gcOverflow: sum(COLUMNS.gcOverflow),
    searched: sum(COLUMNS.searched),
  };
}
