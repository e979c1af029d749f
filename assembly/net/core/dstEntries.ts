/**
 * How many entries a protocol has: the contract of the count that `dst_alloc` compares with
 * gc_thresh. The only file that looks at ENTRIES.
 *
 *   shared   one atomic word in dst_ops, beside gc_thresh (2.6.18): every allocation and every
 *            destruction of any CPU writes the line that the next allocation reads; always exact
 *   percpu   a percpu counter, folded in batches of max(32, 2 × CPUs) (2.6.37 on): the fast read
 *            misses less than a batch for each CPU, the slow read adds all parts
 *
 * Neither read is ever negative. An entry counts from `dst_alloc` to `dst_destroy`, unless NOCOUNT:
 * those that wait for RCU or lie on the garbage list count too.
 */
import { atomicAdd32, atomicLoad32, atomicStore32 } from "../../arch/atomic";
import { possibleCpus } from "../../arch/superblock";
import { ENTRIES, ENTRIES_SHARED } from "../../config";
import {
  percpuCounterAdd,
  percpuCounterInit,
  percpuCounterReadFast,
  percpuCounterSum,
} from "../../lib/percpuCounter";
import { DST_OPS_IPV4, DST_OPS_IPV4_BLACKHOLE, DstOps, dstOpsOf } from "./dstOps";

/** The count is one word: a reader may look again at each use. */
export const DST_ENTRIES_ONE_WORD: bool = ENTRIES == ENTRIES_SHARED;

/** The kernel's batch: max(32, 2 × CPUs). */
export function dstEntriesBatch(cpus: u32): u32 {
  return cpus > 16 ? 2 * cpus : 32;
}

/** No entries, of any protocol. Called once by `boot()`. Follows `dst_entries_init`. */
export function dstEntriesInit(): void {
  entriesInit(dstOpsOf(DST_OPS_IPV4));
  entriesInit(dstOpsOf(DST_OPS_IPV4_BLACKHOLE));
}

function entriesInit(o: DstOps): void {
  if (ENTRIES == ENTRIES_SHARED) atomicStore32(o.entriesAt, 0);
  else percpuCounterInit(o.counter, dstEntriesBatch(possibleCpus()));
}

/** One entry more or less. Follows `dst_entries_add`. */
export function dstEntriesAdd(o: DstOps, delta: i32): void {
  if (ENTRIES == ENTRIES_SHARED) atomicAdd32(o.entriesAt, <u32>delta);
  else percpuCounterAdd(o.counter, delta);
}

/** Entries, as the gate of an allocation sees them. Follows `dst_entries_get_fast`. */
export function dstEntriesGetFast(o: DstOps): i32 {
  if (ENTRIES == ENTRIES_SHARED) return sharedEntries(o);
  return percpuCounterReadFast(o.counter);
}

/** Entries, exact when nobody allocates. Follows `dst_entries_get_slow`. */
export function dstEntriesGetSlow(o: DstOps): i32 {
  if (ENTRIES == ENTRIES_SHARED) return sharedEntries(o);
  return percpuCounterSum(o.counter);
}

function sharedEntries(o: DstOps): i32 {
  const count = <i32>atomicLoad32(o.entriesAt);
  return count < 0 ? 0 : count;
}

/** For the host: entries of the protocol with id `ops` (DST_OPS_*); `fast` as the gate sees it. */
export function dstEntriesOf(ops: u32, fast: bool): i32 {
  return fast ? dstEntriesGetFast(dstOpsOf(ops)) : dstEntriesGetSlow(dstOpsOf(ops));
}
