/**
 * `compare`: from designs, workloads and CPU numbers to a result document. The order of things:
 * inputs, memory budget, images, boot, judge, count, windows, audit. Whatever goes wrong after the
 * first window is written into the document too, so that a run that ends early still says what it
 * saw.
 */
import os from "node:os";
import { setFlagsFromString } from "node:v8";
import { type Design, parseDesign } from "../image/designs.js";
import { findImage, type Image } from "../image/imageStore.js";
import { KNOBS } from "../image/knobs.js";
import { assignNexthops } from "../inputs/nexthops.js";
import { nestingOf, type RoutingTable } from "../inputs/routingTable.js";
import { type AuditReport, auditMachine } from "../machine/audit.js";
import { Cpus } from "../machine/cpus.js";
import { Experiment, type ExperimentRequest } from "../machine/experiment.js";
import { ReferenceRouter } from "../reference/referenceRouter.js";
import { UsageError } from "../reference/usageError.js";
import type { World } from "../reference/world.js";
import type { Cell } from "../result/cellSchema.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { RESULT_SCHEMA, RESULT_VERSION, type ResultDocument } from "../result/resultDocument.js";
import { buildFateFrames } from "../workloads/fates.js";
import { receiveDevices, standardWorld } from "../workloads/standardWorld.js";
import { rxTemplates } from "../workloads/templates.js";
import { findWorkload, type Workload } from "../workloads/workload.js";
import { availableMemoryBytes, loadAverages, readEnvironment } from "./environment.js";
import { type CellContext, runCell } from "./runCell.js";
import { MARGIN_SHARE } from "./statisticsVerdict.js";

/** What to compare. */
export interface CompareOptions {
  readonly designs: readonly string[];
  readonly workloads: readonly string[];
  /** CPU numbers of the cells; each 1 to 64. */
  readonly cpus: readonly number[];
  readonly table: RoutingTable;
  readonly nexthops: number;
  readonly seed: number;
  /** Offered packets per second of one CPU: what the machine's clock goes by. */
  readonly packetsPerSecond: number;
  /** Pairs of all flow lists of a cell. */
  readonly flowPackets: number;
  /** Blocks of a cell: at most this many, and no more when `cellBudgetMs` is over. */
  readonly blocks: number;
  readonly cellBudgetMs: number;
  readonly deadlineMs: number;
  readonly command: string;
  readonly version: string;
  /** Progress, one line each; nothing is timed while it is called. */
  readonly say: (line: string) => void;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

const HZ = 1000;
/** Entries that the largest cache of the compared designs can hold, per CPU: one for each slot. */
const LIST_OVER_ENTRIES = 4;
/** Blocks without which no interval can be given. */
const BLOCKS_MIN = 6;
const V8_FLAGS = ["--no-liftoff", "--no-wasm-tier-up"];

/**
 * Optimised code only: a first long window would else run in the baseline tier, 2–3 times slower.
 */
function setV8Flags(): void {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
}

function checkCpus(cpus: readonly number[]): void {
  for (const n of cpus) {
    if (!Number.isInteger(n) || n < 1 || n > 64) {
      throw new UsageError(`--cpus ${n}; allowed: 1 to 64, comma-separated, or all`);
    }
  }
}

/** Designs are told apart by their names, in the document too. */
function checkDesigns(designs: readonly Design[]): void {
  const names = designs.map((design) => design.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UsageError(`design "${twice}" is given twice; allowed: each design once`);
  }
}

/** A restarted list makes every cache look good: it must hold four times what a cache can. */
function checkFlowList(options: CompareOptions, designs: readonly Design[]): void {
  const slots = options.nexthops * (1 + Math.max(...options.cpus));
  const largest = designs.some((d) => d.row["route-cache"] === "nexthop") ? slots : 1;
  const needed = LIST_OVER_ENTRIES * largest;
  if (options.flowPackets < needed) {
    throw new UsageError(
      `--flow-packets ${options.flowPackets}: the largest cache holds ${largest} entries; ` +
        `allowed: ${needed} or more`,
    );
  }
}

async function findImages(
  designs: readonly Design[],
  flavour: "release" | "debug",
  say: (line: string) => void,
): Promise<Image[]> {
  const images: Image[] = [];
  for (const design of designs) {
    const image = await findImage(design, flavour);
    if (image.compiledNow) say(`compiled ${design.name} (${flavour}): not among the built images`);
    images.push(image);
  }
  return images;
}

/** "This workload never reads that knob", for designs that differ from the first in such a knob. */
export function unreadKnobNotes(designs: readonly Design[], workload: Workload): string[] {
  const [first, ...others] = designs;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const differing = KNOBS.filter((knob) => other.row[knob.name] !== first.row[knob.name]);
    const read = differing.filter((knob) => knob.paths.includes(workload.path));
    if (differing.length === 0) return [`${other.name} and ${first.name} are the same design`];
    if (read.length > 0) return [];
    const names = differing.map((knob) => knob.name).join(", ");
    const both = `${other.name} and ${first.name}`;
    return [`${workload.name} never reads ${names}: ${both} do the same work here`];
  });
}

