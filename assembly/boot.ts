/**
 * Boot: makes a machine out of zeroed bytes and a superblock. Called once, by the host, on CPU 0,
 * before any other CPU is attached; every step's memory comes from the boot region.
 */
import { bootAlloc } from "./arch/regions";
import { superBlock } from "./arch/superblock";
import { clockInit } from "./kernel/jiffies";
import {
  KMEM_CACHE_HH,
  KMEM_CACHE_INET_PEER,
  KMEM_CACHE_NEIGHBOUR,
  KMEM_CACHE_RTABLE,
  KMEM_CACHE_SKB,
  KMEM_CACHE_SKB_LARGE,
  SLAB_HWCACHE_ALIGN,
} from "./mm/caches";
import { kmemCacheCreate } from "./mm/slab";
import { slabPoolInit } from "./mm/slabPages";
import { dstEntriesInit } from "./net/core/dstEntries";
import { DST_METRICS_COW } from "./net/core/dstEntry";
import { dstGcInit } from "./net/core/dstGc";
import { ipv4DstOpsInit } from "./net/core/dstOps";
import { HH_CACHE_BYTES } from "./net/core/hhCache";
import { NEIGHBOUR_BYTES } from "./net/core/neighbour";
import { SKB_LARGE_BYTES, SKB_SMALL_BYTES } from "./net/core/neighbourSkb";
import { neighTableInit } from "./net/core/neighbourTable";
import { blackholeNetdevInit } from "./net/core/netDevice";
import { fibInfoInit } from "./net/fib/fibSemantics";
import { FIB_INFO_BUCKETS, fibTableInit } from "./net/fib/fibTable";
import { INET_PEER_BYTES, inetPeerInit } from "./net/ipv4/inetPeer";
import { RTABLE_BYTES } from "./net/ipv4/rtable";
import { rtExpireInit } from "./net/ipv4/rtExpire";
import { rtFlushInit } from "./net/ipv4/rtFlush";
import { rtGarbageCollectInit } from "./net/ipv4/rtGarbageCollect";
import { rtHashInit } from "./net/ipv4/rtHash";
import { uncachedListInit } from "./net/ipv4/uncachedList";
import { burstLatencyInit } from "./workload/burstLatency";

/** Steps of `boot`, as it returns them when one has no memory. */
export const BOOT_OK: u32 = 0;
export const BOOT_SLAB: u32 = 1;
export const BOOT_CACHES: u32 = 2;
export const BOOT_NEIGH: u32 = 3;
export const BOOT_FIB: u32 = 4;
export const BOOT_REQUEST: u32 = 5;
export const BOOT_TABLE: u32 = 6;
export const BOOT_ROUTE_HASH: u32 = 7;
export const BOOT_PEERS: u32 = 8;
export const BOOT_LATENCY: u32 = 9;

function cacheCreate(id: u32, bytes: u32): bool {
  return kmemCacheCreate(id, bytes, SLAB_HWCACHE_ALIGN);
}

/**
 * Boots the machine this instance is attached to, for at most `fibInfos` sets of nexthops. Returns
 * BOOT_OK, or the step whose memory was missing.
 */
export function boot(fibInfos: u32): u32 {
  clockInit();
  if (!slabPoolInit()) return BOOT_SLAB;
  if (!cacheCreate(KMEM_CACHE_RTABLE, <u32>RTABLE_BYTES)) return BOOT_CACHES;
  if (!cacheCreate(KMEM_CACHE_NEIGHBOUR, <u32>NEIGHBOUR_BYTES)) return BOOT_CACHES;
  if (!cacheCreate(KMEM_CACHE_SKB, SKB_SMALL_BYTES)) return BOOT_CACHES;
  if (!cacheCreate(KMEM_CACHE_SKB_LARGE, SKB_LARGE_BYTES)) return BOOT_CACHES;
  if (!cacheCreate(KMEM_CACHE_HH, <u32>HH_CACHE_BYTES)) return BOOT_CACHES;
  ipv4DstOpsInit(<u32>RTABLE_BYTES);
  dstEntriesInit();
  dstGcInit();
  uncachedListInit();
  if (!rtHashInit()) return BOOT_ROUTE_HASH;
  rtGarbageCollectInit();
  rtFlushInit();
  rtExpireInit();
  if (DST_METRICS_COW && !bootPeers()) return BOOT_PEERS;
  if (!blackholeNetdevInit() || !neighTableInit()) return BOOT_NEIGH;
  if (!fibInfoInit(fibInfos, 1, FIB_INFO_BUCKETS)) return BOOT_FIB;
  const request = bootAlloc(superBlock().requestBytes, 64);
  if (!request) return BOOT_REQUEST;
  superBlock().requestAt = <u32>request;
  return burstLatencyInit() ? BOOT_OK : BOOT_LATENCY;
}

function bootPeers(): bool {
  if (!cacheCreate(KMEM_CACHE_INET_PEER, <u32>INET_PEER_BYTES)) return false;
  return inetPeerInit();
}

/** Makes empty tables in the table part. The machine that loads a shared part calls it, once. */
export function bootTables(): u32 {
  return fibTableInit() ? BOOT_OK : BOOT_TABLE;
}
