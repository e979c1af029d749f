/**
 * The reference count of a dst: one contract, three engines, chosen by the knob REFCOUNT here and
 * nowhere else. The word is one u32 at `at`; only these functions know what its value means.
 *
 *                      plain atomic         inc-not-zero        rcuref
 *   refcountHold       inc; 0 → 1 legal     inc; 0 is a bug     add; dead is a bug
 *   refcountHoldSafe   refused at 0         refused at 0        refused when dead
 *   refcountRelease    dec; true at 0       dec; true at 0      sub; true for the one that marks it
 *
 * With the plain engine `true` says only "none left now": the object may be held again (by
 * refcountHold) as long as an uncounted pointer leads to it. With the others `true` is final.
 * A caller that knows an uncounted owner (a slot up to 4.12) uses refcountHold; one that does not
 * know whether the object still lives uses refcountHoldSafe (3.10-el7: NOCACHE entries).
 */
import { atomicLoad32, atomicStore32, plainStore32 } from "../arch/atomic";
import { isBusted } from "../arch/superblock";
import { bugOn, SITE_REFCOUNT_UNDERFLOW } from "../arch/trap";
import { BUSTED, BUSTED_REFCOUNT, REFCOUNT, REFCOUNT_ATOMIC, REFCOUNT_RCUREF } from "../config";
import { delayPoint } from "./delayPoint";
import { RCUREF_NOREF, RCUREF_ONEREF, rcurefGet, rcurefPut, rcurefRead } from "./rcuref";
import { refAtomicHold, refAtomicRead, refAtomicRelease } from "./refAtomic";
import { refIncNotZeroHold, refIncNotZeroHoldSafe, refIncNotZeroRelease } from "./refIncNotZero";

/** One reference, the caller's. The object is not visible to others yet, so the store is plain: the
 * pointer that publishes it orders it. */
export function refcountInit(at: usize): void {
  if (REFCOUNT == REFCOUNT_RCUREF) plainStore32(at, RCUREF_ONEREF);
  else plainStore32(at, 1);
}

/** No reference. With inc-not-zero such an object can never be held; with the others it can. */
export function refcountInitZero(at: usize): void {
  if (REFCOUNT == REFCOUNT_RCUREF) plainStore32(at, RCUREF_NOREF);
  else plainStore32(at, 0);
}

/** The planted defect: what another CPU does between load and store is lost. The word before. */
function tornAdd(at: usize, delta: u32): u32 {
  const word = atomicLoad32(at);
  delayPoint(BUSTED_REFCOUNT);
  atomicStore32(at, word + delta);
  return word;
}

/**
 * refcountHold of busted images. Chosen by constants in expressions: a statement that leaves
 * nothing behind still moves what Binaryen inlines in images without defects.
 */
function bustedHold(at: usize): void {
  if (isBusted(BUSTED_REFCOUNT)) tornAdd(at, 1);
  else if (REFCOUNT == REFCOUNT_ATOMIC) refAtomicHold(at);
  else if (REFCOUNT == REFCOUNT_RCUREF) rcurefGet(at);
  else refIncNotZeroHold(at);
}

/** refcountRelease of busted images. */
function bustedRelease(at: usize): bool {
  if (isBusted(BUSTED_REFCOUNT)) {
    return tornAdd(at, <u32>-1) == (REFCOUNT == REFCOUNT_RCUREF ? RCUREF_ONEREF : 1);
  }
  if (REFCOUNT == REFCOUNT_ATOMIC) return refAtomicRelease(at);
  if (REFCOUNT == REFCOUNT_RCUREF) return rcurefPut(at);
  return refIncNotZeroRelease(at);
}

/** `dst_hold`: the caller knows that the object lives. */
export function refcountHold(at: usize): void {
  if (!BUSTED && REFCOUNT == REFCOUNT_ATOMIC) {
    refAtomicHold(at);
  } else if (!BUSTED && REFCOUNT == REFCOUNT_RCUREF) {
    const held = rcurefGet(at);
    bugOn(!held, SITE_REFCOUNT_UNDERFLOW);
  } else if (!BUSTED) {
    refIncNotZeroHold(at);
  } else {
    bustedHold(at);
  }
}

/** `dst_hold_safe`: false if there is nothing left to hold. */
export function refcountHoldSafe(at: usize): bool {
  if (REFCOUNT == REFCOUNT_RCUREF) return rcurefGet(at);
  return refIncNotZeroHoldSafe(at);
}

/** `dst_release`, its first half: true if that was the last reference. */
export function refcountRelease(at: usize): bool {
  if (REFCOUNT == REFCOUNT_ATOMIC) return BUSTED ? bustedRelease(at) : refAtomicRelease(at);
  if (REFCOUNT == REFCOUNT_RCUREF) return BUSTED ? bustedRelease(at) : rcurefPut(at);
  return BUSTED ? bustedRelease(at) : refIncNotZeroRelease(at);
}

/** References held now; a snapshot. */
export function refcountRead(at: usize): i32 {
  if (REFCOUNT == REFCOUNT_RCUREF) return rcurefRead(at);
  return refAtomicRead(at);
}
