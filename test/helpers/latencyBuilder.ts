/** A small latency document: two designs, a closed loop and an open one, two processes. */
import { bucketOf } from "../../src/machine/burstLatency.js";
import type {
  CapacityPlan,
  CapacitySearch,
  CapacityTrial,
} from "../../src/result/capacitySchema.js";
import { loadTrialOf } from "../../src/result/capacitySchema.js";
import { DISCLAIMER } from "../../src/result/disclaimer.js";
import type { LatencyDocument, LatencyTrial } from "../../src/result/latencyDocument.js";
import { goalResult } from "../../src/result/loadBounds.js";

/** What a CPU leaves whose bursts took so long, in nanoseconds. */
export function cpuOf(latenciesNs: readonly number[], unrun = 0): LatencyTrial["cpus"][number] {
  const counts = new Map<number, number>();
  for (const ns of latenciesNs) counts.set(bucketOf(ns), (counts.get(bucketOf(ns)) ?? 0) + 1);
  return {
    startNs: 1_000,
    endNs: 1_000 + 64_000 * latenciesNs.length,
    bursts: latenciesNs.length,
    late: latenciesNs.filter((ns) => ns > 1e6).length,
    unrun,
    maxNs: Math.max(0, ...latenciesNs),
    sumNs: latenciesNs.reduce((sum, ns) => sum + ns, 0),
    histogram: [...counts].sort(([a], [b]) => a - b),
  };
}

/** A trial of one CPU with these bursts. */
export function trialOf(
  place: Pick<LatencyTrial, "process" | "design" | "load">,
  latenciesNs: readonly number[],
  unrun = 0,
): LatencyTrial {
  return {
    ...place,
    round: 0,
    position: 0,
    packets: 64 * (latenciesNs.length + unrun),
    cpus: [cpuOf(latenciesNs, unrun)],
    timersRun: 0,
    rcuCallbacks: 0,
    ticks: 3,
    runDelayNs: [0],
    stealMs: null,
  };
}

const ENVIRONMENT: LatencyDocument["environment"] = {
  node: "v20.20.2",
  v8: "11",
  platform: "linux-x64",
  kernel: null,
  cpuModel: "made up",
  cores: 2,
  memoryBytes: 1,
  v8Flags: [],
  loadAverage: null,
};

/** Two goals: no burst late in two trials, and 1 % in two of three. */
export const CAPACITY: CapacityPlan = {
  goals: [
    { lateShare: 0, exceedShare: 0, finalMs: 100, sumMs: 200, widthShare: 0.05 },
    { lateShare: 0.01, exceedShare: 0.5, finalMs: 100, sumMs: 300, widthShare: 0.05 },
  ],
  initialMs: 50,
  trialsMax: 40,
  searchMs: 7_000,
};

/** A full trial of 1,000 bursts, so many of them late. */
export function capacityTrialOf(
  packetsPerSecond: number,
  late: number,
  change: Partial<CapacityTrial> = {},
): CapacityTrial {
  const cpu = { startNs: 5, endNs: 1e8, bursts: 1_000, late, unrun: 0, maxNs: 2e6 };
  const trial = { packetsPerSecond, ms: 100, packets: 64_000, cpus: [cpu] };
  return { ...trial, runDelayNs: [0], stealMs: 0, isRepeated: false, ...change };
}

/** A search with these trials, and what they say. */
export function searchOf(
  trials: readonly CapacityTrial[],
  change: Partial<CapacitySearch> = {},
): CapacitySearch {
  const told = trials.filter(({ isRepeated }) => !isRepeated).map(loadTrialOf);
  return {
    process: 0,
    design: 0,
    loadMin: 20_000,
    loadMax: 4e6,
    spentMs: 1_500,
    end: "done",
    trials: [...trials],
    results: CAPACITY.goals.map((goal) => goalResult(told, goal)),
    ...change,
  };
}

/** A document with searches and no other loads. */
export function capacityDocument(searches: readonly CapacitySearch[]): LatencyDocument {
  const document = latencyDocument([]);
  document.plan.capacity = structuredClone(CAPACITY);
  for (const cell of document.cells) {
    cell.loads = [];
    cell.searches = structuredClone([...searches]);
  }
  return document;
}

/** The document; `trials` of one cell at a closed loop and at 2 Mpps. */
export function latencyDocument(trials: readonly LatencyTrial[]): LatencyDocument {
  const process = {
    startedAt: "2026-11-25T12:00:00.000Z",
    pinned: true,
    clock: { readNs: 50, stepNs: 10 },
    auditFailures: [],
  };
  return {
    schema: "dstbench-latency",
    version: 1,
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version: "0.1.0" },
    createdAt: "2026-11-25T12:00:00.000Z",
    command: "dstbench latency",
    seed: 1,
    environment: ENVIRONMENT,
    table: { name: "t", source: "s", licence: "l", routes: 1_000, nesting: [1_000], nexthops: 8 },
    designs: ["linux-2.6.18", "no-cache"].map((name) => ({
      name,
      kernel: name,
      knobs: {},
      images: { timed: "0".repeat(64) },
    })),
    burst: { packets: 64, bucketsPerOctave: 128 },
    time: { packetsPerSecondPerCpu: 1e6, hz: 1000 },
    rhashEntries: 8_192,
    plan: {
      processesMax: 2,
      rounds: 1,
      trialMs: 100,
      goalNs: 1e6,
      giveUpNs: 1e9,
      budgetMs: 60_000,
    },
    processes: [
      { ...process, seed: 5 },
      { ...process, seed: 6 },
    ],
    cells: [
      {
        workload: "scan",
        cpus: 1,
        cores: 2,
        oversubscribed: false,
        loads: [{ packetsPerSecond: null }, { packetsPerSecond: 2e6 }],
        judgedPackets: [10, 10],
        trials: [...trials],
      },
    ],
    errors: [],
    notes: [],
  };
}
