/**
 * The engine measures what is known: a design against itself, and against itself with work added.
 * What it then claims is its error rate, on this machine, as it is.
 *
 *   A/A       the second arm is the first design again; every claim is false
 *   planted   the second arm processes (1 + x) N packets and tells of N, so the truth is exactly
 *             the ratio of the two numbers, in both directions
 *
 * A trial is a whole run of one pair in one cell: fresh processes, stopping rule, all words, within
 * 15 s. Trials are kept in a state, so that a test of hours can be broken off.
 */
import { parseDesign } from "../image/designs.js";
import { findImage, type Image } from "../image/imageStore.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import type { Cell } from "../result/cellSchema.js";
import { RESULT_SCHEMA, RESULT_VERSION, type ResultDocument } from "../result/resultDocument.js";
import { analyseCell } from "./analyse.js";
import { documentHead } from "./documentHead.js";
import { loadAverages } from "./environment.js";
import { RunDocument } from "./runDocument.js";
import { runProcesses } from "./runProcesses.js";
import type { SelftestState, SelftestTrial } from "./selftestState.js";
import { MARGIN_SHARE } from "./statisticsVerdict.js";

/** What all trials of a test have in common. */
export interface SelftestOptions {
  readonly design: string;
  readonly workload: string;
  readonly cpus: number;
  readonly table: RoutingTable;
  readonly seed: number;
  readonly budgetMs: number;
  readonly deadlineMs: number;
  readonly version: string;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

const NEXTHOPS = 64;
const FLOW_PACKETS = 262_144;
const PACKETS_PER_SECOND = 1_000_000;
const PROCESSES_MAX = 20;
const BLOCKS_MAX = 60;

function documentOf(options: SelftestOptions): ResultDocument {
  return {
    schema: RESULT_SCHEMA,
    version: RESULT_VERSION,
    ...documentHead({ ...options, nexthops: NEXTHOPS, command: "dstbench selftest" }),
    designs: [{ name: options.design, kernel: options.design, knobs: {}, images: {} }],
    plan: {
      mode: "processes",
      marginShare: MARGIN_SHARE,
      halfWidthShare: MARGIN_SHARE / 2,
      processesMax: PROCESSES_MAX,
      blocksMax: BLOCKS_MAX,
      budgetMs: options.budgetMs,
      stoppedBy: null,
    },
    processes: [],
    cells: [],
    errors: [],
    notes: [],
  };
}

/** The cell with its placebo as a second design: the pair that a trial is about. */
export function asPair(cell: Cell): Cell {
  const [first] = cell.arms;
  const control = cell.extras.filter((extra) => extra.role === "control");
  if (first === undefined || cell.extras[0]?.role !== "placebo") {
    throw new RangeError("a trial's cell has one design and its placebo");
  }
  const second = {
    ...first,
    design: `${first.design} again`,
    audit: { checks: 0, ...cell.extras[0].audit },
  };
  return { ...cell, arms: [first, second], extras: control };
}

/** Runs one trial with this share of work in the second arm. @throws what a run throws */
async function runTrial(
  options: SelftestOptions,
  image: Image,
  trial: { number: number; share: number },
): Promise<SelftestTrial> {
  const start = performance.now();
  const startedAt = new Date().toISOString();
  const document = documentOf(options);
  const designs = [parseDesign(options.design)];
  const run = new RunDocument(document, designs, ["placebo", "control"]);
  const stoppedBy = await runProcesses(
    {
      designs: [options.design],
      release: [image],
      debug: [],
      table: options.table,
      nexthops: NEXTHOPS,
      packetsPerSecond: PACKETS_PER_SECOND,
      flowPackets: FLOW_PACKETS,
      deadlineMs: options.deadlineMs,
      placebo: true,
      plantedShare: trial.share,
      sideLoad: null,
      rhashEntries: null,
      seed: options.seed + trial.number,
      cells: [{ workload: options.workload, cpus: options.cpus, notes: [] }],
      processes: PROCESSES_MAX,
      blocks: BLOCKS_MAX,
      budgetMs: options.budgetMs,
      asAnalysed: asPair,
      targetLog: Math.log1p(MARGIN_SHARE / 2),
      say: () => {},
      progress: () => {},
      stopped: options.stopped,
    },
    run,
  );
  const [cell] = document.cells;
  if (cell === undefined) throw new Error(`trial ${trial.number}: no cell was measured`);
  const analysis = analyseCell(asPair(cell), MARGIN_SHARE);
  if (analysis.kind === "failed") throw new Error(`trial ${trial.number}: ${analysis.reason}`);
  const [ratio] = analysis.ratios;
  if (ratio === undefined) throw new Error(`trial ${trial.number}: no ratio`);
  return {
    share: trial.share,
    truth: Math.round(cell.windowPackets * trial.share) / cell.windowPackets,
    seed: options.seed + trial.number,
    ratio: ratio.ratio,
    low: ratio.low,
    high: ratio.high,
    verdict: ratio.verdict,
    processes: ratio.processes,
    blocks: ratio.blocks,
    stoppedBy,
    isContaminated: analysis.flags.some((flag) => flag.startsWith("more than half")),
    load: loadAverages()?.[0] ?? null,
    startedAt,
    tookMs: Math.round(performance.now() - start),
  };
}

/** Trials that are still to be run: `wanted` counts them by share. */
export function missingTrials(
  trials: readonly SelftestTrial[],
  wanted: ReadonlyMap<number, number>,
): number[] {
  const missing = [...wanted].map(([share, count]) => ({
    share,
    left: count - trials.filter((trial) => trial.share === share).length,
  }));
  const queue: number[] = [];
  // In turns, so that a test that is broken off has some of each, and drift is in all alike.
  for (let any = true; any; ) {
    any = false;
    for (const one of missing) {
      if (one.left-- <= 0) continue;
      queue.push(one.share);
      any = true;
    }
  }
  return queue;
}

/**
 * Runs the trials that are missing and hands the state over after each one.
 * @param keep is called with the state whenever it has grown
 */
export async function runSelftest(
  options: SelftestOptions,
  state: SelftestState,
  wanted: ReadonlyMap<number, number>,
  keep: (state: SelftestState) => void,
): Promise<SelftestState> {
  const image = await findImage(parseDesign(options.design), "release");
  let grown = state;
  const queue = missingTrials(state.trials, wanted);
  for (const [i, share] of queue.entries()) {
    if (options.stopped()) break;
    const label = share === 1 ? "A/A" : `planted ${((share - 1) * 100).toFixed(1)} %`;
    options.progress(`trial ${i + 1}/${queue.length}, ${label}`);
    const trial = await runTrial(options, image, { number: grown.trials.length, share });
    if (options.stopped()) break;
    grown = { ...grown, trials: [...grown.trials, trial] };
    keep(grown);
  }
  return grown;
}
