/**
 * The life of a dst_entry: allocated with one reference, held, released, freed.
 *
 *   dstAlloc ─▶ alive ──(last release of a NOCACHE entry, or of any where slots count)──▶ destroy
 *                 │                                       now, or after a grace period (FREE_RCU)
 *                 └─(displaced from its slot) grace period ─▶ dstFree ─▶ referenced? garbage list
 *
 * `entries` counts from dstAlloc to dstDestroy, so entries that wait for RCU or on the garbage list
 * still count. Invariant at quiescence: entries == rtables in use of the slab.
 *
 * Garbage list at G_DST: lock @0, head @8; collector's timer @32. One lock, any CPU.
 * The timer's back-off law is not here yet: while the list is not empty the collector runs every
 * DST_GC_MIN on CPU 0.
 */
import { fillBytes, plainLoad32, plainStore32 } from "../../arch/atomic";
import {
  COST_DST_ALLOC,
  COST_DST_DESTROY,
  COST_DST_HOLD,
  COST_DST_RELEASE,
  countCost,
} from "../../arch/costs";
import { G_DST, isBusted, superBlock, superBlockAt } from "../../arch/superblock";
import { traceCall } from "../../arch/trace";
import {
  BRANCH_ALLOCATED,
  BRANCH_CALL_RCU,
  BRANCH_DESTROYED,
  BRANCH_GARBAGE,
  BRANCH_HELD,
  BRANCH_KEPT,
  BRANCH_RELEASED,
  TRACE_CURRENT,
  TRACE_DST_ALLOC,
  TRACE_DST_DESTROY,
  TRACE_DST_FREE,
  TRACE_DST_HOLD,
  TRACE_DST_RELEASE,
  TRACE_RCU_DO_BATCH,
  TRACE_ROOT,
} from "../../arch/tracePoints";
import { bugOn, SITE_DST_FREED } from "../../arch/trap";
import { dstOpsDestroy, dstOpsGc } from "../../calls/dst";
import { RCU_FUNC_DST_DESTROY, RCU_FUNC_DST_DISPLACED } from "../../calls/rcu";
import { WORK_DST_GC } from "../../calls/work";
import {
  BUSTED,
  BUSTED_DEV_PUT,
  BUSTED_ENTRIES,
  BUSTED_LAST_RELEASE,
  BUSTED_SLAB,
  DEBUG,
  FREE_RCU,
  SLOT_COUNTED,
} from "../../config";
import { callRcu } from "../../kernel/callRcu";
import { jiffies } from "../../kernel/jiffies";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { modTimer, timerInit } from "../../kernel/timer";
import { percpuCounterAdd, percpuCounterReadFast } from "../../lib/percpuCounter";
import {
  refcountHold,
  refcountHoldSafe,
  refcountInit,
  refcountInitZero,
  refcountRead,
  refcountRelease,
} from "../../lib/refcount";
import { Slab } from "../../mm/slab";
import {
  DST_CALL_DISCARD,
  DST_NOCACHE,
  DST_NOCOUNT,
  DST_OBSOLETE_DEAD,
  DST_OBSOLETE_NONE,
  DST_ZEROED,
  DstEntry,
} from "./dstEntry";
import { dstOfRcuHead } from "./dstOffsets";
import { dstOpsOf } from "./dstOps";
import { traceDst } from "./dstTrace";
import { devHold, devPut, IFF_UP, NetDevice, netDeviceOf } from "./netDevice";

/** Seconds⁻¹ of the collector's delay: HZ/10. */
const DST_GC_MIN_DIVISOR: u32 = 10;

const GARBAGE_LOCK: usize = 0;
const GARBAGE_HEAD: usize = 8;
const GARBAGE_ARMED: usize = 16;
const GARBAGE_TIMER: usize = 32;

/** Address of the garbage list's head word, for walkers. */
export function dstGarbageHeadAt(): usize {
  return superBlockAt() + G_DST + GARBAGE_HEAD;
}

/** Sets up the collector. Called once by `boot()`. */
export function dstInit(): void {
  timerInit(superBlockAt() + G_DST + GARBAGE_TIMER, WORK_DST_GC, 0);
}

/**
 * Allocates an entry for `dev` (0 = none yet) with `initialRef` references.
 * Follows 3.10's `dst_alloc`: the gc gate is strictly greater than gc_thresh, and a collector that
 * fails means no entry. Returns 0 when the gate or the slab says no: -ENOBUFS to the caller.
 */