function routesByNexthop(nexthopOf: Uint8Array, nexthops: number): number[] {
  const counts = new Array<number>(nexthops).fill(0);
  for (const k of nexthopOf) counts[k] = (counts[k] ?? 0) + 1;
  return counts;
}

function emptyDocument(options: CompareOptions, designs: readonly Design[]): ResultDocument {
  const { table } = options;
  return {
    schema: RESULT_SCHEMA,
    version: RESULT_VERSION,
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version: options.version },
    createdAt: new Date().toISOString(),
    command: options.command,
    seed: options.seed,
    environment: readEnvironment(V8_FLAGS, loadAverages()),
    table: {
      name: table.name,
      source: table.source,
      licence: table.licence,
      routes: table.count,
      nesting: nestingOf(table),
      nexthops: options.nexthops,
    },
    designs: designs.map((d) => ({
      name: d.name,
      kernel: d.kernel,
      knobs: { ...d.row },
      images: {},
    })),
    plan: {
      mode: "quick",
      marginShare: MARGIN_SHARE,
      halfWidthShare: MARGIN_SHARE / 2,
      processesMax: 1,
      blocksMax: options.blocks,
      budgetMs: options.cellBudgetMs,
      stoppedBy: null,
    },
    processes: [],
    cells: [],
    errors: [],
    notes: [],
  };
}

/** Everything that is ready before the first window. */
interface Prepared {
  readonly designs: readonly Design[];
  readonly release: readonly Image[];
  readonly debug: readonly Image[];
  readonly world: World;
  readonly nexthopOf: Uint8Array;
  readonly request: ExperimentRequest;
}

async function prepare(options: CompareOptions, designs: readonly Design[]): Promise<Prepared> {
  const world = standardWorld({ nexthops: options.nexthops });
  const nexthopOf = assignNexthops(options.table, options.nexthops, options.seed);
  const setup: Omit<ExperimentRequest, "images"> = {
    world,
    table: options.table,
    nexthopOf: (row) => nexthopOf[row] ?? 0,
    templates: rxTemplates(world),
    flowPairs: options.flowPackets,
    boot: {
      cpus: Math.max(...options.cpus),
      cores: os.availableParallelism(),
      hz: HZ,
      packetsPerSecond: options.packetsPerSecond,
      seed: options.seed,
      fibTables: 2,
    },
  };
  // The budget comes before the images: to compile one takes seconds.
  const { plan, budget } = Experiment.plan(setup, 2 * designs.length);
  const available = availableMemoryBytes();
  if (plan.bytes > available) {
    const mib = Math.floor(available / (1 << 20));
    throw new UsageError(`${budget}; allowed: ${mib} MiB are available (fewer --routes or --cpus)`);
  }
  options.say(budget);
  const release = await findImages(designs, "release", options.say);
  const debug = await findImages(designs, "debug", options.say);
  const request = { ...setup, images: [...release, ...debug] };
  return { designs, release, debug, world, nexthopOf, request };
}

function contextOf(
  options: CompareOptions,
  prepared: Prepared,
  experiment: Experiment,
): CellContext {
  const { world, designs, nexthopOf } = prepared;
  const router = new ReferenceRouter(world);
  router.loadTable(options.table, (row) => nexthopOf[row] ?? 0);
  const picker = (row: number): number => nexthopOf[row] ?? 0;
  const fates = buildFateFrames(world, options.table, picker, { seed: options.seed, router });
  const count = designs.length;
  return {
    options,
    designs,
    experiment,
    release: experiment.machines.slice(0, count),
    debug: experiment.machines.slice(count),
    world,
    judgeWith: {
      router,
      templates: prepared.request.templates,
      rxIfindexes: receiveDevices(world).map((device) => device.ifindex),
    },
    fateFrames: fates.frames,
    judgedFates: new Map(),
    blocksMin: BLOCKS_MIN,
  };
}

