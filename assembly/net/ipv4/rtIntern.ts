/**
 * `rt_intern_hash`: puts a new entry into the route cache, or finds that another CPU was faster
 * (spec §3.4). One walk under the bucket's lock does it all: looks for the same key, reaps what is
 * of an older generation, and remembers the worst entry that nobody holds.
 *
 *   walk ─┬─ same key: that entry moves to the head, the new one is dropped
 *         └─ none: candidate and chain longer than gc_elasticity ─▶ the candidate goes
 *                  no candidate, too many flows in one chain      ─▶ emergency, again (2.6.39)
 *                  neighbour bound, or -ENOBUFS                   ─▶ a forced collection, again
 *                  the new one becomes the head
 *
 * An address or an error: `isError` tells, as the kernel's ERR_PTR (the last page is never memory).
 * Lock order: bucket, then the neighbour table's.
 */
import { plainLoad32, publish32 } from "../../arch/atomic";
import { COST_SLOT_INSTALL, COST_SLOT_LOST, countCost } from "../../arch/costs";
import { PCPU_STACK, PCPU_STACK_BYTES, thisCpuArea } from "../../arch/percpu";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_ERROR,
  BRANCH_EVICTED,
  BRANCH_INTERNED,
  BRANCH_MERGED,
  BRANCH_NOCACHE,
  TRACE_CURRENT,
  TRACE_RT_INTERN_HASH,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { ENOBUFS } from "../../errno";
