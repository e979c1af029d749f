/**
 * RCU: the calls that the rest of the image makes. How a grace period works and why it is safe:
 * `gracePeriod.ts`; callbacks: `callRcu.ts`.
 *
 *   call                    who                         where
 *   rcuReadLock/Unlock      a CPU that is online        anywhere; nests; nothing in release
 *   rcuReadLockBh/UnlockBh  a CPU that is online        anywhere; nests; disables bottom halves
 *   rcuDereference          a CPU in a read section     or the writer, under its lock
 *   rcuAssignPointer        the writer, under its lock  the object is complete
 *   callRcu, callRcuBh      any CPU, also offline       anywhere, read sections too
 *   rcuCpuOnline            a CPU, before it reads      outside read sections
 *   rcuCpuOffline           a CPU that stops reading    outside read sections
 *   rcuNoteQs               any CPU                     outside read sections; never waits
 *   rcuNoteBhQs             any CPU                     outside softirq; read sections may be open
 *   rcuQuiescent            any CPU, end of a burst     outside read sections; never waits
 *   synchronizeRcu, …Bh     a CPU that may wait         outside read sections and spinlocks
 *   rcuBarrierLocal         a CPU that may wait         outside read sections and spinlocks
 *
 * A reader pays nothing: its read section lasts from one quiescent state to the next, whatever it
 * says. So the section calls only check, in debug images: SITE_RCU_NESTING for a quiescent state or
 * a change of online inside a section, SITE_RCU_OFFLINE for a section on a CPU that nobody waits
 * for.
 */
import { plainLoad32, publish32, readOnce32 } from "../arch/atomic";
import { thisCpuHead } from "../arch/percpu";
import { bugOn, SITE_RCU_NESTING, SITE_RCU_OFFLINE } from "../arch/trap";
import { DEBUG } from "../config";
import { callbacksDrain, callbacksPass, callbacksQueued } from "./callRcu";
import {
  gpIsOnline,
  gpNote,
  gpOffline,
  gpOnline,
  gpTicket,
  gpWait,
  RCU_BH_FLAVOUR,
  RCU_FLAVOUR,
} from "./gracePeriod";
import { inSoftirq, localBhDisable, localBhEnable } from "./softirq";

/** `rcu_read_lock`. */
export function rcuReadLock(): void {
  if (DEBUG) {
    bugOn(!gpIsOnline(RCU_FLAVOUR), SITE_RCU_OFFLINE);
    thisCpuHead().rcuNesting++;
  }
}

/** `rcu_read_unlock`. */
export function rcuReadUnlock(): void {
  if (DEBUG) {
    const head = thisCpuHead();
    bugOn(head.rcuNesting == 0, SITE_RCU_NESTING);
    head.rcuNesting--;
  }
}

/** True inside a read section; always true in release images, where nobody keeps count. */
export function rcuReadLockHeld(): bool {
  return DEBUG ? thisCpuHead().rcuNesting != 0 || inSoftirq() : true;
}

/** `rcu_read_lock_bh`. */
export function rcuReadLockBh(): void {
  bugOn(!gpIsOnline(RCU_BH_FLAVOUR), SITE_RCU_OFFLINE);
  localBhDisable();
}

/** `rcu_read_unlock_bh`. */
export function rcuReadUnlockBh(): void {
  localBhEnable();
}

/** `rcu_dereference`: the published pointer at `at`. Pairs with rcuAssignPointer. */
export function rcuDereference(at: usize): usize {
  return readOnce32(at);
}

/** `rcu_dereference_protected`: for the writer, whose lock keeps the pointer as it is. */
export function rcuDereferenceProtected(at: usize): usize {
  return plainLoad32(at);
}

/** `rcu_assign_pointer`: publishes the object at `value`; everything in it was stored before. */
export function rcuAssignPointer(at: usize, value: usize): void {
  publish32(at, <u32>value);
}

function checkOutside(): void {
  if (DEBUG) bugOn(thisCpuHead().rcuNesting != 0, SITE_RCU_NESTING);
}

function checkOutsideBoth(): void {
  checkOutside();
  if (DEBUG) bugOn(inSoftirq(), SITE_RCU_NESTING);
}

/** This CPU reads from now on: a window begins. */
export function rcuCpuOnline(): void {
  checkOutsideBoth();
  gpOnline(RCU_FLAVOUR);
  gpOnline(RCU_BH_FLAVOUR);
}

/** This CPU does not read until it is online again: a window ends. Its callbacks stay queued. */
export function rcuCpuOffline(): void {
  checkOutsideBoth();
  gpOffline(RCU_FLAVOUR);
  gpOffline(RCU_BH_FLAVOUR);
}

/** `rcu_bh_qs`: a quiescent state of the bh flavour alone; nothing while in softirq. */
export function rcuNoteBhQs(): void {
  if (!inSoftirq()) gpNote(RCU_BH_FLAVOUR);
}

/** A quiescent state: loads only, unless a grace period has begun since the last one. */
export function rcuNoteQs(): void {
  checkOutside();
  gpNote(RCU_FLAVOUR);
  rcuNoteBhQs();
}

/**
 * End of a burst: a quiescent state, then what callbacks need. Returns how many callbacks ran. The
 * bh flavour has its part only outside softirq.
 */
export function rcuQuiescent(): u32 {
  rcuNoteQs();
  let ran = callbacksPass(RCU_FLAVOUR);
  if (!inSoftirq()) ran += callbacksPass(RCU_BH_FLAVOUR);
  return ran;
}

/** Callbacks of this CPU that have not run, of both flavours. */
export function rcuBacklog(): u32 {
  return callbacksQueued(RCU_FLAVOUR) + callbacksQueued(RCU_BH_FLAVOUR);
}

/** `synchronize_rcu`: returns when every read section that was open has ended. Bounded. */
export function synchronizeRcu(): void {
  checkOutsideBoth();
  gpWait(RCU_FLAVOUR, gpTicket(RCU_FLAVOUR));
}

/** `synchronize_rcu_bh`. */
export function synchronizeRcuBh(): void {
  checkOutsideBoth();
  gpWait(RCU_BH_FLAVOUR, gpTicket(RCU_BH_FLAVOUR));
}

/**
 * `rcu_barrier` for this CPU: runs all its callbacks, and those that they queue, to the end.
 * Returns how many. The kernel's waits for those of all CPUs; here each CPU must be asked to do it.
 */
export function rcuBarrierLocal(): u32 {
  checkOutsideBoth();
  let ran: u32 = 0;
  // A callback of one flavour may queue one of the other.
  while (rcuBacklog() != 0) {
    ran += callbacksDrain(RCU_FLAVOUR) + callbacksDrain(RCU_BH_FLAVOUR);
  }
  return ran;
}
