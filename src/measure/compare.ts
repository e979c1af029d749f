/**
 * `compare`: from designs, workloads and CPU numbers to a result document. This process reads the
 * inputs, checks the memory budget and finds the images; then it forks measuring processes, one
 * after the other, each of which measures all cells, until the intervals are narrow enough or the
 * budget is over. Whatever goes wrong after the first window is written into the document too, so
 * that a run that ends early still says what it saw.
 */
import { compileAhead, compiledLine } from "../image/compileAhead.js";
import { type Design, parseDesign } from "../image/designs.js";
import type { Flavour } from "../image/flavour.js";
import { findImage, type Image } from "../image/imageStore.js";
import { KNOBS, type KnobRow } from "../image/knobs.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import { Experiment } from "../machine/experiment.js";
import { V8_FLAGS } from "../machine/v8Flags.js";
import { UsageError } from "../reference/usageError.js";
import { RESULT_SCHEMA, RESULT_VERSION, type ResultDocument } from "../result/resultDocument.js";
import { checkFlowList } from "../workloads/flowListLength.js";
import type { SideLoad } from "../workloads/sideLoad.js";
import { findWorkload, type Workload } from "../workloads/workload.js";
import { documentHead } from "./documentHead.js";
import { availableMemoryBytes, loadAverages, readEnvironment } from "./environment.js";
import { setupOf } from "./processContext.js";
import { hasReplicas, REPLICAS } from "./processImages.js";
import { RunDocument } from "./runDocument.js";
import { type RunPlan, runProcesses } from "./runProcesses.js";
import { sideLoadFaults, sideLoadNote } from "./sideLoadRun.js";

