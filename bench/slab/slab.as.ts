// Loops of the slab bench: alloc and free on the own CPU, a LIFO without a CPU, cache or owner to
// look up, and objects that another CPU frees.
//
// A burst takes BURST objects before it gives any back, chained by a word of the object that
// neither list uses: what a caller does who holds objects for a while. Loops return how many pairs
// they saw done: an alloc that brought nothing is missing, and so is an object that was changed.

import { atomicLoad32, atomicStore32, plainLoad32, plainStore32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { KMEM_CACHE_RTABLE } from "../../assembly/mm/caches";
import { Slab } from "../../assembly/mm/slab";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export { slabInUse } from "../../assembly/mm/slabWalk";
export { pingPong } from "../harness/pingPong.as";

const BURST: u32 = 32;
/** A word of an object that neither list uses. */
const CHAIN: usize = 8;
const OBJECT_BYTES: usize = 192;
const LIFO_OBJECTS: u32 = 64;

/** Lines that nothing else lies in. */
export function makeLines(lines: u32): usize {
  return bootAlloc((<usize>lines) << 6, 256);
}

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
  let whole: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const object = popLifo(head);
    whole += object != 0 ? 1 : 0;
    pushLifo(head, object);
  }
  return whole;
}

/** `pairs` times alloc and free of an rtable's bytes. */
export function slabPairs(pairs: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < pairs; i++) {
    const object = Slab.alloc(KMEM_CACHE_RTABLE);
    whole += object != 0 ? 1 : 0;
    Slab.free(KMEM_CACHE_RTABLE, object);
  }
  return whole;
}

/** `pairs` pops and pushes, BURST of each at a time. */
export function lifoBursts(head: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    let held: usize = 0;
    for (let i: u32 = 0; i < BURST; i++) {
      const object = popLifo(head);
      plainStore32(object + CHAIN, <u32>held);
      held = object;
    }
    while (held) {
      const next: usize = plainLoad32(held + CHAIN);
      whole++;
      pushLifo(head, held);
      held = next;
    }
  }
  return whole;
}

/** `pairs` allocs and frees, BURST of each at a time. */
export function slabBursts(pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    let held: usize = 0;
    for (let i: u32 = 0; i < BURST; i++) {
      const object = Slab.alloc(KMEM_CACHE_RTABLE);
      plainStore32(object + CHAIN, <u32>held);
      held = object;
    }
    while (held) {
      const next: usize = plainLoad32(held + CHAIN);
      whole++;
      Slab.free(KMEM_CACHE_RTABLE, held);
      held = next;
    }
  }
  return whole;
}

/** Room for the addresses of `objects`. */
export function makeBatch(objects: u32): usize {
  return bootAlloc((<usize>objects) << 2, 64);
}

/** Takes `objects`, each with its place as a mark in it, and notes where they are. */
export function allocBatch(at: usize, objects: u32): void {
  for (let i: u32 = 0; i < objects; i++) {
    const object = Slab.alloc(KMEM_CACHE_RTABLE);
    if (object) plainStore32(object + CHAIN, i);
    plainStore32(at + ((<usize>i) << 2), <u32>object);
  }
}

/** Frees a batch on the CPU that calls; how many had their mark. */
export function freeBatch(at: usize, objects: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < objects; i++) {
    const object: usize = plainLoad32(at + ((<usize>i) << 2));
    if (!object) continue;
    whole += plainLoad32(object + CHAIN) == i ? 1 : 0;
    Slab.free(KMEM_CACHE_RTABLE, object);
  }
  return whole;
}

/** Slots of the ring between two CPUs: a slot that is 0 is free. */
const RING_SLOTS: u32 = 64;
/** Objects that go round where nobody frees. */
const RING_OBJECTS: u32 = 2 * RING_SLOTS;

/** Looks at a slot until the other CPU is given up: seconds, for it may have lost its core. */
const LOOKS_MAX: u32 = 4_000_000_000;

function ringSlot(ring: usize, i: u32): usize {
  return ring + ((<usize>(i & (RING_SLOTS - 1))) << 2);
}

/** Slots, then objects that are never freed. */
export function makeRing(): usize {
  return bootAlloc(((<usize>RING_SLOTS) << 2) + OBJECT_BYTES * <usize>RING_OBJECTS, 256);
}

function ringObject(ring: usize, i: u32): usize {
  const first = ring + ((<usize>RING_SLOTS) << 2);
  return first + OBJECT_BYTES * <usize>(i & (RING_OBJECTS - 1));
}

/**
 * The CPU that allocates, or takes one of the ring's own: `count` objects into the ring, each with
 * its number in it. No stop word is needed: both CPUs end with the last object.
 */
export function produce(ring: usize, frees: u32, _stopAt: usize, count: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const slot = ringSlot(ring, i);
    let looks: u32 = 0;
    while (atomicLoad32(slot) != 0) {
      if (++looks > LOOKS_MAX) return whole;
    }
    const object = frees ? Slab.alloc(KMEM_CACHE_RTABLE) : ringObject(ring, i);
    if (!object) return whole;
    plainStore32(object + CHAIN, i);
    atomicStore32(slot, <u32>object);
    whole++;
  }
  return whole;
}

/** The CPU that frees, or only looks: how many came with their number. */
export function consume(ring: usize, frees: u32, _stopAt: usize, count: u32): u32 {
  let whole: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const slot = ringSlot(ring, i);
    let looks: u32 = 0;
    let object: usize = atomicLoad32(slot);
    while (object == 0) {
      if (++looks > LOOKS_MAX) return whole;
      object = atomicLoad32(slot);
    }
    whole += plainLoad32(object + CHAIN) == i ? 1 : 0;
    if (frees) Slab.free(KMEM_CACHE_RTABLE, object);
    atomicStore32(slot, 0);
  }
  return whole;
}
