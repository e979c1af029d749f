/**
 * The toolchain canary: every primitive that `assembly/arch/atomic.ts` is made of, once, and the
 * sequences an optimiser may or may not merge. `toolchain.test.ts` reads what becomes of them. The
 * helpers of the seam itself are exported beside them.
 */
export * from "../../assembly/arch/atomic";
export { attachCpuArea as attach } from "../../assembly/arch/percpu";

export function load32(at: usize): u32 {
  return atomic.load<u32>(at);
}

export function load64(at: usize): u64 {
  return atomic.load<u64>(at);
}

export function load16(at: usize): i32 {
  return <i32>(<i16>atomic.load<u16>(at));
}

export function store16(at: usize, value: u16): void {
  atomic.store<u16>(at, value);
}

export function store32(at: usize, value: u32): void {
  atomic.store<u32>(at, value);
}

export function store64(at: usize, value: u64): void {
  atomic.store<u64>(at, value);
}

export function add32(at: usize, value: u32): u32 {
  return atomic.add<u32>(at, value);
}

export function add64(at: usize, value: u64): u64 {
  return atomic.add<u64>(at, value);
}

export function sub32(at: usize, value: u32): u32 {
  return atomic.sub<u32>(at, value);
}

export function and32(at: usize, value: u32): u32 {
  return atomic.and<u32>(at, value);
}

export function or32(at: usize, value: u32): u32 {
  return atomic.or<u32>(at, value);
}

export function xor32(at: usize, value: u32): u32 {
  return atomic.xor<u32>(at, value);
}

export function xchg32(at: usize, value: u32): u32 {
  return atomic.xchg<u32>(at, value);
}

export function cmpxchg32(at: usize, expected: u32, wanted: u32): u32 {
  return atomic.cmpxchg<u32>(at, expected, wanted);
}

export function wait32(at: usize, expected: i32, timeoutNs: i64): i32 {
  return 3 - atomic.wait<i32>(at, expected, timeoutNs);
}

export function notify(at: usize): i32 {
  return atomic.notify(at, -1);
}

export function twoPlainLoads(at: usize): u32 {
  return load<u32>(at) + load<u32>(at);
}

export function twoAtomicLoads(at: usize): u32 {
  return atomic.load<u32>(at) + atomic.load<u32>(at);
}

export function plainAtomicPlain(at: usize, other: usize): u32 {
  const before = load<u32>(at);
  const between = atomic.load<u32>(other);
  return before + between + load<u32>(at);
}

export function droppedAdd(at: usize): void {
  atomic.add<u32>(at, 0);
}

export function droppedAtomicLoad(at: usize): void {
  atomic.load<u32>(at);
}

export function spin(at: usize): void {
  while (atomic.load<u32>(at) != 0) {}
}
