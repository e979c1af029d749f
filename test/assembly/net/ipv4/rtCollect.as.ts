/**
 * The collectors of the route cache over entries that a test makes and links by hand: what an
 * entry is worth and in which chain it lies is the test's to say.
 */
import { plainLoad32, publish32 } from "../../../../assembly/arch/atomic";
import {
  COUNTER_DST_ENTRIES,
  percpuCounterReadFast,
  percpuCounterSum,
} from "../../../../assembly/lib/percpuCounter";
import { refcountRead } from "../../../../assembly/lib/refcount";
import { DST_METRICS_COPIED, DstEntry } from "../../../../assembly/net/core/dstEntry";
import { RTABLE_HAS_ROUTE_IIF, Rtable, rtDstAlloc } from "../../../../assembly/net/ipv4/rtable";
import { rtCaching, rtSlowChainLength } from "../../../../assembly/net/ipv4/rtEmergency";
import { rtExpire } from "../../../../assembly/net/ipv4/rtExpire";
import { rtFlushState } from "../../../../assembly/net/ipv4/rtFlush";
import { rtGc } from "../../../../assembly/net/ipv4/rtGarbageCollect";
import {
  rtBucketAt,
  rtBucketLock,
  rtHash,
  rtIsExpired,
} from "../../../../assembly/net/ipv4/rtHash";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { boot } from "../../../../assembly/boot";
export { clockAdvance, jiffies } from "../../../../assembly/kernel/jiffies";
export {
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuQuiescent,
} from "../../../../assembly/kernel/rcu";
export { enterSoftirq, leaveSoftirq } from "../../../../assembly/kernel/softirq";
export { runDeferred } from "../../../../assembly/kernel/workqueue";
export * from "../../../../assembly/layout";
export { spinIsLocked, spinLock, spinUnlock } from "../../../../assembly/lib/spinlock";
export { slabInUse } from "../../../../assembly/mm/slabWalk";
export { dstGcTask, dstHold, dstRelease } from "../../../../assembly/net/core/dst";
export { rtCacheFlush, rtGenid } from "../../../../assembly/net/fib/rtGenid";
export { rtEmergencyHashRebuild } from "../../../../assembly/net/ipv4/rtEmergency";
export {
  rtCheckExpire,
  rtCheckExpireWork,
  rtWorkerFunc,
} from "../../../../assembly/net/ipv4/rtExpire";
export {
  rtCacheFlushBatch,
  rtCacheInvalidate,
  rtRandom,
  rtRunFlush,
} from "../../../../assembly/net/ipv4/rtFlush";
export { rtGarbageCollect } from "../../../../assembly/net/ipv4/rtGarbageCollect";

/**
 * Makes an entry with one reference and puts it at the head of chain `hash`; 0 if `dst_alloc`
 * refuses. `daddr` and `iif` (0: an output entry) are its key.
 */
export function insertEntry(hash: u32, daddr: u32, iif: u32, flags: u32): usize {
  const at = rtDstAlloc(0, true);
  if (!at) return 0;
  const rt = changetype<Rtable>(at);
  rt.keyDst = daddr;
  rt.keyIif = iif;
  if (RTABLE_HAS_ROUTE_IIF) rt.rtRouteIif = iif;
  rt.rtFlags = flags;
  const head = rtBucketAt(hash);
  rt.next = plainLoad32(head);
  publish32(head, <u32>at);
  return at;
}

export function setTimes(at: usize, lastuse: u32, expires: u32): void {
  const dst = changetype<DstEntry>(at);
  dst.lastuse = lastuse;
  if (DST_METRICS_COPIED) dst.expires = expires;
}

/** The count of entries as the gate of an allocation reads it. */
export function entriesFast(): i32 {
  return percpuCounterReadFast(COUNTER_DST_ENTRIES);
}

export function entriesSlow(): i32 {
  return percpuCounterSum(COUNTER_DST_ENTRIES);
}

export function firstOf(hash: u32): u32 {
  return plainLoad32(rtBucketAt(hash));
}

export function nextOf(at: usize): u32 {
  return changetype<DstEntry>(at).next;
}

export function refsOf(at: usize): i32 {
  return refcountRead(changetype<DstEntry>(at).refcntAt);
}

export function isStale(at: usize): bool {
  return rtIsExpired(changetype<Rtable>(at));
}

export function isCaching(): bool {
  return rtCaching();
}

export function slowLength(hash: u32): u32 {
  return rtSlowChainLength(rtBucketAt(hash));
}

export function bucketLock(hash: u32): usize {
  return rtBucketLock(hash);
}

/** Addresses of the statics, to read and to set. */
export function gcWords(): usize {
  return changetype<usize>(rtGc());
}

export function scanWords(): usize {
  return changetype<usize>(rtExpire());
}

export function flushWords(): usize {
  return changetype<usize>(rtFlushState());
}

export function tableWords(): usize {
  return changetype<usize>(rtHash());
}

export function secret(): u32 {
  return rtHash().rnd;
}

export function setSecret(rnd: u32): void {
  rtHash().rnd = rnd;
}
