/**
 * Latency of bursts, in timed images alone. A burst of 64 packets is the unit: its packets arrive
 * together at its intended start, and its latency ends when the last of them is through and what
 * follows a burst (timers, work, callbacks) has run.
 *
 *   closed loop   period 0: a burst starts where the one before it ended, one clock read a burst
 *   open loop     intended start of burst i = t0 + i · period, whatever the ones before it took;
 *                 early: the CPU reads the clock until it is due; late: it starts at once, and the
 *                 time that it was late is in its latency. None is skipped or moved.
 *   given up      an open loop that is later than `giveUpNs` ends; what is left is counted
 *
 *   BurstLatency of a CPU, at `latencyAt` of its rings, from the boot region, on lines of its own
 *   0 periodNs │ 8 goalNs │ 16 giveUpNs │ 24 dueNs │ 32 startNs │ 40 lastNs │ 48 maxNs │ 56 sumNs
 *   64 isOn │ 68 bursts │ 72 late │ 76 unrun │ 128 histogram, 4,352 counts
 *
 *   bursts = sum of the counts        late <= bursts        maxNs is exact, in whole nanoseconds
 *
 * Owner only while a window runs; the host writes the first three fields and `isOn` before it and
 * reads the rest after it.
 */
import { nowNs } from "../arch/env";
import { PCPU_RINGS } from "../arch/percpu";
import { bootAlloc } from "../arch/regions";
import { cpuAreaOf, possibleCpus } from "../arch/superblock";
import { SITE_BURST_DEADLINE, trapAt } from "../arch/trap";
import { TIMED } from "../config";
import { rcuNoteQs } from "../kernel/rcu";
import { HISTOGRAM_BYTES, histogramAdd } from "../lib/histogram";
import { CpuRings } from "../net/core/devXmit";

/** Where the histogram of a CPU starts. */
export const LATENCY_HISTOGRAM: usize = 128;
export const BURST_LATENCY_BYTES: usize = LATENCY_HISTOGRAM + HISTOGRAM_BYTES;
/** Clock reads in which a burst must become due: over 4 s, the longest period is 64 ms. */
const WAIT_READS_MAX: u32 = 200_000_000;

/** What a CPU knows of its bursts. Owner only in a window. */
@unmanaged
export class BurstLatency {
  /** Time between intended starts; 0: closed loop. */
  periodNs: f64;
  /** A burst that takes longer is late. */
  goalNs: f64;
  /** An open loop that is later than this ends; 0: never. */
  giveUpNs: f64;
  /** Intended start of the next burst. */
  dueNs: f64;
  /** Start of this burst: intended, or where the one before it ended. */
  startNs: f64;
  /** Last clock read. */
  lastNs: f64;
  /** Longest latency since the host cleared it, and the sum of all. */
  maxNs: f64;
  sumNs: f64;
  /** 1: bursts are counted; 0 in a lead-in, which is a closed loop whatever the period. */
  isOn: u32;
  bursts: u32;
  late: u32;
  /** Bursts that were given up. */
  unrun: u32;
}

if (offsetof<BurstLatency>() > LATENCY_HISTOGRAM) ERROR("BurstLatency overflows");

/** Memory for every CPU's bursts, in timed images. At boot; false when there is none. */
export function burstLatencyInit(): bool {
  if (!TIMED) return true;
  for (let cpu: u32 = 0; cpu < possibleCpus(); cpu++) {
    const at = bootAlloc(BURST_LATENCY_BYTES, 128);
    if (!at) return false;
    changetype<CpuRings>(cpuAreaOf(cpu) + PCPU_RINGS).latencyAt = <u32>at;
  }
  return true;
}

/** The first burst of a loop is due now. */
export function beginBursts(latency: BurstLatency): void {
  latency.lastNs = nowNs();
  latency.dueNs = latency.lastNs;
}

/** Reads the clock until it says `dueNs`; an idle CPU holds no reference to anything. */
function awaitDue(latency: BurstLatency, dueNs: f64): void {
  for (let i: u32 = 0; i < WAIT_READS_MAX; i++) {
    latency.lastNs = nowNs();
    if (latency.lastNs >= dueNs) return;
    rcuNoteQs();
  }
  trapAt(SITE_BURST_DEADLINE);
}

/** Starts a burst when it is due. False where the loop is so late that it is given up. */
export function startBurst(latency: BurstLatency): bool {
  if (!latency.isOn || latency.periodNs == 0) {
    latency.startNs = latency.lastNs;
    return true;
  }
  const dueNs = latency.dueNs;
  if (latency.giveUpNs > 0 && latency.lastNs - dueNs > latency.giveUpNs) return false;
  if (latency.lastNs < dueNs) awaitDue(latency, dueNs);
  latency.startNs = dueNs;
  latency.dueNs = dueNs + latency.periodNs;
  return true;
}

/** Ends a burst: one clock read, one count. */
export function endBurst(latency: BurstLatency): void {
  latency.lastNs = nowNs();
  if (!latency.isOn) return;
  const ns = nearest(latency.lastNs - latency.startNs);
  latency.bursts++;
  latency.sumNs += ns;
  if (ns > latency.maxNs) latency.maxNs = ns;
  if (ns > latency.goalNs) latency.late++;
  histogramAdd(changetype<usize>(latency) + LATENCY_HISTOGRAM, <u64>ns);
}

/** Counts the bursts of `packets` packets that are not run, `burst` to each. */
export function giveUpBursts(latency: BurstLatency, packets: u32, burst: u32): void {
  latency.unrun += (packets + burst - 1) / burst;
}
