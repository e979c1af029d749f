/**
 * One cell in one process: a workload on a number of CPUs, all arms interleaved. Judge first, then
 * count, then time. Where another process judged, the images must do what they did there.
 */
import { sourceCheckOf } from "../image/knobs.js";
import type { CpuReport, CpuTask } from "../machine/cpuTask.js";
import { isOversubscribed, type Machine } from "../machine/machine.js";
import { emptyRouteCache, hasRouteCache } from "../machine/routeCache.js";
import type { CarriedCache } from "../result/cacheSchema.js";
import type { CellArm } from "../result/cellSchema.js";
import type { CellSideLoad } from "../result/sideLoadSchema.js";
import { buildFlowLists, type FlowLists } from "../workloads/flows.js";
import {
  findWorkload,
  PACKETS_PER_SECOND,
  type PacketPath,
  type Workload,
} from "../workloads/workload.js";
import { CacheWatch } from "./cacheSeries.js";
import { carryCaches } from "./carryCaches.js";
import { type FlowFacts, readFlows } from "./cellFlows.js";
import { type CountedCosts, countCosts } from "./countCosts.js";
import { between, pressureMs, stealMs } from "./covariates.js";
import {
  JudgeError,
  type Judgement,
  judgeFrames,
  judgeWorkload,
  type KnownFates,
} from "./judge.js";
import { digestWorkload } from "./judgeDigest.js";
import { judgeStory } from "./judgeStories.js";
import { HZ, type JudgeContext, type ProcessContext, timedMachines } from "./processContext.js";
import { type CellFacts, type CellPart, cellLabel } from "./processRequest.js";
import { renewing } from "./renewFlows.js";
import { runWindows, type WindowArm, type WindowRun } from "./runWindows.js";
import { type OnAll, SideLoadRun } from "./sideLoadRun.js";

/** Packets of the workload that are compared with the reference before it is timed. */
const JUDGED_PACKETS = 10_048;
/** The first of these: what every machine of every process must treat as the judged ones did. */
const DIGEST_PACKETS = 4_096;
const KMEM_CACHE_RTABLE = 0;
const DST_OPS_IPV4 = 1;
const PAGE_BYTES = 4096;
const PING_PONG_ROUNDS = 20_000;
/** Least time between two reports of progress inside a cell. */
const PROGRESS_MS = 500;

