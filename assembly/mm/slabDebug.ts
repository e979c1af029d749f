/**
 * Poison, red zones and the state word: how debug images see a use after free, an overrun, a double
 * free or a foreign pointer. Nothing of this file remains in a release image.
 *
 *   slot   [0xbb … | 0xcc …] object [0xbb … | 0xcc …] link state owners (`slabOwner.ts`)
 *           free     in use          free     in use
 *   object: 0x6b … 0xa5 while free; 0x5a when handed out, so that nobody counts on zeroes
 *
 * Which checks are made is a boot word, by the letters of the kernel's slub_debug. It does not
 * change while a machine lives: what a check compares with is written only where it is on.
 *
 *   F  SLAB_CONSISTENCY_CHECKS  the object is this cache's, at a slot's place, and in the state
 *   Z  SLAB_RED_ZONE            the bytes before and after it are as they were
 *   P  SLAB_POISON              nobody wrote to it while it was free
 *   U  SLAB_STORE_USER          who had it last is noted
 *
 * A check that fails leaves the object's address in the head of the CPU area. The words are plain:
 * the object belongs to whoever allocates or frees it. Two CPUs that free one object in the same
 * instant can both see USED; the validity walker finds that one.
 */
import {
  fillBytes,
  plainLoad8,
  plainLoad16,
  plainLoad32,
  plainStore8,
  plainStore32,
} from "../arch/atomic";
import { superBlock } from "../arch/superblock";
import {
  SITE_SLAB_CACHE,
  SITE_SLAB_DOUBLE_FREE,
  SITE_SLAB_FOREIGN,
  SITE_SLAB_POISON,
  SITE_SLAB_REDZONE,
  trapOnObject,
} from "../arch/trap";
import { isSlabAddress, kmemCache, PAGE_BYTES, PAGE_SHIFT, slabPool } from "./kmemCache";

/** Bits of the boot word `slabDebugOff`: the check is off. */
export const SLAB_CHECK_STATE: u32 = 1;
export const SLAB_CHECK_RED_ZONE: u32 = 2;
export const SLAB_CHECK_POISON: u32 = 4;
export const SLAB_CHECK_USER: u32 = 8;

/** Kernel's POISON_INUSE, POISON_FREE, POISON_END, SLUB_RED_INACTIVE, SLUB_RED_ACTIVE. */
const POISON_INUSE: u8 = 0x5a;
const POISON_FREE: u8 = 0x6b;
const POISON_END: u8 = 0xa5;
const RED_INACTIVE: u8 = 0xbb;
const RED_ACTIVE: u8 = 0xcc;
/** Bytes of the right red zone. */
export const RED_BYTES: u32 = 8;
/** From the link word to the state word. */
export const STATE_AT: usize = 4;
/** State words. Zeroed memory is neither. */
export const OBJECT_FREE: u32 = 0x46524545;
export const OBJECT_USED: u32 = 0x55534544;

/** True if this machine makes the check. */
export function slabChecks(check: u32): bool {
  return (superBlock().slabDebugOff & check) == 0;
}

function bytesAre(at: usize, value: u8, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i++) {
    if (plainLoad8(at + i) != <u32>value) return false;
  }
  return true;
}

function fillRedZones(id: u32, object: usize, value: u8): void {
  if (!slabChecks(SLAB_CHECK_RED_ZONE)) return;
  const cache = kmemCache(id);
  fillBytes(object - cache.leftBytes, value, cache.leftBytes);
  fillBytes(object + cache.objectBytes, value, RED_BYTES);
}

function redZonesAre(id: u32, object: usize, value: u8): bool {
  if (!slabChecks(SLAB_CHECK_RED_ZONE)) return true;
  const cache = kmemCache(id);
  return (
    bytesAre(object - cache.leftBytes, value, cache.leftBytes) &&
    bytesAre(object + cache.objectBytes, value, RED_BYTES)
  );
}

function bodyIsPoison(id: u32, object: usize): bool {
  if (!slabChecks(SLAB_CHECK_POISON)) return true;
  const last = <usize>kmemCache(id).objectBytes - 1;
  return bytesAre(object, POISON_FREE, last) && plainLoad8(object + last) == <u32>POISON_END;
}

/** True if a free object is as it was left: nobody wrote to it. */
export function poisonIsIntact(id: u32, object: usize): bool {
  return redZonesAre(id, object, RED_INACTIVE) && bodyIsPoison(id, object);
}

/** Marks the bytes of an object as free. */
export function poisonFree(id: u32, object: usize): void {
  const cache = kmemCache(id);
  fillRedZones(id, object, RED_INACTIVE);
  if (slabChecks(SLAB_CHECK_POISON)) {
    fillBytes(object, POISON_FREE, cache.objectBytes - 1);
    plainStore8(object + cache.objectBytes - 1, POISON_END);
  }
  plainStore32(object + cache.linkOffset + STATE_AT, OBJECT_FREE);
}

function stopIf(broken: bool, object: usize, site: u32): void {
  if (broken) trapOnObject(object, site);
}

/** Traps if somebody wrote to a free object, or beside it. */
export function checkQuiet(id: u32, object: usize): void {
  stopIf(!redZonesAre(id, object, RED_INACTIVE), object, SITE_SLAB_REDZONE);
  stopIf(!bodyIsPoison(id, object), object, SITE_SLAB_POISON);
}

/** Checks an object that is about to be handed out, and marks it as used. */
export function poisonAlloc(id: u32, object: usize): void {
  if (slabChecks(SLAB_CHECK_STATE)) {
    checkPlace(id, object);
    const state = plainLoad32(object + kmemCache(id).linkOffset + STATE_AT);
    stopIf(state != OBJECT_FREE, object, SITE_SLAB_DOUBLE_FREE);
  }
  checkQuiet(id, object);
  const cache = kmemCache(id);
  fillRedZones(id, object, RED_ACTIVE);
  if (slabChecks(SLAB_CHECK_POISON)) fillBytes(object, POISON_INUSE, cache.objectBytes);
  plainStore32(object + cache.linkOffset + STATE_AT, OBJECT_USED);
}

/** Traps unless `object` lies at a slot's place in a page of cache `id`. */
function checkPlace(id: u32, object: usize): void {
  const cache = kmemCache(id);
  const pool = slabPool();
  stopIf(!isSlabAddress(object), object, SITE_SLAB_FOREIGN);
  const page = (object - <usize>pool.pagesAt) >> PAGE_SHIFT;
  const owner = plainLoad16(<usize>pool.ownersAt + (page << 1));
  stopIf(owner == 0, object, SITE_SLAB_FOREIGN);
  stopIf((owner & 0xff) != id, object, SITE_SLAB_CACHE);
  const slotAt = <u32>(object & <usize>(PAGE_BYTES - 1)) - cache.leftBytes;
  stopIf(slotAt % cache.strideBytes != 0, object, SITE_SLAB_FOREIGN);
  stopIf(slotAt / cache.strideBytes >= cache.perPage, object, SITE_SLAB_FOREIGN);
}

/** Traps unless `object` is an object in use of cache `id`. */
export function checkFree(id: u32, object: usize): void {
  if (slabChecks(SLAB_CHECK_STATE)) {
    checkPlace(id, object);
    const state = plainLoad32(object + kmemCache(id).linkOffset + STATE_AT);
    stopIf(state == OBJECT_FREE, object, SITE_SLAB_DOUBLE_FREE);
    stopIf(state != OBJECT_USED, object, SITE_SLAB_FOREIGN);
  }
  stopIf(!redZonesAre(id, object, RED_ACTIVE), object, SITE_SLAB_REDZONE);
}