/** Audits every machine and writes what it found into the cells. */
async function auditAll(
  context: CellContext,
  prepared: Prepared,
  cpus: Cpus,
  cells: Cell[],
): Promise<string[]> {
  const counts = routesByNexthop(prepared.nexthopOf, context.options.nexthops);
  const reports: AuditReport[] = [];
  for (const [number, machine] of context.experiment.machines.entries()) {
    const drain = async (): Promise<void> => {
      await cpus.onAll({ kind: "drain", machine: number }, `draining ${machine.image.name}`);
      await cpus.onControl({ kind: "drain", machine: number }, `draining ${machine.image.name}`);
    };
    const { world } = context;
    reports.push(await auditMachine({ machine, world, routesByNexthop: counts, drain }));
  }
  const names = context.designs.map((d) => d.name);
  for (const cell of cells) {
    for (const [arm, row] of cell.arms.entries()) {
      const both = [reports[arm], reports[arm + names.length]];
      row.audit.checks = both.reduce((sum, r) => sum + (r?.checks ?? 0), 0);
      row.audit.failures = both.flatMap((r) => [...(r?.failures ?? [])]);
      row.audit.ok = both.every((r) => r?.ok === true);
    }
  }
  return reports.flatMap((report, i) =>
    report.failures.map((f) => `audit of ${context.experiment.machines[i]?.image.name}: ${f}`),
  );
}

/**
 * Runs a comparison. @throws {UsageError} before anything is run, {JudgeError} where an image is
 * wrong, {CpuFailure} where a CPU died or stalled; the document then is what `onPartial` was given.
 */
export async function compare(
  options: CompareOptions,
  onPartial: (document: ResultDocument) => void = () => {},
): Promise<ResultDocument> {
  const designs = options.designs.map(parseDesign);
  const workloads = options.workloads.map(findWorkload);
  checkDesigns(designs);
  checkCpus(options.cpus);
  checkFlowList(options, designs);
  const loadBefore = loadAverages();
  setV8Flags();
  const document = emptyDocument(options, designs);
  onPartial(document);
  const prepared = await prepare(options, designs);
  document.designs.forEach((design, i) => {
    const [release, debug] = [prepared.release[i], prepared.debug[i]];
    if (release !== undefined) design.images.release = release.sha256;
    if (debug !== undefined) design.images.debug = debug.sha256;
  });
  options.progress(`loading ${options.table.count} routes`);
  const experiment = await Experiment.create(prepared.request);
  options.say(`loaded ${options.table.count} routes in ${Math.round(experiment.loadMs)} ms`);
  const context = contextOf(options, prepared, experiment);
  const cpus = await Cpus.start(experiment.machines, {
    cpus: Math.max(...options.cpus),
    deadlineMs: options.deadlineMs,
  });
  document.processes.push({
    seed: options.seed,
    startedAt: document.createdAt,
    setUpMs: 0,
    placebo: null,
    cellOrder: [...Array(workloads.length * options.cpus.length).keys()],
  });
  try {
    const cells = workloads.flatMap((workload) => options.cpus.map((n) => ({ workload, n })));
    for (const [i, { workload, n }] of cells.entries()) {
      if (options.stopped()) break;
      const where = `${workload.name}, ${n} CPU${n === 1 ? "" : "s"}`;
      const label = `cell ${i + 1}/${cells.length}: ${where}`;
      const cell = await runCell(context, cpus, workload, n, label);
      // Stopped before its first block: there is nothing to tell of it.
      if (cell.windows.length === 0) break;
      cell.notes.push(...unreadKnobNotes(designs, workload));
      document.cells.push(cell);
    }
    options.progress("audit");
    document.errors.push(...(await auditAll(context, prepared, cpus, document.cells)));
  } finally {
    await cpus.close();
  }
  document.environment = readEnvironment(V8_FLAGS, loadBefore);
  return document;
}
