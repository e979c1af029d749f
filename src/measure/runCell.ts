/**
 * One cell: a workload on a number of CPUs, all designs interleaved. Judge first, then count, then
 * time.
 */
import type { Design } from "../image/designs.js";
import type { Cpus } from "../machine/cpus.js";
import type { Experiment } from "../machine/experiment.js";
import type { Machine } from "../machine/machine.js";
import type { World } from "../reference/world.js";
import type { Cell, CellArm } from "../result/cellSchema.js";
import type { FateFrame } from "../workloads/fates.js";
import { buildFlowLists, type FlowLists } from "../workloads/flows.js";
import { receiveDevices } from "../workloads/standardWorld.js";
import type { Workload } from "../workloads/workload.js";
import type { CompareOptions } from "./compare.js";
import { type CountedCosts, countCosts } from "./countCosts.js";
import { type Judgement, type JudgeRequest, judgeFrames, judgeWorkload } from "./judge.js";
import { judgeStory } from "./judgeStories.js";
import { runWindows, type WindowRun } from "./runWindows.js";

/** What all cells of a run share. */
export interface CellContext {
  readonly options: CompareOptions;
  readonly designs: readonly Design[];
  readonly experiment: Experiment;
  /** Machines that are timed, and those that count, by design. */
  readonly release: readonly Machine[];
  readonly debug: readonly Machine[];
  readonly world: World;
  readonly judgeWith: Omit<JudgeRequest, "machine">;
  readonly fateFrames: readonly FateFrame[];
  /** Judgements of the fate frames, once for each machine. */
  readonly judgedFates: Map<Machine, Judgement>;
  readonly blocksMin: number;
}

/** Packets of the workload that are compared with the reference before it is timed. */
const JUDGED_PACKETS = 10_048;
const KMEM_CACHE_RTABLE = 0;
const COUNTER_DST_ENTRIES = 0;
const PAGE_BYTES = 4096;
const HZ = 1000;
const FRAME_BYTES = 64;
const PING_PONG_ROUNDS = 20_000;

/** Judges an image with frames of every fate (once) and with the cell's own packets. */
function judge(
  context: CellContext,
  machine: Machine,
  workload: Workload,
  flows: Uint32Array,
): Judgement {
  const request = { ...context.judgeWith, machine };
  let fates = context.judgedFates.get(machine);
  if (fates === undefined) {
    fates = judgeFrames(request, context.fateFrames);
    context.judgedFates.set(machine, fates);
  }
  const packets = judgeWorkload(request, workload.path, flows, JUDGED_PACKETS);
  judgeStory(machine, workload.path, context.options.nexthops);
  const perFate = { ...fates.perFate };
  for (const [fate, n] of Object.entries(packets.perFate)) {
    perFate[`workload ${fate}`] = n;
  }
  return { packets: fates.packets + packets.packets, perFate };
}

/** Half a round trip of a word between CPUs 0 and 1, in nanoseconds; null with one CPU. */
async function pingPong(cpus: Cpus, n: number): Promise<number | null> {
  if (n < 2) return null;
  const reports = await cpus.onAll({ kind: "pingPong", rounds: PING_PONG_ROUNDS }, "ping-pong");
  const ran = reports.filter((r) => r.ran && r.endNs > r.startNs);
  if (ran.length < 2) return null;
  const spanNs = Math.max(...ran.map((r) => r.endNs)) - Math.min(...ran.map((r) => r.startNs));
  return spanNs / PING_PONG_ROUNDS / 2;
}

function memoryOf(machine: Machine): CellArm["memory"] {
  const control = machine.cpu(machine.controlCpu);
  return {
    slabBytes: control.call("slabPagesUsed") * PAGE_BYTES,
    peakObjects: control.call("slabObjects", KMEM_CACHE_RTABLE),
    tableBytes: control.call("tablePartBytes"),
  };
}

function flowsOf(
  context: CellContext,
  workload: Workload,
  lists: FlowLists,
  cpus: number,
): Cell["flows"] {
  const { world } = context;
  return {
    listPackets: lists.packetsPerCpu * cpus,
    distinctFlows: lists.flows,
    hostsPerPrefix: workload.hostsPerPrefix,
    sources: workload.destinations === "one" ? cpus : workload.sources,
    packetsPerFlow: workload.destinations === "one" ? lists.packetsPerCpu : null,
    zipfExponent: workload.destinations === "zipf" ? workload.zipfExponent : null,
    frameBytes: FRAME_BYTES,
    receiveDevices: workload.path === "forward" ? receiveDevices(world).length : 0,
    transmitDevices: world.devices.filter((d) => d.kind === "tx" && d.forwarding).length,
    spread:
      workload.destinations === "one"
        ? "one destination from one source for each CPU"
        : "Toeplitz hash of source and destination, 128 entries",
  };
}

