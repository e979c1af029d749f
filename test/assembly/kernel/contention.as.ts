// Entry of the tests on real threads: loops that CPUs run at the same time. Each returns the number
// of things that were wrong, or a count that the test adds up.

import {
  atomicAdd32,
  atomicLoad32,
  atomicStore32,
  atomicXchg32,
  plainLoad32,
  plainStore32,
} from "../../../assembly/arch/atomic";
import { smpProcessorId } from "../../../assembly/arch/percpu";
import { SITE_GATE_DEADLINE } from "../../../assembly/arch/trap";
import { RCU_FUNC_COUNT } from "../../../assembly/calls/rcu";
import { WORK_COUNT } from "../../../assembly/calls/work";
import { callRcu, callRcuBh } from "../../../assembly/kernel/callRcu";
import {
  rcuAssignPointer,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuDereference,
  rcuNoteQs,
  rcuQuiescent,
  rcuReadLock,
  rcuReadUnlock,
  synchronizeRcu,
  synchronizeRcuBh,
} from "../../../assembly/kernel/rcu";
import { enterSoftirq, leaveSoftirq } from "../../../assembly/kernel/softirq";
import { delTimer, modTimer, runTimers, timerInit } from "../../../assembly/kernel/timer";
import { queueWorkOn, runWork, workInit } from "../../../assembly/kernel/workqueue";
import { percpuCounterAdd } from "../../../assembly/lib/percpuCounter";
import { prngBelow, prngMix, xorshift32 } from "../../../assembly/lib/prng";
import { rcurefGet, rcurefPut } from "../../../assembly/lib/rcuref";
import { refAtomicHold, refAtomicRelease } from "../../../assembly/lib/refAtomic";
import { refIncNotZeroHoldSafe, refIncNotZeroRelease } from "../../../assembly/lib/refIncNotZero";
import { refPercpuHold, refPercpuRelease } from "../../../assembly/lib/refPercpu";
import { readLock, readUnlock, writeLock, writeUnlock } from "../../../assembly/lib/rwlock";
import {
  readSeqbegin,
  readSeqretry,
  writeSeqlock,
  writeSequnlock,
} from "../../../assembly/lib/seqlock";
import { spinLock, spinPause, spinUnlock } from "../../../assembly/lib/spinlock";
import { kmemCacheAlloc, kmemCacheFree } from "../../../assembly/mm/slab";

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export { percpuCounterInit, percpuCounterSum } from "../../../assembly/lib/percpuCounter";
export { refPercpuSum } from "../../../assembly/lib/refPercpu";
export { kmemCacheCreate, kmemCacheFree } from "../../../assembly/mm/slab";
export {
  slabCacheIsValid,
  slabInUse,
  slabObjects,
  slabRemoteOn,
} from "../../../assembly/mm/slabWalk";

/** Waits until `cpus` have come to the barrier at `at` for the `round`-th time, counted from 1. */
function meet(at: usize, cpus: u32, round: u32): void {
  let seen = atomicAdd32(at, 1) + 1;
  let steps: u32 = 0;
  while (seen < cpus * round) {
    steps = spinPause(at, seen, steps, SITE_GATE_DEADLINE);
    seen = atomicLoad32(at);
  }
}

/** x == y under the lock, and both grow by one. With `locked` 0 the lock is left out. */
export function lockedPair(lock: usize, pair: usize, n: u32, locked: u32): u32 {
  let wrong: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    if (locked != 0) spinLock(lock);
    const x = plainLoad32(pair);
    if (x != plainLoad32(pair + 4)) wrong++;
    plainStore32(pair, x + 1);
    plainStore32(pair + 4, x + 1);
    if (locked != 0) spinUnlock(lock);
  }
  return wrong;
}

/** Readers must find the pair equal; every `period`-th turn is a write, none at 0. */
export function rwlockPair(lock: usize, pair: usize, n: u32, period: u32): u32 {
  let wrong: u32 = 0;
  for (let i: u32 = 1; i <= n; i++) {
    const writes = period != 0 && i % period == 0;
    if (writes) writeLock(lock);
    else readLock(lock);
    const x = plainLoad32(pair);
    if (x != plainLoad32(pair + 4)) wrong++;
    if (writes) {
      plainStore32(pair, x + 1);
      plainStore32(pair + 4, x + 1);
      writeUnlock(lock);
    } else {
      readUnlock(lock);
    }
  }
  return wrong;
}

