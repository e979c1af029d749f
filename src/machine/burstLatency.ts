/**
 * The latency of bursts as a timed machine keeps it (`assembly/workload/burstLatency.ts`), for the
 * host: what a window is told before it starts, and what it left. Written and read while no CPU of
 * the machine runs.
 */
import type { Layout } from "./layout.js";
import type { Machine } from "./machine.js";

/** How the bursts of a window are timed. All in nanoseconds. */
export interface BurstTiming {
  /** Time between intended starts; 0: closed loop. */
  readonly periodNs: number;
  /** A burst that takes longer is late. */
  readonly goalNs: number;
  /** An open loop that is later than this ends; 0: never. */
  readonly giveUpNs: number;
}

/** What the bursts of a CPU were, since they were cleared. */
export interface BurstCounts {
  readonly bursts: number;
  /** Bursts that took longer than the goal. */
  readonly late: number;
  /** Bursts that were given up. */
  readonly unrun: number;
  /** Exact, in whole nanoseconds; 0 without a burst. */
  readonly maxNs: number;
  readonly sumNs: number;
  /** Buckets that are not empty, ascending: number and count. */
  readonly histogram: [number, number][];
}

/** Buckets of a power of two, and values from which on they are wider than 1. */
const SUB_BUCKETS = 128;

/** Bucket of a latency in whole nanoseconds below 2^40, as the image has it. */
export function bucketOf(ns: number): number {
  let shift = 0;
  while (ns / 2 ** shift >= 2 * SUB_BUCKETS) shift++;
  return shift * SUB_BUCKETS + Math.floor(ns / 2 ** shift);
}

/** The least and the greatest whole number of nanoseconds of a bucket. */
export function bucketBounds(bucket: number): { leastNs: number; mostNs: number } {
  const shift = Math.max(0, Math.floor(bucket / SUB_BUCKETS) - 1);
  const leastNs = (bucket - shift * SUB_BUCKETS) * 2 ** shift;
  return { leastNs, mostNs: leastNs + 2 ** shift - 1 };
}

/** Where a CPU's words lie in the memory. */
function latencyAt(u32: Uint32Array, layout: Layout, cpuAreaAt: number): number {
  const ringsAt = cpuAreaAt + layout.at("PCPU_RINGS");
  const at = u32[(ringsAt + layout.at("RINGS_LATENCY_AT")) / 4] ?? 0;
  if (at === 0) throw new RangeError("the image is not timed: it has no latency of bursts");
  return at;
}

/** Starts counting the bursts of the CPU whose area is at `cpuAreaAt`, or stops with null. */
export function setBurstTiming(
  memory: WebAssembly.Memory,
  layout: Layout,
  cpuAreaAt: number,
  timing: BurstTiming | null,
): void {
  const u32 = new Uint32Array(memory.buffer);
  const f64 = new Float64Array(memory.buffer);
  const at = latencyAt(u32, layout, cpuAreaAt);
  f64[(at + layout.at("LATENCY_PERIOD_NS")) / 8] = timing?.periodNs ?? 0;
  f64[(at + layout.at("LATENCY_GOAL_NS")) / 8] = timing?.goalNs ?? 0;
  f64[(at + layout.at("LATENCY_GIVE_UP_NS")) / 8] = timing?.giveUpNs ?? 0;
  u32[(at + layout.at("LATENCY_IS_ON")) / 4] = timing === null ? 0 : 1;
}

/** Forgets what the bursts of a CPU were. */
export function clearBursts(machine: Machine, cpu: number): void {
  const at = latencyAt(machine.u32, machine.layout, machine.areaOf(cpu));
  const bytes = machine.layout.at("BURST_LATENCY_BYTES");
  machine.u32.fill(0, at / 4, (at + bytes) / 4);
}

/** What the bursts of a CPU were since they were cleared. */
export function readBursts(machine: Machine, cpu: number): BurstCounts {
  const { layout, u32 } = machine;
  const at = latencyAt(u32, layout, machine.areaOf(cpu));
  const f64 = new Float64Array(machine.memory.buffer);
  const word = (name: string): number => u32[(at + layout.at(name)) / 4] ?? 0;
  const real = (name: string): number => f64[(at + layout.at(name)) / 8] ?? 0;
  const countsAt = (at + layout.at("LATENCY_HISTOGRAM")) / 4;
  const histogram: [number, number][] = [];
  for (let bucket = 0; bucket < layout.at("HISTOGRAM_BUCKETS"); bucket++) {
    const count = u32[countsAt + bucket] ?? 0;
    if (count > 0) histogram.push([bucket, count]);
  }
  return {
    bursts: word("LATENCY_BURSTS"),
    late: word("LATENCY_LATE"),
    unrun: word("LATENCY_UNRUN"),
    maxNs: real("LATENCY_MAX_NS"),
    sumNs: real("LATENCY_SUM_NS"),
    histogram,
  };
}