/** Drains RCU on every CPU of every timed machine, so that entries and memory are at rest. */
async function settle(context: CellContext, cpus: Cpus): Promise<void> {
  for (const [number, machine] of context.release.entries()) {
    await cpus.onAll({ kind: "drain", machine: number }, `draining ${machine.image.name}`);
  }
}

/** One design's part of the cell, after its windows. */
function armOf(machine: Machine, judged: Judgement, counted: CountedCosts | undefined): CellArm {
  const control = machine.cpu(machine.controlCpu);
  return {
    design: machine.image.name,
    counted: counted ?? null,
    periods: [],
    entries: control.call("percpuCounterSum", COUNTER_DST_ENTRIES),
    memory: memoryOf(machine),
    judge: judged,
    audit: { ok: false, checks: 0, failures: ["not audited"] },
  };
}

/** Judges every image on the cell's packets, timed ones and counting ones, and counts. */
function judgeAndCount(
  context: CellContext,
  workload: Workload,
  flows: Uint32Array,
  n: number,
): { judged: Judgement[]; counted: CountedCosts[] } {
  const judged = context.release.map((machine) => judge(context, machine, workload, flows));
  const counted = context.debug.map((machine) => {
    judge(context, machine, workload, flows);
    return countCosts(machine, workload.path, n);
  });
  return { judged, counted };
}

/** Runs the cell's windows on the workers. */
function timeWindows(
  context: CellContext,
  cpus: Cpus,
  cell: { workload: Workload; n: number; label: string },
): Promise<WindowRun> {
  const { options, release, experiment } = context;
  const { workload, n, label } = cell;
  return runWindows({
    machines: release.map((_, i) => i),
    names: release.map((machine) => machine.image.name),
    loop: workload.path === "forward" ? "forwardPackets" : "sendPackets",
    cpus: n,
    oversubscribed: n > coresOf(experiment),
    seed: options.seed,
    blocksMax: options.blocks,
    budgetMs: options.cellBudgetMs,
    blocksMin: context.blocksMin,
    onAll: (task, doing) => cpus.onAll(task, `${doing} (${label})`),
    onBlock: (done, of) => options.progress(`${label}: block ${done}/${of}`),
    stopped: options.stopped,
  });
}

function coresOf(experiment: Experiment): number {
  return experiment.machines[0]?.options.cores ?? 1;
}

/** Runs one cell. @throws {JudgeError} {CpuFailure} */
export async function runCell(
  context: CellContext,
  cpus: Cpus,
  workload: Workload,
  n: number,
  label: string,
): Promise<Cell> {
  const { options, experiment, release, world } = context;
  options.progress(`${label}: flows`);
  const flowOptions = { cpus: n, packets: options.flowPackets, seed: options.seed, world };
  const lists = buildFlowLists(workload, options.table, flowOptions);
  experiment.setFlows(lists.perCpu);
  options.progress(`${label}: judge`);
  const flows = lists.perCpu[0] ?? new Uint32Array(0);
  const { judged, counted } = judgeAndCount(context, workload, flows, n);
  experiment.setFlows(lists.perCpu);
  const pingPongNs = await pingPong(cpus, n);
  const run = await timeWindows(context, cpus, { workload, n, label });
  await settle(context, cpus);
  const none: Judgement = { packets: 0, perFate: {} };
  return {
    workload: workload.name,
    path: workload.path,
    cpus: n,
    cores: coresOf(experiment),
    oversubscribed: n > coresOf(experiment),
    flows: flowsOf(context, workload, lists, n),
    time: { source: "packets", packetsPerSecondPerCpu: options.packetsPerSecond, hz: HZ },
    windowPackets: run.windowPackets,
    leadInPackets: run.leadInPackets,
    extras: [],
    processes: [
      {
        process: 0,
        pinned: cpus.pinned,
        threadIds: cpus.threadIds.slice(0, n),
        pingPongNs,
        controlPackets: 0,
        warmUp: release.map(() => ({ windows: 0, settled: true })),
        pressureMs: null,
      },
    ],
    arms: release.map((machine, i) => armOf(machine, judged[i] ?? none, counted[i])),
    windows: run.windows,
    notes: [],
  };
}
