/**
 * What all cells of one measuring process share: the experiment with its machines, its CPUs, and in
 * the first process the reference that judges.
 */
import os from "node:os";
import type { Image } from "../image/imageStore.js";
import { assignNexthops } from "../inputs/nexthops.js";
import { type AuditReport, auditMachine } from "../machine/audit.js";
import { Cpus } from "../machine/cpus.js";
import { Experiment, type ExperimentRequest } from "../machine/experiment.js";
import type { Machine } from "../machine/machine.js";
import { updateBytes } from "../machine/updates.js";
import { ReferenceRouter } from "../reference/referenceRouter.js";
import type { SourceCheck } from "../reference/sourceCheck.js";
import type { World } from "../reference/world.js";
import { buildFateFrames, type FateFrame } from "../workloads/fates.js";
import { drawUpdates, type SideLoad } from "../workloads/sideLoad.js";
import { receiveDevices, standardWorld } from "../workloads/standardWorld.js";
import { rxTemplates } from "../workloads/templates.js";
import { findWorkload, PACKETS_PER_SECOND } from "../workloads/workload.js";
import type { Judgement, JudgeRequest } from "./judge.js";
import { hasReplicas, layoutsOf, placeboOf, replicasOf, withRandomOrder } from "./processImages.js";
import type { AuditPart, ProcessRequest } from "./processRequest.js";
import type { DrawnSideLoad } from "./sideLoadRun.js";
import type { RandomSource } from "./statisticsRandom.js";

/** Jiffies of a machine's second. */
export const HZ = 1000;

/** What judges, in the process that has the reference. */
export interface JudgeContext {
  readonly judgeWith: Omit<JudgeRequest, "machine">;
  /** Frames of every fate, as the rules of `source-check` have them. */
  readonly fateFrames: (check: SourceCheck) => readonly FateFrame[];
  /** Judgements of the fate frames, once for each machine. */
  readonly judgedFates: Map<Machine, Judgement>;
}

/** What the cells of a process share. */
export interface ProcessContext {
  readonly request: ProcessRequest;
  readonly setup: ExperimentSetup;
  readonly world: World;
  readonly experiment: Experiment;
  readonly cpus: Cpus;
  /** Machines that are timed, by design; the placebo; those that count, by design. */
  readonly release: readonly Machine[];
  readonly placebo: Machine | null;
  readonly debug: readonly Machine[];
  /** All machines of each timed arm, the placebo's last, by their numbers in the experiment. */
  readonly machinesOf: readonly (readonly number[])[];
  /** What the control plane does beside every window, drawn; null: nothing. */
  readonly sideLoad: DrawnSideLoad | null;
  /** Null where the first process judged. */
  readonly judging: JudgeContext | null;
}

/** Machines that are timed, with their numbers in the experiment. */
export function timedMachines({
  machinesOf,
  experiment,
}: Pick<ProcessContext, "machinesOf" | "experiment">): { number: number; machine: Machine }[] {
  return machinesOf.flat().map((number) => {
    const machine = experiment.machines[number];
    if (machine === undefined) throw new RangeError(`no machine ${number}`);
    return { number, machine };
  });
}

/** What a run needs before it knows any image: the setup of an experiment. */
export type ExperimentSetup = Omit<ExperimentRequest, "images">;

/** Values that decide how large an experiment is. */
export interface SetupRequest {
  readonly table: ProcessRequest["table"];
  readonly nexthops: number;
  readonly runSeed: number;
  readonly seed: number;
  /** Until a cell sets its own. */
  readonly packetsPerSecond?: number | null | undefined;
  readonly flowPackets: number;
  readonly cpusMax: number;
  /** Machines that are timed: each has a table of its own where routes change beside traffic. */
  readonly timedMachines: number;
  readonly sideLoad?: SideLoad | null | undefined;
  /** Buckets of a route cache. @default that of the kernels */
  readonly rhashEntries?: number | null | undefined;
}

/** The updates of a side load; the same for all designs, cells and processes of a run. */
function drawSideLoad(
  request: SetupRequest,
  world: World,
  nexthopOf: (row: number) => number,
): DrawnSideLoad | null {
  const { sideLoad, table, runSeed: seed } = request;
  if (sideLoad === undefined || sideLoad === null) return null;
  return { load: sideLoad, updates: drawUpdates(sideLoad, { world, table, nexthopOf, seed }) };
}

/** The setup of an experiment: devices, table, templates, boot words. */
export function setupOf(request: SetupRequest): {
  setup: ExperimentSetup;
  sideLoad: DrawnSideLoad | null;
} {
  const world = standardWorld({ nexthops: request.nexthops });
  const numbers = assignNexthops(request.table, request.nexthops, request.runSeed);
  const nexthopOf = (row: number): number => numbers[row] ?? 0;
  const sideLoad = drawSideLoad(request, world, nexthopOf);
  const setup: ExperimentSetup = {
    world,
    table: request.table,
    nexthopOf,
    templates: rxTemplates(world),
    flowPairs: request.flowPackets,
    ownTables: sideLoad === null ? 0 : request.timedMachines,
    updateBytes: sideLoad === null ? 0 : updateBytes(sideLoad.updates),
    boot: {
      cpus: request.cpusMax,
      cores: os.availableParallelism(),
      hz: HZ,
      packetsPerSecond: request.packetsPerSecond ?? PACKETS_PER_SECOND,
      seed: request.seed,
      fibTables: 2,
      ...(typeof request.rhashEntries === "number" ? { rhashEntries: request.rhashEntries } : {}),
      controlBusy: sideLoad !== null,
    },
  };
  return { setup, sideLoad };
}

