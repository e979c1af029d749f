/**
 * Builds result documents for tests: valid unless the test breaks them, with every figure chosen by
 * the caller, so that what a report must print can be worked out by hand.
 */
import type { Cell, CellArm, CellExtra, CellWindow } from "../../src/result/cellSchema.js";
import { DISCLAIMER } from "../../src/result/disclaimer.js";
import type { ResultDocument } from "../../src/result/resultDocument.js";

/** A cell to build. Times may depend on the block and the CPU, so that noise can be planted. */
export interface CellPlan {
  readonly designs: readonly string[];
  /** ns per packet of an arm on a CPU in a block of a process. */
  readonly nsPerPacket: (arm: number, block: number, cpu: number, process: number) => number;
  readonly blocks: number;
  readonly cpus?: number;
  /** @default 1 */
  readonly processes?: number;
  /** Measured beside the designs; their arms come after those. @default none */
  readonly extras?: readonly CellExtra["role"][];
}

/** Packets per CPU in every built window. */
export const WINDOW_PACKETS = 10_000;

/** An arm with plain figures: 1 hit and 1 lookup in 10 packets, 2 atomics, 4 loads. */
export function buildArm(design: string): CellArm {
  return {
    design,
    counted: {
      packets: 10_000,
      perPacket: {
        hits: 0.9,
        allocations: 0.00002,
        lookups: 0.1,
        atomicStores: 1,
        atomicRmw: 0.5,
        atomicCmpxchg: 0.5,
        atomicLoads: 4,
      },
    },
    periods: [],
    entries: 12_345,
    memory: { slabBytes: 1_572_864, peakObjects: 12_400, tableBytes: 104_857_600 },
    judge: { packets: 10_000, perFate: { forwarded: 9_500, "dropped: ttl": 500 } },
    audit: { ok: true, checks: 12, failures: [] },
  };
}

/** The windows of all processes, one process after the other. */
export function buildWindows(plan: CellPlan): CellWindow[] {
  return Array.from({ length: plan.processes ?? 1 }, (_, p) => processWindows(plan, p)).flat();
}

/** One window after another on one clock; within a window all CPUs start together. */
function processWindows(plan: CellPlan, process: number): CellWindow[] {
  const arms = plan.designs.length + (plan.extras?.length ?? 0);
  const cpus = Array.from({ length: plan.cpus ?? 1 }, (_, cpu) => cpu);
  const windows: CellWindow[] = [];
  let nowNs = 1_000;
  for (let block = 0; block < plan.blocks; block++) {
    for (let arm = 0; arm < arms; arm++) {
      const nsOf = (cpu: number): number => plan.nsPerPacket(arm, block, cpu, process);
      const startNs = cpus.map(() => nowNs);
      const endNs = cpus.map((cpu) => nowNs + nsOf(cpu) * WINDOW_PACKETS);
      windows.push({
        process,
        sequence: windows.length,
        block,
        position: arm,
        arm,
        packets: cpus.map(() => WINDOW_PACKETS),
        startNs,
        endNs,
        timersRun: 0,
        rcuCallbacks: 0,
        rcuBacklogBefore: 0,
        rcuBacklogAfter: 0,
        ticks: 10,
        runDelayNs: cpus.map(() => 0),
        stealMs: 0,
      });
      nowNs = Math.max(...endNs) + 50_000;
    }
  }
  return windows;
}

/** A cell of `internet-mix`, pinned, on as many cores as CPUs. */
export function buildCell(plan: CellPlan): Cell {
  const cpus = plan.cpus ?? 1;
  return {
    workload: "internet-mix",
    path: "forward",
    cpus,
    cores: cpus,
    oversubscribed: false,
    flows: {
      listPackets: 4_000_000,
      distinctFlows: 100_000,
      hostsPerPrefix: 4,
      sources: 1_000,
      packetsPerFlow: null,
      zipfExponent: 1,
      frameBytes: 64,
      receiveDevices: 4,
      transmitDevices: 4,
      spread: "RSS hash of saddr and daddr",
    },
    time: { source: "packets", packetsPerSecondPerCpu: 1_000_000, hz: 1000 },
    windowPackets: WINDOW_PACKETS,
    leadInPackets: 1_000,
    arms: plan.designs.map(buildArm),
    extras: (plan.extras ?? []).map((role) => ({
      role,
      judgedPackets: role === "control" ? 0 : 10_000,
      audit: { ok: true, failures: [] },
    })),
    processes: Array.from({ length: plan.processes ?? 1 }, (_, process) => ({
      process,
      pinned: true,
      threadIds: Array.from({ length: cpus }, (_, cpu) => 100 + cpu),
      pingPongNs: cpus === 1 ? null : 84,
      controlPackets: 0,
      warmUp: [...plan.designs, ...(plan.extras ?? [])].map(() => ({ windows: 3, settled: true })),
      pressureMs: 0,
    })),
    windows: buildWindows(plan),
    notes: [],
  };
}

/** A document of these cells; its designs are the ones that the cells use. */
export function buildResult(...cells: Cell[]): ResultDocument {
  const names = [...new Set(cells.flatMap((cell) => cell.arms.map((arm) => arm.design)))];
  const processes = Math.max(1, ...cells.map((cell) => cell.processes.length));
  return {
    schema: "dstbench-result",
    version: 2,
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version: "0.1.0" },
    createdAt: "2026-01-02T03:04:05Z",
    command: "dstbench compare",
    seed: 7,
    environment: {
      node: "20.20.2",
      v8: "11.3.244",
      platform: "linux-x64",
      kernel: "6.1.0",
      cpuModel: "Test CPU",
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      v8Flags: ["--no-liftoff"],
      loadAverage: { before: [0.1, 0.2, 0.3], after: [1, 0.5, 0.4] },
    },
    table: {
      name: "internet-2022",
      source: "a routing table of 2022-10-29",
      licence: "CC-BY-SA-4.0",
      routes: 968_428,
      nesting: [500_000, 300_000, 168_428],
      nexthops: 64,
    },
    designs: names.map((name) => ({
      name,
      kernel: name.split("+")[0] ?? name,
      knobs: { "route-cache": "nexthop", "output-slot": "percpu" },
      images: { release: "a".repeat(64), debug: "b".repeat(64) },
    })),
    plan: {
      mode: processes === 1 ? "quick" : "processes",
      marginShare: 0.02,
      halfWidthShare: 0.01,
      processesMax: 20,
      blocksMax: 40,
      budgetMs: 60_000,
      stoppedBy: "processes",
    },
    processes: Array.from({ length: processes }, (_, p) => ({
      seed: 7 + p,
      startedAt: "2026-01-02T03:04:06Z",
      setUpMs: 2_000,
      placebo: null,
      cellOrder: cells.map(({ workload, cpus }) => `${workload}, ${cpus}`),
    })),
    cells,
    errors: [],
    notes: [],
  };
}
