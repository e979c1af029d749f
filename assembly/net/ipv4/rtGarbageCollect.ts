/**
 * The collector that a growing route cache calls from `dst_alloc`: an estimate of how many entries
 * are in equilibrium with the traffic, and scans that shorten the age an entry may reach until the
 * goal is met.
 *
 *   entries E    0 ──── gc_thresh ───────────── 8·B ──────────────────── max_size = 16·B
 *                 never      normal: goal =         danger: goal = max((E − 8·B) / 2, B)
 *                 called     E − equilibrium                          full: allocation may fail
 *
 *   goal met ──▶ expire += gc_min_interval (at most gc_timeout; all of it when E < gc_thresh)
 *   goal missed ──▶ expire /= 2, and another pass if E ≥ max_size, not in softirq, same tick
 *
 * Statics at G_RT_GC, one line. Racy by design, as in every kernel that had them: any CPU reads and
 * writes them plainly and without a lock; two runs at once lose each other's changes (racy-ok).
 *
 * How E is read goes with what counts it: where `entries=shared` each use reads the one word anew;
 * where `entries=percpu` the fast count serves first and last, and one exact sum the goal.
 */
import { publish32, readOnce32 } from "../../arch/atomic";
import { G_RT_GC, superBlockAt } from "../../arch/superblock";
import { DEBUG, ENTRIES, ENTRIES_SHARED } from "../../config";
import { jiffies, timeAfter } from "../../kernel/jiffies";
import { inSoftirq, spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import {
  COUNTER_DST_ENTRIES,
  percpuCounterReadFast,
  percpuCounterSum,
} from "../../lib/percpuCounter";
import { DST_GC_RT_GARBAGE_COLLECT, DST_OPS_IPV4, dstOpsOf } from "../core/dstOps";
import { Rtable } from "./rtable";
import { rtFree } from "./rtFree";
import {
  HAS_RT_HASH,
  RtSysctl,
  rtBucketAt,
  rtBucketLock,
  rtGcThresh,
  rtHash,
  rtHashBuckets,
  rtIsExpired,
  rtSysctl,
} from "./rtHash";
import { rtMayExpire } from "./rtScore";
import {
  RT_STAT_GC_DST_OVERFLOW,
  RT_STAT_GC_GOAL_MISS,
  RT_STAT_GC_IGNORED,
  RT_STAT_GC_TOTAL,
  rtStatInc,
} from "./rtStat";

/** Each use reads the count anew: it is one word. Else a run takes one exact sum for its goal. */
const READS_ANEW: bool = ENTRIES == ENTRIES_SHARED;

/** The statics of the collector; all racy-ok. */
@unmanaged
export class RtGc {
  /** Age in jiffies above which an entry without a reference may go. */
  expire: u32;
  /** Jiffies of the last run that was not ignored. */
  lastGc: u32;
  /** Bucket at which the last pass stopped. */
  rover: u32;
  /** Entries that the traffic seems to need. */
  equilibrium: i32;
  /** Of the last run that was not ignored, in debug images: what it meant to unlink, what it did
   * unlink, in how many passes. */
  goal: i32;
  unlinked: u32;
  passes: u32;
}

/** The last run is longer ago than any interval: what 0 is to a 64-bit kernel's jiffies. */
const NEVER_TICKS: u32 = 0x80000000;

if (offsetof<RtGc>() > 64) ERROR("RtGc overflows its line");

/** The statics of this machine. */
export function rtGc(): RtGc {
  return changetype<RtGc>(superBlockAt() + G_RT_GC);
}

/** Wires the collector into `dst_alloc`; nothing in images without the hash. Called once by
 * `boot()`, after the table. */
export function rtGarbageCollectInit(): void {
  if (!HAS_RT_HASH) return;
  const gc = rtGc();
  gc.expire = rtSysctl().gcTimeout;
  gc.lastGc = jiffies() - NEVER_TICKS;
  gc.rover = 0;
  gc.equilibrium = 0;
  dstOpsOf(DST_OPS_IPV4).gc = DST_GC_RT_GARBAGE_COLLECT;
}

/** `dst_entries_get_fast`. */
function entriesFast(): u32 {
  return READS_ANEW ? entriesSlow() : <u32>percpuCounterReadFast(COUNTER_DST_ENTRIES);
}

/** `dst_entries_get_slow`. */
function entriesSlow(): u32 {
  return <u32>percpuCounterSum(COUNTER_DST_ENTRIES);
}

/** The count for a further use in the same sum. */
function entriesAgain(snapshot: i32): i32 {
  return READS_ANEW ? <i32>entriesSlow() : snapshot;
}

/** E < max_size; the exact count only where the fast one says no. */
function isBelowMaxSize(s: RtSysctl): bool {
  if (entriesFast() < s.maxSize) return true;
  return !READS_ANEW && entriesSlow() < s.maxSize;
}

/** E < gc_thresh by either count. */
function isBelowThresh(): bool {
  const thresh = rtGcThresh();
  if (entriesFast() < thresh) return true;
  return !READS_ANEW && entriesSlow() < thresh;
}

/**
 * How many entries shall go now; 0 or less: none. Moves the equilibrium. Halves are truncated, and
 * limits are compared without a sign, as in the kernel.
 */
function gcGoal(gc: RtGc, s: RtSysctl): i32 {
  const buckets = rtHashBuckets();
  const entries = <i32>entriesSlow();
  const over = entries - <i32>(s.gcElasticity << rtHash().log);
  if (over > 0) {
    const half = <u32>(over / 2);
    const goal = <i32>(half > buckets ? half : buckets);
    gc.equilibrium = entriesAgain(entries) - goal;
    return goal;
  }
  const thresh = rtGcThresh();
  if (<u32>gc.equilibrium < thresh) gc.equilibrium = <i32>thresh;
  const goal = entriesAgain(entries) - gc.equilibrium;
  if (goal <= 0) return goal;
  const half = <u32>(goal / 2);
  gc.equilibrium += <i32>(half < buckets ? half : buckets);
  return entriesAgain(entries) - gc.equilibrium;
}

/** Unlinks what may go from chain `hash`; each entry that stays halves the age of those behind it.
 * Returns how many went. */
function gcChain(gc: RtGc, hash: u32): i32 {
  let tmo = gc.expire;
  let unlinked: i32 = 0;
  const lock = rtBucketLock(hash);
  spinLockBh(lock);
  let linkAt = rtBucketAt(hash);
  let at: usize = readOnce32(linkAt);
  while (at) {
    const rt = changetype<Rtable>(at);
    if (rtIsExpired(rt) || rtMayExpire(rt, tmo, gc.expire)) {
      publish32(linkAt, rt.next);
      rtFree(at);
      unlinked++;
    } else {
      tmo >>= 1;
      linkAt = rt.nextAt;
    }
    at = readOnce32(linkAt);
  }
  spinUnlockBh(lock);
  return unlinked;
}

/** One pass over the table from the rover on, until `goal` entries are unlinked. Returns how many
 * are missing; 0 or less: none. */
function gcPass(gc: RtGc, goal: i32): i32 {
  const mask = rtHash().mask;
  let k = gc.rover;
  let missing = goal;
  for (let left = mask + 1; left > 0; left--) {
    k = (k + 1) & mask;
    missing -= gcChain(gc, k);
    if (missing <= 0) break;
  }
  gc.rover = k;
  if (DEBUG) {
    gc.unlinked += goal - missing;
    gc.passes++;
  }
  return missing;
}

/** The goal was met: entries may get older again. */
function workDone(gc: RtGc, s: RtSysctl): i32 {
  gc.expire += s.gcMinInterval;
  if (gc.expire > s.gcTimeout || isBelowThresh()) gc.expire = s.gcTimeout;
  return 0;
}

/** Passes until the goal is met, time is up or the table is empty enough. 1: it stays full. */
function gcPasses(gc: RtGc, s: RtSysctl, goal: i32, now: u32): i32 {
  let missing = goal;
  do {
    missing = gcPass(gc, missing);
    if (missing <= 0) return workDone(gc, s);
    rtStatInc(RT_STAT_GC_GOAL_MISS);
    if (gc.expire == 0) break;
    gc.expire >>= 1;
    if (entriesFast() < s.maxSize) return 0;
  } while (!inSoftirq() && !timeAfter(jiffies(), now));
  if (isBelowMaxSize(s)) return 0;
  rtStatInc(RT_STAT_GC_DST_OVERFLOW);
  return 1;
}

/**
 * `ops->gc` of IPv4: called for each allocation above gc_thresh, and once with elasticity 1 when
 * the neighbour table overflows. 0: go on; 1: the table is full ("dst cache overflow", counted),
 * so there is no entry. Follows `rt_garbage_collect`.
 */
export function rtGarbageCollect(): i32 {
  if (!HAS_RT_HASH) return 0;
  const gc = rtGc();
  const s = rtSysctl();
  const now = jiffies();
  rtStatInc(RT_STAT_GC_TOTAL);
  if (now - gc.lastGc < s.gcMinInterval && entriesFast() < s.maxSize) {
    rtStatInc(RT_STAT_GC_IGNORED);
    return 0;
  }
  const goal = gcGoal(gc, s);
  if (DEBUG) {
    gc.goal = goal;
    gc.unlinked = 0;
    gc.passes = 0;
  }
  if (now - gc.lastGc >= s.gcMinInterval) gc.lastGc = now;
  if (goal <= 0) {
    gc.equilibrium += goal;
    return workDone(gc, s);
  }
  return gcPasses(gc, s, goal, now);
}
