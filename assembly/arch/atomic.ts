/**
 * The seam to memory: shared words are accessed by `atomic.`, `load<`, `store<` and `memory.`
 * here only.
 *
 * Wasm atomics are all sequentially consistent, so a name can only carry intent; it carries it
 * because a reviewer, and a port to weaker orders, need it:
 *
 *   readOnce32 / publish32    fields that are published: plain stores while nobody sees the object,
 *                             then one publish32 of the pointer to it; readers use readOnce32
 *   atomicX32                 fields that are shared: every access is atomic
 *   plainX                    bytes that one CPU owns, and words marked racy-ok
 *
 * On x86-64 V8 makes of these: atomic load = mov; atomic store = xchg (2 ns and more); rmw.add and
 * cmpxchg = a lock cmpxchg loop. In debug images each atomic helper counts itself in the CPU area,
 * which is where "atomics per packet" comes from. Every helper is one instruction in a release
 * image.
 */
import { DEBUG } from "../config";
import { PCPU_COSTS, PCPU_SLEEP_END, thisCpuArea } from "./percpu";

/** Indices of the cost counters that this file writes; others follow in `costs.ts`. */
export const COST_ATOMIC_LOAD: usize = 0;
export const COST_ATOMIC_STORE: usize = 1;
export const COST_ATOMIC_RMW: usize = 2;
export const COST_ATOMIC_CMPXCHG: usize = 3;

/** Adds one to cost counter `index` of this CPU. Debug images only; nothing remains elsewhere. */
export function countCost(index: usize): void {
  if (DEBUG) {
    const area = thisCpuArea();
    if (area) {
      const at = area + PCPU_COSTS + (index << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}

/** Reads a published word: a pointer or a field that was complete before it could be seen. */
export function readOnce32(at: usize): u32 {
  if (DEBUG) countCost(COST_ATOMIC_LOAD);
  return atomic.load<u32>(at);
}

/** Makes visible what was stored before: the one atomic store that publishes an object. */
export function publish32(at: usize, value: u32): void {
  if (DEBUG) countCost(COST_ATOMIC_STORE);
  atomic.store<u32>(at, value);
}

/** Shared word, atomically. */
export function atomicLoad32(at: usize): u32 {
  if (DEBUG) countCost(COST_ATOMIC_LOAD);
  return atomic.load<u32>(at);
}

/** Shared word, atomically; an xchg on x86. */
export function atomicStore32(at: usize, value: u32): void {
  if (DEBUG) countCost(COST_ATOMIC_STORE);
  atomic.store<u32>(at, value);
}

/** Sign-extended 16-bit atomic load; asc loses the sign of `atomic.load<i16>`, hence the detour. */
export function atomicLoad16s(at: usize): i32 {
  if (DEBUG) countCost(COST_ATOMIC_LOAD);
  return <i32>(<i16>atomic.load<u16>(at));
}

/** Low 16 bits of `value`, atomically. */
export function atomicStore16(at: usize, value: i32): void {
  if (DEBUG) countCost(COST_ATOMIC_STORE);
  atomic.store<u16>(at, <u16>value);
}

/** Adds and returns the value before. */
export function atomicAdd32(at: usize, value: u32): u32 {
  if (DEBUG) countCost(COST_ATOMIC_RMW);
  return atomic.add<u32>(at, value);
}

/** Subtracts and returns the value before. */
export function atomicSub32(at: usize, value: u32): u32 {
  if (DEBUG) countCost(COST_ATOMIC_RMW);
  return atomic.sub<u32>(at, value);
}

/** Exchanges and returns the value before. */
export function atomicXchg32(at: usize, value: u32): u32 {
  if (DEBUG) countCost(COST_ATOMIC_RMW);
  return atomic.xchg<u32>(at, value);
}

/** Stores `wanted` if the word is `expected`; returns the value before. */
export function atomicCmpxchg32(at: usize, expected: u32, wanted: u32): u32 {
  if (DEBUG) countCost(COST_ATOMIC_CMPXCHG);
  return atomic.cmpxchg<u32>(at, expected, wanted);
}

/** Shared 64-bit word, atomically; `at` a multiple of 8. */
export function atomicLoad64(at: usize): u64 {
  if (DEBUG) countCost(COST_ATOMIC_LOAD);
  return atomic.load<u64>(at);
}

/** Shared 64-bit word, atomically; `at` a multiple of 8. */
export function atomicStore64(at: usize, value: u64): void {
  if (DEBUG) countCost(COST_ATOMIC_STORE);
  atomic.store<u64>(at, value);
}

/** Adds and returns the value before. */
export function atomicAdd64(at: usize, value: u64): u64 {
  if (DEBUG) countCost(COST_ATOMIC_RMW);
  return atomic.add<u64>(at, value);
}

/** Full barrier. `atomic.fence` compiles to nothing usable in this asc; an rmw of a word that
 * nobody else touches orders the same way. */
export function smpMb(): void {
  atomic.add<u32>(thisCpuArea() + PCPU_COSTS + 124, 0);
}

/**
 * Sleeps until `at` no longer holds `expected`, at most `timeoutNs`; a wake-up may be spurious.
 * It would block the main thread too: code that can wait never runs there after boot, so that the
 * host can always see a worker die.
 *
 * Why the answer is taken from 3: V8's baseline compiler (Node 20) spills the address as eight
 * bytes to a slot of four, and so zeroes what lies below it on the value stack. That would be the
 * function's last local: a lock's address, once this is inlined. A constant has no slot to lose.
 */
export function waitOn32(at: usize, expected: u32, timeoutNs: i64): void {
  const noteAt = thisCpuArea() + PCPU_SLEEP_END;
  store<u32>(noteAt, 3 - <u32>atomic.wait<i32>(at, <i32>expected, timeoutNs));
}

/** Wakes all who sleep on `at`. */
export function wakeAll32(at: usize): void {
  atomic.notify(at, -1);
}

/** Zero-extended byte of memory that only this CPU writes. */
export function plainLoad8(at: usize): u32 {
  return <u32>load<u8>(at);
}

/** Zero-extended 16-bit word that only this CPU writes. */
export function plainLoad16(at: usize): u32 {
  return <u32>load<u16>(at);
}

/** Word that only this CPU writes, or `racy-ok`: may be merged with others. */
export function plainLoad32(at: usize): u32 {
  return load<u32>(at);
}

/** 64-bit word that only this CPU writes, or `racy-ok`. */
export function plainLoad64(at: usize): u64 {
  return load<u64>(at);
}

/** Low byte of `value`, to memory that only this CPU writes. */
export function plainStore8(at: usize, value: u32): void {
  store<u8>(at, <u8>value);
}

/** Low 16 bits of `value`, to memory that only this CPU writes. */
export function plainStore16(at: usize, value: u32): void {
  store<u16>(at, <u16>value);
}

/** Word that only this CPU writes, or that nobody else can see yet. */
export function plainStore32(at: usize, value: u32): void {
  store<u32>(at, value);
}

/** 64-bit word that only this CPU writes, or that nobody else can see yet. */
export function plainStore64(at: usize, value: u64): void {
  store<u64>(at, value);
}

/** Fills bytes that nobody else can see: may tear. */
export function fillBytes(at: usize, value: u8, bytes: usize): void {
  memory.fill(at, value, bytes);
}

/** Copies bytes that nobody else can see or changes: may tear. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
