/**
 * `call_rcu` and `call_rcu_bh`: callbacks that run on the CPU that queued them, once a grace period
 * that began after the call is over.
 *
 *   RcuHead   +0 next │ +8 func                      16 bytes, in the object, as on a 64-bit kernel
 *   RcuData   PCPU_RCU + 128 * flavour + 64 (the owner's line)
 *
 *   callRcu ─▶ next ─▶ wait ─▶ done ─▶ called         three lists, first in first out
 *              no ticket  ticket   its grace period is over
 *
 * Invariant: queued == length of the three lists. A callback moves right only; `wait` has one
 * ticket.
 *
 * Batching as in 3.10 (`rcu_do_batch`): a pass calls `rcuBlimit` callbacks, or all that are done
 * once more than `rcuQhimark` are queued, until the backlog is down to `rcuQlowmark`.
 *
 * Who may touch it: only its own CPU, and all of it is plain. An offline CPU's callbacks stay
 * queued and go on when it is online again. The object belongs to RCU from callRcu until its
 * callback.
 */
import { COST_RCU_CALLBACK, countCost } from "../arch/costs";
import { PCPU_RCU, thisCpuArea } from "../arch/percpu";
import { superBlock } from "../arch/superblock";
import { bugOn, DOING_CALLBACK, noteDoing, SITE_CALL_ID } from "../arch/trap";
import { RCU_FUNC_NONE, rcuInvoke } from "../calls/rcu";
import { DEBUG } from "../config";
import { gpDrive, gpTicket, gpWait, RCU_BH_FLAVOUR, RCU_FLAVOUR } from "./gracePeriod";

export {
  RCU_FUNC_DST_DESTROY,
  RCU_FUNC_DST_DISPLACED,
  RCU_FUNC_FREE_FIB_INFO,
  RCU_FUNC_NEIGH_FREE,
} from "../calls/rcu";

@unmanaged
export class RcuHead {
  next: u32;
  private _nextHigh: u32;
  /** Id of `calls/rcu.ts`. */
  func: u32;
  private _funcHigh: u32;
}

/** Bytes of an RcuHead. */
export const RCU_HEAD_BYTES: usize = 16;

/** Callbacks of one CPU and flavour. A tail is valid only if its head is not 0. */
@unmanaged
export class RcuData {
  nextHead: u32;
  nextTail: u32;
  waitHead: u32;
  waitTail: u32;
  doneHead: u32;
  doneTail: u32;
  /** Ticket of the wait list. */
  waitTicket: u32;
  /** Callbacks on all three lists. */
  queued: u32;
  /** 1 from qhimark until qlowmark: a pass calls all that are done. */
  isUnlimited: u32;
}

/** From the block of a CPU and flavour to its RcuData: the second line. */
export const RCU_DATA_AT: usize = 64;

if (offsetof<RcuHead>() != RCU_HEAD_BYTES) ERROR("rcu_head is two pointers");
if (offsetof<RcuData>() > 64) ERROR("RcuData overflows its line");

function rcuData(flavour: u32): RcuData {
  return changetype<RcuData>(thisCpuArea() + PCPU_RCU + ((<usize>flavour) << 7) + RCU_DATA_AT);
}

function rcuHead(at: usize): RcuHead {
  return changetype<RcuHead>(at);
}

function queue(flavour: u32, at: usize, func: u32): void {
  bugOn(func == RCU_FUNC_NONE, SITE_CALL_ID);
  const data = rcuData(flavour);
  const head = rcuHead(at);
  head.next = 0;
  head.func = func;
  if (data.nextHead == 0) data.nextHead = <u32>at;
  else rcuHead(data.nextTail).next = <u32>at;
  data.nextTail = <u32>at;
  data.queued++;
}

/** Queues callback `func` for the RcuHead at `head`. Never waits; a read section is no obstacle. */
export function callRcu(head: usize, func: u32): void {
  queue(RCU_FLAVOUR, head, func);
}

/**
 * The same for the bh flavour: waits only for softirqs and sections with bottom halves disabled.
 */
export function callRcuBh(head: usize, func: u32): void {
  queue(RCU_BH_FLAVOUR, head, func);
}

/** Callbacks of this CPU that have not run. */
export function callbacksQueued(flavour: u32): u32 {
  return rcuData(flavour).queued;
}

/** What was queued so far gets a ticket and waits. */
function nextToWait(flavour: u32, data: RcuData): void {
  data.waitHead = data.nextHead;
  data.waitTail = data.nextTail;
  data.nextHead = 0;
  data.waitTicket = gpTicket(flavour);
}

function waitToDone(data: RcuData): void {
  if (data.doneHead == 0) data.doneHead = data.waitHead;
  else rcuHead(data.doneTail).next = data.waitHead;
  data.doneTail = data.waitTail;
  data.waitHead = 0;
}

/** Moves callbacks on as far as grace periods are over. At a quiescent state of this CPU. */
function advance(flavour: u32, data: RcuData): void {
  if (data.waitHead == 0 && data.nextHead != 0) nextToWait(flavour, data);
  if (data.waitHead == 0 || !gpDrive(flavour, data.waitTicket)) return;
  waitToDone(data);
  // The next period starts now rather than at the next burst, so that a stream of calls keeps
  // moving.
  if (data.nextHead != 0) {
    nextToWait(flavour, data);
    gpDrive(flavour, data.waitTicket);
  }
}

/** Calls at most `limit` callbacks that are done, oldest first; returns how many. */
function invokeDone(data: RcuData, limit: u32): u32 {
  let ran: u32 = 0;
  while (data.doneHead != 0 && ran < limit) {
    const at = <usize>data.doneHead;
    const func = rcuHead(at).func;
    // Unlinked before the call: the callback frees the object, and may itself call callRcu.
    data.doneHead = rcuHead(at).next;
    data.queued--;
    countCost(COST_RCU_CALLBACK);
    if (DEBUG) noteDoing(DOING_CALLBACK | func);
    rcuInvoke(func, at);
    if (DEBUG) noteDoing(0);
    ran++;
  }
  return ran;
}

/**
 * One pass of the end of a burst: grace periods driven, a batch of callbacks called. At a quiescent
 * state of this CPU. Returns how many were called. One load when nothing is queued.
 */
export function callbacksPass(flavour: u32): u32 {
  const data = rcuData(flavour);
  if (data.queued == 0) return 0;
  advance(flavour, data);
  const sb = superBlock();
  if (data.queued > sb.rcuQhimark) data.isUnlimited = 1;
  const ran = invokeDone(data, data.isUnlimited != 0 ? u32.MAX_VALUE : sb.rcuBlimit);
  if (data.queued <= sb.rcuQlowmark) data.isUnlimited = 0;
  return ran;
}

/**
 * Calls every callback that this CPU has queued, and those that they queue, waiting for grace
 * periods.
 * At a quiescent state of this CPU. Returns how many were called.
 */
export function callbacksDrain(flavour: u32): u32 {
  const data = rcuData(flavour);
  let ran: u32 = 0;
  while (data.queued != 0) {
    if (data.waitHead == 0 && data.nextHead != 0) nextToWait(flavour, data);
    if (data.waitHead != 0) {
      gpWait(flavour, data.waitTicket);
      waitToDone(data);
    }
    ran += invokeDone(data, u32.MAX_VALUE);
  }
  data.isUnlimited = 0;
  return ran;
}
