/**
 * Who looks for old entries of the route cache while nothing is allocated: the contract of
 * EXPIRE_SCAN.
 *
 *   none    nobody (2.6.39)
 *   timer   2.6.18: every gc_interval, gc_interval ÷ gc_timeout of the buckets, but only until the
 *           first bucket with entries after which the tick has changed; what expires goes even
 *           where it is referenced
 *   work    3.4: as many buckets as the time since the last run is worth, stale entries go too, and
 *           the lengths of the chains say how long one may become
 *
 *   G_RT_EXPIRE   line 0: rover, last run │ +32 timer     line 1: work
 *
 * Timer and work run on one CPU, at the end of a burst; rover and time of the last run are theirs.
 * `chainLengthMax` of the table is racy-ok: insertions on other CPUs read it.
 */
import { publish32, readOnce32 } from "../../arch/atomic";
import { G_RT_EXPIRE, superBlockAt } from "../../arch/superblock";
import { WORK_RT_CHECK_EXPIRE, WORK_RT_WORKER } from "../../calls/work";
import { EXPIRE_SCAN, EXPIRE_SCAN_NONE, EXPIRE_SCAN_TIMER, EXPIRE_SCAN_WORK } from "../../config";
import { jiffies, timeAfter } from "../../kernel/jiffies";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { modTimer, TIMER_BYTES, timerInit } from "../../kernel/timer";
import { queueWorkOn, WORK_BYTES, workInit } from "../../kernel/workqueue";
import { DST_METRICS_COPIED } from "../core/dstEntry";
import { Rtable } from "./rtable";
import { chainLengthIn8ths, RT_LENGTH_ONE_SHIFT } from "./rtEmergency";
import { RT_TIMER_CPU, rtFirstTime } from "./rtFlush";
import { rtFree } from "./rtFree";
import {
  HAS_RT_HASH,
  RtSysctl,
  rtBucketAt,
  rtBucketLock,
  rtHash,
  rtIsExpired,
  rtSysctl,
} from "./rtHash";
import { rtMayExpire } from "./rtScore";

/** Words of the scan; owner-only. */
@unmanaged
export class RtExpire {
  /** Bucket at which the last run stopped. */
  rover: u32;
  /** Jiffies of the last run (`expires_ljiffies`). */
  lastRun: u32;
}

const TIMER: usize = 32;
const WORK: usize = 64;

if (offsetof<RtExpire>() > TIMER) ERROR("RtExpire runs into its timer");
if (TIMER + TIMER_BYTES > WORK || WORK + WORK_BYTES > 128) ERROR("the scan overflows its section");

/** Words of the scan of this machine. */
export function rtExpire(): RtExpire {
  return changetype<RtExpire>(superBlockAt() + G_RT_EXPIRE);
}

/** Arms the scan, if there is one, for a random time in [gc_interval, 2 · gc_interval). Called once
 * by `boot()`, after the flush. */
export function rtExpireInit(): void {
  if (!HAS_RT_HASH || EXPIRE_SCAN == EXPIRE_SCAN_NONE) return;
  const at = superBlockAt() + G_RT_EXPIRE;
  rtExpire().rover = 0;
  rtExpire().lastRun = jiffies();
  timerInit(at + TIMER, WORK_RT_CHECK_EXPIRE, 0);
  workInit(at + WORK, WORK_RT_WORKER, 0);
  modTimer(at + TIMER, rtFirstTime(rtSysctl().gcInterval), RT_TIMER_CPU);
}

/** The timer of either scan: 2.6.18 scans in it, 3.4 queues its work. */
export function rtCheckExpireTimer(): void {
  if (!HAS_RT_HASH || EXPIRE_SCAN == EXPIRE_SCAN_NONE) return;
  if (EXPIRE_SCAN == EXPIRE_SCAN_WORK) {
    queueWorkOn(RT_TIMER_CPU, superBlockAt() + G_RT_EXPIRE + WORK);
    return;
  }
  rtCheckExpire();
  rearm();
}

function rearm(): void {
  const timer = superBlockAt() + G_RT_EXPIRE + TIMER;
  modTimer(timer, jiffies() + rtSysctl().gcInterval, RT_TIMER_CPU);
}

/** Buckets that `elapsed` ticks are worth: all of them in gc_timeout. */
function scanGoal(elapsed: u32, s: RtSysctl): u32 {
  const h = rtHash();
  let goal: u64 = (<u64>elapsed) << (<u64>h.log);
  if (s.gcTimeout > 1) goal /= <u64>s.gcTimeout;
  return goal > <u64>h.mask ? h.mask + 1 : <u32>goal;
}

/**
 * One scan of 2.6.18 from the rover on. Stops after the first chain that was not empty once the
 * tick has changed: on a busy host that is one chain. Follows `rt_check_expire` of 2.6.18.
 */