function judgeContext(setup: ExperimentSetup, request: ProcessRequest): JudgeContext {
  const { world, table, nexthopOf, templates } = setup;
  const router = new ReferenceRouter(world);
  router.loadTable(table, nexthopOf);
  const seed = request.runSeed;
  const made = new Map<SourceCheck, readonly FateFrame[]>();
  const fateFrames = (sourceCheck: SourceCheck): readonly FateFrame[] => {
    const frames =
      made.get(sourceCheck) ??
      buildFateFrames(world, table, nexthopOf, { seed, router, sourceCheck }).frames;
    made.set(sourceCheck, frames);
    return frames;
  };
  const rxIfindexes = receiveDevices(world).map((device) => device.ifindex);
  return {
    judgeWith: { router, templates, rxIfindexes },
    fateFrames,
    judgedFates: new Map(),
  };
}

/** The images of a process in the order of their machines, and which machines are whose. */
function imagesOf(
  request: ProcessRequest,
  random: RandomSource,
  isOne: boolean,
): { images: Image[]; machinesOf: number[][] } {
  const { debug, cells, table, sideLoad } = request;
  const layouts = isOne ? 1 : layoutsOf(request.release.length + (request.placebo ? 1 : 0));
  const release = request.release.map((image) => withRandomOrder(image, random, layouts));
  const [first] = request.release;
  const [taken] = release;
  const hasPlacebo = request.placebo && first !== undefined && taken !== undefined;
  const timed = [...release, ...(hasPlacebo ? [placeboOf(first, taken, random)] : [])];
  const replicated = hasReplicas({
    rows: request.release.map(({ row }) => row),
    workloads: cells.map(({ workload }) => findWorkload(workload)),
    routes: table.count,
    hasSideLoad: sideLoad !== null && sideLoad !== undefined,
  });
  if (isOne || !replicated) {
    return { images: [...timed, ...debug], machinesOf: timed.map((_, arm) => [arm]) };
  }
  const replicas = timed.map(replicasOf);
  const images = [...replicas.flatMap(([one]) => one ?? []), ...debug];
  const machinesOf = replicas.map(([, ...others], arm) => [
    arm,
    ...others.map((other) => images.push(other) - 1),
  ]);
  return { images, machinesOf };
}

/** Boots the machines of a process and starts its CPUs. */
export async function openContext(
  request: ProcessRequest,
  random: RandomSource,
  progress: (text: string) => void,
  layouts: "one" | "several" = "several",
): Promise<ProcessContext> {
  const cpusMax = Math.max(...request.cells.map((cell) => cell.cpus));
  const { images, machinesOf } = imagesOf(request, random, layouts === "one");
  const arms = machinesOf.length;
  const { setup, sideLoad } = setupOf({ ...request, cpusMax, timedMachines: arms });
  progress(`loading ${request.table.count} routes`);
  const { tableFiles: mode, flowsFolder: folder } = request;
  const tables = mode === null ? null : { folder, mode };
  const experiment = await Experiment.create({ ...setup, images, tables });
  progress("judge");
  const judging = request.process === 0 ? judgeContext(setup, request) : null;
  const { deadlineMs } = request;
  const cpus = await Cpus.start(experiment.machines, { cpus: cpusMax, deadlineMs });
  const { machines } = experiment;
  const designs = request.release.length;
  return {
    request,
    setup,
    world: setup.world,
    experiment,
    cpus,
    release: machines.slice(0, designs),
    placebo: arms === designs ? null : (machines[designs] ?? null),
    debug: machines.slice(arms, arms + request.debug.length),
    machinesOf,
    sideLoad,
    judging,
  };
}

/** Routes of the table by next hop. */
function routesByNexthop({ request, setup }: ProcessContext): number[] {
  const counts = new Array<number>(request.nexthops).fill(0);
  for (let row = 0; row < request.table.count; row++) {
    const k = setup.nexthopOf(row);
    counts[k] = (counts[k] ?? 0) + 1;
  }
  return counts;
}

/** Audits every machine, those that count with the design they belong to. */
export async function auditAll(
  context: ProcessContext,
): Promise<{ audits: AuditPart[]; placeboAudit: AuditPart | null }> {
  const counts = routesByNexthop(context);
  const reports = new Map<Machine, AuditReport>();
  const walked = new Set<number>();
  for (const [number, machine] of context.experiment.machines.entries()) {
    const drain = async (): Promise<void> => {
      const doing = `draining ${machine.image.name}`;
      await context.cpus.onAll({ kind: "drain", machine: number }, doing);
      await context.cpus.onControl({ kind: "drain", machine: number }, doing);
    };
    const { world } = context;
    const isWalked = walked.has(machine.table.base);
    walked.add(machine.table.base);
    const part = { machine, world, routesByNexthop: counts, drain };
    reports.set(machine, await auditMachine({ ...part, walkTables: !isWalked }));
  }
  const partOf = (...machines: readonly (Machine | null | undefined)[]): AuditPart => {
    const found = machines.flatMap((machine) => (machine ? (reports.get(machine) ?? []) : []));
    return {
      checks: found.reduce((sum, report) => sum + report.checks, 0),
      failures: found.flatMap((report) => [...report.failures]),
    };
  };
  const machinesOfArm = (arm: number): (Machine | undefined)[] =>
    (context.machinesOf[arm] ?? []).map((number) => context.experiment.machines[number]);
  return {
    audits: context.release.map((_, i) => partOf(...machinesOfArm(i), context.debug[i])),
    placeboAudit:
      context.placebo === null ? null : partOf(...machinesOfArm(context.release.length)),
  };
}
