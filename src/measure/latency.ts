/**
 * `latency`: from designs, workloads, CPU numbers and loads to a latency document. As `compare`
 * does, this process reads the inputs and finds the images, and forks measuring processes one
 * after the other; quantiles are taken from all their histograms together.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { compileAhead } from "../image/compileAhead.js";
import { type Design, parseDesign } from "../image/designs.js";
import type { Image } from "../image/imageStore.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import { Experiment } from "../machine/experiment.js";
import { RHASH_ENTRIES } from "../machine/machine.js";
import { V8_FLAGS } from "../machine/v8Flags.js";
import { UsageError } from "../reference/usageError.js";
import type { CapacityPlan } from "../result/capacitySchema.js";
import {
  LATENCY_SCHEMA,
  LATENCY_VERSION,
  type LatencyDocument,
} from "../result/latencyDocument.js";
import { checkFlowList } from "../workloads/flowListLength.js";
import { findWorkload } from "../workloads/workload.js";
import { checkCpus, checkDesigns, findImages } from "./compare.js";
import { documentHead } from "./documentHead.js";
import { availableMemoryBytes, loadAverages, readEnvironment } from "./environment.js";
import type { LatencyRequest } from "./latencyRequest.js";
import { type AskedLoad, BURST_PACKETS, type Load } from "./openLoop.js";
import { HZ, setupOf } from "./processContext.js";
import { runLatencyProcess } from "./processes.js";
import type { CellRequest } from "./processRequest.js";
import { createRandom } from "./statisticsRandom.js";

/** What to measure. */
export interface LatencyOptions {
  readonly designs: readonly string[];
  readonly workloads: readonly string[];
  readonly cpus: readonly number[];
  readonly loads: readonly AskedLoad[];
  /** How capacities are searched for; null: they are not. */
  readonly capacity: CapacityPlan | null;
  readonly table: RoutingTable;
  readonly nexthops: number;
  readonly seed: number;
  /** What the machine's clock goes by, whatever is offered. */
  readonly packetsPerSecond: number;
  readonly flowPackets: number;
  readonly rhashEntries?: number;
  readonly processes: number;
  readonly rounds: number;
  readonly trialMs: number;
  readonly goalNs: number;
  readonly giveUpNs: number;
  readonly budgetMs: number;
  readonly deadlineMs: number;
  readonly command: string;
  readonly version: string;
  readonly say: (line: string) => void;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

const BUCKETS_PER_OCTAVE = 128;

function emptyDocument(options: LatencyOptions, designs: readonly Design[]): LatencyDocument {
  const { goalNs, giveUpNs, rounds, trialMs, budgetMs, capacity } = options;
  return {
    schema: LATENCY_SCHEMA,
    version: LATENCY_VERSION,
    ...documentHead(options),
    designs: designs.map(({ name, kernel, row }) => ({
      name,
      kernel,
      knobs: { ...row },
      images: {},
    })),
    burst: { packets: BURST_PACKETS, bucketsPerOctave: BUCKETS_PER_OCTAVE },
    time: { packetsPerSecondPerCpu: options.packetsPerSecond, hz: HZ },
    rhashEntries: options.rhashEntries ?? RHASH_ENTRIES,
    plan: {
      processesMax: options.processes,
      rounds,
      trialMs,
      goalNs,
      giveUpNs,
      budgetMs,
      ...(capacity === null ? {} : { capacity }),
    },
    processes: [],
    cells: [],
    errors: [],
    notes: [],
  };
}

/** An open loop that is late takes so much longer than its trial, and must not be a stall. */
function checkTimes({ trialMs, giveUpNs, deadlineMs }: LatencyOptions): void {
  const longestMs = trialMs + giveUpNs / 1e6;
  if (2 * longestMs <= deadlineMs) return;
  throw new UsageError(
    `--trial and --give-up take ${longestMs} ms; allowed: half of --deadline, ${deadlineMs / 2} ms`,
  );
}

function checkWorkloads(names: readonly string[]): void {
  for (const name of names) {
    if (findWorkload(name).hitShare === undefined) continue;
    throw new UsageError(`--workload ${name}; allowed: workloads whose flows may come twice`);
  }
}

/** Says what memory a process takes, and refuses what does not fit. */
function checkMemory(options: LatencyOptions, designs: readonly Design[]): void {
  const cpusMax = Math.max(...options.cpus);
  const request = { ...options, runSeed: options.seed, cpusMax, timedMachines: designs.length };
  const rows = designs.map(({ row }) => row);
  const { plan, budget } = Experiment.plan(setupOf(request).setup, rows);
  const available = availableMemoryBytes();
  if (plan.bytes > available) {
    const mib = Math.floor(available / (1 << 20));
    throw new UsageError(`${budget}; allowed: ${mib} MiB are available (fewer --routes or --cpus)`);
  }
  options.say(budget);
}

/** What the run has learnt so far, for the processes to come. */
interface Known {
  readonly cells: CellRequest[];
  readonly resolved: (readonly Load[] | null)[];
  readonly flowsFolder: string;
}

function requestOf(
  options: LatencyOptions,
  images: readonly Image[],
  known: Known,
  own: { process: number; seed: number },
): LatencyRequest {
  const { goalNs, giveUpNs, loads, rounds, trialMs, capacity } = options;
  return {
    ...own,
    runSeed: options.seed,
    designs: images.map(({ name }) => name),
    release: images,
    debug: [],
    table: options.table,
    nexthops: options.nexthops,
    packetsPerSecond: options.packetsPerSecond,
    flowPackets: options.flowPackets,
    blocksMax: rounds,
    blocksMin: 1,
    cellBudgetMs: options.budgetMs / options.processes / known.cells.length,
    deadlineMs: options.deadlineMs,
    cells: known.cells,
    flowsFolder: known.flowsFolder,
    tableFiles: options.processes === 1 ? null : own.process === 0 ? "write" : "read",
    placebo: false,
    sideLoad: null,
    rhashEntries: options.rhashEntries ?? null,
    plantedShare: null,
    latency: { loads, rounds, trialMs, goalNs, giveUpNs, resolved: known.resolved, capacity },
  };
}

/** One process, and what it says in the document. */
async function runOne(
  options: LatencyOptions,
  images: readonly Image[],
  known: Known,
  run: { document: LatencyDocument; seed: number },
): Promise<void> {
  const { document } = run;
  const process = document.processes.length;
  const clock = { readNs: 0, stepNs: 0 };
  const startedAt = new Date().toISOString();
  const begun = { seed: run.seed, startedAt, pinned: null, clock, auditFailures: ["not audited"] };
  document.processes.push(begun);
  const request = requestOf(options, images, known, { process, seed: run.seed });
  const end = await runLatencyProcess(request, {
    say: options.say,
    progress: (text) => options.progress(`process ${process + 1}: ${text}`),
    stopped: options.stopped,
    cell: ({ cell, digest, found }) => {
      known.resolved[cell] = found.loads;
      known.cells[cell] = { ...(known.cells[cell] as CellRequest), digest };
      const at = document.cells.find((c) => c.workload === found.workload && c.cpus === found.cpus);
      if (at === undefined) document.cells.push(found);
      else {
        at.trials.push(...found.trials);
        at.searches?.push(...(found.searches ?? []));
      }
    },
  });
  document.processes[process] = { seed: run.seed, ...end };
  document.errors.push(...end.auditFailures.map((f) => `process ${process}: audit of ${f}`));
}

async function runAll(
  options: LatencyOptions,
  images: readonly Image[],
  document: LatencyDocument,
): Promise<void> {
  const random = createRandom(options.seed);
  const cells = options.workloads.flatMap((workload) =>
    options.cpus.map((cpus) => ({ workload, cpus, lengths: null, digest: null })),
  );
  const flowsFolder = mkdtempSync(path.join(os.tmpdir(), "dstbench-"));
  const known: Known = { cells, resolved: cells.map(() => null), flowsFolder };
  const searches = options.processes * cells.length * options.designs.length;
  const searchMs = searches * (options.capacity?.searchMs ?? 0);
  const deadlineAt = performance.now() + options.budgetMs + searchMs;
  try {
    for (let i = 0; i < options.processes; i++) {
      if (options.stopped() || (i > 0 && performance.now() > deadlineAt)) break;
      await runOne(options, images, known, { document, seed: random.below(2 ** 32) });
    }
  } finally {
    rmSync(flowsFolder, { recursive: true, force: true });
  }
}

/**
 * Runs it. @throws {UsageError} before anything is run, {JudgeError} where an image is wrong,
 * {CpuFailure}, {ProcessFailure}; the document then is what `onPartial` was given.
 */
export async function measureLatencies(
  options: LatencyOptions,
  onPartial: (document: LatencyDocument) => void = () => {},
): Promise<LatencyDocument> {
  const designs = options.designs.map(parseDesign);
  checkWorkloads(options.workloads);
  checkTimes(options);
  checkDesigns(designs);
  checkCpus(options.cpus);
  checkFlowList(options.flowPackets, designs, { ...options, cpus: Math.max(...options.cpus) });
  const loadBefore = loadAverages();
  const document = emptyDocument(options, designs);
  onPartial(document);
  checkMemory(options, designs);
  for (const line of await compileAhead(designs, ["timed"])) options.say(line);
  const images = await findImages(designs, "timed", options.say);
  for (const [i, { sha256 }] of images.entries()) {
    const design = document.designs[i];
    if (design !== undefined) design.images.timed = sha256;
  }
  try {
    await runAll(options, images, document);
  } finally {
    document.environment = readEnvironment(V8_FLAGS, loadBefore);
  }
  return document;
}
