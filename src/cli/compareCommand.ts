/**
 * `dstbench compare`: arguments to a comparison, its document to stdout or a file.
 */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { DEFAULT_DESIGNS } from "../image/designs.js";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { NEXTHOPS_MAX } from "../inputs/nexthops.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import { RHASH_ENTRIES } from "../machine/machine.js";
import { type CompareOptions, compare } from "../measure/compare.js";
import { UsageError } from "../reference/usageError.js";
import { jsonReport } from "../report/jsonReport.js";
import { isColourWanted } from "../report/paint.js";
import { terminalReport } from "../report/terminalReport.js";
import type { ResultDocument } from "../result/resultDocument.js";
import { parseSideLoad } from "../workloads/sideLoad.js";
import { EXIT_INVALID, EXIT_OK, EXIT_SIGINT, EXIT_SIGTERM, failureLine } from "./exitCodes.js";
import { cpuNumbers, nameList, percent, wholeNumber } from "./optionValues.js";
import { ProgressLine } from "./progressLine.js";

/** Options of every command that measures, as commander hands them over: text. */
export interface MeasuringArguments {
  cpus: string;
  nexthops: string;
  seed: string;
  pps?: string;
  flowPackets: string;
  rhashEntries: string;
  processes: string;
  blocks: string;
  budget: string;
  margin: string;
  deadline: string;
  sideLoad?: string;
}

/** Options of `compare`. */
export interface CompareArguments extends MeasuringArguments {
  workload: string;
  routes: string;
  quick?: boolean;
  json?: boolean;
  save?: string;
}

/** What is compared where nothing is said; `--help` prints it. */
export const COMPARE_DEFAULTS = {
  workload: "internet-mix,single-flow",
  cpus: "1,all",
  routes: "all",
  nexthops: "64",
  seed: "1",
  flowPackets: "2097152",
  rhashEntries: String(RHASH_ENTRIES),
  processes: "20",
  blocks: "30",
  budget: "35",
  margin: "2",
  deadline: "20",
} as const;

/** With fewer a cache cannot hold the flows that an image is judged with. */
export const RHASH_ENTRIES_MIN = 1_024;
/** Where 2.6.39 caps it by itself; 8 Mi entries of the cache. */
export const RHASH_ENTRIES_MAX = 524_288;
/** What `--quick` puts in the place of defaults: one process, many blocks, a thinner table. */
export const QUICK_DEFAULTS = {
  routes: "100k",
  cpus: "1",
  processes: "1",
  blocks: "120",
  budget: "4",
} as const;

/** The arguments with what `--quick` stands for, where they are not given by hand. */
export function withQuick(
  args: CompareArguments,
  isGiven: (option: keyof typeof QUICK_DEFAULTS) => boolean,
): CompareArguments {
  if (args.quick !== true) return args;
  const wanted = Object.entries(QUICK_DEFAULTS).filter(
    ([option]) => !isGiven(option as keyof typeof QUICK_DEFAULTS),
  );
  return { ...args, ...Object.fromEntries(wanted) };
}

/** The most at which the exact test of signs over processes is still quick. */
const PROCESSES_MAX = 20;
/** Characters of a line where the output is no terminal. */
export const REPORT_WIDTH = 100;

/**
 * Signals end a run after the current window, with what was measured so far; a second one at once.
 */
export class Stop {
  signal: "SIGINT" | "SIGTERM" | null = null;
  private readonly onInt = (): void => this.take("SIGINT");
  private readonly onTerm = (): void => this.take("SIGTERM");

  constructor() {
    process.on("SIGINT", this.onInt);
    process.on("SIGTERM", this.onTerm);
  }

  private take(signal: "SIGINT" | "SIGTERM"): void {
    if (this.signal !== null) process.exit(this.exitCode());
    this.signal = signal;
  }

  exitCode(): number {
    return this.signal === "SIGTERM" ? EXIT_SIGTERM : EXIT_SIGINT;
  }

  end(): void {
    process.off("SIGINT", this.onInt);
    process.off("SIGTERM", this.onTerm);
  }
}

