// Loops of the RCU bench: a read section around one dereference with a quiescent state each 64, and
// the same two nested loops without them; objects retired by call_rcu; grace periods waited for.

import { atomicLoad32, atomicStore32, plainLoad32, plainStore32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { RCU_FUNC_COUNT } from "../../assembly/calls/rcu";
import { callRcu } from "../../assembly/kernel/callRcu";
import { gpIsOver, gpTicket, RCU_FLAVOUR } from "../../assembly/kernel/gracePeriod";
import {
  rcuAssignPointer,
  rcuBarrierLocal,
  rcuDereference,
  rcuNoteQs,
  rcuQuiescent,
  rcuReadLock,
  rcuReadUnlock,
  synchronizeRcu,
} from "../../assembly/kernel/rcu";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export {
  rcuBacklog,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
} from "../../assembly/kernel/rcu";
export { pingPong } from "../harness/pingPong.as";

/** Reads between two quiescent states: a burst of packets. */
const BURST: u32 = 64;

/** Lines that nothing else lies in. */
export function makeLines(lines: u32): usize {
  return bootAlloc((<usize>lines) << 6, 256);
}

/** A published pointer to one object. */
export function makeSlot(): usize {
  const slot = bootAlloc(128, 64);
  rcuAssignPointer(slot, slot + 64);
  return slot;
}

/** `reads` turns of the loop. */
export function nullReads(slot: usize, reads: u32): u32 {
  let sum: u32 = <u32>slot;
  for (let done: u32 = 0; done < reads; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) sum ^= i;
  }
  return sum;
}

/** `reads` plain loads of the pointer. */
export function plainReads(slot: usize, reads: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < reads; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) sum += plainLoad32(slot) ^ i;
  }
  return sum;
}

/** `reads` read sections; each burst ends in a quiescent state that is noted. */
export function rcuReads(slot: usize, reads: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < reads; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      rcuReadLock();
      sum += <u32>rcuDereference(slot) ^ i;
      rcuReadUnlock();
    }
    rcuNoteQs();
  }
  return sum;
}

/** As rcuReads, with all that a burst of packets ends in: grace periods and callbacks are
 * driven. */
export function rcuReadsDriving(slot: usize, reads: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < reads; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      rcuReadLock();
      sum += <u32>rcuDereference(slot) ^ i;
      rcuReadUnlock();
    }
    rcuQuiescent();
  }
  return sum;
}

/** Bytes of an object that can be retired: its head, and the word that its callback counts in. */
const OBJECT_BYTES: usize = 64;
const COUNT: usize = 16;
/** Objects that take turns. */
const OBJECTS: u32 = 1024;

/** Objects to retire. */
export function makeObjects(): usize {
  return bootAlloc(OBJECT_BYTES * <usize>OBJECTS, 64);
}

function objectOf(objects: usize, i: u32): usize {
  return objects + OBJECT_BYTES * <usize>(i & (OBJECTS - 1));
}

/**
 * `retires` objects by call_rcu, a burst at a time; each burst ends as one of packets does, and
 * after 1024, and behind the last, all callbacks are waited for. Returns how many were called.
 */
export function retire(objects: usize, retires: u32): u32 {
  for (let done: u32 = 0; done < retires; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) callRcu(objectOf(objects, done + i), RCU_FUNC_COUNT);
    rcuQuiescent();
    // A pass calls ten callbacks: so that nothing is retired anew before its own has run.
    if ((done & (OBJECTS - 1)) == OBJECTS - BURST) rcuBarrierLocal();
  }
  rcuBarrierLocal();
  return countCallbacks(objects);
}

/** What the callbacks have counted; the counts are 0 afterwards. */
function countCallbacks(objects: usize): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < OBJECTS; i++) {
    const at = objectOf(objects, i) + COUNT;
    sum += plainLoad32(at);
    plainStore32(at, 0);
  }
  return sum;
}

/** `periods` grace periods, one after the other, at quiescent states of this CPU; those that are
 * over. Ends the reader at `stopAt`. */
export function gracePeriods(_slot: usize, stopAt: usize, periods: u32): u32 {
  let over: u32 = 0;
  for (let i: u32 = 0; i < periods; i++) {
    const ticket = gpTicket(RCU_FLAVOUR);
    const early = gpIsOver(RCU_FLAVOUR, ticket);
    synchronizeRcu();
    over += !early && gpIsOver(RCU_FLAVOUR, ticket) ? 1 : 0;
  }
  atomicStore32(stopAt, 1);
  return over;
}

/** Reads in bursts until `stopAt` is set: reads that found the object. Bounded by the other CPU's
 * waits, all of which are. */
export function readUntil(slot: usize, stopAt: usize, _periods: u32): u32 {
  let found: u32 = 0;
  while (!atomicLoad32(stopAt)) {
    for (let i: u32 = 0; i < BURST; i++) {
      rcuReadLock();
      found += rcuDereference(slot) == slot + 64 ? 1 : 0;
      rcuReadUnlock();
    }
    rcuQuiescent();
  }
  return found;
}
