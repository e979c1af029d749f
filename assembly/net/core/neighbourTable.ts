/**
 * `arp_tbl`: who is in the neighbour table, how it is made room in, and how it ends.
 *
 *   G_NEIGH  line 0, read by packets   0 nht │ 4 reachable_time │ 8 gc_thresh1 2 3
 *            line 1, written           64 lock │ 68 entries │ 72 last_flush │ 76 last_rand
 *                                      80 random state │ 96 gc timer
 *
 * Invariant at rest: entries == Σ chain lengths + entries that left the table and are referenced.
 * Chains change under the lock and are walked under RCU-bh, without a reference. Allocation counts
 * before it looks, as `neigh_alloc` does, so `entries` may pass gc_thresh3 for a moment.
 */
import {
  atomicAdd32,
  atomicLoad32,
  atomicSub32,
  fillBytes,
  plainLoad32,
  publish32,
  readOnce32,
} from "../../arch/atomic";
import { COST_NEIGH_LOOKUP, countCost } from "../../arch/costs";
import { G_NEIGH, superBlock, superBlockAt } from "../../arch/superblock";
import { neighConstruct } from "../../calls/neigh";
import { RCU_FUNC_NEIGH_FREE } from "../../calls/rcu";
import { WORK_NEIGH_GC, WORK_NEIGH_TIMER } from "../../calls/work";
import { DEBUG } from "../../config";
import { ENOBUFS } from "../../errno";
import { callRcuBh } from "../../kernel/callRcu";
import { jiffies, timeAfter } from "../../kernel/jiffies";
import { localBhDisable, localBhEnable } from "../../kernel/softirq";
import { modTimer, timerInit } from "../../kernel/timer";
import { prngNext, prngSeed } from "../../lib/prng";
import { readLock, readUnlock, writeLock, writeUnlock } from "../../lib/rwlock";
import { spinLock, spinUnlock } from "../../lib/spinlock";
import { KMEM_CACHE_NEIGHBOUR } from "../../mm/caches";
import { kmemCacheAlloc, kmemCacheFree } from "../../mm/slab";
import { SLAB_NEIGH_ALLOC, SLAB_NEIGH_FREE, slabSite } from "../../mm/slabOwner";
import { neighDropHhs } from "./hhCache";
import {
  NEIGHBOUR_BYTES,
  NEIGHBOUR_RCU_OFFSET,
  Neighbour,
  NUD_NOARP,
  NUD_NONE,
  NUD_VALID,
  neighHold,
  neighHoldNotZero,
  neighPut,
  neighRefInit,
  neighRefRead,
} from "./neighbour";
import { NEIGH_RWLOCK } from "./neighbourEra";
import { BASE_REACHABLE_SECONDS, drawReachableTime, neighForcedGc } from "./neighbourGc";
import {
  NeighHashTable,
  neighBucketAt,
  neighHashFind,
  neighHashGrow,
  neighHashReserve,
} from "./neighbourHash";
import { neighPurgeQueue } from "./neighbourQueue";
import {
  NEIGH_ALLOCS,
  NEIGH_DESTROYS,
  NEIGH_HITS,
  NEIGH_LOOKUPS,
  NEIGH_TABLE_FULLS,
  neighStatInc,
} from "./neighbourStat";
import { neighDelTimer } from "./neighbourTimer";
import { devHold, devPut } from "./netDevice";

/** Above gc_thresh2 one forced collection in so many seconds. */
const FORCED_GC_SECONDS: u32 = 5;

@unmanaged
export class NeighTable {
  nht: u32;
  reachableTime: u32;
  gcThresh1: u32;
  gcThresh2: u32;
  gcThresh3: u32;
  private _pad0: u32;
  private _pad1: u64;
  private _pad2: u64;
  private _pad3: u64;
  private _pad4: u64;
  private _pad5: u64;
  lock: u32;
  entries: u32;
  lastFlush: u32;
  lastRand: u32;
  random: u32;
  private _pad6: u32;
  private _pad7: u64;
  private _timer: u64;

  @inline get lockAt(): usize {
    return changetype<usize>(this) + offsetof<NeighTable>("lock");
  }
  @inline get entriesAt(): usize {
    return changetype<usize>(this) + offsetof<NeighTable>("entries");
  }
  @inline get randomAt(): usize {
    return changetype<usize>(this) + offsetof<NeighTable>("random");
  }
  @inline get timerAt(): usize {
    return changetype<usize>(this) + offsetof<NeighTable>("_timer");
  }
}

if (offsetof<NeighTable>("lock") != 64) ERROR("what is written needs a line of its own");
if (offsetof<NeighTable>("_timer") != 96) ERROR("the drawing of NeighTable is wrong");

/** The table of this machine. */
export function arpTbl(): NeighTable {
  return changetype<NeighTable>(superBlockAt() + G_NEIGH);
}