/** Readers must see the pair equal; every fourth turn is a write. */
export function seqlockPair(at: usize, pair: usize, n: u32): u32 {
  let wrong: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    if ((i & 3) == 3) {
      writeSeqlock(at);
      const next = atomicLoad32(pair) + 1;
      atomicStore32(pair, next);
      atomicStore32(pair + 4, next);
      writeSequnlock(at);
      continue;
    }
    let seq: u32 = 0;
    let x: u32 = 0;
    let y: u32 = 0;
    do {
      seq = readSeqbegin(at);
      x = atomicLoad32(pair);
      y = atomicLoad32(pair + 4);
    } while (readSeqretry(at, seq));
    if (x != y) wrong++;
  }
  return wrong;
}

/** Adds 1 and -1 in turn, `extra` more of the first; and holds and releases device slot 3. */
export function countUpAndDown(id: u32, n: u32, extra: u32): u32 {
  for (let i: u32 = 0; i < n; i++) {
    percpuCounterAdd(id, 5);
    percpuCounterAdd(id, -5);
    refPercpuHold(3);
    refPercpuRelease(3);
  }
  for (let i: u32 = 0; i < extra; i++) {
    percpuCounterAdd(id, 1);
    refPercpuHold(3);
  }
  return 0;
}

const ENGINE_ATOMIC: u32 = 0;
const ENGINE_RCUREF: u32 = 2;

function hold(engine: u32, at: usize): bool {
  if (engine == ENGINE_ATOMIC) {
    refAtomicHold(at);
    return true;
  }
  return engine == ENGINE_RCUREF ? rcurefGet(at) : refIncNotZeroHoldSafe(at);
}

function release(engine: u32, at: usize): bool {
  if (engine == ENGINE_ATOMIC) return refAtomicRelease(at);
  return engine == ENGINE_RCUREF ? rcurefPut(at) : refIncNotZeroRelease(at);
}

/** n pairs on one count that somebody else keeps alive: none may fail, none may be the last. */
export function holdAndRelease(engine: u32, at: usize, n: u32): u32 {
  let wrong: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    if (!hold(engine, at)) wrong++;
    if (release(engine, at)) wrong++;
  }
  return wrong;
}

/**
 * Many objects, each with one reference per CPU; every CPU drops its own while the others hold and
 * release. Returns how often "the last one" was said: over all CPUs it must be once an object.
 */
export function lastRelease(engine: u32, objects: usize, n: u32, barrier: usize, cpus: u32): u32 {
  let last: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const at = objects + 4 * i;
    if (i % 16 == 0) meet(barrier, cpus, i / 16 + 1);
    if (hold(engine, at) && release(engine, at)) last++;
    if (release(engine, at)) last++;
    if (hold(engine, at) && release(engine, at)) last++;
  }
  return last;
}

/**
 * Objects travel between CPUs through mailboxes: allocate, sign, put in a box, take what was there,
 * check its signature, free. Returns wrong signatures and failed allocations.
 */
export function slabMail(id: u32, boxes: usize, boxCount: u32, n: u32): u32 {
  let wrong: u32 = 0;
  let random = prngMix(smpProcessorId() + 77) | 1;
  for (let i: u32 = 0; i < n; i++) {
    let mine: usize = 0;
    if ((i & 7) != 7) {
      mine = kmemCacheAlloc(id);
      if (mine == 0) wrong++;
      else plainStore32(mine + 40, <u32>mine ^ 0x5ca1ab1e);
    }
    random = xorshift32(random);
    const theirs = atomicXchg32(boxes + 4 * prngBelow(random, boxCount), <u32>mine);
    if (theirs == 0) continue;
    if (plainLoad32(theirs + 40) != (theirs ^ 0x5ca1ab1e)) wrong++;
    kmemCacheFree(id, theirs);
  }
  return wrong;
}

/** An object of the RCU torture: RcuHead, word that the callback counts in, stamp, padding. */
const OBJECT_BYTES: u32 = 32;
const COUNT_AT: usize = 16;
const STAMP_AT: usize = 20;
const POOL: u32 = 128;

/**
 * Looks at the object in `slot` for a while: it must be neither freed nor used anew. Counts at
 * `changesAt`, unless that is 0, how often it was another one than during the last look, whose
 * stamp is
 * behind the count.
 */
function readSlot(slot: usize, dwell: u32, changesAt: usize): u32 {
  const object = rcuDereference(slot);
  if (object == 0) return 0;
  const stamp = atomicLoad32(object + STAMP_AT);
  if (changesAt != 0 && plainLoad32(changesAt + 4) != stamp) {
    plainStore32(changesAt + 4, stamp);
    plainStore32(changesAt, plainLoad32(changesAt) + 1);
  }
  let wrong: u32 = 0;
  for (let i: u32 = 0; i < dwell; i++) {
    if (atomicLoad32(object + COUNT_AT) != 0) wrong = 1;
  }
  return atomicLoad32(object + STAMP_AT) != stamp ? 1 : wrong;
}