/** What to compare. */
export interface CompareOptions {
  readonly designs: readonly string[];
  readonly workloads: readonly string[];
  /** CPU numbers of the cells; each 1 to 64. */
  readonly cpus: readonly number[];
  readonly table: RoutingTable;
  readonly nexthops: number;
  readonly seed: number;
  /** Offered packets per second of one CPU: what the machine's clock goes by. @default the
   * workload's */
  readonly packetsPerSecond?: number;
  /** Pairs of all flow lists of a cell. */
  readonly flowPackets: number;
  /** Most processes; 1: a quick run, whose blocks are the unit. */
  readonly processes: number;
  /** Most blocks of a cell in a process. */
  readonly blocks: number;
  /** Time for all processes together: no more are started when it is over. */
  readonly budgetMs: number;
  /** δ: differences inside this share are called tiny or equivalent. */
  readonly marginShare: number;
  readonly deadlineMs: number;
  /** What the control plane does beside every window. @default nothing */
  readonly sideLoad?: SideLoad;
  /** Boot parameter `rhash_entries`: buckets of a route cache. @default that of the kernels */
  readonly rhashEntries?: number;
  readonly command: string;
  readonly version: string;
  /** Progress, one line each; nothing is timed while it is called. */
  readonly say: (line: string) => void;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

/** @throws {UsageError} for numbers of CPUs that no machine has */
export function checkCpus(cpus: readonly number[]): void {
  for (const n of cpus) {
    if (!Number.isInteger(n) || n < 1 || n > 64) {
      throw new UsageError(`--cpus ${n}; allowed: 1 to 64, comma-separated, or all`);
    }
  }
}

/** Designs are told apart by their names, in the document too. */
export function checkDesigns(designs: readonly Design[]): void {
  const names = designs.map((design) => design.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UsageError(`design "${twice}" is given twice; allowed: each design once`);
  }
}

/** The images of designs, in their order; says which had to be compiled. */
export async function findImages(
  designs: readonly Design[],
  flavour: Flavour,
  say: (line: string) => void,
): Promise<Image[]> {
  const images: Image[] = [];
  for (const design of designs) {
    const image = await findImage(design, flavour);
    if (image.compiledNow) say(compiledLine(design.name, flavour));
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

function emptyDocument(options: CompareOptions, designs: readonly Design[]): ResultDocument {
  return {
    schema: RESULT_SCHEMA,
    version: RESULT_VERSION,
    ...documentHead(options),
    designs: designs.map((d) => ({
      name: d.name,
      kernel: d.kernel,
      knobs: { ...d.row },
      images: {},
    })),
    plan: {
      mode: options.processes === 1 ? "quick" : "processes",
      marginShare: options.marginShare,
      halfWidthShare: options.marginShare / 2,
      processesMax: options.processes,
      blocksMax: options.blocks,
      budgetMs: options.budgetMs,
      stoppedBy: null,
    },
    processes: [],
    cells: [],
    errors: [],
    notes: [],
  };
}

/** Says what memory a process takes, and refuses what does not fit before anything is compiled. */
function checkMemory(options: CompareOptions, designs: readonly Design[]): void {
  const cpusMax = Math.max(...options.cpus);
  const request = { ...options, runSeed: options.seed, cpusMax, timedMachines: designs.length + 1 };
  const [baseline] = designs;
  const placebo = baseline === undefined ? [] : [baseline];
  const timed = [...designs, ...placebo].map(({ row }) => row);
  const replicas = hasReplicas({
    rows: timed,
    workloads: options.workloads.map(findWorkload),
    routes: options.table.count,
    hasSideLoad: options.sideLoad !== undefined && options.sideLoad !== null,
  })
    ? new Array<KnobRow[]>(REPLICAS - 1).fill(timed).flat()
    : [];
  const rows = [...timed, ...designs.map(({ row }) => row), ...replicas];
  const { plan, budget } = Experiment.plan(setupOf(request).setup, rows);
  const available = availableMemoryBytes();
  if (plan.bytes > available) {
    const mib = Math.floor(available / (1 << 20));
    throw new UsageError(`${budget}; allowed: ${mib} MiB are available (fewer --routes or --cpus)`);
  }
  options.say(budget);
}

/** What the processes of the run have in common. */
async function prepare(
  options: CompareOptions,
  designs: readonly Design[],
  document: ResultDocument,
): Promise<RunPlan> {
  checkMemory(options, designs);
  for (const line of await compileAhead(designs, ["release", "debug"])) options.say(line);
  const release = await findImages(designs, "release", options.say);
  const debug = await findImages(designs, "debug", options.say);
  document.designs.forEach((design, i) => {
    const images = [release[i], debug[i]];
    if (images[0] !== undefined) design.images.release = images[0].sha256;
    if (images[1] !== undefined) design.images.debug = images[1].sha256;
  });
  const workloads = options.workloads.map(findWorkload);
  const cells = workloads.flatMap((workload) =>
    options.cpus.map((cpus) => ({
      workload: workload.name,
      cpus,
      notes: unreadKnobNotes(designs, workload),
    })),
  );
  return {
    ...options,
    designs: designs.map((design) => design.name),
    release,
    debug,
    cells,
    placebo: true,
    plantedShare: null,
    sideLoad: options.sideLoad ?? null,
    rhashEntries: options.rhashEntries ?? null,
    packetsPerSecond: options.packetsPerSecond ?? null,
    targetLog: Math.log1p(document.plan.halfWidthShare),
  };
}

/**
 * Runs a comparison. @throws {UsageError} before anything is run, {JudgeError} where an image is
 * wrong, {CpuFailure} where a CPU died or stalled, {ProcessFailure} where a process did; the
 * document then is what `onPartial` was given.
 */
export async function compare(
  options: CompareOptions,
  onPartial: (document: ResultDocument) => void = () => {},
): Promise<ResultDocument> {
  const designs = options.designs.map(parseDesign);
  options.workloads.map(findWorkload);
  checkDesigns(designs);
  checkCpus(options.cpus);
  checkFlowList(options.flowPackets, designs, { ...options, cpus: Math.max(...options.cpus) });
  const loadBefore = loadAverages();
  const document = emptyDocument(options, designs);
  onPartial(document);
  const plan = await prepare(options, designs, document);
  const run = new RunDocument(document, designs, ["placebo", "control"]);
  try {
    document.plan.stoppedBy = await runProcesses(plan, run);
    for (const cell of document.cells) {
      const beside = sideLoadNote(cell);
      if (beside !== null) cell.notes.push(beside);
      document.errors.push(...sideLoadFaults(cell));
    }
  } catch (error) {
    document.plan.stoppedBy = "failure";
    throw error;
  } finally {
    document.environment = readEnvironment(V8_FLAGS, loadBefore);
  }
  return document;
}