import { jiffies } from "../../kernel/jiffies";
import { inSoftirq, spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { refcountRead } from "../../lib/refcount";
import { dstHold, dstRelease } from "../core/dst";
import { DST_NOCACHE } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { RTN_UNICAST } from "../fib/rtnetlink";
import { bindNeighbour } from "./neighbourOutput";
import { Rtable } from "./rtable";
import { rtCaching, rtEmergencyHashRebuild, rtSlowChainLength } from "./rtEmergency";
import { rtDrop, rtFree } from "./rtFree";
import { rtGarbageCollect } from "./rtGarbageCollect";
import {
  HAS_RT_HASH,
  RT_HASH_GENID,
  rtBucketAt,
  rtBucketLock,
  rtHash,
  rtHashCode,
  rtIsExpired,
  rtIsOutput,
  rtSameKey,
  rtSysctl,
} from "./rtHash";
import { rtScore } from "./rtScore";

/** What one walk over a chain found. Behind the source's verdict in PCPU_STACK. */
@unmanaged
class ChainWalk {
  /** Worst entry without a reference, and the word that links it; 0 if there is none. */
  candidate: u32;
  candidateLink: u32;
  minScore: u32;
  /** Entries that are left. */
  length: u32;
}

const STACK_CHAIN_WALK: usize = 208;
if (STACK_CHAIN_WALK + offsetof<ChainWalk>() > PCPU_STACK_BYTES) ERROR("PCPU_STACK overflows");

/** Addresses from here on are errors. */
const ERROR_PAGE: usize = 0xfffff000;

/** An error where an address is returned. */
export function isError(at: usize): bool {
  return at >= ERROR_PAGE;
}

/**
 * Walks the chain whose head is at `bucket`. Returns the entry with the key of `rt`, moved to the
 * head, or 0 with the walk filled. Under the bucket's lock.
 */
function walkChain(bucket: usize, rt: Rtable, walk: ChainWalk): usize {
  walk.candidate = 0;
  walk.minScore = u32.MAX_VALUE;
  walk.length = 0;
  let link = bucket;
  let at: usize = plainLoad32(link);
  while (at) {
    const e = changetype<Rtable>(at);
    if (rtIsExpired(e)) {
      publish32(link, plainLoad32(e.nextAt));
      rtFree(at);
      at = plainLoad32(link);
      continue;
    }
    if (rtSameKey(e, rt)) {
      publish32(link, plainLoad32(e.nextAt));
      publish32(e.nextAt, plainLoad32(bucket));
      publish32(bucket, <u32>at);
      return at;
    }
    considerCandidate(link, e, walk);
    walk.length++;
    link = e.nextAt;
    at = plainLoad32(link);
  }
  return 0;
}

/** The entry that `link` points to is the worst so far, if nobody holds it. Of equals the farther
 * from the head is taken. */
function considerCandidate(link: usize, e: Rtable, walk: ChainWalk): void {
  if (refcountRead(e.refcntAt) != 0) return;
  const score = rtScore(e);
  if (score > walk.minScore) return;
  walk.candidate = <u32>changetype<usize>(e);
  walk.candidateLink = <u32>link;
  walk.minScore = score;
}

/** The flows of this chain can hash together only by somebody's design. */
function isUnderAttack(bucket: usize, length: u32): bool {
  const max = rtHash().chainLengthMax;
  return length > max && rtSlowChainLength(bucket) > max;
}

/** 0, or the error for which the entry cannot have the neighbour that its kind needs. */
function bindIfNeeded(at: usize): i32 {
  const rt = changetype<Rtable>(at);
  if (<u32>rt.rtType != RTN_UNICAST && !rtIsOutput(rt)) return 0;
  return bindNeighbour(at);
}

/** The entry that was there before is used; the new one goes. */
function mergeInto(found: usize, at: usize, lock: usize): usize {
  const e = changetype<Rtable>(found);
  e.use++;
  dstHold(found);
  if (DEBUG) traceDst(TRACE_RT_INTERN_HASH, BRANCH_MERGED, found, 0);
  e.lastuse = jiffies();
  spinUnlockBh(lock);
  rtDrop(at);
  if (DEBUG) countCost(COST_SLOT_LOST);
  return found;
}

/** A route for one use: nothing points to it, its last release ends it. Returns it or an error. */
function uncached(at: usize): usize {
  changetype<Rtable>(at).flags |= DST_NOCACHE;
  if (DEBUG) {
    traceDst(TRACE_RT_INTERN_HASH, BRANCH_NOCACHE, at, changetype<Rtable>(at).rtGateway);
  }
  const err = bindIfNeeded(at);
  if (err == 0) return at;
  dstRelease(at);
  return <usize>err;
}

/** The collector, told that entries are worth little: they pin neighbours, which are short. */
function forcedCollection(): void {
  const s = rtSysctl();
  const elasticity = s.gcElasticity;
  const interval = s.gcMinInterval;
  s.gcElasticity = 1;
  s.gcMinInterval = 0;
  rtGarbageCollect();
  s.gcMinInterval = interval;
  s.gcElasticity = elasticity;
}

/**
 * Inserts the entry `at` (one reference, the caller's) for the flow that hashes to `hash0` with
 * device `ifindex`. Returns the entry to use with that reference: `at`, or one that was there with
 * the same key; or an error, and `at` is gone. In softirq a full
 * neighbour table is the end; in process context it is so after one forced collection. Follows
 * `rt_intern_hash`.
 */
export function rtInternHash(hash0: u32, at: usize, ifindex: u32): usize {
  const rt = changetype<Rtable>(at);
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_RT_INTERN_HASH, 0, 0);
  let hash = hash0;
  let attempts: i32 = inSoftirq() ? 0 : 1;
  while (true) {
    if (!HAS_RT_HASH || !rtCaching()) return uncached(at);
    const walk = changetype<ChainWalk>(thisCpuArea() + PCPU_STACK + STACK_CHAIN_WALK);
    const bucket = rtBucketAt(hash);
    const lock = rtBucketLock(hash);
    spinLockBh(lock);
    const found = walkChain(bucket, rt, walk);
    if (found) return mergeInto(found, at, lock);
    if (walk.candidate) {
      if (walk.length > rtSysctl().gcElasticity) {
        if (DEBUG) traceDst(TRACE_RT_INTERN_HASH, BRANCH_EVICTED, walk.candidate, walk.length);
        publish32(
          walk.candidateLink,
          plainLoad32(changetype<Rtable>(<usize>walk.candidate).nextAt),
        );
        rtFree(walk.candidate);
      }
    } else if (RT_HASH_GENID && isUnderAttack(bucket, walk.length)) {
      rtEmergencyHashRebuild();
      spinUnlockBh(lock);
      // The entry keeps its generation: it is used once, and no lookup finds it.
      hash = rtHashCode(rt.keyDst, rt.keySrc, ifindex);
      continue;
    }
    const err = bindIfNeeded(at);
    if (err == 0) {
      rt.next = plainLoad32(bucket);
      publish32(bucket, <u32>at);
      spinUnlockBh(lock);
      if (DEBUG) traceDst(TRACE_RT_INTERN_HASH, BRANCH_INTERNED, at, hash);
      if (DEBUG) countCost(COST_SLOT_INSTALL);
      return at;
    }
    spinUnlockBh(lock);
    if (DEBUG) traceEvent(TRACE_RT_INTERN_HASH, BRANCH_ERROR, err, 0, 0);
    if (err != -ENOBUFS || attempts == 0) {
      rtDrop(at);
      return <usize>err;
    }
    attempts--;
    forcedCollection();
  }
}
