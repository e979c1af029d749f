// Loops of the dst bench: an rtable made, and ended by its last release.
//
// A burst makes BURST entries before it releases any, as a burst of packets does. Loops return how
// many entries they made and saw again with their mark.

import { plainLoad32, plainStore32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { rcuQuiescent } from "../../assembly/kernel/rcu";
import { dstRelease } from "../../assembly/net/core/dst";
import { Rtable, rtDstAlloc } from "../../assembly/net/ipv4/rtable";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export { rcuBarrierLocal, rcuCpuOffline, rcuCpuOnline } from "../../assembly/kernel/rcu";
export { slabInUse } from "../../assembly/mm/slabWalk";

const BURST: u32 = 64;

/** Room for the addresses of a burst. */
export function makeBurst(): usize {
  return bootAlloc((<usize>BURST) << 2, 64);
}

/** `pairs` rtables made for no device, each ended by its last release. */
export function dstPairs(pairs: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const at = rtDstAlloc(0, false);
    if (!at) return whole;
    changetype<Rtable>(at).rtGateway = i;
    whole += changetype<Rtable>(at).rtGateway == i ? 1 : 0;
    dstRelease(at);
  }
  return whole;
}

/** The same, BURST at a time, with the end of a burst: what waits for RCU goes on. */
export function dstBursts(burst: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      const at = rtDstAlloc(0, false);
      if (!at) return whole;
      changetype<Rtable>(at).rtGateway = i;
      plainStore32(burst + ((<usize>i) << 2), <u32>at);
    }
    for (let i: u32 = 0; i < BURST; i++) {
      const at: usize = plainLoad32(burst + ((<usize>i) << 2));
      whole += changetype<Rtable>(at).rtGateway == i ? 1 : 0;
      dstRelease(at);
    }
    rcuQuiescent();
  }
  return whole;
}
