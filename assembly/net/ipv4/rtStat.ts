/**
 * `rt_cache_stat`: the per-CPU counters of `/proc/net/stat/rt_cache`, in the kernel's order: its 17
 * columns without the first, `entries`, which is one number for all CPUs.
 * Words at PCPU_RT_STAT. Owner only, plain. From 3.6 on the hit and gc columns stay 0.
 */
import { plainLoad32, plainStore32 } from "../../arch/atomic";
import { PCPU_RT_STAT, thisCpuArea } from "../../arch/percpu";
import { traceEvent } from "../../arch/trace";
import { BRANCH_RT_STAT, TRACE_CURRENT } from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { DST_HAS_NEIGHBOUR } from "../core/dstEntry";

export const RT_STAT_IN_HIT: usize = 0;
export const RT_STAT_IN_SLOW_TOT: usize = 1;
export const RT_STAT_IN_SLOW_MC: usize = 2;
export const RT_STAT_IN_NO_ROUTE: usize = 3;
export const RT_STAT_IN_BRD: usize = 4;
export const RT_STAT_IN_MARTIAN_DST: usize = 5;
export const RT_STAT_IN_MARTIAN_SRC: usize = 6;
export const RT_STAT_OUT_HIT: usize = 7;
export const RT_STAT_OUT_SLOW_TOT: usize = 8;
export const RT_STAT_OUT_SLOW_MC: usize = 9;
export const RT_STAT_GC_TOTAL: usize = 10;
export const RT_STAT_GC_IGNORED: usize = 11;
export const RT_STAT_GC_GOAL_MISS: usize = 12;
export const RT_STAT_GC_DST_OVERFLOW: usize = 13;
export const RT_STAT_IN_HLIST_SEARCH: usize = 14;
export const RT_STAT_OUT_HLIST_SEARCH: usize = 15;
/** in_slow_tot counts lookups that found a route (to 3.5), and not the rtables made after them. */
export const RT_STAT_COUNTS_LOOKUPS: bool = DST_HAS_NEIGHBOUR;
/** Columns behind `entries`. */
export const RT_STATS: usize = 16;

/** Adds one to a counter of this CPU. */
export function rtStatInc(index: usize): void {
  if (DEBUG) traceEvent(TRACE_CURRENT, BRANCH_RT_STAT, <u32>index, 0, 0);
  const at = thisCpuArea() + PCPU_RT_STAT + (index << 2);
  plainStore32(at, plainLoad32(at) + 1);
}
