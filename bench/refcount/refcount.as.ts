// Loops of the refcount bench: hold and release of a dst, and two bare rmw of a word of its own
// line.

import { atomicAdd32, atomicSub32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { refcountRead } from "../../assembly/lib/refcount";
import { dstAlloc, dstHold, dstRelease } from "../../assembly/net/core/dst";
import { DST_OBSOLETE_FORCE_CHK, DstEntry } from "../../assembly/net/core/dstEntry";
import { DST_OPS_IPV4 } from "../../assembly/net/core/dstOps";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";

/** A dst with one reference that no loop drops, so that a pair never reaches zero. */
export function makeDst(): usize {
  return dstAlloc(DST_OPS_IPV4, 0, 1, DST_OBSOLETE_FORCE_CHK, 0);
}

/** A word with a cache line to itself. */
export function makeWord(): usize {
  return bootAlloc(64, 64);
}

/** References of a dst: how the host sees that pairs were whole. */
export function references(dst: usize): i32 {
  return refcountRead(changetype<DstEntry>(dst).refcntAt);
}

/** `pairs` times hold and release of one dst. */
export function holdRelease(dst: usize, pairs: u32): u32 {
  for (let i: u32 = 0; i < pairs; i++) {
    dstHold(dst);
    dstRelease(dst);
  }
  return pairs;
}

/** `pairs` times an add and a subtract of one word, as the seam makes them. */
export function rmwPairs(at: usize, pairs: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    atomicAdd32(at, 1);
    sum += atomicSub32(at, 1);
  }
  return sum;
}
