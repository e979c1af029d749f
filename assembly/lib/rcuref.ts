/**
 * Reference count `rcuref_t` (`lib/rcuref.c`, dst_entry from 6.4): get and put are one
 * unconditional rmw each, and what the sum means is read from the zone it fell into.
 *
 *   ONEREF          MAXREF │ SATURATED             │ RELEASED … DEAD …     │ NOREF
 *   0 ………………… 0x7FFFFFFF │ 80000000 … BFFFFFFF   │ C0000000 … FFFFFFFE   │ FFFFFFFF
 *   value + 1 references   │ leaks, never freed;   │ freed or being freed; │ none, not yet
 *                          │ reset to A0000000     │ reset to E0000000     │ marked
 *
 * The markers lie in the middle of their zones, so that puts and gets which are on their way when a
 * zone is entered cannot carry the word out of it.
 *
 *   R1  put 1 → 0, 0 stays            one reference left                         → false
 *   R2  put 0 → NOREF, cmpxchg works  nobody came in between                       → true: it frees
 *   R3  put 0 → NOREF, get → 0 first  the get revived it; the cmpxchg fails      → false
 *   R4  R3, then that holder puts too: 0 → NOREF, both cmpxchg, exactly one wins → one true
 *   R5  get on DEAD                   negative: word reset to DEAD               → false
 *   R6  put on DEAD                   more puts than gets (debug: traps)         → false
 *   R7  get beyond MAXREF             word set to SATURATED, object leaks        → true
 *   R8  put on SATURATED              word set to SATURATED again                → false
 *
 * R4 is why put judges the value that its own decrement returned and never reads the word again: a
 * second read sees the other put's DEAD and takes it for an imbalance (kernel commit b9a49520679e).
 *
 * Put must run where the object cannot be reclaimed under it: between its decrement and its cmpxchg
 * another CPU may free the object, and only a grace period keeps the bytes
 * (kernel: preemption off).
 * The kernel's get never retries; V8 on x86-64 compiles rmw.add to a cmpxchg loop, so here it can.
 */
import {
  atomicAdd32,
  atomicCmpxchg32,
  atomicLoad32,
  atomicStore32,
  atomicSub32,
} from "../arch/atomic";
import { bugOn, SITE_REFCOUNT_UNDERFLOW } from "../arch/trap";

export const RCUREF_ONEREF: u32 = 0x00000000;
export const RCUREF_MAXREF: u32 = 0x7fffffff;
export const RCUREF_SATURATED: u32 = 0xa0000000;
export const RCUREF_RELEASED: u32 = 0xc0000000;
export const RCUREF_DEAD: u32 = 0xe0000000;
export const RCUREF_NOREF: u32 = 0xffffffff;

function rcurefGetSlow(at: usize, count: u32): bool {
  if (count >= RCUREF_RELEASED) {
    atomicStore32(at, RCUREF_DEAD);
    return false;
  }
  atomicStore32(at, RCUREF_SATURATED);
  return true;
}

/** `rcuref_get`: takes a reference unless the object is dead. */
export function rcurefGet(at: usize): bool {
  const count = atomicAdd32(at, 1) + 1;
  if (<i32>count >= 0) return true;
  return rcurefGetSlow(at, count);
}

function rcurefPutSlow(at: usize, count: u32): bool {
  if (count == RCUREF_NOREF) {
    return atomicCmpxchg32(at, RCUREF_NOREF, RCUREF_DEAD) == RCUREF_NOREF;
  }
  if (count >= RCUREF_RELEASED) {
    atomicStore32(at, RCUREF_DEAD);
    bugOn(true, SITE_REFCOUNT_UNDERFLOW);
    return false;
  }
  atomicStore32(at, RCUREF_SATURATED);
  return false;
}

/** `rcuref_put`: true for exactly one caller in the life of the object: the one that frees it. */
export function rcurefPut(at: usize): bool {
  const count = atomicSub32(at, 1) - 1;
  if (<i32>count >= 0) return false;
  return rcurefPutSlow(at, count);
}

/** `rcuref_read`: references held; 0 in the dead zone and at NOREF. */
export function rcurefRead(at: usize): i32 {
  const count = atomicLoad32(at);
  return count >= RCUREF_RELEASED ? 0 : <i32>(count + 1);
}
