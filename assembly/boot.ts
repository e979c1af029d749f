/**
 * Boot: makes a machine out of zeroed bytes and a superblock. Called once, by the host, on CPU 0,
 * before any other CPU is attached; every step's memory comes from the boot region.
 */
import { bootAlloc } from "./arch/regions";
import { possibleCpus, superBlock } from "./arch/superblock";
import { clockInit } from "./kernel/jiffies";
import { COUNTER_DST_ENTRIES, percpuCounterInit } from "./lib/percpuCounter";
import { KMEM_CACHE_NEIGHBOUR, KMEM_CACHE_RTABLE, SLAB_HWCACHE_ALIGN } from "./mm/caches";
import { kmemCacheCreate } from "./mm/slab";
import { slabPoolInit } from "./mm/slabPages";
import { dstInit } from "./net/core/dst";
import { ipv4DstOpsInit } from "./net/core/dstOps";
import { NEIGHBOUR_BYTES, neighTableInit } from "./net/core/neighbour";
import { fibInfoInit } from "./net/fib/fibSemantics";
import { FIB_INFO_BUCKETS, fibTableInit } from "./net/fib/fibTable";
import { RTABLE_BYTES } from "./net/ipv4/rtable";
import { uncachedListInit } from "./net/ipv4/uncachedList";

/** Steps of `boot`, as it returns them when one has no memory. */
export const BOOT_OK: u32 = 0;
export const BOOT_SLAB: u32 = 1;
export const BOOT_CACHES: u32 = 2;
export const BOOT_NEIGH: u32 = 3;
export const BOOT_FIB: u32 = 4;
export const BOOT_REQUEST: u32 = 5;
export const BOOT_TABLE: u32 = 6;

/** The kernel's batch: max(32, 2 × CPUs). */
function counterBatch(): u32 {
  const twice = 2 * possibleCpus();
  return twice > 32 ? twice : 32;
}

/**
 * Boots the machine this instance is attached to, for at most `fibInfos` sets of nexthops and about
 * `neighbours` neighbours. Returns BOOT_OK, or the step whose memory was missing.
 */
export function boot(fibInfos: u32, neighbours: u32): u32 {
  clockInit();
  if (!slabPoolInit()) return BOOT_SLAB;
  if (!kmemCacheCreate(KMEM_CACHE_RTABLE, <u32>RTABLE_BYTES, SLAB_HWCACHE_ALIGN)) {
    return BOOT_CACHES;
  }
  if (!kmemCacheCreate(KMEM_CACHE_NEIGHBOUR, <u32>NEIGHBOUR_BYTES, SLAB_HWCACHE_ALIGN)) {
    return BOOT_CACHES;
  }
  percpuCounterInit(COUNTER_DST_ENTRIES, counterBatch());
  ipv4DstOpsInit(<u32>RTABLE_BYTES);
  dstInit();
  uncachedListInit();
  if (!neighTableInit(neighbours)) return BOOT_NEIGH;
  if (!fibInfoInit(fibInfos, 1, FIB_INFO_BUCKETS)) return BOOT_FIB;
  const request = bootAlloc(superBlock().requestBytes, 64);
  if (!request) return BOOT_REQUEST;
  superBlock().requestAt = <u32>request;
  return BOOT_OK;
}

/** Makes empty tables in the table part. The machine that loads a shared part calls it, once. */
export function bootTables(): u32 {
  return fibTableInit() ? BOOT_OK : BOOT_TABLE;
}
