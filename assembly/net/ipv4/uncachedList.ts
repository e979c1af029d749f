/**
 * The uncached list: rtables that no slot points to, so that the device references they hold can be
 * found when a device goes away (spec §8.1). One list and lock (3.6 to 4.0), or one for each CPU
 * (4.1 on): this is the only file that looks at that knob.
 *
 *   list: lock u32 @0 │ head (list_head) @16        at G_UNCACHED, or at PCPU_UNCACHED of each CPU
 *
 * An entry joins before its first use, or, where slots count, when it is displaced from its slot;
 * it leaves when it is destroyed, from whatever CPU that is: `uncachedCpu` in the entry tells which
 * list. Members hold no reference by being listed.
 * Invariant at quiescence: list members == live rtables in no slot, but for input rtables on
 * loopback that never wanted one, and, where slots do not count, displaced ones (the garbage list
 * has those).
 */
import { COST_UNCACHED_ADD, COST_UNCACHED_DEL, countCost } from "../../arch/costs";
import { PCPU_UNCACHED, smpProcessorId, thisCpuArea } from "../../arch/percpu";
import { cpuAreaOf, G_UNCACHED, isBusted, possibleCpus, superBlockAt } from "../../arch/superblock";
import {
  BRANCH_LISTED,
  TRACE_RT_ADD_UNCACHED_LIST,
  TRACE_RT_DEL_UNCACHED_LIST,
} from "../../arch/tracePoints";
import {
  BUSTED,
  BUSTED_UNCACHED,
  DEBUG,
  SLOT_COUNTED,
  UNCACHED,
  UNCACHED_PERCPU,
} from "../../config";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { listAddTail, listDel, listEmpty, listInit, listNext } from "../../lib/listHead";
import { traceDst } from "../core/dstTrace";
import { blackholeNetdev, devHold, devPut, netDeviceOf } from "../core/netDevice";
import { RTABLE_UNCACHED_OFFSET, Rtable } from "./rtable";

const LIST_HEAD: usize = 16;
/** From a list's lock to its head, for walkers. */
export const UNCACHED_HEAD: usize = LIST_HEAD;

/** Number of uncached lists of a machine. */
export function uncachedLists(): u32 {
  return UNCACHED == UNCACHED_PERCPU ? possibleCpus() : 1;
}

/** List number `n` (< uncachedLists()). */
export function uncachedListAt(n: u32): usize {
  if (UNCACHED == UNCACHED_PERCPU) return cpuAreaOf(n) + PCPU_UNCACHED;
  return superBlockAt() + G_UNCACHED;
}

/** Makes all lists empty. Called once by `boot()`. */
export function uncachedListInit(): void {
  for (let n: u32 = 0; n < uncachedLists(); n++) listInit(uncachedListAt(n) + LIST_HEAD);
}

/**
 * Puts an rtable that is on no list on this CPU's, or the one list. Follows `rt_add_uncached_list`.
 */
export function rtAddUncachedList(at: usize): void {
  if (DEBUG) traceDst(TRACE_RT_ADD_UNCACHED_LIST, BRANCH_LISTED, at, 0);
  if (DEBUG) countCost(COST_UNCACHED_ADD);
  const rt = changetype<Rtable>(at);
  let list: usize;
  if (UNCACHED == UNCACHED_PERCPU) {
    rt.uncachedCpu = smpProcessorId();
    list = thisCpuArea() + PCPU_UNCACHED;
  } else {
    list = superBlockAt() + G_UNCACHED;
  }
  spinLockBh(list);
  listAddTail(rt.uncachedAt, list + LIST_HEAD);
  spinUnlockBh(list);
}

/** Takes an rtable off the list it is on. Follows `rt_del_uncached_list`. */
export function rtDelUncachedList(at: usize): void {
  if (DEBUG) traceDst(TRACE_RT_DEL_UNCACHED_LIST, BRANCH_LISTED, at, 0);
  if (DEBUG) countCost(COST_UNCACHED_DEL);
  const rt = changetype<Rtable>(at);
  if (BUSTED && UNCACHED == UNCACHED_PERCPU && isBusted(BUSTED_UNCACHED)) {
    if (rt.uncachedCpu != smpProcessorId()) return;
  }
  const list = uncachedListAt(UNCACHED == UNCACHED_PERCPU ? rt.uncachedCpu : 0);
  spinLockBh(list);
  listDel(rt.uncachedAt);
  spinUnlockBh(list);
}

/** The device of entries that lose theirs: loopback, or `blackhole_netdev` where slots count, as
 * from 5.3 on (4.13 to 5.2 count, and use loopback). */
export function orphanDevice(): usize {
  return SLOT_COUNTED ? blackholeNetdev() : netDeviceOf(0);
}

/** Members of every list that hold `dev` move their device reference to `orphanDevice`. Returns how
 * many. Follows `rt_flush_dev`; members stay listed. */
export function rtFlushDev(dev: usize): u32 {
  const orphans = orphanDevice();
  let moved: u32 = 0;
  for (let n: u32 = 0; n < uncachedLists(); n++) {
    const list = uncachedListAt(n);
    const head = list + LIST_HEAD;
    if (listEmpty(head)) continue;
    spinLockBh(list);
    for (let e = listNext(head); e != head; e = listNext(e)) {
      const rt = changetype<Rtable>(e - RTABLE_UNCACHED_OFFSET);
      if (rt.dev != dev) continue;
      rt.dev = orphans;
      devHold(orphans);
      devPut(dev);
      moved++;
    }
    spinUnlockBh(list);
  }
  return moved;
}

/** Members of all lists, for walkers; exact while no CPU runs. */
export function uncachedMembers(): u32 {
  let members: u32 = 0;
  for (let n: u32 = 0; n < uncachedLists(); n++) {
    const head = uncachedListAt(n) + LIST_HEAD;
    for (let e = listNext(head); e != head; e = listNext(e)) members++;
  }
  return members;
}
