// Entry of the tests of lib/: the layer, for the host to call.

export {
  atomicAdd32,
  atomicLoad32,
  atomicStore32,
  plainLoad32,
  plainStore32,
} from "../../../assembly/arch/atomic";
export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export * from "../../../assembly/lib/byteorder";
export * from "../../../assembly/lib/hash";
export * from "../../../assembly/lib/histogram";
export {
  hlistAddAfterRcu,
  hlistAddBeforeRcu,
  hlistAddHeadRcu,
  hlistDelRcu,
  hlistEmpty,
  hlistFirstRcu,
  hlistNextRcu,
} from "../../../assembly/lib/hlist";
export {
  listAdd,
  listAddBeforeRcu,
  listAddRcu,
  listAddTail,
  listAddTailRcu,
  listDel,
  listDelRcu,
  listEmpty,
  listInit,
  listNext,
  listNextRcu,
  listReplaceRcu,
} from "../../../assembly/lib/listHead";
export {
  percpuCounterAdd,
  percpuCounterInit,
  percpuCounterReadFast,
  percpuCounterSum,
} from "../../../assembly/lib/percpuCounter";
export { prngBelow, prngMix, prngNext, prngSeed } from "../../../assembly/lib/prng";
export { rcurefGet, rcurefPut, rcurefRead } from "../../../assembly/lib/rcuref";
export { refAtomicHold, refAtomicRead, refAtomicRelease } from "../../../assembly/lib/refAtomic";
export {
  refcountHold,
  refcountHoldSafe,
  refcountInit,
  refcountInitZero,
  refcountRead,
  refcountRelease,
} from "../../../assembly/lib/refcount";
export {
  refIncNotZeroHold,
  refIncNotZeroHoldSafe,
  refIncNotZeroRelease,
} from "../../../assembly/lib/refIncNotZero";
export { refPercpuHold, refPercpuRelease, refPercpuSum } from "../../../assembly/lib/refPercpu";
export { readLock, readUnlock, writeLock, writeUnlock } from "../../../assembly/lib/rwlock";
export {
  readSeqbegin,
  readSeqretry,
  writeSeqlock,
  writeSequnlock,
} from "../../../assembly/lib/seqlock";
export { spinIsLocked, spinLock, spinTrylock, spinUnlock } from "../../../assembly/lib/spinlock";
