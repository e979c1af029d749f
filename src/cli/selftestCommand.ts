/**
 * `dstbench selftest`: the engine's own error rate on this machine, from designs against themselves
 * and planted effects. Broken off it goes on where it was, if it has a state file.
 */
import os from "node:os";
import { parseDesign } from "../image/designs.js";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import { runSelftest } from "../measure/selftest.js";
import { scoreSelftest } from "../measure/selftestScore.js";
import { emptyState, readState, type SelftestState, writeState } from "../measure/selftestState.js";
import { UsageError } from "../reference/usageError.js";
import { selftestReport } from "../report/selftestReport.js";
import { findWorkload } from "../workloads/workload.js";
import { checkSave, Stop } from "./compareCommand.js";
import { EXIT_INVALID, EXIT_OK, EXIT_SELFTEST } from "./exitCodes.js";
import { wholeNumber } from "./optionValues.js";
import { ProgressLine } from "./progressLine.js";

/** Options as commander hands them over: text. */
export interface SelftestArguments {
  aa?: string;
  plant?: string;
  trials: string;
  state?: string;
  design: string;
  workload: string;
  cpus: string;
  routes: string;
  seed: string;
  budget: string;
  json?: boolean;
}

/** What is tested where nothing is said; `--help` prints it. */
export const SELFTEST_DEFAULTS = {
  trials: "20",
  design: "linux-3.10",
  workload: "internet-mix",
  cpus: "1",
  routes: "10k",
  seed: "1",
  budget: "14",
} as const;

/** A/A trials where neither kind is asked for. */
const AA_TRIALS = "20";
const TRIALS_MAX = 10_000;
/** A trial that takes longer than this is none that can be repeated a hundred times. */
const BUDGET_SECONDS_MAX = 14;
const DEADLINE_MS = 20_000;

/** Planted effects in percent: `1,2,5,10`. */
function plantedShares(text: string): number[] {
  return text.split(",").map((part) => {
    const value = /^\d{1,2}(\.\d{1,2})?$/.test(part) ? Number(part) : Number.NaN;
    if (!(value > 0 && value <= 50)) {
      throw new UsageError(`--plant ${text}; allowed: percent above 0 up to 50, as 1,2,5,10`);
    }
    return value / 100;
  });
}

/** Trials wanted by the share of work in the second arm; 1 is A/A, planted ones go both ways. */
export function wantedTrials(
  args: Pick<SelftestArguments, "aa" | "plant" | "trials">,
): Map<number, number> {
  const wanted = new Map<number, number>();
  const aaText = args.aa ?? (args.plant === undefined ? AA_TRIALS : "0");
  const aa = wholeNumber("--aa", aaText, 0, TRIALS_MAX);
  if (aa > 0) wanted.set(1, aa);
  const trials = wholeNumber("--trials", args.trials, 1, TRIALS_MAX);
  for (const effect of args.plant === undefined ? [] : plantedShares(args.plant)) {
    wanted.set(1 + effect, trials);
    wanted.set(1 - effect, trials);
  }
  return wanted;
}

function exitOf(state: SelftestState): number {
  if (state.trials.length === 0) return EXIT_INVALID;
  return scoreSelftest(state.trials).missed.length > 0 ? EXIT_SELFTEST : EXIT_OK;
}

/** Runs the command and returns its exit code. */
export async function runSelftestCommand(
  args: SelftestArguments,
  version: string,
): Promise<number> {
  const line = new ProgressLine(process.stderr);
  const wanted = wantedTrials(args);
  const design = parseDesign(args.design).name;
  const workload = findWorkload(args.workload).name;
  const cpus = wholeNumber("--cpus", args.cpus, 1, 64);
  const seed = wholeNumber("--seed", args.seed, 0, 0xffffffff);
  const budgetMs = wholeNumber("--budget", args.budget, 1, BUDGET_SECONDS_MAX) * 1_000;
  const table = loadRoutes(parseRoutesOption(args.routes), seed);
  const machine = `${os.cpus()[0]?.model ?? "unknown CPU"}, ${os.availableParallelism()} cores`;
  const settings = { design, workload, cpus, routes: table.count, budgetMs, seed, machine };
  const fresh = emptyState(version, settings);
  const { state: file } = args;
  checkSave(file, "--state");
  const known = file === undefined ? fresh : readState(file, fresh);
  const stop = new Stop();
  try {
    const options = {
      ...{ design, workload, cpus, table, seed, budgetMs, deadlineMs: DEADLINE_MS, version },
      progress: (text: string) => line.update(text),
      stopped: () => stop.signal !== null,
    };
    const state = await runSelftest(options, known, wanted, (grown) => {
      if (file !== undefined) writeState(file, grown);
    });
    line.clear();
    process.stdout.write(
      args.json === true ? `${JSON.stringify(state, null, 1)}\n` : selftestReport(state),
    );
    return stop.signal === null ? exitOf(state) : stop.exitCode();
  } finally {
    line.clear();
    stop.end();
  }
}
