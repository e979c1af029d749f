/**
 * What all cells of one measuring process share: the experiment with its machines, its CPUs, and in
 * the first process the reference that judges.
 */
import os from "node:os";
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
import { PACKETS_PER_SECOND } from "../workloads/workload.js";
import type { Judgement, JudgeRequest } from "./judge.js";
import { layoutsOf, placeboOf, withRandomOrder } from "./processImages.js";
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
  /** What the control plane does beside every window, drawn; null: nothing. */
  readonly sideLoad: DrawnSideLoad | null;
  /** Null where the first process judged. */
  readonly judging: JudgeContext | null;
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

/** Boots the machines of a process and starts its CPUs. */
export async function openContext(
  request: ProcessRequest,
  random: RandomSource,
  progress: (text: string) => void,
): Promise<ProcessContext> {
  const cpusMax = Math.max(...request.cells.map((cell) => cell.cpus));
  const timedMachines = request.release.length + (request.placebo ? 1 : 0);
  const { setup, sideLoad } = setupOf({ ...request, cpusMax, timedMachines });
  const layouts = layoutsOf(timedMachines);
  const release = request.release.map((image) => withRandomOrder(image, random, layouts));
  const [first] = request.release;
  const [taken] = release;
  const hasPlacebo = request.placebo && first !== undefined && taken !== undefined;
  const extra = hasPlacebo ? [placeboOf(first, taken, random)] : [];
  progress(`loading ${request.table.count} routes`);
  const images = [...release, ...extra, ...request.debug];
  const { tableFiles: mode, flowsFolder: folder } = request;
  const tables = mode === null ? null : { folder, mode };
  const experiment = await Experiment.create({ ...setup, images, tables });
  progress("judge");
  const judging = request.process === 0 ? judgeContext(setup, request) : null;
  const { deadlineMs } = request;
  const cpus = await Cpus.start(experiment.machines, { cpus: cpusMax, deadlineMs });
  const timed = release.length + extra.length;
  return {
    request,
    setup,
    world: setup.world,
    experiment,
    cpus,
    release: experiment.machines.slice(0, release.length),
    placebo: extra.length === 0 ? null : (experiment.machines[release.length] ?? null),
    debug: experiment.machines.slice(timed),
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
  return {
    audits: context.release.map((machine, i) => partOf(machine, context.debug[i])),
    placeboAudit: context.placebo === null ? null : partOf(context.placebo),
  };
}