/** The table is about to change: one writer, and in 2.6.18 no reader. */
export function tableLock(t: NeighTable): void {
  localBhDisable();
  writeLock(t.lockAt);
}

/** The change is over. */
export function tableUnlock(t: NeighTable): void {
  writeUnlock(t.lockAt);
  localBhEnable();
}

/** The hash of this moment: one load, which is what makes growth safe for readers. */
export function currentHash(): NeighHashTable {
  return changetype<NeighHashTable>(<usize>readOnce32(changetype<usize>(arpTbl())));
}

/** Jiffies that a confirmation lasts. */
export function neighReachableTime(): u32 {
  return arpTbl().reachableTime;
}

/** Makes the table; thresholds are boot words. False: no memory. Follows `neigh_table_init`. */
export function neighTableInit(): bool {
  const t = arpTbl();
  const sb = superBlock();
  t.gcThresh1 = sb.neighGcThresh1;
  t.gcThresh2 = sb.neighGcThresh2;
  t.gcThresh3 = sb.neighGcThresh3;
  const at = neighHashReserve(t.gcThresh3);
  if (!at) return false;
  prngSeed(t.randomAt, sb.seed);
  changetype<NeighHashTable>(at).secret = prngNext(t.randomAt) | 1;
  t.nht = <u32>at;
  t.entries = 0;
  t.lastFlush = jiffies();
  drawReachableTime(t);
  timerInit(t.timerAt, WORK_NEIGH_GC, 0);
  modTimer(t.timerAt, jiffies() + t.reachableTime, 0);
  return true;
}

/** Entry of (dev, key) or 0; no reference, caller is in an RCU-bh section.
 * Follows 3.10's `__ipv4_neigh_lookup_noref`. */
export function ipv4NeighLookupNoref(dev: usize, key: u32): usize {
  if (DEBUG) countCost(COST_NEIGH_LOOKUP);
  return neighHashFind(currentHash(), dev, key);
}

/** Entry of (dev, key) with a reference for the caller, or 0: under the table's reader lock in
 * 2.6.18, later in an RCU-bh section of the caller. Follows `neigh_lookup`. */
export function neighLookup(dev: usize, key: u32): usize {
  const t = arpTbl();
  neighStatInc(NEIGH_LOOKUPS);
  let at: usize = 0;
  if (NEIGH_RWLOCK) {
    localBhDisable();
    readLock(t.lockAt);
    at = neighHashFind(currentHash(), dev, key);
    if (at) neighHold(changetype<Neighbour>(at));
    readUnlock(t.lockAt);
    localBhEnable();
  } else {
    at = neighHashFind(currentHash(), dev, key);
    if (at && !neighHoldNotZero(changetype<Neighbour>(at))) at = 0;
  }
  if (at) neighStatInc(NEIGH_HITS);
  return at;
}

/** Drops a reference; the last one ends the entry. Follows `neigh_release`. */
export function neighRelease(n: Neighbour): void {
  if (neighPut(n)) neighDestroy(n);
}

/** Nobody refers to the entry: queue, device and its place in the count go at once, the memory
 * after a grace period. Follows `neigh_destroy`. */
function neighDestroy(n: Neighbour): void {
  neighStatInc(NEIGH_DESTROYS);
  neighPurgeQueue(n);
  neighDropHhs(n);
  devPut(n.dev);
  atomicSub32(arpTbl().entriesAt, 1);
  callRcuBh(n.rcuHeadAt, RCU_FUNC_NEIGH_FREE);
}

/** Frees an entry whose rcu_head is at `head`, after the grace period. */
export function neighFreeRcu(head: usize): void {
  if (DEBUG) slabSite(SLAB_NEIGH_FREE);
  kmemCacheFree(KMEM_CACHE_NEIGHBOUR, head - NEIGHBOUR_RCU_OFFSET);
}

/** Takes the entry that `link` leads to off its chain. Under the table's lock and the entry's. */
export function neighUnlink(link: usize, n: Neighbour): void {
  publish32(link, plainLoad32(n.nextAt));
  n.dead = 1;
}

/**
 * Memory for an entry, if the table may grow: at gc_thresh3, and at gc_thresh2 once in 5 s, a
 * collection is forced first; nothing freed at gc_thresh3 is the overflow. Returns 0 for -ENOBUFS.
 * Follows `neigh_alloc`.
 */
