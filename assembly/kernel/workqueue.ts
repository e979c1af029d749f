/**
 * Work on a named CPU: `struct work_struct`, queued from any CPU, run by its own at the end of a
 * burst.
 *
 *   WorkStruct  +0 next u32 │ +8 pending u32 │ +16 func u32 │ +24 data u32      32 bytes
 *   CPU area    PCPU_TIMERS + 128: head of the list, newest first (line 2, shared)
 *
 *   queue: pending 0 → 1 (xchg), then push (cmpxchg)    run: take all (xchg), turn round, call each
 *
 * Push and take-all only, so an item that comes back (ABA) does no harm. `pending` is cleared
 * before the function is called: it may queue itself again, and a queueing that comes while it runs
 * is not lost. Who may touch it: any CPU queues; only the named CPU runs.
 */
import { atomicCmpxchg32, atomicLoad32, atomicStore32, atomicXchg32 } from "../arch/atomic";
import { PCPU_TIMERS, thisCpuArea } from "../arch/percpu";
import { cpuAreaOf } from "../arch/superblock";
import { bugOn, DOING_WORK, noteDoing, SITE_TIMER_CORRUPT } from "../arch/trap";
import { WORK_NONE, workInvoke } from "../calls/work";
import { DEBUG } from "../config";
import { runTimers } from "./timer";

@unmanaged
export class WorkStruct {
  /** Next on the list; the pusher's until its cmpxchg, then the runner's. */
  next: u32;
  private _nextHigh: u32;
  private _pending: u32;
  private _pendingHigh: u32;
  /** Id of `calls/work.ts`, and its argument. */
  func: u32;
  private _funcHigh: u32;
  data: u32;
  private _dataHigh: u32;
}

/** Bytes of a WorkStruct. */
export const WORK_BYTES: usize = 32;
const LIST_AT: usize = PCPU_TIMERS + 128;

if (offsetof<WorkStruct>() != WORK_BYTES) ERROR("work_struct is 32 bytes");

function pendingAt(work: usize): usize {
  return work + offsetof<WorkStruct>("_pending");
}

/** `INIT_WORK`: function `func` of `calls/work.ts` will get `data`. */
export function workInit(at: usize, func: u32, data: usize): void {
  const work = changetype<WorkStruct>(at);
  work.next = 0;
  atomicStore32(pendingAt(at), 0);
  work.func = func;
  work.data = <u32>data;
}

/** `queue_work_on`: false if the item was queued already, on whatever CPU. */
export function queueWorkOn(cpu: u32, at: usize): bool {
  const work = changetype<WorkStruct>(at);
  bugOn(work.func == WORK_NONE, SITE_TIMER_CORRUPT);
  if (atomicXchg32(pendingAt(at), 1) != 0) return false;
  const listAt = cpuAreaOf(cpu) + LIST_AT;
  let head = atomicLoad32(listAt);
  while (true) {
    work.next = head;
    const seen = atomicCmpxchg32(listAt, head, <u32>at);
    if (seen == head) return true;
    head = seen;
  }
}

/** `work_pending`; a snapshot. */
export function workPending(at: usize): bool {
  return atomicLoad32(pendingAt(at)) != 0;
}

/** The list, oldest first. Nobody else has it any more. */
function reversed(newest: u32): u32 {
  let left = newest;
  let done: u32 = 0;
  while (left != 0) {
    const work = changetype<WorkStruct>(left);
    const next = work.next;
    work.next = done;
    done = left;
    left = next;
  }
  return done;
}

/**
 * Runs what was queued for this CPU, in order, and returns how many. One load when there is none.
 */
export function runWork(): u32 {
  const listAt = thisCpuArea() + LIST_AT;
  if (atomicLoad32(listAt) == 0) return 0;
  let at: u32 = reversed(atomicXchg32(listAt, 0));
  let ran: u32 = 0;
  while (at != 0) {
    const work = changetype<WorkStruct>(at);
    // Read first: the function may queue the item again, or free it.
    const next = work.next;
    const func = work.func;
    const data = <usize>work.data;
    atomicStore32(pendingAt(at), 0);
    if (DEBUG) noteDoing(DOING_WORK | func);
    workInvoke(func, data);
    if (DEBUG) noteDoing(0);
    ran++;
    at = next;
  }
  return ran;
}

/**
 * What the kernel does in softirq and in workers, at the end of a burst: due timers of this CPU,
 * then its work. Returns how many functions ran. Outside read sections and locks.
 */
export function runDeferred(): u32 {
  return runTimers() + runWork();
}