export function rtCheckExpire(): void {
  if (!HAS_RT_HASH || EXPIRE_SCAN != EXPIRE_SCAN_TIMER) return;
  const s = rtSysctl();
  const mask = rtHash().mask;
  const now = jiffies();
  let hash = rtExpire().rover;
  for (let goal = scanGoal(s.gcInterval, s); goal > 0; goal--) {
    hash = (hash + 1) & mask;
    if (readOnce32(rtBucketAt(hash)) == 0) continue;
    expireChain(hash, now, s);
    if (timeAfter(jiffies(), now)) break;
  }
  rtExpire().rover = hash;
}

/** What expires goes when its time is over, referenced or not; the rest by age, which each entry
 * that stays halves for those behind it. Generations, where there are any, make stale. */
function expireChain(hash: u32, now: u32, s: RtSysctl): void {
  let tmo = s.gcTimeout;
  const lock = rtBucketLock(hash);
  spinLockBh(lock);
  let linkAt = rtBucketAt(hash);
  let at: usize = readOnce32(linkAt);
  while (at) {
    const rt = changetype<Rtable>(at);
    if (rtIsExpired(rt) || isOver(rt, now, tmo, s)) {
      publish32(linkAt, rt.next);
      rtFree(at);
    } else {
      tmo >>= 1;
      linkAt = rt.nextAt;
    }
    at = readOnce32(linkAt);
  }
  spinUnlockBh(lock);
}

/** An entry's time is over. Only private metrics (2.6.18) can expire with their entry. */
function isOver(rt: Rtable, now: u32, tmo: u32, s: RtSysctl): bool {
  if (DST_METRICS_COPIED && rt.expires != 0) return timeAfter(now, rt.expires);
  return rtMayExpire(rt, tmo, s.gcTimeout);
}

/** The work of 3.4: a scan, and its next time. Follows `rt_worker_func`. */
export function rtWorkerFunc(): void {
  if (!HAS_RT_HASH || EXPIRE_SCAN != EXPIRE_SCAN_WORK) return;
  rtCheckExpireWork();
  rearm();
}

/**
 * One scan of 3.4: as many buckets as the time since the last one is worth. Then no chain may be
 * longer than the mean of those seen and four standard deviations, in eighths of an entry as the
 * kernel counts, and not below gc_elasticity. Follows `rt_check_expire` of 3.4.
 */
export function rtCheckExpireWork(): void {
  if (!HAS_RT_HASH || EXPIRE_SCAN != EXPIRE_SCAN_WORK) return;
  const scan = rtExpire();
  const s = rtSysctl();
  const mask = rtHash().mask;
  const now = jiffies();
  const goal = scanGoal(now - scan.lastRun, s);
  scan.lastRun = now;
  let hash = scan.rover;
  let sum: u64 = 0;
  let squares: u64 = 0;
  for (let left = goal; left > 0; left--) {
    hash = (hash + 1) & mask;
    if (readOnce32(rtBucketAt(hash)) == 0) continue;
    const length = <u64>workChain(hash, s);
    sum += length;
    squares += length * length;
  }
  scan.rover = hash;
  if (goal) setChainLimit(sum / <u64>goal, squares / <u64>goal, s);
}

/** Frees what is stale or old in chain `hash`. Returns what is left in eighths of an entry; those
 * with the same input of the hash count once. */
function workChain(hash: u32, s: RtSysctl): u32 {
  let tmo = s.gcTimeout;
  const head = rtBucketAt(hash);
  const lock = rtBucketLock(hash);
  spinLockBh(lock);
  let linkAt = head;
  let at: usize = readOnce32(linkAt);
  while (at) {
    const rt = changetype<Rtable>(at);
    if (rtIsExpired(rt) || rtMayExpire(rt, tmo, s.gcTimeout)) {
      publish32(linkAt, rt.next);
      rtFree(at);
    } else {
      tmo >>= 1;
      linkAt = rt.nextAt;
    }
    at = readOnce32(linkAt);
  }
  const length = chainLengthIn8ths(head);
  spinUnlockBh(lock);
  return length;
}

function setChainLimit(average: u64, meanSquare: u64, s: RtSysctl): void {
  const deviation = intSqrt(meanSquare - average * average);
  const limit = <u32>((average + 4 * deviation) >> RT_LENGTH_ONE_SHIFT);
  rtHash().chainLengthMax = limit > s.gcElasticity ? limit : s.gcElasticity;
}

/** Largest integer whose square is not above `x`. Follows `int_sqrt`. */
function intSqrt(x: u64): u64 {
  let left = x;
  let root: u64 = 0;
  let bit: u64 = (<u64>1) << 62;
  while (bit > x) bit >>= 2;
  while (bit) {
    if (left >= root + bit) {
      left -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
    bit >>= 2;
  }
  return root;
}
