/**
 * Processes one after the other: what each is asked for follows from what the ones before it said
 * (window lengths, the judged frames, how long everything but windows takes), and after each the
 * stopping rule is asked.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Cell } from "../result/cellSchema.js";
import type { ResultPlan } from "../result/resultDocument.js";
import { analyseCell } from "./analyse.js";
import { forkProcess, type ProcessListener, runProcess } from "./processes.js";
import type { CellRequest, ProcessRequest } from "./processRequest.js";
import type { RunDocument } from "./runDocument.js";
import { SpareProcess } from "./spareProcess.js";
import { createRandom } from "./statisticsRandom.js";
import { LOOKS, stopReason } from "./stopping.js";

/** What a run is made of. Request fields that processes share are taken as they are. */
export interface RunPlan
  extends Pick<
    ProcessRequest,
    | "designs"
    | "release"
    | "debug"
    | "table"
    | "nexthops"
    | "packetsPerSecond"
    | "flowPackets"
    | "deadlineMs"
    | "placebo"
    | "plantedShare"
    | "sideLoad"
    | "rhashEntries"
  > {
  readonly seed: number;
  readonly cells: readonly { workload: string; cpus: number; notes: readonly string[] }[];
  /** Most processes, and blocks of a cell in each. */
  readonly processes: number;
  readonly blocks: number;
  readonly budgetMs: number;
  /** What the stopping rule looks at instead of a cell as it stands in the document. */
  readonly asAnalysed?: (cell: Cell) => Cell;
  /** Half-width at which all intervals are narrow enough, as a logarithm. */
  readonly targetLog: number;
  readonly say: (line: string) => void;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

/** Blocks of a cell in a process: fewest of a run of several, and of one, whose blocks are all. */
const BLOCKS_MIN = 4;
const BLOCKS_MIN_QUICK = 8;
/** However late it is, a cell gets this long. */
const CELL_MS_MIN = 100;
/** Share of a process's time for windows, before anything is known of the rest. */
const WINDOW_SHARE = 0.3;
/**
 * Time for windows against all else that a process does. Estimates of processes that draw several
 * layouts differ by about 1.3 %, blocks by about 7 % (layouts among them), and a block takes 4 % of
 * a set-up: √(set-up ÷ block) times the blocks' over the processes' deviation gives some 27 blocks,
 * as long as a set-up (docs/trust.md).
 */
const WINDOWS_PER_SETUP = 1.1;
/** Share of the budget that is given out: a longer set-up must not cost the last look. */
const RESERVED = 0.92;

/**
 * Processes that a run is planned for: as many as its budget has room for, but not less than it
 * takes to look for the first time. Null `besideMs`: nothing is known yet of what a process takes.
 */
export function plannedProcesses(
  { processes: max, budgetMs }: Pick<RunPlan, "processes" | "budgetMs">,
  besideMs: number | null,
): number {
  const least = Math.min(max, LOOKS[0] ?? max);
  if (besideMs === null) return least;
  // The first one sets up about twice as long: it judges.
  const room = (budgetMs - besideMs) / ((1 + WINDOWS_PER_SETUP) * besideMs);
  return Math.max(least, ...LOOKS.filter((look) => look <= Math.min(max, room)));
}

/** What a run has learnt so far. */
interface RunState {
  readonly startedAt: number;
  done: number;
  /** What the last process took beside its windows, and in all; null: none has ended. */
  besideMs: number | null;
  tookMs: number;
}

/** Time for the windows of one cell of the next process. */
function cellBudgetMs(plan: RunPlan, state: RunState): number {
  const planned = plannedProcesses(plan, state.besideMs);
  const left = RESERVED * plan.budgetMs - (performance.now() - state.startedAt);
  const share = left / Math.max(1, planned - state.done);
  const isLater = state.done >= planned;
  const whole = isLater ? (RESERVED * plan.budgetMs) / planned : share;
  // The first process judges and counts as well, so it tells little about the others.
  const beside = state.besideMs ?? (1 - WINDOW_SHARE) * whole;
  return Math.max(CELL_MS_MIN, (whole - beside) / plan.cells.length);
}

/** Widest half-width of all pairs of all cells so far; null where no cell has a pair. */
function widestOf(plan: RunPlan, { document }: RunDocument): number | null {
  const widths = document.cells.flatMap((cell) => {
    const analysis = analyseCell(plan.asAnalysed?.(cell) ?? cell, document.plan.marginShare);
    // Without audits of a process that is not over a cell would be a failure; here all are over.
    if (analysis.kind === "failed") return [Number.POSITIVE_INFINITY];
    return analysis.ratios.map((ratio) => ratio.halfWidth ?? Number.POSITIVE_INFINITY);
  });
  return widths.length === 0 ? null : Math.max(...widths);
}

/** Asks one process for all cells and puts what it says into the document. */
async function runOne(
  plan: RunPlan,
  run: RunDocument,
  state: RunState,
  known: { cells: CellRequest[]; folder: string; seed: number; spare: SpareProcess },
): Promise<void> {
  const process = state.done;
  const budgetMs = cellBudgetMs(plan, state);
  const request: ProcessRequest = {
    process,
    seed: known.seed,
    runSeed: plan.seed,
    designs: plan.designs,
    release: plan.release,
    debug: process === 0 ? plan.debug : [],
    table: plan.table,
    nexthops: plan.nexthops,
    packetsPerSecond: plan.packetsPerSecond,
    flowPackets: plan.flowPackets,
    blocksMax: plan.blocks,
    blocksMin: Math.min(plan.blocks, plan.processes === 1 ? BLOCKS_MIN_QUICK : BLOCKS_MIN),
    cellBudgetMs: budgetMs,
    deadlineMs: plan.deadlineMs,
    cells: known.cells,
    flowsFolder: known.folder,
    tableFiles: plan.processes === 1 ? null : process === 0 ? "write" : "read",
    placebo: plan.placebo,
    plantedShare: plan.plantedShare,
    sideLoad: plan.sideLoad,
    rhashEntries: plan.rhashEntries,
  };
  const start = performance.now();
  run.begin(known.seed);
  const listener: ProcessListener = {
    say: plan.say,
    progress: (text) => plan.progress(`process ${process + 1}: ${text}`),
    stopped: plan.stopped,
    cell: (part) => {
      run.addPart(part, plan.cells[part.cell]?.notes ?? []);
      const { lengths, digest } = part;
      known.cells[part.cell] = { ...(known.cells[part.cell] as CellRequest), lengths, digest };
    },
  };
  const running = runProcess(request, listener, known.spare.take());
  if (process + 1 < plan.processes) known.spare.prepare();
  const end = await running;
  run.finish(process, end);
  const tookMs = performance.now() - start;
  const besideMs = Math.max(0, tookMs - budgetMs * plan.cells.length);
  state.tookMs = tookMs;
  state.besideMs = process === 0 ? besideMs / 2 : besideMs;
  state.done++;
}

/**
 * Runs processes until the stopping rule says so.
 * @returns why it stopped
 * @throws what a process failed with; what it handed in before is in the document
 */
export async function runProcesses(
  plan: RunPlan,
  run: RunDocument,
): Promise<NonNullable<ResultPlan["stoppedBy"]>> {
  const random = createRandom(plan.seed);
  const folder = mkdtempSync(path.join(os.tmpdir(), "dstbench-"));
  const cells = plan.cells.map(({ workload, cpus }) => ({
    workload,
    cpus,
    lengths: null,
    digest: null,
  }));
  const spare = new SpareProcess(forkProcess);
  const state: RunState = { startedAt: performance.now(), done: 0, besideMs: null, tookMs: 0 };
  try {
    for (;;) {
      await runOne(plan, run, state, { cells, folder, spare, seed: random.below(2 ** 32) });
      if (plan.stopped()) return "signal";
      const reason = stopReason({
        processes: state.done,
        processesMax: plan.processes,
        widest: LOOKS.includes(state.done) ? widestOf(plan, run) : null,
        target: plan.targetLog,
        elapsedMs: performance.now() - state.startedAt,
        lastMs: state.tookMs,
        budgetMs: plan.budgetMs,
      });
      if (reason !== null) return reason;
    }
  } finally {
    spare.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}
