/**
 * The page pool, and what becomes of a fresh page: a free list in an order that the machine's seed
 * decides, so that one lucky layout is not measured again and again.
 *
 * Invariant: bumped == Σ over caches and CPUs of pages taken + freeCount.
 *
 * Taking and giving pages back happens under the pool's lock; this is the slow path of the slab.
 */
import { plainLoad32, plainStore16, plainStore32 } from "../arch/atomic";
import { smpProcessorId } from "../arch/percpu";
import { bootAlloc, regionBase, regionBytes } from "../arch/regions";
import { REGION_PAGES, superBlock } from "../arch/superblock";
import { DEBUG } from "../config";
import { prngBelow, prngMix, xorshift32 } from "../lib/prng";
import { spinLock, spinUnlock } from "../lib/spinlock";
import {
  KmemCacheCpu,
  kmemCache,
  linkOf,
  ownerTag,
  PAGE_BYTES,
  PAGE_SHIFT,
  slabPool,
} from "./kmemCache";
import { poisonFree } from "./slabDebug";
import { noteNobody } from "./slabOwner";

/**
 * Finds the pages of the region and allocates the owner table. False: the boot region is too small.
 */
export function slabPoolInit(): bool {
  const pool = slabPool();
  if (pool.pagesAt != 0) return true;
  const from = <u32>regionBase(REGION_PAGES);
  const to = from + <u32>regionBytes(REGION_PAGES);
  const pagesAt = (from + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  pool.pages = to > pagesAt ? (to - pagesAt) >> PAGE_SHIFT : 0;
  pool.ownersAt = <u32>bootAlloc((<usize>pool.pages) << 1, 64);
  if (pool.ownersAt == 0) return false;
  pool.pagesAt = pagesAt;
  return true;
}

/** Address of a page that is nobody's, or 0. */
function pageTake(): usize {
  const pool = slabPool();
  const lockAt = changetype<usize>(pool);
  let page: u32 = 0;
  spinLock(lockAt);
  if (pool.freePages != 0) {
    page = pool.freePages;
    pool.freePages = plainLoad32(page);
    pool.freeCount--;
  } else if (pool.bumped < pool.pages) {
    page = pool.pagesAt + (pool.bumped << PAGE_SHIFT);
    pool.bumped++;
  }
  spinUnlock(lockAt);
  return page;
}

/** Entry of the owner table for the page at `page`. */
export function ownerAt(page: usize): usize {
  const pool = slabPool();
  return <usize>pool.ownersAt + (((page - <usize>pool.pagesAt) >> PAGE_SHIFT) << 1);
}

/** Gives a page back whose objects are all free and on no list. */
export function pageGive(page: usize): void {
  const pool = slabPool();
  const lockAt = changetype<usize>(pool);
  plainStore16(ownerAt(page), 0);
  spinLock(lockAt);
  plainStore32(page, pool.freePages);
  pool.freePages = <u32>page;
  pool.freeCount++;
  spinUnlock(lockAt);
}

/**
 * Shuffles 0 … n-1 into the words behind the links (Fisher and Yates), then links the objects in
 * that order. The page is its own scratch space. Returns the first object.
 */
function linkShuffled(id: u32, first: usize, stride: u32, n: u32, seed: u32): usize {
  let random = prngMix(seed) | 1;
  const scratch = linkOf(id, first) + 4;
  for (let i: u32 = 0; i < n; i++) {
    random = xorshift32(random);
    const to = scratch + prngBelow(random, i + 1) * stride;
    const last = scratch + i * stride;
    if (to != last) plainStore32(last, plainLoad32(to));
    plainStore32(to, i);
  }
  const head = first + plainLoad32(scratch) * stride;
  let object = head;
  for (let i: u32 = 1; i < n; i++) {
    const next = first + plainLoad32(scratch + i * stride) * stride;
    plainStore32(linkOf(id, object), <u32>next);
    object = next;
  }
  plainStore32(linkOf(id, object), 0);
  return head;
}

/** Takes a page for this CPU and makes it the free list, which is empty. False: the pool is too. */
export function slabGrow(id: u32, mine: KmemCacheCpu): bool {
  const page = pageTake();
  if (page == 0) return false;
  const cache = kmemCache(id);
  plainStore16(ownerAt(page), ownerTag(smpProcessorId(), id));
  const first = page + cache.leftBytes;
  const stride = cache.strideBytes;
  const seed = superBlock().seed ^ prngMix(<u32>(page >> PAGE_SHIFT) ^ (id << 24));
  const head = linkShuffled(id, first, stride, cache.perPage, seed);
  if (DEBUG) {
    for (let i: u32 = 0; i < cache.perPage; i++) {
      poisonFree(id, first + i * stride);
      noteNobody(id, first + i * stride);
    }
  }
  mine.head = <u32>head;
  mine.pages++;
  return true;
}
