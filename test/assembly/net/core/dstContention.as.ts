// Entry of the tests of dst entries on real threads: CPUs make, share, free and collect entries at
// the same time.

import { atomicXchg32 } from "../../../../assembly/arch/atomic";
import { SITE_ON_PURPOSE, trapAt } from "../../../../assembly/arch/trap";
import { clockAdvance, clockInit } from "../../../../assembly/kernel/jiffies";
import { rcuCpuOffline, rcuCpuOnline, rcuQuiescent } from "../../../../assembly/kernel/rcu";
import { runDeferred } from "../../../../assembly/kernel/workqueue";
import { prngBelow, xorshift32 } from "../../../../assembly/lib/prng";
import {
  KMEM_CACHE_INET_PEER,
  KMEM_CACHE_RTABLE,
  SLAB_HWCACHE_ALIGN,
} from "../../../../assembly/mm/caches";
import { kmemCacheCreate } from "../../../../assembly/mm/slab";
import { slabPoolInit } from "../../../../assembly/mm/slabPages";
import { dstFree, dstHold, dstRelease } from "../../../../assembly/net/core/dst";
import { dstDevEvent, NETDEV_DOWN } from "../../../../assembly/net/core/dstDevEvent";
import { dstEntriesInit } from "../../../../assembly/net/core/dstEntries";
import { dstGcInit, dstGcTask } from "../../../../assembly/net/core/dstGc";
import { ipv4DstOpsInit } from "../../../../assembly/net/core/dstOps";
import { RTABLE_BYTES, rtDstAlloc } from "../../../../assembly/net/ipv4/rtable";
import { uncachedListInit } from "../../../../assembly/net/ipv4/uncachedList";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { rcuBarrierLocal } from "../../../../assembly/kernel/rcu";
export { slabInUse } from "../../../../assembly/mm/slabWalk";
export { dstRelease } from "../../../../assembly/net/core/dst";
export { dstEntriesOf } from "../../../../assembly/net/core/dstEntries";
export { dstBusyHeadAt, dstGarbageHeadAt, dstGcTask } from "../../../../assembly/net/core/dstGc";

/** What `boot()` does as far as entries need it. */
export function bootDst(): void {
  clockInit();
  if (!slabPoolInit()) trapAt(SITE_ON_PURPOSE);
  kmemCacheCreate(KMEM_CACHE_RTABLE, <u32>RTABLE_BYTES, SLAB_HWCACHE_ALIGN);
  kmemCacheCreate(KMEM_CACHE_INET_PEER, 128, SLAB_HWCACHE_ALIGN);
  ipv4DstOpsInit(<u32>RTABLE_BYTES);
  dstEntriesInit();
  dstGcInit();
  uncachedListInit();
}

/** Puts a reference on `at` into a slot; what was there is the caller's. */
function give(slot: usize, at: usize): void {
  dstHold(at);
  const old = atomicXchg32(slot, <u32>at);
  if (old) dstRelease(old);
}

/**
 * `rounds` entries made, given to others by way of `slots` words at `slotsAt`, and let go: cached
 * ones by dst_free, the others by their last release, on whatever CPU that is. Meanwhile this CPU
 * collects and the clock goes on. Returns how many allocations failed.
 */
export function dstChurn(slotsAt: usize, slots: u32, rounds: u32, seed: u32): u32 {
  let state = seed;
  let failed: u32 = 0;
  rcuCpuOnline();
  for (let round: u32 = 0; round < rounds; round++) {
    state = xorshift32(state);
    const cached = (state & 1) != 0;
    const at = rtDstAlloc(0, cached);
    if (at) {
      give(slotsAt + ((<usize>prngBelow(xorshift32(state ^ round), slots)) << 2), at);
      if (cached) dstFree(at);
      dstRelease(at);
    } else {
      failed++;
    }
    if ((state & 0x1f00) == 0) dstGcTask();
    if ((state & 0xff00) == 0) dstDevEvent(4096, NETDEV_DOWN);
    if ((round & 15) == 0) {
      clockAdvance(7);
      runDeferred();
      rcuQuiescent();
    }
  }
  rcuCpuOffline();
  return failed;
}
