/**
 * Who had an object last, in debug images: what the kernel's SLAB_STORE_USER keeps. Two records
 * behind the state word, of the last allocation and of the last free.
 *
 *   +8 alloc: who │ +12 jiffies │ +16 free: who │ +20 jiffies                     from linkOffset
 *   who   (CPU + 1) << 24 │ site << 16 │ phase << 12 │ what was running (`CpuHead.doing`)
 *
 * A site is the kernel function that called the slab; the caller names it just before, so that
 * nothing of it is in a release image. Zeroed words: nobody yet. Plain: the object is the caller's.
 */
import { plainLoad32, plainStore32 } from "../arch/atomic";
import { thisCpuHead } from "../arch/percpu";
import { G_CLOCK, superBlockAt } from "../arch/superblock";
import { kmemCache } from "./kmemCache";
import { SLAB_CHECK_USER, slabChecks } from "./slabDebug";

/** From the link word to the records, and their bytes. */
export const OWNER_AT: usize = 8;
export const OWNER_BYTES: u32 = 16;
const FREED_AT: usize = OWNER_AT + 8;

/** Who calls the slab. `src/machine/slabDebug.ts` has the words for them. Added to only. */
export const SLAB_DST_ALLOC: u32 = 1;
export const SLAB_DST_DESTROY: u32 = 2;
export const SLAB_NEIGH_ALLOC: u32 = 3;
export const SLAB_NEIGH_FREE: u32 = 4;
export const SLAB_NEIGH_HH_INIT: u32 = 5;
export const SLAB_HH_PUT: u32 = 6;
export const SLAB_SKB_ALLOC: u32 = 7;
export const SLAB_SKB_FREE: u32 = 8;
export const SLAB_INET_GETPEER: u32 = 9;
export const SLAB_UNLINK_UNUSED: u32 = 10;

/** Names the caller of the next call of the slab. Behind `if (DEBUG)` only. */
export function slabSite(site: u32): void {
  thisCpuHead().slabSite = site;
}

function note(at: usize): void {
  const head = thisCpuHead();
  if (slabChecks(SLAB_CHECK_USER)) {
    const running = (head.phase << 12) | (head.doing & 0xfff);
    plainStore32(at, ((head.cpu + 1) << 24) | (head.slabSite << 16) | running);
    plainStore32(at + 4, plainLoad32(superBlockAt() + G_CLOCK));
  }
  head.slabSite = 0;
}

/** Notes that this CPU was handed the object. */
export function noteAlloc(id: u32, object: usize): void {
  note(object + kmemCache(id).linkOffset + OWNER_AT);
}

/** Notes that this CPU freed it. */
export function noteFree(id: u32, object: usize): void {
  note(object + kmemCache(id).linkOffset + FREED_AT);
}

/** Nobody has had it yet. */
export function noteNobody(id: u32, object: usize): void {
  const at = object + kmemCache(id).linkOffset + OWNER_AT;
  for (let i: usize = 0; i < <usize>OWNER_BYTES; i += 4) plainStore32(at + i, 0);
}
