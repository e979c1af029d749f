/**
 * Reference count, inc-not-zero: the word is the number of references and 0 is final
 * (`atomic_inc_not_zero`, dst_entry from 4.13 to 6.3).
 *
 *   0                 │ 1 …………………… 0x7FFFFFFF │ 0x80000000 … 0xFFFFFFFF
 *   dead, or not born │ references              │ underflow
 *
 * A hold is a cmpxchg loop: it fails only when another CPU changed the word, so some CPU always
 * gets on, but N contenders make O(N²) tries. The release is one rmw.
 */
import { atomicCmpxchg32, atomicLoad32 } from "../arch/atomic";
import { bugOn, SITE_REFCOUNT_UNDERFLOW } from "../arch/trap";
import { refAtomicRelease } from "./refAtomic";

/** `atomic_inc_not_zero`: takes a reference unless there is none left. */
export function refIncNotZeroHoldSafe(at: usize): bool {
  let count = atomicLoad32(at);
  while (count != 0) {
    const seen = atomicCmpxchg32(at, count, count + 1);
    if (seen == count) return true;
    count = seen;
  }
  return false;
}

/** `dst_hold` of 4.13 on: the caller says that the object lives; debug traps if it does not. */
export function refIncNotZeroHold(at: usize): void {
  const held = refIncNotZeroHoldSafe(at);
  bugOn(!held, SITE_REFCOUNT_UNDERFLOW);
}

/** True if that was the last reference: the object can never be held again. */
export function refIncNotZeroRelease(at: usize): bool {
  return refAtomicRelease(at);
}
