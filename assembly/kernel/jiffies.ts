/**
 * Jiffies: the machine's clock, a free-running 32-bit counter of ticks, `hz` to the second.
 *
 * There is no interrupt: time is packets ÷ offered rate. CPU 0 says at the end of a burst how many
 * packets it had; every `packetsPerTick` of them are a tick. With packetsPerTick 0 the clock is
 * moved by hand (tests, the control plane).
 *
 *   G_CLOCK +0 jiffies u32 (shared)         CPU 0's area, PCPU_TIMERS + 192: packets not yet a tick
 *
 * It starts 300 s before its wrap, as the kernel's does, so that code which compares wrongly fails.
 * Who may touch it: anybody reads; CPU 0 and the control plane add.
 */
import {
  atomicAdd32,
  atomicLoad32,
  atomicStore32,
  plainLoad32,
  plainStore32,
} from "../arch/atomic";
import { PCPU_TIMERS, smpProcessorId, thisCpuArea } from "../arch/percpu";
import { G_CLOCK, superBlock, superBlockAt } from "../arch/superblock";

/** Offset in the CPU area of the packets that are not yet a tick. */
const PACKETS_AT: usize = PCPU_TIMERS + 192;

/** The kernel's INITIAL_JIFFIES: 300 s before the wrap. */
function initialJiffies(): u32 {
  return 0 - 300 * superBlock().hz;
}

/** Sets the clock to INITIAL_JIFFIES. At boot. */
export function clockInit(): void {
  atomicStore32(superBlockAt() + G_CLOCK, initialJiffies());
}

/** Ticks since some time; only differences mean something. */
export function jiffies(): u32 {
  return atomicLoad32(superBlockAt() + G_CLOCK);
}

/** `time_after`: true if `a` is later than `b`; right while they are less than 2^31 ticks apart. */
export function timeAfter(a: u32, b: u32): bool {
  return <i32>(b - a) < 0;
}

/** `time_after_eq`. */
export function timeAfterEq(a: u32, b: u32): bool {
  return <i32>(a - b) >= 0;
}

/**
 * `delay` ticks, a little shorter or longer so that they end on a whole second of the clock: sooner
 * if that is less than a quarter of a second off, else later. CPU n aims 3·n ticks before it, so
 * that not all CPUs wake up at once. A delay that would come to nothing stays as it is.
 * Follows `round_jiffies_relative`, whose clock has 64 bits; this one is right for 2^32 ticks
 * from boot.
 */
export function roundJiffiesRelative(delay: u32, cpu: u32): u32 {
  const hz = superBlock().hz;
  const now = jiffies();
  // Ticks before the first wrap are the kernel's; those after it begin at 2^32.
  const now64: u64 = now < initialJiffies() ? <u64>now + 0x100000000 : <u64>now;
  const aimed = now64 + <u64>delay + 3 * <u64>cpu;
  const over = aimed % <u64>hz;
  const whole = over < <u64>(hz / 4) ? aimed - over : aimed - over + <u64>hz;
  const expires = whole - 3 * <u64>cpu;
  return expires <= now64 ? delay : <u32>(expires - now64);
}

/** Moves the clock by hand. Timers run at the next runDeferred() of their CPU. */
export function clockAdvance(ticks: u32): void {
  atomicAdd32(superBlockAt() + G_CLOCK, ticks);
}

/** End of a burst of `packets`: time goes on if this is CPU 0. No atomic unless a tick is full. */
export function clockPackets(packets: u32): void {
  const perTick = superBlock().packetsPerTick;
  if (perTick == 0 || smpProcessorId() != 0) return;
  const at = thisCpuArea() + PACKETS_AT;
  const sum = plainLoad32(at) + packets;
  if (sum < perTick) {
    plainStore32(at, sum);
    return;
  }
  plainStore32(at, sum % perTick);
  clockAdvance(sum / perTick);
}
