/**
 * The dead: entries without an owner that somebody still holds, and who collects them. The only
 * file that looks at DST_GC.
 *
 *   G_DST  line 0  lock │ list │ timer_inc timer_expires │ timer        the garbage list
 *          line 1  mutex │ busy list, and the pass that walks it │ work
 *
 *   timer  dstToGarbage ─▶ list          one list; a timer walks it under the lock (2.6.18)
 *   work   dstToGarbage ─▶ list ─▶ busy  a work item steals the list and keeps what is still held
 *                                        on one of its own, under a mutex (2.6.39 and later)
 *
 * Delays with nothing to collect: 0.1 s, then 0.1 + 0.25·n·(n + 1) s after the n-th pass in vain,
 * 120 s at most; a pass that pays, or a new entry after a longer wait, starts at 0.1 s again.
 *
 * Invariants: an entry is on one list at most and DEAD there; nothing is armed ⇔ both lists are
 * empty. The list, its numbers and the timer are guarded by the lock, the busy list and the pass by
 * the mutex; the mutex is taken first. Entries are destroyed under the lock (timer) or under the
 * mutex alone (work).
 *
 * The collector runs on CPU 0, whoever arms it: only that CPU is in every window. (The kernel arms
 * it on the CPU that asks.)
 */
import { plainLoad32, plainStore32 } from "../../arch/atomic";
import { smpProcessorId } from "../../arch/percpu";
import { G_DST, superBlock, superBlockAt } from "../../arch/superblock";
import { WORK_DST_GC, WORK_DST_GC_DUE } from "../../calls/work";
import { DST_GC, DST_GC_TIMER } from "../../config";
import { jiffies, roundJiffiesRelative } from "../../kernel/jiffies";
import { localBhDisable, localBhEnable, spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { delTimer, modTimer, timerInit, timerPending } from "../../kernel/timer";
import { queueWorkOn, workInit, workPending } from "../../kernel/workqueue";
import { refcountRead } from "../../lib/refcount";
import { spinLock, spinTrylock, spinUnlock } from "../../lib/spinlock";
import { dstDestroy } from "./dst";
import { DST_CALL_DISCARD, DST_OBSOLETE_ALIVE_MAX, DST_OBSOLETE_DEAD, DstEntry } from "./dstEntry";
import { IFF_UP, NetDevice } from "./netDevice";

@unmanaged
export class DstGarbage {
  lock: u32;
  private _pad0: u32;
  /** Newest first. */
  list: u32;
  private _pad1: u32;
  /** Ticks: what the delay grows by, and the delay, before rounding. */
  timerInc: u32;
  timerExpires: u32;
  private _pad2: u64;
  private _timer0: u64;
  private _timer1: u64;
  private _timer2: u64;
  private _timer3: u64;
  mutex: u32;
  private _pad3: u32;
  /** Entries that a pass found held. */
  busy: u32;
  /** Address of the word that the next kept entry is linked to, while a pass runs. */
  tail: u32;
  /** Entries that this pass has kept, and destroyed. */
  delayed: u32;
  work: u32;
  private _pad4: u64;
  private _work0: u64;
  private _work1: u64;
  private _work2: u64;
  private _work3: u64;
}

if (offsetof<DstGarbage>("_timer0") != 32) ERROR("the timer is at 32");
if (offsetof<DstGarbage>("mutex") != 64) ERROR("the mutex begins line 1");
if (offsetof<DstGarbage>() != 128) ERROR("the garbage list has two lines");

const CPU_OF_COLLECTOR: u32 = 0;

function garbage(): DstGarbage {
  return changetype<DstGarbage>(superBlockAt() + G_DST);
}

function timerAt(g: DstGarbage): usize {
  return changetype<usize>(g) + offsetof<DstGarbage>("_timer0");
}

function workAt(g: DstGarbage): usize {
  return changetype<usize>(g) + offsetof<DstGarbage>("_work0");
}

function listAt(g: DstGarbage): usize {
  return changetype<usize>(g) + offsetof<DstGarbage>("list");
}

function busyAt(g: DstGarbage): usize {
  return changetype<usize>(g) + offsetof<DstGarbage>("busy");
}

/** First delay of the collector, in ticks: 0.1 s. */
function dstGcMin(): u32 {
  return superBlock().hz / 10;
}

/** What a delay grows by at first: 0.5 s. */
function dstGcInc(): u32 {
  return superBlock().hz / 2;
}

/** The longest delay: 120 s. */
function dstGcMax(): u32 {
  return superBlock().hz * 120;
}

/** Address of the garbage list's head word, for walkers. */
export function dstGarbageHeadAt(): usize {
  return listAt(garbage());
}

/** Address of the busy list's head word, for walkers; empty for ever where there is one list. */
export function dstBusyHeadAt(): usize {
  return busyAt(garbage());
}

/** Nominal delay of the collector in ticks, and what it grows by next; for tests. */
export function dstGcDelay(inc: bool): u32 {
  return inc ? garbage().timerInc : garbage().timerExpires;
}

/** Sets up the collector; the first entry arms it. Called once by `boot()`. */
export function dstGcInit(): void {
  const g = garbage();
  g.timerInc = dstGcMax();
  timerInit(timerAt(g), DST_GC == DST_GC_TIMER ? WORK_DST_GC : WORK_DST_GC_DUE, 0);
  if (DST_GC != DST_GC_TIMER) workInit(workAt(g), WORK_DST_GC, 0);
}

/** Whether `dst_free` has been here: an entry above ALIVE_MAX is on its way out. */
export function dstIsDead(dst: DstEntry): bool {
  return dst.obsolete > DST_OBSOLETE_ALIVE_MAX;
}

/** Packets that still come by this entry are dropped, in both directions. */
export function dstDiscardBoth(dst: DstEntry): void {
  dst.input = DST_CALL_DISCARD;
  dst.output = DST_CALL_DISCARD;
}

/** The entry is dead; it discards if its device is missing or down. Follows `___dst_free`. */
function markDead(dst: DstEntry): void {
  const dev = dst.dev;
  if (!dev || !(changetype<NetDevice>(dev).flags & IFF_UP)) dstDiscardBoth(dst);
  dst.obsolete = DST_OBSOLETE_DEAD;
}

/**
 * Puts an entry that somebody holds on the garbage list, and sees to it that the collector comes
 * in 0.1 s at the latest if it had begun to wait longer. Follows `__dst_free`.
 */
export function dstToGarbage(at: usize): void {
  const g = garbage();
  const dst = changetype<DstEntry>(at);
  spinLockBh(changetype<usize>(g));
  markDead(dst);
  dst.next = g.list;
  g.list = <u32>at;
  if (g.timerInc > dstGcInc()) {
    restartDelay(g);
    // Work that is queued already comes sooner than the timer would.
    if (DST_GC == DST_GC_TIMER || !workPending(workAt(g))) arm(g, g.timerExpires);
  }
  spinUnlockBh(changetype<usize>(g));
}

function arm(g: DstGarbage, delay: u32): void {
  modTimer(timerAt(g), jiffies() + delay, CPU_OF_COLLECTOR);
}

function restartDelay(g: DstGarbage): void {
  g.timerInc = dstGcInc();
  g.timerExpires = dstGcMin();
}

/** The next delay after a pass that left entries behind; longer if it was in vain. */
function nextDelay(g: DstGarbage, inVain: bool): void {
  if (!inVain) {
    restartDelay(g);
    return;
  }
  const max = dstGcMax();
  g.timerExpires += g.timerInc;
  if (g.timerExpires > max) g.timerExpires = max;
  g.timerInc += dstGcInc();
}

/** The timer of the delayed work is due: the work is queued, and runs at once. */
export function dstGcDue(): void {
  queueWorkOn(smpProcessorId(), workAt(garbage()));
}

/** One pass of the collector that this image has; returns how many entries it left. */
export function dstGcTask(): u32 {
  return DST_GC == DST_GC_TIMER ? dstRunGc() : dstGcWork();
}

/**
 * Walks the one list under its lock and destroys what nobody holds. If the lock is taken it comes
 * again in 0.1 s. Follows `dst_run_gc`.
 */
function dstRunGc(): u32 {
  const g = garbage();
  localBhDisable();
  if (!spinTrylock(changetype<usize>(g))) {
    localBhEnable();
    arm(g, dstGcMin());
    return 0;
  }
  delTimer(timerAt(g));
  g.delayed = 0;
  g.work = 0;
  let link = listAt(g);
  let at = plainLoad32(link);
  while (at) {
    const dst = changetype<DstEntry>(<usize>at);
    if (refcountRead(dst.refcntAt) != 0) {
      g.delayed++;
      link = dst.nextAt;
    } else {
      plainStore32(link, dst.next);
      g.work++;
      const child = dstDestroy(at);
      if (child) link = linkChild(g, link, child);
    }
    at = plainLoad32(link);
  }
  const left = g.delayed;
  if (left) {
    nextDelay(g, g.work == 0);
    arm(g, g.timerExpires);
  } else {
    g.timerInc = dstGcMax();
  }
  spinUnlockBh(changetype<usize>(g));
  return left;
}

/** A child that its parent leaves behind takes the parent's place in the list, unless it is dead
 * already: then it is on the list. Returns the link to go on from. */
function linkChild(g: DstGarbage, link: usize, child: usize): usize {
  const dst = changetype<DstEntry>(child);
  if (dstIsDead(dst)) return link;
  markDead(dst);
  dst.next = plainLoad32(link);
  plainStore32(link, <u32>child);
  g.delayed++;
  return dst.nextAt;
}

/**
 * Goes over the busy list, then over whatever is on the garbage list by then; what is still held is
 * the new busy list. A pass that destroys no more than a tenth of what it leaves was in vain.
 * Follows `dst_gc_task`.
 */
function dstGcWork(): u32 {
  const g = garbage();
  spinLock(mutexAt(g));
  g.delayed = 0;
  g.work = 0;
  g.tail = <u32>busyAt(g);
  let chain = g.busy;
  while (true) {
    collect(g, chain);
    spinLockBh(changetype<usize>(g));
    chain = g.list;
    if (!chain) break;
    g.list = 0;
    spinUnlockBh(changetype<usize>(g));
  }
  plainStore32(g.tail, 0);
  const left = g.delayed;
  if (left) {
    nextDelay(g, g.work <= left / 10);
    schedule(g);
  } else {
    g.timerInc = dstGcMax();
  }
  spinUnlockBh(changetype<usize>(g));
  spinUnlock(mutexAt(g));
  return left;
}

function mutexAt(g: DstGarbage): usize {
  return changetype<usize>(g) + offsetof<DstGarbage>("mutex");
}

/** Destroys the entries of `chain` that nobody holds and appends the others to the busy list. */
function collect(g: DstGarbage, chain: u32): void {
  let at = chain;
  while (at) {
    const dst = changetype<DstEntry>(<usize>at);
    const next = dst.next;
    if (refcountRead(dst.refcntAt) != 0) {
      plainStore32(g.tail, at);
      g.tail = <u32>dst.nextAt;
      g.delayed++;
      at = next;
      continue;
    }
    g.work++;
    const child = dstDestroy(at);
    at = next;
    if (child && !dstIsDead(changetype<DstEntry>(child))) {
      markDead(changetype<DstEntry>(child));
      changetype<DstEntry>(child).next = at;
      at = <u32>child;
    }
  }
}

/** Arms the work item: long delays end on a whole second; one that is pending stays as it is. */
function schedule(g: DstGarbage): void {
  if (timerPending(timerAt(g)) || workPending(workAt(g))) return;
  const delay = g.timerExpires;
  arm(g, delay > 4 * superBlock().hz ? roundJiffiesRelative(delay, smpProcessorId()) : delay);
}

/**
 * For device events: locks the dead and returns the first of them. Goes on by `next`; after the
 * last one `dstDeadRest` tells whether there are more. Ends with `dstDeadUnlock`.
 */
export function dstDeadLock(): usize {
  const g = garbage();
  if (DST_GC == DST_GC_TIMER) {
    spinLockBh(changetype<usize>(g));
    return g.list;
  }
  spinLock(mutexAt(g));
  return g.busy;
}

/**
 * The dead that have come meanwhile, which are now behind `last` (0 = the list was empty); 0 if
 * there are none, or there is but one list. Under `dstDeadLock`.
 */
export function dstDeadRest(last: usize): usize {
  if (DST_GC == DST_GC_TIMER) return 0;
  const g = garbage();
  spinLockBh(changetype<usize>(g));
  const stolen: usize = g.list;
  g.list = 0;
  spinUnlockBh(changetype<usize>(g));
  if (last) changetype<DstEntry>(last).next = <u32>stolen;
  else g.busy = <u32>stolen;
  return stolen;
}

/** Ends what `dstDeadLock` began. */
export function dstDeadUnlock(): void {
  const g = garbage();
  if (DST_GC == DST_GC_TIMER) spinUnlockBh(changetype<usize>(g));
  else spinUnlock(mutexAt(g));
}
