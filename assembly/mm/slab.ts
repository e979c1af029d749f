/**
 * The slab allocator: `kmem_cache_create/alloc/free` (layout: `kmemCache.ts`).
 *
 *                 alloc (own CPU)          free (own CPU's page)      free (another CPU's page)
 *   hot           pop the free list        push on the free list      -
 *   cost          2 loads, 1 store         4 loads, 2 stores          1 cmpxchg
 *   when empty    take the remote list whole (1 xchg), else a page (lock), else 0
 *
 *   pairs            alloc(own)  free(own)  free(other)
 *   alloc(own)           o           o           -         o = the same CPU, so never at once
 *   free(own)            o           o           -         - = lock-free, safe
 *   free(other)          -           -           -
 *
 * The remote list knows only push (cmpxchg) and take-all (xchg), so an address that comes back
 * (ABA) does no harm. Order: the freeing CPU's last writes to the object come before its cmpxchg,
 * the owner's xchg reads it, so the owner reuses the object after them.
 *
 * An empty pool is a normal answer (0), never a trap; free objects of other CPUs stay theirs.
 */
import {
  atomicCmpxchg32,
  atomicLoad32,
  atomicXchg32,
  plainLoad16,
  plainLoad32,
  plainStore32,
} from "../arch/atomic";
import { COST_SLAB_ALLOC, COST_SLAB_FREE, countCost } from "../arch/costs";
import { isBusted, possibleCpus } from "../arch/superblock";
import { SITE_SLAB_CACHE, SITE_SLAB_FOREIGN, trapAt } from "../arch/trap";
import { BUSTED, BUSTED_REMOTE_FREE, DEBUG } from "../config";
import { delayPoint } from "../lib/delayPoint";
import { KMEM_CACHES } from "./caches";
import {
  isSlabAddress,
  KmemCacheCpu,
  kmemCache,
  kmemCacheCpuOf,
  kmemCacheThisCpu,
  linkOf,
  ownerTag,
  PAGE_BYTES,
  PAGE_SHIFT,
  REMOTE_AT,
  slabPool,
} from "./kmemCache";
import { checkFree, poisonAlloc, poisonFree, RED_BYTES } from "./slabDebug";
import { noteAlloc, noteFree, OWNER_AT, OWNER_BYTES } from "./slabOwner";
import { slabGrow, slabPoolInit } from "./slabPages";
import { quarantinePush, quarantineShift } from "./slabQuarantine";

/** Bytes of debug's link, state word and records of owners. */
const LINK_BYTES: u32 = <u32>OWNER_AT + OWNER_BYTES;

function roundUp(value: u32, align: u32): u32 {
  return (value + align - 1) & ~(align - 1);
}

/**
 * `kmem_cache_create`, by the control plane or at boot, before anybody allocates. `align` is a
 * power of two, at least 8. False: the number is taken or too high, the sizes make no sense (an
 * object with its red zones must fit a page), or the boot region has no room for the owner table.
 */
export function kmemCacheCreate(id: u32, objectBytes: u32, align: u32): bool {
  if (id >= KMEM_CACHES || objectBytes == 0 || objectBytes > PAGE_BYTES) return false;
  if (align < 8 || align > PAGE_BYTES || (align & (align - 1)) != 0) return false;
  const cache = kmemCache(id);
  if (cache.objectBytes != 0) return false;
  const bytes = roundUp(objectBytes, 8);
  const left: u32 = DEBUG ? align : 0;
  const link: u32 = DEBUG ? bytes + RED_BYTES : 0;
  const stride = roundUp(DEBUG ? left + link + LINK_BYTES : bytes, align);
  if (stride > PAGE_BYTES || !slabPoolInit()) return false;
  cache.objectBytes = bytes;
  cache.align = align;
  cache.strideBytes = stride;
  cache.leftBytes = left;
  cache.linkOffset = link;
  cache.perPage = PAGE_BYTES / stride;
  const pool = slabPool();
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    const block = kmemCacheCpuOf(id, cpu);
    block.head = 0;
    block.ownersBiased = pool.ownersAt - ((pool.pagesAt >> PAGE_SHIFT) << 1);
    block.tag = ownerTag(cpu, id);
    block.pages = 0;
    plainStore32(changetype<usize>(block) + REMOTE_AT, 0);
  }
  return true;
}