/** The report goes out first: a file that cannot be written any more does not take it along. */
function print(document: ResultDocument, args: CompareArguments): void {
  const width = process.stdout.columns ?? REPORT_WIDTH;
  const json = args.json === true || args.save !== undefined ? jsonReport(document) : "";
  process.stdout.write(
    args.json === true ? json : terminalReport(document, { colour: isColourWanted(), width }),
  );
  if (args.save !== undefined) writeFileSync(args.save, json);
}

/**
 * A file that cannot be written is told before anything is measured, and nothing is left behind.
 */
export function checkSave(file: string | undefined, option = "--save"): void {
  if (file === undefined) return;
  try {
    const existed = existsSync(file);
    writeFileSync(file, "", { flag: "a" });
    if (!existed) rmSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/,.*/, "") : String(error);
    throw new UsageError(`${option} ${file}: ${why}; allowed: a file that can be written`);
  }
}

/** What the options ask for, without workloads and table. @throws {UsageError} */
export function measuringOptions(
  designs: readonly string[],
  args: MeasuringArguments,
  run: { readonly name: string; readonly version: string; readonly line: ProgressLine },
): Omit<CompareOptions, "workloads" | "table" | "stopped"> {
  return {
    designs: designs.length === 0 ? DEFAULT_DESIGNS : designs,
    cpus: cpuNumbers(args.cpus, args.sideLoad !== undefined),
    nexthops: wholeNumber("--nexthops", args.nexthops, 1, Math.min(NEXTHOPS_MAX, 190)),
    seed: wholeNumber("--seed", args.seed, 0, 0xffffffff),
    ...(args.pps === undefined
      ? {}
      : { packetsPerSecond: wholeNumber("--pps", args.pps, 1_000, 100_000_000) }),
    flowPackets: wholeNumber("--flow-packets", args.flowPackets, 64, 64_000_000),
    rhashEntries: wholeNumber(
      "--rhash-entries",
      args.rhashEntries,
      RHASH_ENTRIES_MIN,
      RHASH_ENTRIES_MAX,
    ),
    blocks: wholeNumber("--blocks", args.blocks, 1, 4_000),
    processes: wholeNumber("--processes", args.processes, 1, PROCESSES_MAX),
    budgetMs: wholeNumber("--budget", args.budget, 1, 86_400) * 1_000,
    marginShare: percent("--margin", args.margin, 0.1, 50) / 100,
    deadlineMs: wholeNumber("--deadline", args.deadline, 1, 3_600) * 1_000,
    ...(args.sideLoad === undefined ? {} : { sideLoad: parseSideLoad(args.sideLoad) }),
    command: `dstbench ${run.name} ${process.argv
      .slice(2)
      .filter((a) => a !== run.name)
      .join(" ")}`.trim(),
    version: run.version,
    say: (text: string) => run.line.say(text),
    progress: (text: string) => run.line.update(text),
  };
}

/** Runs the command and returns its exit code. */
export async function runCompare(
  designs: readonly string[],
  args: CompareArguments,
  version: string,
): Promise<number> {
  const line = new ProgressLine(process.stderr);
  const options = {
    ...measuringOptions(designs, args, { name: "compare", version, line }),
    workloads: nameList("--workload", args.workload),
  };
  checkSave(args.save);
  const table = loadRoutes(parseRoutesOption(args.routes), options.seed);
  const stop = new Stop();
  let partial: ResultDocument | undefined;
  try {
    const stopped = (): boolean => stop.signal !== null;
    const document = await compare({ ...options, table, stopped }, (begun) => {
      partial = begun;
    });
    line.clear();
    if (stop.signal !== null) document.notes.push(`ended early by ${stop.signal}`);
    print(document, args);
    if (stop.signal !== null) return stop.exitCode();
    return document.errors.length > 0 || document.cells.length === 0 ? EXIT_INVALID : EXIT_OK;
  } catch (error) {
    line.clear();
    if (partial === undefined || partial.cells.length === 0) throw error;
    partial.errors.push(failureLine(error));
    print(partial, args);
    // Even where the input was bad, for a later cell: something was run, so this is no usage error.
    line.say(`dstbench: ${failureLine(error)}`);
    return EXIT_INVALID;
  } finally {
    stop.end();
  }
}
