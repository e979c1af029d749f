/**
 * Numbers of the slab caches: the index of the descriptor in G_SLAB and of the block in every CPU
 * area. At most KMEM_CACHES; added to, never renumbered.
 */
import { LINE_BYTES } from "../config";

/** `SLAB_HWCACHE_ALIGN`: pass it as the alignment for objects that begin on a line of their own. */
export const SLAB_HWCACHE_ALIGN: u32 = <u32>LINE_BYTES;

/** `ip_dst_cache`: rtables. */
export const KMEM_CACHE_RTABLE: u32 = 0;
/** `fib_alias`. */
export const KMEM_CACHE_FIB_ALIAS: u32 = 1;
/** `neighbour`. */
export const KMEM_CACHE_NEIGHBOUR: u32 = 2;
/** `inet_peer`. */
export const KMEM_CACHE_INET_PEER: u32 = 6;
/** `skbuff_head_cache` with a frame of up to 224 bytes: packets that wait for a neighbour. */
export const KMEM_CACHE_SKB: u32 = 3;
/** The same for frames of up to 2016 bytes. */
export const KMEM_CACHE_SKB_LARGE: u32 = 4;
/** `hh_cache`. */
export const KMEM_CACHE_HH: u32 = 5;
/** For tests of mm/ and kernel/. */
export const KMEM_CACHE_TEST: u32 = 15;
/** Caches that a machine can have. */
export const KMEM_CACHES: u32 = 16;
