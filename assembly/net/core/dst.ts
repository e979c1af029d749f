/**
 * The life of a dst_entry: allocated, held, released, checked, destroyed.
 *
 *   dstAlloc ─▶ alive ──(last release of a NOCACHE entry, or of any where slots count)──▶ destroy
 *                 │                                       now, or after a grace period (FREE_RCU)
 *                 └─(its owner lets go, a grace period) ─▶ dstFree ─▶ referenced? garbage list
 *
 * The rest: `dstGc.ts` the dead that somebody still holds, `dstDevEvent.ts` what they hear of
 * devices, `dstEntries.ts` how many there are, `dstMetrics.ts` their metrics.
 *
 * `entries` counts from dstAlloc to dstDestroy, so entries that wait for RCU or on the garbage list
 * still count. Invariant at quiescence: entries == rtables in use of the slab, less NOCOUNT ones.
 *
 * A stack of entries (xfrm) hangs by `child`; each parent holds one reference on its child, and a
 * NOHASH child has no other owner. Nobody stacks here yet.
 */
import { fillBytes } from "../../arch/atomic";
import {
  COST_DST_ALLOC,
  COST_DST_DESTROY,
  COST_DST_HOLD,
  COST_DST_RELEASE,
  countCost,
} from "../../arch/costs";
import { isBusted } from "../../arch/superblock";
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
import { dstOpsCheck, dstOpsDestroy, dstOpsGc } from "../../calls/dst";
import { RCU_FUNC_DST_DESTROY, RCU_FUNC_DST_DISPLACED } from "../../calls/rcu";
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
import { jiffies, timeAfter } from "../../kernel/jiffies";
import {
  refcountHold,
  refcountHoldSafe,
  refcountInit,
  refcountInitZero,
  refcountRead,
  refcountRelease,
} from "../../lib/refcount";
import { Slab } from "../../mm/slab";
import { SLAB_DST_ALLOC, SLAB_DST_DESTROY, slabSite } from "../../mm/slabOwner";
import { dstEntriesAdd, dstEntriesGetFast } from "./dstEntries";
import {
  DST_CALL_DISCARD,
  DST_HAS_NEIGHBOUR,
  DST_METRICS_COPIED,
  DST_NOCACHE,
  DST_NOCOUNT,
  DST_NOHASH,
  DST_OBSOLETE_NONE,
  DST_REF_BY_BUILDER,
  DST_ZEROED,
  DstEntry,
} from "./dstEntry";
import { dstIsDead, dstToGarbage } from "./dstGc";
import { DST_METRICS_READ_ONLY } from "./dstMetrics";
import { dstOfRcuHead } from "./dstOffsets";
import { dstDefaultMetricsAt, dstOpsOf } from "./dstOps";
import { traceDst } from "./dstTrace";
import { dstDetachNeighbour } from "./neighbourDst";
import { devHold, devPut } from "./netDevice";