function neighAlloc(t: NeighTable): usize {
  const entries = atomicAdd32(t.entriesAt, 1);
  const now = jiffies();
  const late = timeAfter(now, t.lastFlush + FORCED_GC_SECONDS * superBlock().hz);
  if (entries >= t.gcThresh3 || (entries >= t.gcThresh2 && late)) {
    if (!neighForcedGc(t) && entries >= t.gcThresh3) {
      neighStatInc(NEIGH_TABLE_FULLS);
      atomicSub32(t.entriesAt, 1);
      return 0;
    }
  }
  if (DEBUG) slabSite(SLAB_NEIGH_ALLOC);
  const at = kmemCacheAlloc(KMEM_CACHE_NEIGHBOUR);
  if (!at) {
    atomicSub32(t.entriesAt, 1);
    return 0;
  }
  neighStatInc(NEIGH_ALLOCS);
  fillBytes(at, 0, NEIGHBOUR_BYTES);
  const n = changetype<Neighbour>(at);
  neighRefInit(n);
  n.updated = now;
  n.used = now;
  n.dead = 1;
  n.nudState = NUD_NONE;
  timerInit(n.timerAt, WORK_NEIGH_TIMER, at);
  return at;
}

/**
 * Finds or adds the entry of (dev, key). Made first and looked for under the lock, so that two CPUs
 * that miss at once get the same one. Returns the entry, or an error as the kernel's ERR_PTR
 * (`neighIsError`): -ENOBUFS, or what the constructor says. `wantRef`: with a reference for the
 * caller; without, the caller is in an RCU-bh section. Follows `__neigh_create`.
 */
export function neighCreate(dev: usize, key: u32, wantRef: bool): usize {
  const t = arpTbl();
  const at = neighAlloc(t);
  if (!at) return <usize>-ENOBUFS;
  const n = changetype<Neighbour>(at);
  n.primaryKey = key;
  n.dev = <u32>dev;
  devHold(dev);
  const refused = neighConstruct(n);
  if (refused != 0) {
    neighRelease(n);
    return <usize>refused;
  }
  n.confirmed = jiffies() - 2 * BASE_REACHABLE_SECONDS * superBlock().hz;
  tableLock(t);
  if (atomicLoad32(t.entriesAt) > (<u32>1) << currentHash().shift) {
    neighHashGrow(changetype<usize>(t), prngNext(t.randomAt));
  }
  const nht = currentHash();
  let found = neighHashFind(nht, dev, key);
  const isNew = found == 0;
  if (isNew) {
    found = at;
    n.dead = 0;
    const bucket = neighBucketAt(nht, dev, key);
    publish32(n.nextAt, plainLoad32(bucket));
    publish32(bucket, <u32>at);
  }
  if (wantRef) neighHold(changetype<Neighbour>(found));
  tableUnlock(t);
  if (!isNew) neighRelease(n);
  return found;
}

/** `IS_ERR`: true if what `neighCreate` returned is a negative error. */
export function neighIsError(at: usize): bool {
  return at > <usize>-4096;
}

/** Takes an entry out of use, whoever refers to it. Under its lock. Follows `neigh_flush_dev`. */
function neighStop(n: Neighbour): void {
  neighDelTimer(n);
  if (neighRefRead(n) == 1) return;
  // Still referenced: it must do no harm to who comes by it.
  neighPurgeQueue(n);
  n.hhLen = 0;
  n.nudState = n.nudState & NUD_VALID ? NUD_NOARP : NUD_NONE;
}

/** Removes every entry of a device, PERMANENT ones too. Returns how many. Follows
 * `neigh_ifdown`. */
export function neighIfdown(dev: usize): u32 {
  const t = arpTbl();
  let removed: u32 = 0;
  tableLock(t);
  const nht = currentHash();
  for (let i: usize = 0; i < (<usize>1) << nht.shift; i++) {
    let link = nht.bucketsAt + (i << 3);
    let at: usize = plainLoad32(link);
    while (at) {
      const n = changetype<Neighbour>(at);
      if (<usize>n.dev == dev) {
        spinLock(n.lockAt);
        neighUnlink(link, n);
        neighStop(n);
        spinUnlock(n.lockAt);
        neighRelease(n);
        removed++;
      } else {
        link = n.nextAt;
      }
      at = plainLoad32(link);
    }
  }
  tableUnlock(t);
  return removed;
}

/** Entries that count: in the table, or out of it and referenced. */
export function neighEntries(): u32 {
  return atomicLoad32(arpTbl().entriesAt);
}

/**
 * For walkers: the entry after `at` in the table, the first for 0, 0 after the last. Exact while
 * nothing changes.
 */
export function neighNext(at: usize): usize {
  const nht = currentHash();
  let bucket: usize = 0;
  if (at) {
    const n = changetype<Neighbour>(at);
    const next: usize = readOnce32(n.nextAt);
    if (next) return next;
    bucket = ((neighBucketAt(nht, n.dev, n.primaryKey) - nht.bucketsAt) >> 3) + 1;
  }
  for (; bucket < (<usize>1) << nht.shift; bucket++) {
    const first: usize = readOnce32(nht.bucketsAt + (bucket << 3));
    if (first) return first;
  }
  return 0;
}

/** Buckets of the hash, for walkers. */
export function neighBuckets(): u32 {
  return (<u32>1) << currentHash().shift;
}