export function dstAlloc(
  ops: u32,
  dev: usize,
  initialRef: u32,
  initialObsolete: i32,
  flags: u32,
): usize {
  const o = dstOpsOf(ops);
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DST_ALLOC, 0, 0);
  if (o.gc != 0 && <u32>percpuCounterReadFast(o.counter) > o.gcThresh) {
    if (dstOpsGc(o.gc) != 0) return 0;
  }
  const at = Slab.alloc(o.kmemCache);
  if (!at) return 0;
  if (DEBUG) countCost(COST_DST_ALLOC);
  const dst = changetype<DstEntry>(at);
  if (DST_ZEROED) fillBytes(at, 0, o.entrySize);
  else clearEntry(dst);
  dst.devInit = dev;
  if (dev) devHold(dev);
  dst.ops = ops;
  dst.path = <u32>at;
  dst.inputInit = DST_CALL_DISCARD;
  dst.outputInit = DST_CALL_DISCARD;
  dst.flags = flags;
  dst.obsoleteInit = initialObsolete;
  if (initialRef) refcountInit(dst.refcntAt);
  else refcountInitZero(dst.refcntAt);
  dst.use = 0;
  dst.lastuse = jiffies();
  dst.next = 0;
  if (!(flags & DST_NOCOUNT)) percpuCounterAdd(o.counter, 1);
  if (DEBUG) traceDst(TRACE_DST_ALLOC, BRANCH_ALLOCATED, at, flags);
  return at;
}

/** What `dst_alloc` assigns one by one where the memory is not zeroed. */
function clearEntry(dst: DstEntry): void {
  dst.child = 0;
  dst.metrics = 0;
  dst.expires = 0;
  dst.from = 0;
  dst.xfrm = 0;
  dst.pendingConfirm = 0;
  dst.error = 0;
  dst.headerLen = 0;
  dst.trailerLen = 0;
  dst.tclassid = 0;
}

/** Takes a reference; the caller knows that the entry is alive. Follows `dst_hold`. */
export function dstHold(at: usize): void {
  if (DEBUG) countCost(COST_DST_HOLD);
  refcountHold(changetype<DstEntry>(at).refcntAt);
  if (DEBUG) traceDst(TRACE_DST_HOLD, BRANCH_HELD, at, 0);
}

/** Takes a reference and returns the entry; nothing for none. Follows `dst_clone`. */
export function dstClone(at: usize): usize {
  if (at) dstHold(at);
  return at;
}

/**
 * Takes a reference unless the entry may be on its way out. Follows `dst_hold_safe`: where slots
 * count, 0 is dead; where they do not, only a NOCACHE entry can be.
 */
export function dstHoldSafe(at: usize): bool {
  if (DEBUG) countCost(COST_DST_HOLD);
  const dst = changetype<DstEntry>(at);
  if (SLOT_COUNTED || dst.flags & DST_NOCACHE) return refcountHoldSafe(dst.refcntAt);
  refcountHold(dst.refcntAt);
  return true;
}

/**
 * Drops a reference; the last one of an entry that no slot owns ends it. The flag is read before
 * the count falls, because the entry may be gone after it. Follows `dst_release`.
 */
export function dstRelease(at: usize): void {
  if (!at) return;
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DST_RELEASE, 0, 0);
  if (DEBUG) countCost(COST_DST_RELEASE);
  const dst = changetype<DstEntry>(at);
  const owned = !SLOT_COUNTED && (dst.flags & DST_NOCACHE) == 0;
  const isLast = refcountRelease(dst.refcntAt);
  if (DEBUG) traceDst(TRACE_DST_RELEASE, BRANCH_RELEASED, at, 0);
  if (isLast && !owned) dstEnd(dst);
  else if (DEBUG && isLast) traceDst(TRACE_DST_RELEASE, BRANCH_KEPT, at, 0);
}

/** The last counted release: `free=now` or `free=rcu` is decided here and nowhere else. */
function dstEnd(dst: DstEntry): void {
  if (BUSTED && isBusted(BUSTED_LAST_RELEASE)) return;
  if (DEBUG && FREE_RCU) traceDst(TRACE_DST_RELEASE, BRANCH_CALL_RCU, changetype<usize>(dst), 0);
  if (FREE_RCU) callRcu(dst.rcuHeadAt, RCU_FUNC_DST_DESTROY);
  else dstDestroy(changetype<usize>(dst));
}

/**
 * An owner (a slot) no longer points at this entry. Packets of this moment still may, without a
 * reference, so a grace period passes first in every design. Follows `rt_free`.
 */
export function dstDisplaced(at: usize): void {
  if (DEBUG) traceDst(TRACE_CURRENT, BRANCH_CALL_RCU, at, 0);
  callRcu(changetype<DstEntry>(at).rcuHeadAt, RCU_FUNC_DST_DISPLACED);
}

/**
 * After that grace period: the slot's reference is dropped, or, where it held none, `dst_free`.
 * Departs from 4.13 and later, which drop the slot's reference at once: then a packet that turns
 * its borrowed dst into a counted one must be able to fail, which 3.10's `skb_dst_force` cannot.
 */
export function dstDisplacedRcu(head: usize): void {
  const at = dstOfRcuHead(head);
  if (DEBUG) traceCall(TRACE_ROOT, TRACE_RCU_DO_BATCH, <u32>at, 0);
  if (SLOT_COUNTED) dstRelease(at);
  else dstFree(at);
}

