/**
 * `struct percpu_counter`: a 64-bit count whose changes are gathered per CPU (spec §1.7).
 *
 *   shared, a line for each id (G_COUNTERS)       local, a word for each id and CPU (PCPU_COUNTERS)
 *   +0 lock u32 │ +4 batch u32 │ +8 count i64        i32
 *
 *   add:  local += v; |local| >= batch: count += local, local = 0, under the lock
 *   fast: count            error < batch * CPUs
 *   sum:  count + Σ local  under the lock; exact when nobody adds
 *
 * Invariant: count + Σ local == everything that was added, and |local| < batch between calls.
 *
 * Who may touch it: `local` is written by its own CPU, plainly, and read by `sum` from others
 * (racy-ok: the kernel's sum misses adds in flight as well). `count` is written under the lock and
 * read without it.
 */
import {
  atomicLoad32,
  atomicLoad64,
  atomicStore64,
  plainLoad32,
  plainStore32,
} from "../arch/atomic";
import { PCPU_COUNTERS, thisCpuArea } from "../arch/percpu";
import { cpuAreaOf, G_COUNTERS, possibleCpus, superBlockAt } from "../arch/superblock";
import { bugOn, SITE_COUNTER_ID } from "../arch/trap";
import { spinLock, spinUnlock } from "./spinlock";

/** `dst_ops.pcpuc_entries` of IPv4. */
export const COUNTER_DST_ENTRIES: u32 = 0;
/** The same of IPv4's black holes. */
export const COUNTER_DST_BLACKHOLE: u32 = 2;
/** Counters that have a line and local words. */
export const COUNTERS: u32 = 16;

const BATCH: usize = 4;
const COUNT: usize = 8;

function sharedAt(id: u32): usize {
  bugOn(id >= COUNTERS, SITE_COUNTER_ID);
  return superBlockAt() + G_COUNTERS + ((<usize>id) << 6);
}

function localAt(area: usize, id: u32): usize {
  return area + PCPU_COUNTERS + ((<usize>id) << 2);
}

/** `percpu_counter_init` to 0. `batch` is the caller's: max(32, 2 * CPUs) up to 5.10, 32 later. */
export function percpuCounterInit(id: u32, batch: u32): void {
  const shared = sharedAt(id);
  plainStore32(shared, 0);
  plainStore32(shared + BATCH, batch);
  atomicStore64(shared + COUNT, 0);
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) plainStore32(localAt(cpuAreaOf(cpu), id), 0);
}

/** `__percpu_counter_add`: no atomic but once a batch. */
export function percpuCounterAdd(id: u32, delta: i32): void {
  const shared = sharedAt(id);
  const at = localAt(thisCpuArea(), id);
  const local = <i32>plainLoad32(at) + delta;
  const batch = <i32>plainLoad32(shared + BATCH);
  if (local >= batch || local <= -batch) {
    spinLock(shared);
    atomicStore64(shared + COUNT, atomicLoad64(shared + COUNT) + <u64>(<i64>local));
    plainStore32(at, 0);
    spinUnlock(shared);
  } else {
    plainStore32(at, <u32>local);
  }
}

function clamped(count: i64): i32 {
  if (count < 0) return 0;
  return count > <i64>i32.MAX_VALUE ? i32.MAX_VALUE : <i32>count;
}

/** `percpu_counter_read_positive` (`dst_entries_get_fast`): the shared part, not below 0. */
export function percpuCounterReadFast(id: u32): i32 {
  return clamped(<i64>atomicLoad64(sharedAt(id) + COUNT));
}

/** `percpu_counter_sum_positive` (`dst_entries_get_slow`): all parts, not below 0. */
export function percpuCounterSum(id: u32): i32 {
  const shared = sharedAt(id);
  spinLock(shared);
  let sum = <i64>atomicLoad64(shared + COUNT);
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    sum += <i64>(<i32>atomicLoad32(localAt(cpuAreaOf(cpu), id)));
  }
  spinUnlock(shared);
  return clamped(sum);
}
