/**
 * Poison, red zones and the state word: how debug images see a use after free, an overrun, a double
 * free or a foreign pointer. Nothing of this file remains in a release image.
 *
 *   slot   [0xbb … | 0xcc …] object [0xbb … | 0xcc …] link state
 *           free     in use          free     in use
 *   object: 0x6b … 0xa5 while free; 0x5a when handed out, so that nobody counts on zeroes
 *
 * The words are plain: the object belongs to whoever allocates or frees it. Two CPUs that free one
 * object in the same instant can both see USED; the validity walker finds that one.
 */
import {
  fillBytes,
  plainLoad8,
  plainLoad16,
  plainLoad32,
  plainStore8,
  plainStore32,
} from "../arch/atomic";
import {
  bugOn,
  SITE_SLAB_CACHE,
  SITE_SLAB_DOUBLE_FREE,
  SITE_SLAB_FOREIGN,
  SITE_SLAB_POISON,
  SITE_SLAB_REDZONE,
} from "../arch/trap";
import { isSlabAddress, kmemCache, PAGE_BYTES, PAGE_SHIFT, slabPool } from "./kmemCache";

/** Kernel's POISON_INUSE, POISON_FREE, POISON_END, SLUB_RED_INACTIVE, SLUB_RED_ACTIVE. */
const POISON_INUSE: u8 = 0x5a;
const POISON_FREE: u8 = 0x6b;
const POISON_END: u8 = 0xa5;
const RED_INACTIVE: u8 = 0xbb;
const RED_ACTIVE: u8 = 0xcc;
/** Bytes of the right red zone. */
export const RED_BYTES: u32 = 8;
/** State words. Zeroed memory is neither. */
export const OBJECT_FREE: u32 = 0x46524545;
export const OBJECT_USED: u32 = 0x55534544;

function bytesAre(at: usize, value: u8, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i++) {
    if (plainLoad8(at + i) != <u32>value) return false;
  }
  return true;
}

function fillRedZones(id: u32, object: usize, value: u8): void {
  const cache = kmemCache(id);
  fillBytes(object - cache.leftBytes, value, cache.leftBytes);
  fillBytes(object + cache.objectBytes, value, RED_BYTES);
}

function redZonesAre(id: u32, object: usize, value: u8): bool {
  const cache = kmemCache(id);
  return (
    bytesAre(object - cache.leftBytes, value, cache.leftBytes) &&
    bytesAre(object + cache.objectBytes, value, RED_BYTES)
  );
}

/** True if a free object is as it was left: nobody wrote to it. */
export function poisonIsIntact(id: u32, object: usize): bool {
  const bytes = <usize>kmemCache(id).objectBytes;
  return (
    redZonesAre(id, object, RED_INACTIVE) &&
    bytesAre(object, POISON_FREE, bytes - 1) &&
    plainLoad8(object + bytes - 1) == <u32>POISON_END
  );
}

/** Marks the bytes of an object as free. */
export function poisonFree(id: u32, object: usize): void {
  const cache = kmemCache(id);
  fillRedZones(id, object, RED_INACTIVE);
  fillBytes(object, POISON_FREE, cache.objectBytes - 1);
  plainStore8(object + cache.objectBytes - 1, POISON_END);
  plainStore32(object + cache.linkOffset + 4, OBJECT_FREE);
}

/** Checks an object that is about to be handed out, and marks it as used. */
export function poisonAlloc(id: u32, object: usize): void {
  const cache = kmemCache(id);
  bugOn(plainLoad32(object + cache.linkOffset + 4) != OBJECT_FREE, SITE_SLAB_DOUBLE_FREE);
  bugOn(!redZonesAre(id, object, RED_INACTIVE), SITE_SLAB_REDZONE);
  bugOn(!poisonIsIntact(id, object), SITE_SLAB_POISON);
  fillRedZones(id, object, RED_ACTIVE);
  fillBytes(object, POISON_INUSE, cache.objectBytes);
  plainStore32(object + cache.linkOffset + 4, OBJECT_USED);
}

/** Traps unless `object` is an object in use of cache `id`. */
export function checkFree(id: u32, object: usize): void {
  const cache = kmemCache(id);
  const pool = slabPool();
  bugOn(!isSlabAddress(object), SITE_SLAB_FOREIGN);
  const page = (object - <usize>pool.pagesAt) >> PAGE_SHIFT;
  const owner = plainLoad16(<usize>pool.ownersAt + (page << 1));
  bugOn(owner == 0, SITE_SLAB_FOREIGN);
  bugOn((owner & 0xff) != id, SITE_SLAB_CACHE);
  const slotAt = <u32>(object & <usize>(PAGE_BYTES - 1)) - cache.leftBytes;
  bugOn(slotAt % cache.strideBytes != 0, SITE_SLAB_FOREIGN);
  bugOn(slotAt / cache.strideBytes >= cache.perPage, SITE_SLAB_FOREIGN);
  const state = plainLoad32(object + cache.linkOffset + 4);
  bugOn(state == OBJECT_FREE, SITE_SLAB_DOUBLE_FREE);
  bugOn(state != OBJECT_USED, SITE_SLAB_FOREIGN);
  bugOn(!redZonesAre(id, object, RED_ACTIVE), SITE_SLAB_REDZONE);
}
