/**
 * Reference count, plain atomic: the word is the number of references (`atomic_t __refcnt` up to
 * 4.12, and device counts up to 2.6.38).
 *
 *   0 …………………… 0x7FFFFFFF │ 0x80000000 … 0xFFFFFFFF
 *   references, 0 is legal   │ underflow: more puts than gets (debug: SITE_REFCOUNT_UNDERFLOW)
 *
 * 0 does not mean free: a hash chain or a nexthop slot may point to the object without a count, and
 * a reader in a read section may raise 0 to 1. The owner decides what reaching 0 means.
 */
import { atomicAdd32, atomicLoad32, atomicSub32 } from "../arch/atomic";
import { bugOn, SITE_REFCOUNT_UNDERFLOW } from "../arch/trap";

/** `atomic_inc`. */
export function refAtomicHold(at: usize): void {
  atomicAdd32(at, 1);
}

/** `atomic_dec_return() == 0`: true if that was the last reference. */
export function refAtomicRelease(at: usize): bool {
  const before = atomicSub32(at, 1);
  bugOn(<i32>before <= 0, SITE_REFCOUNT_UNDERFLOW);
  return before == 1;
}

/** `atomic_read`. */
export function refAtomicRead(at: usize): i32 {
  return <i32>atomicLoad32(at);
}
