// Loops of the slab bench: alloc and free on the own CPU, whole dsts, and a LIFO without a CPU,
// cache or owner to look up.
//
// A burst takes BURST objects before it gives any back, chained by a word of the object that
// neither
// list uses: what a caller does who holds objects for a while.

import { plainLoad32, plainStore32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { KMEM_CACHE_RTABLE } from "../../assembly/mm/caches";
import { Slab } from "../../assembly/mm/slab";
import { dstRelease } from "../../assembly/net/core/dst";
import { rtDstAlloc } from "../../assembly/net/ipv4/rtable";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export { slabInUse } from "../../assembly/mm/slabWalk";

const BURST: u32 = 32;
const CHAIN: usize = 8;
const OBJECT_BYTES: usize = 192;
const LIFO_OBJECTS: u32 = 64;

/** Head word on a line of its own, then objects as far apart as rtables, linked by first words. */
export function makeLifo(): usize {
  const head = bootAlloc(64 + OBJECT_BYTES * <usize>LIFO_OBJECTS, 64);
  let object = head + 64;
  for (let i: u32 = 0; i < LIFO_OBJECTS; i++) {
    pushLifo(head, object);
    object += OBJECT_BYTES;
  }
  return head;
}

function popLifo(head: usize): usize {
  const object: usize = plainLoad32(head);
  if (object) plainStore32(head, plainLoad32(object));
  return object;
}

function pushLifo(head: usize, object: usize): void {
  plainStore32(object, plainLoad32(head));
  plainStore32(head, <u32>object);
}

/** `pairs` times pop and push. */
export function lifoPairs(head: usize, pairs: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const object = popLifo(head);
    sum += <u32>object;
    pushLifo(head, object);
  }
  return sum;
}

/** `pairs` times alloc and free of an rtable's bytes. */
export function slabPairs(pairs: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const object = Slab.alloc(KMEM_CACHE_RTABLE);
    sum += <u32>object;
    Slab.free(KMEM_CACHE_RTABLE, object);
  }
  return sum;
}

/** `pairs` pops and pushes, BURST of each at a time. */
export function lifoBursts(head: usize, pairs: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    let held: usize = 0;
    for (let i: u32 = 0; i < BURST; i++) {
      const object = popLifo(head);
      plainStore32(object + CHAIN, <u32>held);
      held = object;
    }
    while (held) {
      const next: usize = plainLoad32(held + CHAIN);
      sum += <u32>next;
      pushLifo(head, held);
      held = next;
    }
  }
  return sum;
}

/** `pairs` allocs and frees, BURST of each at a time. */
export function slabBursts(pairs: u32): u32 {
  let sum: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    let held: usize = 0;
    for (let i: u32 = 0; i < BURST; i++) {
      const object = Slab.alloc(KMEM_CACHE_RTABLE);
      plainStore32(object + CHAIN, <u32>held);
      held = object;
    }
    while (held) {
      const next: usize = plainLoad32(held + CHAIN);
      sum += <u32>next;
      Slab.free(KMEM_CACHE_RTABLE, held);
      held = next;
    }
  }
  return sum;
}

/** `pairs` rtables made for no device, each ended by its last release. */
export function dstPairs(pairs: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const dst = rtDstAlloc(0, false);
    sum += <u32>dst;
    dstRelease(dst);
  }
  return sum;
}
