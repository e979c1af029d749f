/**
 * The measuring engine, first form: short windows behind one gate, designs interleaved in random
 * order within blocks. It yields raw windows in order and judges nothing; `analyse.ts` does that.
 * Kept behind `RunWindows` so that another engine can take its place.
 */
import type { CpuReport, CpuTask } from "../machine/cpuTask.js";
import type { CellWindow } from "../result/cellSchema.js";
import { blockOrder } from "./statisticsBlocks.js";

/** What an engine needs to run windows, without knowing what a machine is. */
export interface WindowPlan {
  /** Number of each arm's machine among the workers' machines. */
  readonly machines: readonly number[];
  readonly names: readonly string[];
  readonly loop: Extract<CpuTask, { kind: "window" }>["loop"];
  readonly cpus: number;
  readonly oversubscribed: boolean;
  readonly seed: number;
  /** Stop after this many blocks, or when the time is over, whichever is first. */
  readonly blocksMax: number;
  readonly budgetMs: number;
  /** Fewest blocks, whatever the budget: an interval needs them. */
  readonly blocksMin: number;
  readonly onAll: (task: CpuTask, doing: string) => Promise<CpuReport[]>;
  readonly onBlock?: (done: number, of: number) => void;
  /** True once the user has asked to stop. */
  readonly stopped?: () => boolean;
}

/** Raw windows and the lengths they were run with. */
export interface WindowRun {
  readonly windows: CellWindow[];
  readonly windowPackets: number;
  readonly leadInPackets: number;
}

/** An engine: runs a cell's windows. */
export type RunWindows = (plan: WindowPlan) => Promise<WindowRun>;

const WINDOW_NS = 3e6;
/** Where CPUs outnumber cores they take turns of milliseconds: a window must hold many. */
const WINDOW_OVERSUBSCRIBED_NS = 50e6;
const BURST = 64;
const PROBE_PACKETS = 4_096;
const PROBES = 3;

function toBursts(packets: number): number {
  return Math.max(BURST, Math.round(packets / BURST) * BURST);
}

function nsPerPacket(reports: readonly CpuReport[], packets: number): number {
  const ran = reports.filter((r) => r.ran);
  return Math.max(...ran.map((r) => r.endNs - r.startNs)) / packets;
}

/** One window of one arm on all CPUs, as the document keeps it. */
function toWindow(
  reports: readonly CpuReport[],
  place: { sequence: number; block: number; position: number; arm: number },
  packets: number,
): CellWindow {
  const ran = reports.filter((r) => r.ran).sort((a, b) => a.cpu - b.cpu);
  const sum = (pick: (r: CpuReport) => number): number => ran.reduce((s, r) => s + pick(r), 0);
  return {
    process: 0,
    ...place,
    packets: ran.map(() => packets),
    startNs: ran.map((r) => r.startNs),
    endNs: ran.map((r) => r.endNs),
    timersRun: sum((r) => r.deferredRun),
    rcuCallbacks: sum((r) => r.callbacksRun),
    rcuBacklogBefore: sum((r) => r.backlogBefore),
    rcuBacklogAfter: sum((r) => r.backlogAfter),
    ticks: Math.max(0, ...ran.map((r) => r.ticks)),
    runDelayNs: null,
    stealMs: null,
  };
}

/** Packets of a window so that it lasts about as long as it should for the design in the middle. */
async function calibrate(plan: WindowPlan): Promise<number> {
  const costs: number[] = [];
  for (const [arm, machine] of plan.machines.entries()) {
    let best = Number.POSITIVE_INFINITY;
    for (let probe = 0; probe < PROBES; probe++) {
      const task = windowTask(plan, machine, PROBE_PACKETS, PROBE_PACKETS);
      const reports = await plan.onAll(task, `calibrating ${plan.names[arm]}`);
      best = Math.min(best, nsPerPacket(reports, PROBE_PACKETS));
    }
    costs.push(best);
  }
  const middle = Math.exp(costs.reduce((sum, ns) => sum + Math.log(ns), 0) / costs.length);
  const windowNs = plan.oversubscribed ? WINDOW_OVERSUBSCRIBED_NS : WINDOW_NS;
  return toBursts(windowNs / middle);
}

function windowTask(plan: WindowPlan, machine: number, packets: number, leadIn: number): CpuTask {
  return { kind: "window", machine, loop: plan.loop, cpus: plan.cpus, packets, leadIn };
}

/** Blocks of all arms in random order, each arm once a block. */
export const runWindows: RunWindows = async (plan) => {
  const windowPackets = await calibrate(plan);
  const leadInPackets = toBursts(windowPackets / 3);
  const windows: CellWindow[] = [];
  const orders = blockOrder(plan.machines.length, plan.blocksMax, plan.seed);
  const start = performance.now();
  for (const [block, order] of orders.entries()) {
    const late = performance.now() - start > plan.budgetMs && block >= plan.blocksMin;
    if (late || plan.stopped?.() === true) break;
    for (const [position, arm] of order.entries()) {
      const machine = plan.machines[arm] ?? 0;
      const task = windowTask(plan, machine, windowPackets, leadInPackets);
      const reports = await plan.onAll(task, `window ${windows.length} of ${plan.names[arm]}`);
      const place = { sequence: windows.length, block, position, arm };
      windows.push(toWindow(reports, place, windowPackets));
    }
    plan.onBlock?.(block + 1, plan.blocksMax);
  }
  return { windows, windowPackets, leadInPackets };
};
