/**
 * Timers on a named CPU: `struct timer_list`, and a base for each CPU.
 *
 *   TimerList  +0 entry (list_head, 16 B) │ +16 expires │ +20 func │ +24 data │ +28 base   32 bytes
 *   TimerBase  line 0: lock │ armed │ first expiry      line 1: pending list, sorted; expiring list
 *
 * Invariants, under the base's lock: the pending list is sorted by expiry, equals in the order in
 * which they were armed; armed == its length; firstExpires is its first entry's if armed != 0.
 * A timer is pending if and only if its entry is on a list.
 *
 * Who may touch it: a timer may be armed, moved and deleted from any CPU; its base's lock guards
 * it, and `base` says which (TIMER_MIGRATING between two locks). Its function runs on the CPU of
 * the base, in runTimers() at the end of a burst, without the lock, so it may arm itself again.
 *
 * Departs from the kernel: one sorted list in place of the wheel. There are tens of timers here,
 * and they are armed rarely; the wheel's cost would not be seen.
 */
import { atomicLoad32, atomicStore32 } from "../arch/atomic";
import { PCPU_TIMERS, smpProcessorId } from "../arch/percpu";
import { cpuAreaOf } from "../arch/superblock";
import { bugOn, DOING_WORK, noteDoing, SITE_TIMER_CORRUPT } from "../arch/trap";
import { WORK_NONE, workInvoke } from "../calls/work";
import { DEBUG } from "../config";
import { listAddTail, listDel, listEmpty, listInit, listNext } from "../lib/listHead";
import { spinLock, spinPause, spinUnlock } from "../lib/spinlock";
import { jiffies, timeAfter, timeAfterEq } from "./jiffies";

@unmanaged
export class TimerList {
  next: u32;
  private _nextHigh: u32;
  prev: u32;
  private _prevHigh: u32;
  /** Jiffies at which it is due. Under the base's lock. */
  expires: u32;
  /** Id of `calls/work.ts`, and its argument. */
  func: u32;
  data: u32;
  private _base: u32;

  /** CPU whose lock guards the timer, or TIMER_MIGRATING. Read without a lock to find the lock. */
  @inline get base(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<TimerList>("_base"));
  }
  @inline set base(cpu: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<TimerList>("_base"), cpu);
  }
}

/** Bytes of a TimerList. */
export const TIMER_BYTES: usize = 32;
/** The timer is between two bases: wait. */
const TIMER_MIGRATING: u32 = 0xffffffff;

@unmanaged
class TimerBase {
  lock: u32;
  private _armed: u32;
  private _firstExpires: u32;

  /** Length of the pending list; written under the lock, looked at without it. */
  @inline get armed(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<TimerBase>("_armed"));
  }
  @inline set armed(n: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<TimerBase>("_armed"), n);
  }
  @inline get firstExpires(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<TimerBase>("_firstExpires"));
  }
  @inline set firstExpires(at: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<TimerBase>("_firstExpires"), at);
  }
}

/** Lists of a base: timers that wait, by time; timers that are due and about to run. */
export const PENDING_AT: usize = 16;
export const EXPIRING_AT: usize = 32;
/** Where a base says how many timers wait, for walkers. */
export const ARMED_AT: usize = offsetof<TimerBase>("_armed");

if (offsetof<TimerList>() != TIMER_BYTES) ERROR("timer_list is 32 bytes");
if (offsetof<TimerBase>() > PENDING_AT) ERROR("TimerBase runs into its list");

function timerBase(cpu: u32): TimerBase {
  return changetype<TimerBase>(cpuAreaOf(cpu) + PCPU_TIMERS);
}

/** Lists of a base are empty circles, which zeroed memory is not. Under the lock. */
function ensureLists(base: TimerBase): void {
  const at = changetype<usize>(base);
  if (listNext(at + PENDING_AT) == 0) {
    listInit(at + PENDING_AT);
    listInit(at + EXPIRING_AT);
  }
}

function isPending(timer: TimerList): bool {
  return timer.next != <u32>changetype<usize>(timer);
}

/** `setup_timer`: not pending; function `func` of `calls/work.ts` will get `data`. */
export function timerInit(at: usize, func: u32, data: usize): void {
  const timer = changetype<TimerList>(at);
  listInit(at);
  timer.expires = 0;
  timer.func = func;
  timer.data = <u32>data;
  timer.base = smpProcessorId();
}

