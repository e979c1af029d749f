/**
 * Exact accounting of the slab, by walking: the hot path counts nothing. Called by the host and the
 * control plane while no window runs.
 *
 *   objects = Σ pages * perPage        in use = objects - Σ free - Σ remote
 *
 * `slabCacheIsValid` checks that every free object lies in a page of its cache and its list's CPU,
 * at a slot's place, and in one place only; in debug also that nobody wrote to it. Every walk is
 * bounded by the number of objects, so a list that loops is an answer, not a hang.
 */
import {
  atomicLoad32,
  fillBytes,
  plainLoad8,
  plainLoad16,
  plainLoad32,
  plainStore8,
  plainStore32,
} from "../arch/atomic";
import { possibleCpus } from "../arch/superblock";
import { DEBUG } from "../config";
import {
  isSlabAddress,
  KmemCache,
  kmemCache,
  kmemCacheCpuOf,
  linkOf,
  ownerTag,
  PAGE_BYTES,
  PAGE_SHIFT,
  REMOTE_AT,
  slabPool,
} from "./kmemCache";
import { poisonIsIntact } from "./slabDebug";
import { ownerAt, pageGive } from "./slabPages";
import { quarantineForget } from "./slabQuarantine";

/** Answers of slabCacheIsValid. */
export const SLAB_VALID: u32 = 0;
/** A free object lies in no page of its cache and CPU. */
export const SLAB_BAD_PAGE: u32 = 1;
/** A free object lies beside the slots. */
export const SLAB_BAD_SLOT: u32 = 2;
/** An object is free twice, or a list loops. */
export const SLAB_TWICE: u32 = 3;
/** The owner table and the CPUs' page counts differ. */
export const SLAB_BAD_PAGES: u32 = 4;
/** Debug: somebody wrote to a free object. */
export const SLAB_BAD_POISON: u32 = 5;

/** What slabFreeOn and slabRemoteOn answer for a list that loops. */
export const SLAB_LOOP: u32 = 0xffffffff;

/** Objects of all pages that cache `id` has. */
export function slabObjects(id: u32): u32 {
  let pages: u32 = 0;
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) pages += kmemCacheCpuOf(id, cpu).pages;
  return pages * kmemCache(id).perPage;
}

function listLength(id: u32, first: u32): u32 {
  const most = slabObjects(id);
  let length: u32 = 0;
  let object = first;
  while (object != 0) {
    if (++length > most || !isSlabAddress(object)) return SLAB_LOOP;
    object = plainLoad32(linkOf(id, object));
  }
  return length;
}

/** Objects on the free list of CPU `cpu`. */
export function slabFreeOn(id: u32, cpu: u32): u32 {
  return listLength(id, kmemCacheCpuOf(id, cpu).head);
}

/** Objects that others freed for CPU `cpu` and that it has not taken yet. */
export function slabRemoteOn(id: u32, cpu: u32): u32 {
  return listLength(id, atomicLoad32(changetype<usize>(kmemCacheCpuOf(id, cpu)) + REMOTE_AT));
}

/** Debug: objects that CPU `cpu` has freed and keeps back. */
export function slabQuarantinedOn(id: u32, cpu: u32): u32 {
  return listLength(id, kmemCacheCpuOf(id, cpu).quarantineHead);
}

/** Objects that somebody holds. */
export function slabInUse(id: u32): u32 {
  let inUse = slabObjects(id);
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) inUse -= slabFreeOn(id, cpu) + slabRemoteOn(id, cpu);
  if (DEBUG) {
    for (let cpu: u32 = 0; cpu < cpus; cpu++) inUse -= slabQuarantinedOn(id, cpu);
  }
  return inUse;
}

/** Pages that caches have. */
export function slabPagesUsed(): u32 {
  return slabPool().bumped - slabPool().freeCount;
}

/** Pages that nobody has. */
export function slabPagesLeft(): u32 {
  return slabPool().pages - slabPagesUsed();
}

/** Bytes of the bitmap that slabCacheIsValid needs: one bit for each slot of each page taken. */
export function slabBitmapBytes(id: u32): u32 {
  return (slabPool().bumped * kmemCache(id).perPage + 7) >> 3;
}

/** Number of a slot over all pages: the bit of its object. */
export function slabIndexOf(id: u32, object: usize): u32 {
  const cache = kmemCache(id);
  const page = <u32>(object - <usize>slabPool().pagesAt) >> PAGE_SHIFT;
  const slot = ((<u32>object & (PAGE_BYTES - 1)) - cache.leftBytes) / cache.strideBytes;
  return page * cache.perPage + slot;
}

/** Object of slot number `index`, or 0 if its page is not of cache `id`. */
export function slabObjectAt(id: u32, index: u32): usize {
  const cache = kmemCache(id);
  const pool = slabPool();
  const pageNumber = index / cache.perPage;
  if (pageNumber >= pool.bumped) return 0;
  const page = <usize>(pool.pagesAt + (pageNumber << PAGE_SHIFT));
  const owner = plainLoad16(ownerAt(page));
  if (owner == 0 || (owner & 0xff) != id) return 0;
  return page + cache.leftBytes + (index % cache.perPage) * cache.strideBytes;
}

