/**
 * The table part's allocator: a slab under RTNL with one writer, plus what RCU gives back.
 *
 *   page ──carve──▶ live ──poolFree (nobody saw it)──▶ freeHead ──▶ live
 *                    └─────poolRetire──▶ RCU ──poolReturn──▶ returned ──taken whole──▶ freeHead
 *
 * For every class, RTNL held:   carved == live + |freeHead list| + |returned list| + waiting
 *                               waiting == retired - returns
 *
 *                alloc, free, retire   return        L = RTNL held by the caller
 * alloc, …              L                -           - = safe: pushes compare and swap, the owner
 * return                -                -               takes all of it by one exchange (no ABA)
 *
 * Sizes follow the kernel: one cache of 56-byte objects for leaves and leaf_infos, one for aliases,
 * kmalloc sizes for tnodes up to a page, whole pages above (vmalloc). Pages are never given back to
 * the part; a free tnode is used again for the same `bits`.
 */
import {
  atomicAdd32,
  atomicCmpxchg32,
  atomicLoad32,
  atomicXchg32,
  fillBytes,
  plainLoad32,
  plainStore32,
} from "../../arch/atomic";
import { superBlock } from "../../arch/superblock";
import { DEBUG } from "../../config";
import { callRcu } from "../../kernel/callRcu";
import { TABLE_PAGE, TableClass, tableClass, tablePart } from "./tablePart";

/** Fills freed objects of debug images, so that a late reader goes astray visibly. */
const POOL_POISON: u8 = 0x6b;

/** Takes pages for more objects of `c`. False: the part is full. */
function carvePages(c: TableClass): bool {
  const part = tablePart();
  const bytes: usize = <usize>c.stride > TABLE_PAGE ? <usize>c.stride : TABLE_PAGE;
  const at: usize = part.nextPageAt;
  const end: usize = <usize>superBlock().tableAt + <usize>part.bytes;
  if (bytes > end - at) return false;
  part.nextPageAt = <u32>(at + bytes);
  c.nextAt = <u32>at;
  c.endAt = <u32>(at + bytes);
  return true;
}

/** A zeroed object of class `id`, or 0: the part is full. */
export function poolAlloc(id: u32): usize {
  const c = tableClass(id);
  if (c.freeHead == 0 && atomicLoad32(c.returnedAt) != 0) {
    c.freeHead = atomicXchg32(c.returnedAt, 0);
  }
  let at: usize = c.freeHead;
  if (at != 0) {
    c.freeHead = plainLoad32(at);
  } else {
    if (c.endAt - c.nextAt < c.stride && !carvePages(c)) return 0;
    at = c.nextAt;
    c.nextAt += c.stride;
    c.carved += 1;
  }
  c.live += 1;
  fillBytes(at, 0, c.stride);
  return at;
}

/** Frees an object that no reader can hold. */
export function poolFree(id: u32, at: usize): void {
  const c = tableClass(id);
  if (DEBUG) fillBytes(at, POOL_POISON, c.stride);
  plainStore32(at, c.freeHead);
  c.freeHead = <u32>at;
  c.live -= 1;
}

/** Frees an unlinked object after a grace period: at once while the table is loaded. */
export function poolRetire(id: u32, at: usize, head: usize, func: u32): void {
  if (tablePart().loading != 0) {
    poolFree(id, at);
    return;
  }
  const c = tableClass(id);
  c.live -= 1;
  c.retired += 1;
  callRcu(head, func);
}

/** Gives back an object whose grace period is over. Called by RCU, on any CPU. */
export function poolReturn(id: u32, at: usize): void {
  const c = tableClass(id);
  if (DEBUG) fillBytes(at, POOL_POISON, c.stride);
  let seen = atomicLoad32(c.returnedAt);
  while (true) {
    plainStore32(at, seen);
    const was = atomicCmpxchg32(c.returnedAt, seen, <u32>at);
    if (was == seen) break;
    seen = was;
  }
  atomicAdd32(c.returnsAt, 1);
}

/** Objects of class `id` that wait for RCU. */
export function poolWaiting(id: u32): u32 {
  const c = tableClass(id);
  return c.retired - atomicLoad32(c.returnsAt);
}

function lengthOf(first: u32): u32 {
  let n: u32 = 0;
  for (let at: usize = first; at; at = plainLoad32(at)) n += 1;
  return n;
}

/** The equation in this file's header for class `id`; `inTrie` is what a walk has counted. */
export function poolIsValid(id: u32, inTrie: u32): bool {
  const c = tableClass(id);
  const free = lengthOf(c.freeHead) + lengthOf(atomicLoad32(c.returnedAt));
  return c.live == inTrie && c.carved == c.live + free + poolWaiting(id);
}