/** Locks the base that guards `timer`, which may change until the lock is ours. */
function lockBaseOf(timer: TimerList): TimerBase {
  let steps: u32 = 0;
  while (true) {
    const cpu = timer.base;
    if (cpu != TIMER_MIGRATING) {
      const base = timerBase(cpu);
      spinLock(changetype<usize>(base));
      if (timer.base == cpu) return base;
      spinUnlock(changetype<usize>(base));
    }
    const baseAt = changetype<usize>(timer) + offsetof<TimerList>("_base");
    steps = spinPause(baseAt, TIMER_MIGRATING, steps, SITE_TIMER_CORRUPT);
  }
}

/** `armed` and `firstExpires` after the pending list has changed. */
function noteFirst(base: TimerBase, armed: u32): void {
  const head = changetype<usize>(base) + PENDING_AT;
  if (!listEmpty(head)) base.firstExpires = changetype<TimerList>(listNext(head)).expires;
  base.armed = armed;
}

/** Unlinks a pending timer. `expiring` entries were counted out when they were moved there. */
function detach(base: TimerBase, timer: TimerList): void {
  const head = changetype<usize>(base) + PENDING_AT;
  let counted = false;
  for (let at = listNext(head); at != head; at = listNext(at)) {
    if (at == changetype<usize>(timer)) {
      counted = true;
      break;
    }
  }
  listDel(changetype<usize>(timer));
  if (counted) noteFirst(base, base.armed - 1);
}

function insertSorted(base: TimerBase, timer: TimerList): void {
  ensureLists(base);
  const head = changetype<usize>(base) + PENDING_AT;
  let at = listNext(head);
  while (at != head && !timeAfter(changetype<TimerList>(at).expires, timer.expires)) {
    at = listNext(at);
  }
  listAddTail(changetype<usize>(timer), at);
  noteFirst(base, base.armed + 1);
}

/**
 * `mod_timer`, on CPU `cpu`: (re)arms the timer to run there once jiffies have reached `expires`.
 * True if it was pending before. From any CPU, not from within the base's lock.
 */
export function modTimer(at: usize, expires: u32, cpu: u32): bool {
  const timer = changetype<TimerList>(at);
  bugOn(timer.func == WORK_NONE, SITE_TIMER_CORRUPT);
  let base = lockBaseOf(timer);
  const was = isPending(timer);
  if (was) detach(base, timer);
  if (timer.base != cpu) {
    timer.base = TIMER_MIGRATING;
    spinUnlock(changetype<usize>(base));
    base = timerBase(cpu);
    spinLock(changetype<usize>(base));
    timer.base = cpu;
  }
  timer.expires = expires;
  insertSorted(base, timer);
  spinUnlock(changetype<usize>(base));
  return was;
}

/** `del_timer`: true if it was pending. Its function may be running on its CPU right now. */
export function delTimer(at: usize): bool {
  const timer = changetype<TimerList>(at);
  const base = lockBaseOf(timer);
  const was = isPending(timer);
  if (was) detach(base, timer);
  spinUnlock(changetype<usize>(base));
  return was;
}

/** `timer_pending`; a snapshot. */
export function timerPending(at: usize): bool {
  return isPending(changetype<TimerList>(at));
}

/** Moves what is due from the pending list to the expiring list. Under the lock. */
function collectDue(base: TimerBase, now: u32): void {
  const head = changetype<usize>(base) + PENDING_AT;
  let armed = base.armed;
  let at = listNext(head);
  while (at != head && timeAfterEq(now, changetype<TimerList>(at).expires)) {
    const next = listNext(at);
    listDel(at);
    listAddTail(at, changetype<usize>(base) + EXPIRING_AT);
    armed--;
    at = next;
  }
  noteFirst(base, armed);
}

/**
 * Runs the due timers of this CPU and returns how many. Two loads when there is nothing to do. What
 * a timer arms anew runs at the next call, even if it is due at once.
 */
export function runTimers(): u32 {
  const base = timerBase(smpProcessorId());
  if (base.armed == 0) return 0;
  const now = jiffies();
  if (!timeAfterEq(now, base.firstExpires)) return 0;
  const lockAt = changetype<usize>(base);
  const expiring = lockAt + EXPIRING_AT;
  let ran: u32 = 0;
  spinLock(lockAt);
  collectDue(base, now);
  while (!listEmpty(expiring)) {
    const timer = changetype<TimerList>(listNext(expiring));
    listDel(changetype<usize>(timer));
    const func = timer.func;
    const data = <usize>timer.data;
    spinUnlock(lockAt);
    if (DEBUG) noteDoing(DOING_WORK | func);
    workInvoke(func, data);
    if (DEBUG) noteDoing(0);
    ran++;
    spinLock(lockAt);
  }
  spinUnlock(lockAt);
  return ran;
}