/**
 * Allocates an entry for `dev` (0 = none yet) with `initialRef` references, or none where who
 * builds it sets them (DST_REF_BY_BUILDER). Follows `dst_alloc`: the gc gate is strictly greater
 * than gc_thresh, and a collector that fails means no entry. Returns 0 when the gate or the slab
 * says no: -ENOBUFS to the caller.
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
  if (o.gc != 0 && <u32>dstEntriesGetFast(o) > o.gcThresh) {
    if (dstOpsGc(o.gc) != 0) return 0;
  }
  if (DEBUG) slabSite(SLAB_DST_ALLOC);
  const at = Slab.alloc(o.kmemCache);
  if (!at) return 0;
  if (DEBUG) countCost(COST_DST_ALLOC);
  const dst = changetype<DstEntry>(at);
  if (DST_ZEROED) fillBytes(at, 0, o.entrySize);
  else clearEntry(dst);
  dst.devInit = dev;
  if (dev) devHold(dev);
  dst.ops = ops;
  if (!DST_METRICS_COPIED) dst.metrics = <u32>dstDefaultMetricsAt() | DST_METRICS_READ_ONLY;
  dst.path = <u32>at;
  dst.inputInit = DST_CALL_DISCARD;
  dst.outputInit = DST_CALL_DISCARD;
  dst.flags = flags;
  dst.obsoleteInit = initialObsolete;
  if (initialRef && !DST_REF_BY_BUILDER) refcountInit(dst.refcntAt);
  else refcountInitZero(dst.refcntAt);
  dst.lastuse = jiffies();
  if (!(flags & DST_NOCOUNT)) dstEntriesAdd(o, 1);
  if (DEBUG) traceDst(TRACE_DST_ALLOC, BRANCH_ALLOCATED, at, flags);
  return at;
}

/** What `dst_alloc` assigns one by one where the memory is not zeroed. */
function clearEntry(dst: DstEntry): void {
  dst.child = 0;
  dst.expires = 0;
  dst.from = 0;
  dst.xfrm = 0;
  dst.pendingConfirm = 0;
  dst.error = 0;
  dst.headerLen = 0;
  dst.trailerLen = 0;
  dst.tclassid = 0;
  dst.use = 0;
  dst.next = 0;
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

/** Counts a use of a cached entry, which is held for it. Follows `dst_use`. */
export function dstUse(at: usize, time: u32): void {
  dstHold(at);
  dstUseNoref(at, time);
}

/** Counts a use without a reference: two plain stores that other CPUs may overwrite.
 * Follows `dst_use_noref`. */
export function dstUseNoref(at: usize, time: u32): void {
  const dst = changetype<DstEntry>(at);
  dst.use = dst.use + 1;
  dst.lastuse = time;
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
  else destroyNow(changetype<usize>(dst));
}

/** Destroys an entry; a child that is only ours but still held becomes garbage. */
function destroyNow(at: usize): void {
  const child = dstDestroy(at);
  if (child) dstToGarbage(child);
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
 * second call does nothing. Follows `dst_free`; the caller has waited for RCU.
 */
export function dstFree(at: usize): void {
  const dst = changetype<DstEntry>(at);
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DST_FREE, 0, 0);
  if (dstIsDead(dst)) return;
  let left = at;
  if (refcountRead(dst.refcntAt) == 0) left = dstDestroy(at);
  if (!left) return;
  if (DEBUG) traceDst(TRACE_DST_FREE, BRANCH_GARBAGE, left, 0);
  dstToGarbage(left);
}

/** `dstDestroy` of the entry whose rcu_head is at `head`, a grace period after its last release. */
export function dstDestroyRcu(head: usize): void {
  if (DEBUG) traceCall(TRACE_ROOT, TRACE_RCU_DO_BATCH, <u32>dstOfRcuHead(head), 0);
  destroyNow(dstOfRcuHead(head));
}

/**
 * Gives everything back: neighbour, protocol part, device reference, memory; then the child, if
 * that was its last reference and no hash owns it. Returns a NOHASH child that is still held, which
 * the caller must put on the garbage list, or 0. Follows `dst_destroy`.
 */
export function dstDestroy(at: usize): usize {
  let dead = at;
  while (dead) {
    const child: usize = changetype<DstEntry>(dead).child;
    destroyOne(dead);
    if (!child) return 0;
    const parentOnly = (changetype<DstEntry>(child).flags & DST_NOHASH) != 0;
    const last = refcountRelease(changetype<DstEntry>(child).refcntAt);
    if (!last) return parentOnly ? child : 0;
    dead = parentOnly ? child : 0;
  }
  return 0;
}

function destroyOne(at: usize): void {
  if (DEBUG) traceDst(TRACE_DST_DESTROY, BRANCH_DESTROYED, at, 0);
  if (DEBUG) countCost(COST_DST_DESTROY);
  const dst = changetype<DstEntry>(at);
  bugOn(dst.ops == 0, SITE_DST_FREED);
  const o = dstOpsOf(dst.ops);
  if (DST_HAS_NEIGHBOUR) dstDetachNeighbour(at);
  if (!(dst.flags & DST_NOCOUNT) && !(BUSTED && isBusted(BUSTED_ENTRIES))) dstEntriesAdd(o, -1);
  dstOpsDestroy(dst.ops, at);
  const dev = dst.dev;
  if (dev && !(BUSTED && isBusted(BUSTED_DEV_PUT))) devPut(dev);
  if (BUSTED && isBusted(BUSTED_SLAB)) return;
  if (DEBUG) slabSite(SLAB_DST_DESTROY);
  Slab.free(o.kmemCache, at);
}

/**
 * The entry, if whoever kept it may go on using it, else 0: then its reference must be dropped and
 * the route resolved again. `cookie` is the protocol's. Follows `dst_check`.
 */
export function dstCheck(at: usize, cookie: u32): usize {
  const dst = changetype<DstEntry>(at);
  if (dst.obsolete == DST_OBSOLETE_NONE) return at;
  return dstOpsCheck(dst.ops, at, cookie);
}

/**
 * The entry expires `timeout` ticks from now, unless it does so earlier already; 0 means never, so
 * tick 0 becomes 1. Follows `dst_set_expires`.
 */
export function dstSetExpires(at: usize, timeout: u32): void {
  const dst = changetype<DstEntry>(at);
  let expires = jiffies() + timeout;
  if (expires == 0) expires = 1;
  if (dst.expires == 0 || timeAfter(dst.expires, expires)) dst.expires = expires;
}