function isSlot(cache: KmemCache, object: u32): bool {
  const at = (object & (PAGE_BYTES - 1)) - cache.leftBytes;
  return at % cache.strideBytes == 0 && at / cache.strideBytes < cache.perPage;
}

/** Walks one list of CPU `cpu` and sets the bit of each object. */
function markList(id: u32, cpu: u32, first: u32, bitmapAt: usize): u32 {
  const cache = kmemCache(id);
  let object = first;
  while (object != 0) {
    if (!isSlabAddress(object)) return SLAB_BAD_PAGE;
    const page = <usize>(object & ~(PAGE_BYTES - 1));
    if (plainLoad16(ownerAt(page)) != ownerTag(cpu, id)) return SLAB_BAD_PAGE;
    if (!isSlot(cache, object)) return SLAB_BAD_SLOT;
    const index = slabIndexOf(id, object);
    const byteAt = bitmapAt + (<usize>index >> 3);
    const bit: u32 = 1 << (index & 7);
    const byte = plainLoad8(byteAt);
    if ((byte & bit) != 0) return SLAB_TWICE;
    plainStore8(byteAt, byte | bit);
    if (DEBUG) {
      if (!poisonIsIntact(id, object)) return SLAB_BAD_POISON;
    }
    object = plainLoad32(linkOf(id, object));
  }
  return SLAB_VALID;
}

/** Debug: the same for what CPU `cpu` keeps back, of any CPU's pages. */
function markQuarantined(id: u32, cpu: u32, bitmapAt: usize): u32 {
  const block = kmemCacheCpuOf(id, cpu);
  let left = block.quarantined;
  for (let object = block.quarantineHead; object != 0; object = plainLoad32(linkOf(id, object))) {
    if (left-- == 0) return SLAB_TWICE;
    if (!isSlabAddress(object)) return SLAB_BAD_PAGE;
    if ((plainLoad16(ownerAt(object & ~(PAGE_BYTES - 1))) & 0xff) != id) return SLAB_BAD_PAGE;
    if (!isSlot(kmemCache(id), object)) return SLAB_BAD_SLOT;
    const index = slabIndexOf(id, object);
    const byteAt = bitmapAt + (<usize>index >> 3);
    const bit: u32 = 1 << (index & 7);
    const byte = plainLoad8(byteAt);
    if ((byte & bit) != 0) return SLAB_TWICE;
    plainStore8(byteAt, byte | bit);
    if (!poisonIsIntact(id, object)) return SLAB_BAD_POISON;
  }
  return left == 0 ? SLAB_VALID : SLAB_TWICE;
}

function pagesAreCounted(id: u32, cpu: u32): bool {
  const pool = slabPool();
  const tag = ownerTag(cpu, id);
  let pages: u32 = 0;
  for (let i: u32 = 0; i < pool.bumped; i++) {
    if (plainLoad16(<usize>pool.ownersAt + ((<usize>i) << 1)) == tag) pages++;
  }
  return pages == kmemCacheCpuOf(id, cpu).pages;
}

/**
 * Checks cache `id`; SLAB_VALID or the first thing found. `bitmapAt`: slabBitmapBytes(id) bytes of
 * the caller; afterwards the bits of all free objects are set, those of objects in use are not.
 */
export function slabCacheIsValid(id: u32, bitmapAt: usize): u32 {
  fillBytes(bitmapAt, 0, slabBitmapBytes(id));
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    const block = kmemCacheCpuOf(id, cpu);
    if (!pagesAreCounted(id, cpu)) return SLAB_BAD_PAGES;
    const ofFree = markList(id, cpu, block.head, bitmapAt);
    if (ofFree != SLAB_VALID) return ofFree;
    const remote = atomicLoad32(changetype<usize>(block) + REMOTE_AT);
    const ofRemote = markList(id, cpu, remote, bitmapAt);
    if (ofRemote != SLAB_VALID) return ofRemote;
    if (DEBUG) {
      const kept = markQuarantined(id, cpu, bitmapAt);
      if (kept != SLAB_VALID) return kept;
    }
  }
  return SLAB_VALID;
}

/**
 * `kmem_cache_destroy`, by the control plane while no window runs: gives all pages back to the
 * pool.
 * False if objects are in use; then nothing was changed.
 */
export function kmemCacheDestroy(id: u32): bool {
  const cache = kmemCache(id);
  if (cache.objectBytes == 0 || slabInUse(id) != 0) return false;
  const pool = slabPool();
  for (let i: u32 = 0; i < pool.bumped; i++) {
    const page = <usize>(pool.pagesAt + (i << PAGE_SHIFT));
    const owner = plainLoad16(ownerAt(page));
    if (owner != 0 && (owner & 0xff) == id) pageGive(page);
  }
  cache.objectBytes = 0;
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    const block = kmemCacheCpuOf(id, cpu);
    block.head = 0;
    block.pages = 0;
    plainStore32(changetype<usize>(block) + REMOTE_AT, 0);
    if (DEBUG) quarantineForget(block);
  }
  return true;
}
