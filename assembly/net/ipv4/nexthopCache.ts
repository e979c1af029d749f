/**
 * The nexthop's route cache (3.6 to today): each fib_nh has one slot for the input rtable and, for
 * output, one shared slot (3.6) or one for each CPU (3.7 on).
 *
 * Input users attach the rtable without a reference; output users must hold it, because it outlives
 * their lookup, so a shared output rtable's count bounces between CPUs.
 *
 * A slot is published by one cmpxchg and read under RCU. Where slots count (4.13 on) the slot's own
 * reference is taken before; where they do not, refcnt 0 in a slot is normal and 0→1 legal.
 * This is the only file that looks at OUTPUT_SLOT; SLOT_COUNTED is looked at here and in `dst.ts`.
 */
import { atomicCmpxchg32, readOnce32 } from "../../arch/atomic";
import { COST_SLOT_INSTALL, COST_SLOT_LOST, countCost } from "../../arch/costs";
import { smpProcessorId } from "../../arch/percpu";
import { possibleCpus } from "../../arch/superblock";
import { traceCall } from "../../arch/trace";
import {
  BRANCH_SLOT_INSTALLED,
  BRANCH_SLOT_LOST,
  TRACE_CURRENT,
  TRACE_RT_CACHE_ROUTE,
} from "../../arch/tracePoints";
import { DEBUG, OUTPUT_SLOT, OUTPUT_SLOT_PERCPU, SLOT_COUNTED } from "../../config";
import { listEmpty } from "../../lib/listHead";
import { dstDisplaced, dstFree, dstHold, dstRelease } from "../core/dst";
import { DST_CALL_DISCARD, DST_OBSOLETE_DEAD, DstEntry } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { devHold, devPut } from "../core/netDevice";
import { fibInfoAt, nhRthOutput } from "../fib/fibInfo";
import { FibNh } from "../fib/fibNh";
import { Rtable } from "./rtable";
import { orphanDevice, rtAddUncachedList } from "./uncachedList";

/** The slot that an output route of this CPU uses. */
export function outputSlotAt(nh: FibNh): usize {
  if (OUTPUT_SLOT == OUTPUT_SLOT_PERCPU) return nhRthOutput(nh, smpProcessorId());
  return nh.rthOutputAt;
}

/** The slot for input routes. */
export function inputSlotAt(nh: FibNh): usize {
  return nh.rthInputAt;
}

/** The rtable in a slot, 0 if it is empty; caller is under RCU. */
export function slotRoute(slot: usize): usize {
  return readOnce32(slot);
}

/**
 * Installs `at` in `slot`. False: another CPU was faster, and the caller's rtable stays uncached.
 * The displaced one is freed after a grace period. Follows `rt_cache_route`.
 */
export function rtCacheRoute(slot: usize, at: usize): bool {
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_RT_CACHE_ROUTE, 0, 0);
  const orig = readOnce32(slot);
  if (SLOT_COUNTED) dstHold(at);
  if (atomicCmpxchg32(slot, orig, <u32>at) != orig) {
    if (DEBUG) traceDst(TRACE_RT_CACHE_ROUTE, BRANCH_SLOT_LOST, at, 0);
    if (DEBUG) countCost(COST_SLOT_LOST);
    if (SLOT_COUNTED) dstRelease(at);
    return false;
  }
  if (DEBUG) traceDst(TRACE_RT_CACHE_ROUTE, BRANCH_SLOT_INSTALLED, at, orig);
  if (DEBUG) countCost(COST_SLOT_INSTALL);
  if (orig) {
    if (SLOT_COUNTED && listEmpty(changetype<Rtable>(<usize>orig).uncachedAt)) {
      rtAddUncachedList(orig);
    }
    dstDisplaced(orig);
  }
  return true;
}

/** Drops everything that the slots of a nexthop hold; the nexthop is being freed. */
export function nexthopFreeRoutes(nh: FibNh): void {
  slotFree(nh.rthInputAt);
  slotFree(nh.rthOutputAt);
  for (let cpu: u32 = 0; cpu < possibleCpus(); cpu++) slotFree(nhRthOutput(nh, cpu));
}

/**
 * Drops what the slots of a nexthop hold, when its fib_info is freed after its grace period. Where
 * slots count, the entry is dead from here on and its device reference moves to
 * `blackhole_netdev`. Follows `rt_fibinfo_free`.
 */
function slotFree(slot: usize): void {
  const at = readOnce32(slot);
  if (!at) return;
  atomicCmpxchg32(slot, at, 0);
  if (!SLOT_COUNTED) {
    dstFree(at);
    return;
  }
  const dst = changetype<DstEntry>(<usize>at);
  dst.obsolete = DST_OBSOLETE_DEAD;
  dst.input = DST_CALL_DISCARD;
  dst.output = DST_CALL_DISCARD;
  const dev = dst.dev;
  const orphans = orphanDevice();
  dst.dev = orphans;
  devHold(orphans);
  devPut(dev);
  dstRelease(at);
}

/**
 * For walkers: the slots of a nexthop by number: 0 the input slot, 1 the shared output slot, 2 + c
 * the output slot of CPU c.
 */
export function nexthopSlotAt(nh: FibNh, slot: u32): usize {
  if (slot == 0) return nh.rthInputAt;
  if (slot == 1) return nh.rthOutputAt;
  return nhRthOutput(nh, slot - 2);
}

/**
 * The rtable in slot number `slot` of the first nexthop of fib_info `index`, 0 if there is none.
 */
export function slotRouteOf(index: u32, slot: u32): usize {
  return slotRoute(nexthopSlotAt(fibInfoAt(index).nh(0), slot));
}
