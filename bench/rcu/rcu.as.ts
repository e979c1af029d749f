// Loops of the RCU bench: a read section around one dereference, a quiescent state each 64, and the
// same two nested loops without them.

import { plainLoad32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import {
  rcuAssignPointer,
  rcuDereference,
  rcuNoteQs,
  rcuQuiescent,
  rcuReadLock,
  rcuReadUnlock,
} from "../../assembly/kernel/rcu";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export { rcuCpuOffline, rcuCpuOnline } from "../../assembly/kernel/rcu";

/** Reads between two quiescent states: a burst of packets. */
const BURST: u32 = 64;

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
    for (let i: u32 = 0; i < BURST; i++) sum ^= plainLoad32(slot) + i;
  }
  return sum;
}

/** `reads` read sections; each burst ends in a quiescent state that is noted. */
export function rcuReads(slot: usize, reads: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < reads; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      rcuReadLock();
      sum ^= <u32>rcuDereference(slot) + i;
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
      sum ^= <u32>rcuDereference(slot) + i;
      rcuReadUnlock();
    }
    sum += rcuQuiescent();
  }
  return sum;
}
