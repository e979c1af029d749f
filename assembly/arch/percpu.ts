/**
 * The CPU area: the kernel's per-CPU section, one block of bytes for each CPU of a machine.
 *
 *   superblock ── cpuAreasAt ─▶ ┌ area of CPU 0 ┐┌ area of CPU 1 ┐ … ┌ control plane ┐
 *                                └ stride bytes ─┘
 *
 * The address of its own area is the only thing an instance knows by itself (the kernel's gs base).
 * Everything else is found from there: the first words are the CPU number and the superblock.
 * Invariant: cpuArea(c) == cpuAreasAt + c * cpuAreaStride.
 *
 * Who may touch it: a field is plain and written by its own CPU unless the object that lives there
 * says otherwise (remote free lists, RCU words). The host reads it while no window runs.
 */
import { CPUS_MAX } from "../config";

/** Address of this instance's CPU area; 0 until the host attaches the instance. */
let cpuAreaAt: usize = 0;

/** Head of a CPU area. Written at boot; `softirq` and `rcuNesting` by the owner only. */
@unmanaged
export class CpuHead {
  /** Number of the CPU; the control plane has number `cpus`. */
  cpu: u32;
  /** Offset of the superblock of the machine. */
  superblock: u32;
  /** Depth of softirq processing: > 0 on the receive and forward path. Owner only. */
  softirq: u32;
  /** Depth of RCU read sections; kept in debug images only. Owner only. */
  rcuNesting: u32;
  /** Depth of bottom halves disabled. Owner only. */
  bhDisabled: u32;
  /** Site of the last trap of this CPU, 0 if none; read by the host after it died. */
  faultSite: u32;
  /** Where the CPU is: a phase of `arch/trap.ts`; plain, read by the host for stall reports. */
  phase: u32;
  /** State of this CPU's delay points in images with planted defects. Owner only. */
  delaySeed: u32;
  /** How the last sleep ended (`waitOn32`): 0 there was none, 3 woken, 2 not slept, 1 timed out. */
  sleepEnd: u32;
  /** Debug images: the slab object that the last trap is about, 0 if about none. */
  faultObject: u32;
  /** Debug images: the callback or work item that runs, DOING_… and its id; 0: none. */
  doing: u32;
  /** Debug images: where the next slab call comes from (`mm/slabOwner.ts`). Owner only. */
  slabSite: u32;
}

if (offsetof<CpuHead>("faultObject") != 36) ERROR("src/machine/slabDebug.ts says 36");

/** Where a sleep notes how it ended. */
export const PCPU_SLEEP_END: usize = offsetof<CpuHead>("sleepEnd");

/** Sections of a CPU area. Each starts where the one before it ends, as in a linker script. */
export const PCPU_HEAD: usize = 0;
/** Cost counters of debug images: 32 words. */
export const PCPU_COSTS: usize = PCPU_HEAD + 64;
export const PCPU_COSTS_BYTES: usize = 128;
/** RCU state, one block of two lines for each of two flavours. */
export const PCPU_RCU: usize = PCPU_COSTS + PCPU_COSTS_BYTES;
export const PCPU_RCU_BYTES: usize = 2 * 128;
/** `kmem_cache_cpu`: one block of two lines for each of 16 caches. */
export const PCPU_SLAB: usize = PCPU_RCU + PCPU_RCU_BYTES;
export const PCPU_SLAB_BYTES: usize = 16 * 128;
/** Local parts of the percpu counters: 16 words. */
export const PCPU_COUNTERS: usize = PCPU_SLAB + PCPU_SLAB_BYTES;
export const PCPU_COUNTERS_BYTES: usize = 64;
/** Timers and work of this CPU. */
export const PCPU_TIMERS: usize = PCPU_COUNTERS + PCPU_COUNTERS_BYTES;
export const PCPU_TIMERS_BYTES: usize = 256;
/** Reference counts of devices: 64 words, by device slot. */
export const PCPU_DEV_REFCNT: usize = PCPU_TIMERS + PCPU_TIMERS_BYTES;
export const PCPU_DEV_REFCNT_BYTES: usize = 256;
/** Statistics of devices: 32 bytes each for 64 devices. */
export const PCPU_DEV_STATS: usize = PCPU_DEV_REFCNT + PCPU_DEV_REFCNT_BYTES;
export const PCPU_DEV_STATS_BYTES: usize = 64 * 32;
/** IP counters (the kernel's MIB): 48 counters of 8 bytes. */
export const PCPU_MIB: usize = PCPU_DEV_STATS + PCPU_DEV_STATS_BYTES;
export const PCPU_MIB_BYTES: usize = 384;
/** `rt_cache_stat`: 16 words, with room. */
export const PCPU_RT_STAT: usize = PCPU_MIB + PCPU_MIB_BYTES;
export const PCPU_RT_STAT_BYTES: usize = 128;
/** The per-CPU uncached list: lock and head. Other CPUs lock it too. */
export const PCPU_UNCACHED: usize = PCPU_RT_STAT + PCPU_RT_STAT_BYTES;
export const PCPU_UNCACHED_BYTES: usize = 64;
/** What the kernel keeps on its stack between functions: `fib_result`, `flowi4`. */
export const PCPU_STACK: usize = PCPU_UNCACHED + PCPU_UNCACHED_BYTES;
export const PCPU_STACK_BYTES: usize = 256;
/** The receive ring's cursor and the transmit ring's. */
export const PCPU_RINGS: usize = PCPU_STACK + PCPU_STACK_BYTES;
export const PCPU_RINGS_BYTES: usize = 128;
/** Neighbours: `neigh_statistics`, then the skbs of this CPU that have been sent. */
export const PCPU_NEIGH: usize = PCPU_RINGS + PCPU_RINGS_BYTES;
export const PCPU_NEIGH_BYTES: usize = 128;
/** Grace-period probes of this CPU and what it has read (`workload/graceTorture.ts`). */
export const PCPU_TORTURE: usize = PCPU_NEIGH + PCPU_NEIGH_BYTES;
export const PCPU_TORTURE_BYTES: usize = 320;
/** Bytes of all sections; the stride is this, rounded up by the host. */
export const PCPU_BYTES: usize = PCPU_TORTURE + PCPU_TORTURE_BYTES;

if (CPUS_MAX != 64) ERROR("the RCU scan and the host's layout assume at most 64 CPUs");

/** Binds this instance to the CPU area at `at`. Called once by the host before anything else. */
export function attachCpuArea(at: usize): void {
  cpuAreaAt = at;
}

/** Address of the own CPU area. */
export function thisCpuArea(): usize {
  return cpuAreaAt;
}

/** Head of the own CPU area. */
export function thisCpuHead(): CpuHead {
  return changetype<CpuHead>(cpuAreaAt);
}

/** The kernel's `smp_processor_id()`. The control plane is a CPU too: number `cpus`. */
export function smpProcessorId(): u32 {
  return changetype<CpuHead>(cpuAreaAt).cpu;
}
