/**
 * How the route cache of 2.6 is invalidated: the contract of INVALIDATE (hash and key of each era:
 * `rtHash.ts`).
 *
 *   flush   2.6.18. A change of routes arms a timer: 2 s after the last change, 10 s after the
 *           first at most. Then the hash gets a new secret and every chain is freed. The secret is
 *           drawn anew every 600 s too.
 *   genid   2.6.39. A change moves the generation by 1 to 256: one atomic add. Entries of another
 *           generation are skipped by lookups and freed by whoever walks over them. A flush that
 *           must be at once also sweeps the table.
 *
 *   G_RT_FLUSH   line 0: lock, deadline, random │ +32 flush timer     line 1: secret timer
 *
 * Invariant (flush): the flush timer is armed only while the deadline is not 0, and is due at it or
 * before it. Who may touch it: any CPU; deadline and timer under the lock, but that `rtRunFlush`
 * clears the deadline without it, as the kernel does. `random` is racy-ok.
 */
import { publish32, readOnce32 } from "../../arch/atomic";
import { G_RT_FLUSH, superBlock, superBlockAt } from "../../arch/superblock";
import { WORK_RT_RUN_FLUSH, WORK_RT_SECRET_REBUILD } from "../../calls/work";
import { INVALIDATE, INVALIDATE_FLUSH, ROUTE_CACHE, ROUTE_CACHE_HASH } from "../../config";
import { jiffies } from "../../kernel/jiffies";
import { inSoftirq, spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { delTimer, modTimer, TIMER_BYTES, timerInit } from "../../kernel/timer";
import { prngBelow, prngNext, prngSeed } from "../../lib/prng";
import { DstEntry } from "../core/dstEntry";
import { RT_FLUSH_NOW, rtGenidAdd } from "../fib/rtGenid";
import { rtFree } from "./rtFree";
import { HAS_RT_HASH, rtBucketAt, rtBucketLock, rtHash, rtSysctl } from "./rtHash";

/** The table is flushed by timer and gets a new secret; else generations make entries stale. */
const FLUSHES: bool = ROUTE_CACHE == ROUTE_CACHE_HASH && INVALIDATE == INVALIDATE_FLUSH;

/** What an unregistered device asks for: all at once (2.6.18), or a generation now and one sweep
 * for a batch of devices (`rtCacheFlushBatch`). */
export const RT_FLUSH_UNREGISTER: i32 = FLUSHES ? 0 : -1;

/** CPU on which the route cache's timers and work run. */
export const RT_TIMER_CPU: u32 = 0;

/** State of the delayed flush. */
@unmanaged
export class RtFlush {
  lock: u32;
  /** Jiffies at which a flush that was asked for runs at the latest; 0: none was. */
  deadline: u32;
  /** State of the random numbers; racy-ok: two CPUs may draw the same one. */
  random: u32;
}

const FLUSH_TIMER: usize = 32;
const SECRET_TIMER: usize = 64;

if (offsetof<RtFlush>() > FLUSH_TIMER) ERROR("RtFlush runs into its timer");
if (FLUSH_TIMER + TIMER_BYTES > SECRET_TIMER) ERROR("the timers overlap");

/** State of the delayed flush of this machine. */
export function rtFlushState(): RtFlush {
  return changetype<RtFlush>(superBlockAt() + G_RT_FLUSH);
}

/** A random number, as far as caches need one: the same in each run of a seed. */
export function rtRandom(): u32 {
  return prngNext(superBlockAt() + G_RT_FLUSH + offsetof<RtFlush>("random"));
}

/** A random time in [interval, 2 · interval) from now on, so that hosts do not do it together. */
export function rtFirstTime(interval: u32): u32 {
  return jiffies() + prngBelow(rtRandom(), interval) + interval;
}

/** Timers of the flush and the secret; nothing in images without the hash. Called once by `boot()`,
 * after the table. */
export function rtFlushInit(): void {
  if (!HAS_RT_HASH) return;
  const at = superBlockAt() + G_RT_FLUSH;
  prngSeed(at + offsetof<RtFlush>("random"), superBlock().seed);
  if (!FLUSHES) return;
  timerInit(at + FLUSH_TIMER, WORK_RT_RUN_FLUSH, 0);
  timerInit(at + SECRET_TIMER, WORK_RT_SECRET_REBUILD, 0);
  modTimer(at + SECRET_TIMER, rtFirstTime(rtSysctl().secretInterval), RT_TIMER_CPU);
}

/**
 * What changed routes do to the hash of flows. `delay` in jiffies: negative the sysctl's, 0 now.
 * Follows `rt_cache_flush` of 2.6.18 and of 2.6.39.
 */
export function rtHashFlush(delay: i32): void {
  if (!HAS_RT_HASH) return;
  if (FLUSHES) {
    flushWithin(delay);
    return;
  }
  rtCacheInvalidate();
  if (delay >= 0) rtDoFlush();
}

/** After a batch of devices was unregistered: their entries leave the table. 2.6.18 has flushed at
 * each. Follows `rt_cache_flush_batch`. */
export function rtCacheFlushBatch(): void {
  if (HAS_RT_HASH && !FLUSHES) rtDoFlush();
}

/** Every entry is stale: one atomic add, of a step that nobody guesses. Follows
 * `rt_cache_invalidate`. */
export function rtCacheInvalidate(): void {
  if (HAS_RT_HASH && !FLUSHES) rtGenidAdd((rtRandom() & 0xff) + 1);
}

/** 2.6.18: flushes now or arms the timer. A request moves the timer on, but never past the deadline
 * that the first one set; one from process context does not wait once 2 s of it are over. */
function flushWithin(asked: i32): void {
  const f = rtFlushState();
  const s = rtSysctl();
  const timer = changetype<usize>(f) + FLUSH_TIMER;
  const now = jiffies();
  const inProcess = !inSoftirq();
  let delay = asked < 0 ? <i32>s.minDelay : asked;
  spinLockBh(changetype<usize>(f));
  if (delTimer(timer) && delay > 0 && f.deadline != 0) {
    let left = <i32>(f.deadline - now);
    if (inProcess && left < <i32>(s.maxDelay - s.minDelay)) left = 0;
    if (delay > left) delay = left;
  }
  if (delay <= 0) {
    spinUnlockBh(changetype<usize>(f));
    rtRunFlush();
    return;
  }
  if (f.deadline == 0) f.deadline = now + s.maxDelay;
  modTimer(timer, now + delay, RT_TIMER_CPU);
  spinUnlockBh(changetype<usize>(f));
}

/** Frees a chain that was taken off its bucket. Readers may still walk it, so links stay. */
function freeChain(first: usize): void {
  let at = first;
  while (at) {
    const next: usize = changetype<DstEntry>(at).next;
    rtFree(at);
    at = next;
  }
}

/** Takes a chain off its bucket, under its lock. */
function detachChain(hash: u32): usize {
  const head = rtBucketAt(hash);
  const lock = rtBucketLock(hash);
  spinLockBh(lock);
  const first: usize = readOnce32(head);
  if (first) publish32(head, 0);
  spinUnlockBh(lock);
  return first;
}

/**
 * 2.6.18: a new secret, then every chain is freed, from the last bucket down. A flow that is looked
 * up in between misses. Also the flush timer's function. Follows `rt_run_flush`.
 */
export function rtRunFlush(): void {
  if (!FLUSHES) return;
  rtFlushState().deadline = 0;
  const h = rtHash();
  h.rnd = rtRandom();
  for (let hash = h.mask + 1; hash > 0; hash--) freeChain(detachChain(hash - 1));
}

/** 2.6.39: every chain is freed, buckets that look empty are skipped without their lock. Departs:
 * there is one network namespace, so a chain goes as a whole. Follows `rt_do_flush`. */
function rtDoFlush(): void {
  const mask = rtHash().mask;
  for (let hash: u32 = 0; hash <= mask; hash++) {
    if (readOnce32(rtBucketAt(hash))) freeChain(detachChain(hash));
  }
}

/** 2.6.18: the secret timer's function: flushes now and arms the timer again. Follows
 * `rt_secret_rebuild`. */
export function rtSecretRebuild(): void {
  if (!FLUSHES) return;
  const now = jiffies();
  rtHashFlush(RT_FLUSH_NOW);
  const timer = superBlockAt() + G_RT_FLUSH + SECRET_TIMER;
  modTimer(timer, now + rtSysctl().secretInterval, RT_TIMER_CPU);
}