/** What a process reports while it runs. */
export interface CellHooks {
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

/** Judges an image with frames of every fate (once) and with the cell's own packets. */
function judge(
  judging: JudgeContext,
  machine: Machine,
  cell: { path: PacketPath; nexthops: number },
  flows: { list: Uint32Array; known: KnownFates },
): Judgement {
  const request = { ...judging.judgeWith, machine, known: flows.known };
  let fates = judging.judgedFates.get(machine);
  if (fates === undefined) {
    fates = judgeFrames(request, judging.fateFrames(sourceCheckOf(machine.image.row)));
    judging.judgedFates.set(machine, fates);
  }
  // A cache that is full of other flows refuses new ones, as the kernel does: no fault to judge.
  if (hasRouteCache(machine)) emptyRouteCache(machine);
  const packets = judgeWorkload(request, cell.path, flows.list, JUDGED_PACKETS);
  judgeStory(machine, cell.path, cell.nexthops);
  const perFate = { ...fates.perFate };
  for (const [fate, n] of Object.entries(packets.perFate)) perFate[`workload ${fate}`] = n;
  return { packets: fates.packets + packets.packets, perFate };
}

/** What the judge and the counters say of a cell. */
interface Judged {
  readonly judged: readonly Judgement[];
  readonly counted: readonly CountedCosts[];
}

function judgeAndCount(
  context: ProcessContext,
  judging: JudgeContext,
  cell: { path: PacketPath; nexthops: number; cpus: number },
  list: Uint32Array,
): Judged {
  const flows = { list, known: new Map() };
  const judged = context.release.map((machine) => judge(judging, machine, cell, flows));
  if (context.placebo !== null) judge(judging, context.placebo, cell, flows);
  const counted = context.debug.map((machine) => {
    judge(judging, machine, cell, flows);
    return countCosts(machine, cell.path, cell.cpus);
  });
  return { judged, counted };
}

/** Judges and counts in the process that has the reference; elsewhere nothing. */
export function judgeFirst(
  context: ProcessContext,
  cell: { path: PacketPath; cpus: number },
  lists: readonly Uint32Array[],
): Judged {
  const { judging, experiment, request } = context;
  if (judging === null) return { judged: [], counted: [] };
  experiment.setFlows(lists);
  const what = { ...cell, nexthops: request.nexthops };
  return judgeAndCount(context, judging, what, lists[0] ?? new Uint32Array(0));
}

/** Every timed machine must do the same with the first packets; @throws {JudgeError} */
export function checkDigests(
  context: ProcessContext,
  path: PacketPath,
  wanted: string | null,
): string {
  let digest = wanted;
  for (const { machine } of timedMachines(context)) {
    // As before it was judged: a cache that is full of another cell's flows refuses new ones.
    if (hasRouteCache(machine)) emptyRouteCache(machine);
    const found = digestWorkload(machine, path, DIGEST_PACKETS);
    if (digest !== null && found !== digest) {
      const what = `process ${context.request.process}: ${machine.image.name}`;
      throw new JudgeError(
        `${what}: expected the frames that were judged (${digest.slice(0, 12)}…), ` +
          `found others (${found.slice(0, 12)}…)`,
      );
    }
    digest = found;
  }
  return digest ?? "";
}

/** Half a round trip of a word between CPUs 0 and 1, in nanoseconds; null with one CPU. */
async function pingPong({ cpus }: ProcessContext, n: number): Promise<number | null> {
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

/**
 * Lets go the packets that wait for a neighbour and drains RCU on every CPU of every timed machine,
 * so that entries and memory are at rest.
 */
async function settle(context: ProcessContext): Promise<void> {
  for (const { number, machine } of timedMachines(context)) {
    machine.cpu(machine.controlCpu).call("neighPurge");
    await context.cpus.onAll({ kind: "drain", machine: number }, `draining ${machine.image.name}`);
  }
}

/** One design's part of the cell, after its windows. */
function armOf(machine: Machine, judged?: Judgement, counted?: CountedCosts): CellArm {
  const control = machine.cpu(machine.controlCpu);
  return {
    design: machine.image.name,
    counted: counted ?? null,
    periods: [],
    entries: control.call("dstEntriesOf", DST_OPS_IPV4, 0),
    memory: memoryOf(machine),
    judge: judged ?? { packets: 0, perFate: {} },
    audit: { ok: false, checks: 0, failures: ["not audited"] },
  };
}

/** What takes turns: the designs, the placebo (or the planted arm), the control. */
export function armsOf(context: ProcessContext, path: PacketPath): WindowArm[] {
  const { release, placebo, request, experiment, machinesOf } = context;
  const loop = path === "forward" ? "forwardPackets" : "sendPackets";
  const ofMachine = (machine: Machine, arm: number, workShare: number): WindowArm => {
    const places = (machinesOf[arm] ?? []).flatMap((number) => {
      const layouts = experiment.machines[number]?.modules ?? [];
      return layouts.map((_, layout) => ({ machine: number, layout }));
    });
    return { places, name: machine.image.name, loop, isControl: false, workShare };
  };
  const designs = release.map((machine, arm) => ofMachine(machine, arm, 1));
  const share = request.plantedShare ?? 1;
  const twin = placebo === null ? [] : [ofMachine(placebo, release.length, share)];
  const control: WindowArm = {
    places: [{ machine: 0, layout: 0 }],
    name: "the control",
    loop: "controlPackets",
    isControl: true,
    workShare: 1,
  };
  return [...designs, ...twin, control];
}

function timeWindows(
  context: ProcessContext,
  number: number,
  path: PacketPath,
  runs: { onAll: OnAll; hooks: CellHooks },
): Promise<WindowRun> {
  const { request, experiment, sideLoad } = context;
  const { hooks } = runs;
  const cell = request.cells[number];
  if (cell === undefined) throw new RangeError(`no cell ${number}`);
  const label = cellLabel(cell);
  let toldAt = performance.now();
  return runWindows({
    arms: armsOf(context, path),
    process: request.process,
    cpus: cell.cpus,
    oversubscribed: isOversubscribed(cell.cpus, coresOf(experiment.machines), sideLoad !== null),
    // A cell's orders are its own, and the same whatever order cells come in.
    seed: request.seed + number,
    lengths: cell.lengths,
    blocksMax: request.blocksMax,
    budgetMs: request.cellBudgetMs,
    blocksMin: request.blocksMin,
    onAll: (task: CpuTask, doing: string): Promise<CpuReport[]> =>
      runs.onAll(task, `${doing} (${label})`),
    stealMs,
    onBlock: (done, of) => {
      // Whoever shows progress does so on a core that is measured: seldom, then.
      if (done > 1 && performance.now() - toldAt < PROGRESS_MS) return;
      toldAt = performance.now();
      hooks.progress(`${label}: block ${done}/${of}`);
    },
    stopped: hooks.stopped,
  });
}

/** Cores that the machines were booted for. */
export function coresOf(machines: readonly Machine[]): number {
  return machines[0]?.options.cores ?? 1;
}

/** The cell's lists: from the first process's files, or drawn anew where flows must not come twice,
 * because then whoever draws them must go on drawing. */
function listsOf(
  { request, world }: ProcessContext,
  number: number,
  workload: Workload,
): Pick<FlowLists, "perCpu" | "renewal" | "packetsPerCpu"> {
  const cpus = request.cells[number]?.cpus ?? 1;
  if (workload.hitShare !== undefined) {
    const { table, flowPackets: packets, runSeed: seed } = request;
    return buildFlowLists(workload, table, { cpus, packets, seed, world });
  }
  const perCpu = readFlows(request.flowsFolder, number, cpus);
  return { perCpu, packetsPerCpu: (perCpu[0]?.length ?? 0) / 2 };
}

/** What runs windows, with all that goes on beside them. */
interface WatchedRuns {
  readonly beside: SideLoadRun | null;
  readonly watch: CacheWatch;
  readonly onAll: OnAll;
}

function watchedRuns(
  context: ProcessContext,
  lists: Pick<FlowLists, "renewal" | "packetsPerCpu">,
  cpusOfCell: number,
): WatchedRuns {
  const { cpus, release, placebo, sideLoad, request } = context;
  const timed = [...release, ...(placebo === null ? [] : [placebo])];
  const beside = sideLoad === null ? null : new SideLoadRun(cpus, timed, sideLoad);
  const watch = new CacheWatch(release, request.rhashEntries ?? undefined);
  const plain: OnAll = (task, doing) => cpus.onAll(task, doing);
  const whole = watch.watching(renewing(beside?.onAll ?? plain, timed, lists, cpusOfCell));
  // The control has nothing of a design beside it, and moves none along its list.
  const onAll: OnAll = (task, doing) =>
    task.kind === "window" && task.loop === "controlPackets"
      ? plain(task, doing)
      : whole(task, doing);
  return { beside, watch, onAll };
}

/** Offered packets per second of one CPU in a cell. */
function rateOf({ request }: ProcessContext, workload: Workload): number {
  return request.packetsPerSecond ?? workload.packetsPerSecond ?? PACKETS_PER_SECOND;
}

/** Fills the route caches where the workload begins with full ones; else nothing. */
async function fillCaches(
  context: ProcessContext,
  cell: { readonly workload: Workload; readonly cpus: number },
  hooks: CellHooks,
): Promise<(CarriedCache | null)[]> {
  const { cpus, release, placebo, request } = context;
  const { workload } = cell;
  if (workload.startsFull !== true) return [];
  hooks.progress(`${cellLabel({ workload: workload.name, cpus: cell.cpus })}: filling caches`);
  return carryCaches({
    machines: [...release, ...(placebo === null ? [] : [placebo])],
    loop: workload.path === "forward" ? "forwardPackets" : "sendPackets",
    cpus: cell.cpus,
    packetsPerSecond: rateOf(context, workload),
    rhashEntries: request.rhashEntries ?? undefined,
    onAll: (task, doing) => cpus.onAll(task, doing),
    stopped: hooks.stopped,
  });
}

/** A side load without what it did beside the placebo: arms of the document are designs. */
function ofDesigns(load: CellSideLoad, designs: number): CellSideLoad {
  return { ...load, arms: load.arms.slice(0, designs) };
}

/** Runs one cell. @throws {JudgeError} {CpuFailure} */
export async function runCell(
  context: ProcessContext,
  number: number,
  flows: FlowFacts | undefined,
  hooks: CellHooks,
): Promise<CellPart> {
  const { request, experiment, cpus } = context;
  const cell = request.cells[number];
  if (cell === undefined) throw new RangeError(`no cell ${number}`);
  const workload = findWorkload(cell.workload);
  const { path } = workload;
  const flowLists = listsOf(context, number, workload);
  const lists = flowLists.perCpu;
  for (const machine of experiment.machines) machine.setRate(rateOf(context, workload));
  hooks.progress(`${cellLabel(cell)}: judge`);
  const judged = judgeFirst(context, { path, cpus: cell.cpus }, lists);
  experiment.setFlows(lists);
  const digest = checkDigests(context, path, cell.digest);
  experiment.setFlows(lists);
  const pingPongNs = await pingPong(context, cell.cpus);
  const carried = await fillCaches(context, { workload, cpus: cell.cpus }, hooks);
  const pressureBefore = pressureMs();
  const { beside, watch, onAll } = watchedRuns(context, flowLists, cell.cpus);
  const run = await timeWindows(context, number, path, { onAll, hooks });
  const sideLoad = (await beside?.end()) ?? null;
  const pressure = between(pressureBefore, pressureMs());
  await settle(context);
  const cores = coresOf(experiment.machines);
  const facts: Omit<CellFacts, "flows"> = {
    workload: workload.name,
    path,
    cpus: cell.cpus,
    cores,
    oversubscribed: isOversubscribed(cell.cpus, cores, sideLoad !== null),
    time: { source: "packets", packetsPerSecondPerCpu: rateOf(context, workload), hz: HZ },
  };
  return {
    cell: number,
    facts: flows === undefined ? null : { ...facts, flows },
    arms: context.release.map((machine, i) => {
      const cache = watch.of(machine, carried[i] ?? null);
      const arm = armOf(machine, judged.judged[i], judged.counted[i]);
      return cache === null ? arm : { ...arm, cache };
    }),
    sideLoad: sideLoad === null ? null : ofDesigns(sideLoad, context.release.length),
    process: {
      process: request.process,
      pinned: cpus.pinned,
      threadIds: cpus.threadIds.slice(0, cell.cpus),
      pingPongNs,
      controlPackets: run.lengths.controlPackets,
      warmUp: run.warmUp,
      pressureMs: pressure,
    },
    lengths: run.lengths,
    digest,
    windows: run.windows,
  };
}
