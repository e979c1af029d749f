/**
 * `neigh_statistics`: what happened to the neighbour table, for each CPU; the columns of
 * `/proc/net/stat/arp_cache`, and what later kernels call table_fulls.
 *
 *   PCPU_NEIGH + 0   16 words, by the indices below
 *
 * Owner only, plain; the host adds them over CPUs while no window runs.
 */
import { plainLoad32, plainStore32 } from "../../arch/atomic";
import { PCPU_NEIGH, thisCpuArea } from "../../arch/percpu";

export const NEIGH_ALLOCS: usize = 0;
export const NEIGH_DESTROYS: usize = 1;
export const NEIGH_HASH_GROWS: usize = 2;
/** Neighbours that did not answer. */
export const NEIGH_RES_FAILED: usize = 3;
/** Lookups that take a reference, and those that found something. */
export const NEIGH_LOOKUPS: usize = 4;
export const NEIGH_HITS: usize = 5;
export const NEIGH_PERIODIC_GC_RUNS: usize = 6;
export const NEIGH_FORCED_GC_RUNS: usize = 7;
/** Packets that were pushed out of a neighbour's queue. */
export const NEIGH_UNRES_DISCARDS: usize = 8;
/** "Neighbour table overflow": nothing could be freed at gc_thresh3. */
export const NEIGH_TABLE_FULLS: usize = 9;
/** Changes of state that the kernel would notify of. */
export const NEIGH_EVENTS: usize = 10;
/** Counters in use. */
export const NEIGH_STATS: usize = 11;

/** Adds one to a counter of this CPU. */
export function neighStatInc(index: usize): void {
  const at = thisCpuArea() + PCPU_NEIGH + (index << 2);
  plainStore32(at, plainLoad32(at) + 1);
}