const RETIRE_RCU: u32 = 0;
const RETIRE_BH: u32 = 1;

/** RETIRE_RCU, RETIRE_BH, or neither: frees at once, which readers must notice. */
function retire(how: u32, object: usize): void {
  if (how == RETIRE_RCU) callRcu(object, RCU_FUNC_COUNT);
  else if (how == RETIRE_BH) callRcuBh(object, RCU_FUNC_COUNT);
  else atomicAdd32(object + COUNT_AT, 1);
}

/** Publishes a new object in the own slot and retires the one that was there. 1 if it could. */
function replaceOwn(slot: usize, pool: usize, i: u32, how: u32): u32 {
  const fresh = pool + (i % POOL) * OBJECT_BYTES;
  const isFirstUse = i < POOL;
  if (!isFirstUse && atomicLoad32(fresh + COUNT_AT) == 0) return 0;
  atomicStore32(fresh + COUNT_AT, 0);
  atomicStore32(fresh + STAMP_AT, i + 1);
  const old = rcuDereference(slot);
  rcuAssignPointer(slot, fresh);
  if (old != 0) retire(how, old);
  return 1;
}

/**
 * Every CPU replaces the object of its own slot and reads those of the others. `base`: 64 bytes for
 * each CPU (slot, replacements, changes seen, last stamp seen), then the pools. Returns reads that
 * saw
 * an object freed or used anew inside a section.
 */
export function rcuTorture(base: usize, cpus: u32, n: u32, dwell: u32, how: u32): u32 {
  const me = smpProcessorId();
  const slot = base + 64 * me;
  const pool = base + 64 * 8 + me * POOL * OBJECT_BYTES;
  let wrong: u32 = 0;
  let replaced: u32 = 0;
  rcuCpuOnline();
  for (let i: u32 = 0; i < n; i++) {
    replaced += replaceOwn(slot, pool, replaced, how);
    if (how == RETIRE_BH) enterSoftirq();
    else rcuReadLock();
    const turn: u32 = i % (cpus - 1);
    const other = base + 64 * ((me + 1 + turn) % cpus);
    wrong += readSlot(other, dwell, turn == 0 ? slot + 8 : 0);
    if (how == RETIRE_BH) rcuNoteQs();
    if (how == RETIRE_BH) leaveSoftirq();
    else rcuReadUnlock();
    rcuQuiescent();
    if (i % 97 == 0) {
      rcuCpuOffline();
      rcuCpuOnline();
    }
  }
  rcuCpuOffline();
  rcuBarrierLocal();
  plainStore32(slot + 4, replaced);
  return wrong;
}

/** Waits for grace periods of one flavour while another CPU waits for the other one's. */
export function waitForGracePeriods(bh: u32, n: u32): u32 {
  rcuCpuOnline();
  for (let i: u32 = 0; i < n; i++) {
    if (bh != 0) synchronizeRcuBh();
    else synchronizeRcu();
  }
  rcuCpuOffline();
  return 0;
}

export function initDeferred(items: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) {
    const at = items + 128 * i;
    timerInit(at, WORK_COUNT, at + 64);
    workInit(at + 32, WORK_COUNT, at + 68);
  }
}

/**
 * Arms, deletes and runs the same timers on all CPUs. Returns arms minus what ended a pending timer
 * here (a deletion, a rearm); over all CPUs, runs must make up the difference.
 */
export function timerStorm(items: usize, n: u32, turns: u32, cpus: u32): u32 {
  let open: u32 = 0;
  let random = prngMix(smpProcessorId()) | 1;
  for (let i: u32 = 0; i < turns; i++) {
    random = xorshift32(random);
    const at = items + 128 * prngBelow(random, n);
    if ((random & 3) == 0) {
      if (delTimer(at)) open--;
    } else if (!modTimer(at, 0, (random >> 2) % cpus)) {
      open++;
    }
    if ((i & 7) == 0) runTimers();
  }
  return open;
}

/** Queues items on all CPUs; returns how many queueings were accepted. */
export function workStorm(items: usize, n: u32, turns: u32, cpus: u32): u32 {
  let queued: u32 = 0;
  let random = prngMix(smpProcessorId() + 9) | 1;
  for (let i: u32 = 0; i < turns; i++) {
    random = xorshift32(random);
    if (queueWorkOn((random >> 2) % cpus, items + 128 * prngBelow(random, n) + 32)) queued++;
    if ((i & 3) == 0) runWork();
  }
  return queued;
}

/** What is left on this CPU, after the storms. */
export function runRest(): u32 {
  return runTimers() + runWork();
}