/** The free list is empty: what others freed, else a fresh page, else nothing. */
function allocSlow(id: u32, mine: KmemCacheCpu): usize {
  if (kmemCache(id).objectBytes == 0) trapAt(SITE_SLAB_CACHE);
  const remoteAt = changetype<usize>(mine) + REMOTE_AT;
  if (atomicLoad32(remoteAt) != 0) {
    mine.head = atomicXchg32(remoteAt, 0);
  } else if (!slabGrow(id, mine)) {
    if (!DEBUG) return 0;
    if (!endQuarantine(id, mine)) return 0;
  }
  const object = mine.head;
  mine.head = plainLoad32(linkOf(id, object));
  return object;
}

/** No page is left: what this CPU keeps back may be used. True: its free list is not empty now. */
function endQuarantine(id: u32, mine: KmemCacheCpu): bool {
  for (let object = quarantineShift(id, mine); object != 0; object = quarantineShift(id, mine)) {
    Slab.giveBack(id, object);
  }
  return mine.head != 0;
}

/** Checks, notes and marks an object that is freed. Returns what may be used again now, or 0. */
function freeChecked(id: u32, object: usize): usize {
  countCost(COST_SLAB_FREE);
  checkFree(id, object);
  noteFree(id, object);
  poisonFree(id, object);
  return quarantinePush(id, object);
}

/** The object's page is another CPU's: push it on that CPU's remote list. */
function freeRemote(id: u32, object: usize, owner: u32): void {
  if (!isSlabAddress(object)) trapAt(SITE_SLAB_FOREIGN);
  const cpu = (owner >> 8) - 1;
  if (cpu >= possibleCpus()) trapAt(SITE_SLAB_FOREIGN);
  if ((owner & 0xff) != id) trapAt(SITE_SLAB_CACHE);
  const remoteAt = changetype<usize>(kmemCacheCpuOf(id, cpu)) + REMOTE_AT;
  const linkAt = linkOf(id, object);
  let head = atomicLoad32(remoteAt);
  while (true) {
    plainStore32(linkAt, head);
    if (BUSTED) delayPoint(BUSTED_REMOTE_FREE);
    const seen = atomicCmpxchg32(remoteAt, head, <u32>object);
    if (seen == head || (BUSTED && isBusted(BUSTED_REMOTE_FREE))) return;
    head = seen;
  }
}

/**
 * The hot paths, inlined into the caller: two calls cost about as much as the allocator itself. For
 * the few places that allocate or free per packet (`dstAlloc`, `dstDestroy`); all others call the
 * functions below.
 */
export class Slab {
  /** See kmemCacheAlloc. */
  @inline static alloc(id: u32): usize {
    const mine = kmemCacheThisCpu(id);
    let object: usize = mine.head;
    if (object != 0) mine.head = plainLoad32(linkOf(id, object));
    else object = allocSlow(id, mine);
    if (DEBUG) {
      countCost(COST_SLAB_ALLOC);
      if (object != 0) {
        poisonAlloc(id, object);
        noteAlloc(id, object);
      }
    }
    return object;
  }

  /** See kmemCacheFree. */
  @inline static free(id: u32, object: usize): void {
    if (DEBUG) {
      const leaves = freeChecked(id, object);
      if (leaves != 0) Slab.giveBack(id, leaves);
    } else {
      Slab.giveBack(id, object);
    }
  }

  /** The object may be handed out again: to the free list of its page's CPU. */
  @inline static giveBack(id: u32, object: usize): void {
    const mine = kmemCacheThisCpu(id);
    const owner = plainLoad16(<usize>mine.ownersBiased + ((object >> PAGE_SHIFT) << 1));
    if (owner == mine.tag) {
      plainStore32(linkOf(id, object), mine.head);
      mine.head = <u32>object;
    } else {
      freeRemote(id, object, owner);
    }
  }
}

/** `kmem_cache_alloc`: an object with undefined bytes, or 0 when the pool is empty. */
export function kmemCacheAlloc(id: u32): usize {
  return Slab.alloc(id);
}

/** `kmem_cache_free`: on the CPU that owns the object's page, or on any other. */
export function kmemCacheFree(id: u32, object: usize): void {
  Slab.free(id, object);
}
