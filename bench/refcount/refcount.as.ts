// Loops of the refcount bench: hold and release of a dst; each engine on a bare word, wherever the
// host puts it; the per-CPU count of a device; and two bare rmw of a word of its own line.
//
// Loops that two CPUs run end when the first has done all its pairs and says so at `stopAt`. They
// return the pairs that they saw done: a release that was the last one would not count.

import { atomicAdd32, atomicLoad32, atomicStore32, atomicSub32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import {
  refcountHold,
  refcountInit,
  refcountRead,
  refcountRelease,
} from "../../assembly/lib/refcount";
import { refPercpuHold, refPercpuRelease } from "../../assembly/lib/refPercpu";
import { dstAlloc, dstHold, dstRelease } from "../../assembly/net/core/dst";
import { DST_OBSOLETE_FORCE_CHK, DstEntry } from "../../assembly/net/core/dstEntry";
import { DST_OPS_IPV4 } from "../../assembly/net/core/dstOps";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export { refPercpuSum } from "../../assembly/lib/refPercpu";
export { pingPong } from "../harness/pingPong.as";

/** Pairs between two looks at the stop word. */
const BURST: u32 = 64;

/** A dst with one reference that no loop drops, so that a pair never reaches zero. */
export function makeDst(): usize {
  return dstAlloc(DST_OPS_IPV4, 0, 1, DST_OBSOLETE_FORCE_CHK, 0);
}

/** Lines that nothing else lies in. */
export function makeLines(lines: u32): usize {
  return bootAlloc((<usize>lines) << 6, 256);
}

/** One reference in the word at `at`, which no loop drops. */
export function initCount(at: usize): void {
  refcountInit(at);
}

/** References that the word at `at` holds. */
export function readCount(at: usize): i32 {
  return refcountRead(at);
}

/** `times` holds without a release. */
export function holdTimes(at: usize, times: u32): void {
  for (let i: u32 = 0; i < times; i++) refcountHold(at);
}

/** `times` releases; how many of them were not the last. */
export function releaseTimes(at: usize, times: u32): u32 {
  let more: u32 = 0;
  for (let i: u32 = 0; i < times; i++) more += refcountRelease(at) ? 0 : 1;
  return more;
}

/** References of a dst: how the host sees that pairs were whole. */
export function references(dst: usize): i32 {
  return refcountRead(changetype<DstEntry>(dst).refcntAt);
}

/** `pairs` times hold and release of one dst; the pairs after which it lived. */
export function holdRelease(dst: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    dstHold(dst);
    dstRelease(dst);
    whole += changetype<DstEntry>(dst).ops == DST_OPS_IPV4 ? 1 : 0;
  }
  return whole;
}

/** `pairs` times an add and a subtract of one word that is 0, as the seam makes them: pairs. */
export function rmwPairs(at: usize, pairs: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    atomicAdd32(at, 1);
    sum += atomicSub32(at, 1);
  }
  return sum;
}

/** Hold and release of the word at `at` by the engine of this image. */
export function enginePairs(at: usize, stopAt: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      refcountHold(at);
      whole += refcountRelease(at) ? 0 : 1;
    }
    if (atomicLoad32(stopAt)) break;
  }
  atomicStore32(stopAt, 1);
  return whole;
}

/** Hold and release of device `slot` by the count of this CPU. */
export function devicePairs(slot: u32, stopAt: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      refPercpuHold(slot);
      refPercpuRelease(slot);
    }
    whole += BURST;
    if (atomicLoad32(stopAt)) break;
  }
  atomicStore32(stopAt, 1);
  return whole;
}

/** `times` holds of device `slot` without a release. */
export function deviceHolds(slot: u32, times: u32): void {
  for (let i: u32 = 0; i < times; i++) refPercpuHold(slot);
}

/** `times` releases of device `slot`. */
export function deviceReleases(slot: u32, times: u32): void {
  for (let i: u32 = 0; i < times; i++) refPercpuRelease(slot);
}