/**
 * Frees an entry without an owner, now if nobody holds it, else by way of the garbage list. A
 * second call does nothing. Follows 3.10's `dst_free`; the caller has waited for RCU.
 */
export function dstFree(at: usize): void {
  const dst = changetype<DstEntry>(at);
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DST_FREE, 0, 0);
  if (dst.obsolete > DST_OBSOLETE_NONE) return;
  if (refcountRead(dst.refcntAt) == 0) {
    dstDestroy(at);
    return;
  }
  if (DEBUG) traceDst(TRACE_DST_FREE, BRANCH_GARBAGE, at, 0);
  const section = superBlockAt() + G_DST;
  spinLockBh(section + GARBAGE_LOCK);
  const dev = dst.dev;
  if (!dev || !(changetype<NetDevice>(dev).flags & IFF_UP)) dstDiscardBoth(dst);
  dst.obsolete = DST_OBSOLETE_DEAD;
  dst.next = plainLoad32(section + GARBAGE_HEAD);
  plainStore32(section + GARBAGE_HEAD, <u32>at);
  if (!plainLoad32(section + GARBAGE_ARMED)) armCollector(section);
  spinUnlockBh(section + GARBAGE_LOCK);
}

function armCollector(section: usize): void {
  plainStore32(section + GARBAGE_ARMED, 1);
  modTimer(section + GARBAGE_TIMER, jiffies() + superBlock().hz / DST_GC_MIN_DIVISOR, 0);
}

function dstDiscardBoth(dst: DstEntry): void {
  dst.input = DST_CALL_DISCARD;
  dst.output = DST_CALL_DISCARD;
}

/** One pass over the garbage list: destroys what nobody holds any more. Returns how many are left.
 * Runs as timer work on CPU 0. Follows `dst_gc_task` without its back-off. */
export function dstGcTask(): u32 {
  const section = superBlockAt() + G_DST;
  spinLockBh(section + GARBAGE_LOCK);
  plainStore32(section + GARBAGE_ARMED, 0);
  let kept: u32 = 0;
  let left: u32 = 0;
  let at: u32 = plainLoad32(section + GARBAGE_HEAD);
  while (at) {
    const dst = changetype<DstEntry>(<usize>at);
    const next = dst.next;
    if (refcountRead(dst.refcntAt) == 0) {
      dstDestroy(at);
    } else {
      dst.next = kept;
      kept = at;
      left++;
    }
    at = next;
  }
  plainStore32(section + GARBAGE_HEAD, kept);
  if (left) armCollector(section);
  spinUnlockBh(section + GARBAGE_LOCK);
  return left;
}

/** `dstDestroy` of the entry whose rcu_head is at `head`, a grace period after its last release. */
export function dstDestroyRcu(head: usize): void {
  if (DEBUG) traceCall(TRACE_ROOT, TRACE_RCU_DO_BATCH, <u32>dstOfRcuHead(head), 0);
  dstDestroy(dstOfRcuHead(head));
}

/** Gives everything back: protocol part, device reference, memory. Follows `dst_destroy`. */
export function dstDestroy(at: usize): void {
  if (DEBUG) traceDst(TRACE_DST_DESTROY, BRANCH_DESTROYED, at, 0);
  if (DEBUG) countCost(COST_DST_DESTROY);
  const dst = changetype<DstEntry>(at);
  bugOn(dst.ops == 0, SITE_DST_FREED);
  const o = dstOpsOf(dst.ops);
  if (!(dst.flags & DST_NOCOUNT) && !(BUSTED && isBusted(BUSTED_ENTRIES)))
    percpuCounterAdd(o.counter, -1);
  dstOpsDestroy(dst.ops, at);
  const dev = dst.dev;
  if (dev && !(BUSTED && isBusted(BUSTED_DEV_PUT))) devPut(dev);
  if (BUSTED && isBusted(BUSTED_SLAB)) return;
  Slab.free(o.kmemCache, at);
}

/**
 * Device event for the dead entries: DOWN makes them discard, unregistering also moves their device
 * reference to loopback (slot 0). Follows 3.10's `dst_ifdown` over the garbage list.
 */
export function dstDevEvent(dev: usize, unregister: bool): void {
  const section = superBlockAt() + G_DST;
  const loopback = netDeviceOf(0);
  spinLockBh(section + GARBAGE_LOCK);
  let at: u32 = plainLoad32(section + GARBAGE_HEAD);
  while (at) {
    const dst = changetype<DstEntry>(<usize>at);
    if (dst.dev == dev) {
      if (unregister) {
        dst.dev = loopback;
        devHold(loopback);
        devPut(dev);
      } else {
        dstDiscardBoth(dst);
      }
    }
    at = dst.next;
  }
  spinUnlockBh(section + GARBAGE_LOCK);
}
