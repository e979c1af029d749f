/**
 * What a slab cache consists of: the page pool, a descriptor for each cache, and for each cache and
 * CPU a block of two lines.
 *
 *   G_SLAB ┌ SlabPool ─────────────┐ ownersAt ─▶ u16 for each page: 0 = nobody's,
 *          │ lock, bump, free stack│             else (CPU + 1) << 8 | cache
 *          ├ KmemCache 0 … 15 ─────┤ sizes; written by kmemCacheCreate, then read-only
 *          └───────────────────────┘
 *   CPU area, PCPU_SLAB + 128 * cache
 *          ┌ line 0: KmemCacheCpu ─┐ head ─▶ free object ─▶ free object ─▶ 0      the owner's alone
 *          ├ line 1: remote        ┤ head ─▶ object freed by another CPU ─▶ 0     shared
 *          └───────────────────────┘
 *   page   ┌ slot 0 ┌ slot 1 ┌ … ┌ slot perPage-1 ┌ rest ┐     4096 bytes, of one cache and one CPU
 *   slot   [left red zone] object [right red zone] [link] [state] [owners]    debug: strideBytes
 *          object, whose first word is the link while it is free    release: strideBytes
 *
 * An object belongs to the CPU of its page for ever: whoever frees it, it goes back to that CPU.
 *
 * Who may touch it: `SlabPool` under its lock (create and destroy: control plane, no window runs);
 * the owner table is written by the CPU that took the page before any object of it is seen, and
 * read by whoever was handed an object. Line 0 is plain and the owner's; line 1 is atomic.
 */

import { PCPU_SLAB, thisCpuArea } from "../arch/percpu";
import { cpuAreaOf, G_SLAB, superBlockAt } from "../arch/superblock";
import { DEBUG } from "../config";

/** Bytes of a page, and their logarithm. */
export const PAGE_BYTES: u32 = 4096;
export const PAGE_SHIFT: u32 = 12;

/**
 * Pages: taken from a bump pointer, or from the stack of pages that a destroyed cache gave back.
 */
@unmanaged
export class SlabPool {
  /** Spinlock of the pool. */
  lock: u32;
  /** Pages ever taken by bump: 0 … pages. */
  bumped: u32;
  /** Address of the topmost page given back, or 0; its first word is the next. */
  freePages: u32;
  /** Number of pages on that stack. */
  freeCount: u32;
  /** Address of page 0; 0 until the first cache is created. */
  pagesAt: u32;
  /** Pages of the region. */
  pages: u32;
  /** Owner table: a u16 for each page. */
  ownersAt: u32;
  private _pad: u32;
}

/** Sizes of one cache. Read-only once created. */
@unmanaged
export class KmemCache {
  /** What the caller asked for, rounded up to 8. 0: the cache does not exist. */
  objectBytes: u32;
  align: u32;
  /** From slot to slot. */
  strideBytes: u32;
  /** From the slot to the object: the left red zone; 0 in release. */
  leftBytes: u32;
  /** From the object to its link word; 0 in release, where the link is in the free object. */
  linkOffset: u32;
  /** Objects of a page. */
  perPage: u32;
}

/** Line 0 of a cache's block in a CPU area. */
@unmanaged
export class KmemCacheCpu {
  /** First free object, or 0. */
  head: u32;
  /**
   * ownersAt - 2 * (pagesAt >> PAGE_SHIFT), so that the owner word of a page needs no subtraction.
   */
  ownersBiased: u32;
  /** What the owner table holds for this CPU's pages of this cache. */
  tag: u32;
  /** Pages that this CPU took for this cache. */
  pages: u32;
  /** Debug images: what this CPU has freed and keeps back, oldest first (`slabQuarantine.ts`). */
  quarantineHead: u32;
  quarantineTail: u32;
  quarantined: u32;
}

/** Offset of the remote list's head in the block: the second line. */
export const REMOTE_AT: usize = 64;

if (offsetof<KmemCacheCpu>("quarantineHead") != 16) ERROR("src/machine/slabDebug.ts says 16");
if (offsetof<SlabPool>() > 128) ERROR("SlabPool overflows its section");
if (offsetof<KmemCache>() > 128) ERROR("KmemCache overflows its section");
if (offsetof<KmemCacheCpu>() > REMOTE_AT) ERROR("KmemCacheCpu overflows its line");

/** The page pool of this machine. */
export function slabPool(): SlabPool {
  return changetype<SlabPool>(superBlockAt() + G_SLAB);
}

/** Descriptor of cache `id`. */
export function kmemCache(id: u32): KmemCache {
  return changetype<KmemCache>(superBlockAt() + G_SLAB + 128 + ((<usize>id) << 7));
}

/** Block of cache `id` on this CPU. */
export function kmemCacheThisCpu(id: u32): KmemCacheCpu {
  return changetype<KmemCacheCpu>(thisCpuArea() + PCPU_SLAB + ((<usize>id) << 7));
}

/** Block of cache `id` on CPU `cpu`. */
export function kmemCacheCpuOf(id: u32, cpu: u32): KmemCacheCpu {
  return changetype<KmemCacheCpu>(cpuAreaOf(cpu) + PCPU_SLAB + ((<usize>id) << 7));
}

/** Where the link of a free object lies. */
export function linkOf(id: u32, object: usize): usize {
  return DEBUG ? object + kmemCache(id).linkOffset : object;
}

/** Owner table entry of CPU `cpu` for cache `id`. */
export function ownerTag(cpu: u32, id: u32): u32 {
  return ((cpu + 1) << 8) | id;
}

/** True if the address lies in a page that was handed out at some time. */
export function isSlabAddress(at: usize): bool {
  const pool = slabPool();
  return at >= <usize>pool.pagesAt && at < <usize>(pool.pagesAt + (pool.bumped << PAGE_SHIFT));
}
