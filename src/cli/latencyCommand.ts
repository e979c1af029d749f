/**
 * `dstbench latency`: how long a burst takes, in a closed loop or at an offered rate.
 */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { NEXTHOPS_MAX } from "../inputs/nexthops.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import { type LatencyOptions, measureLatencies } from "../measure/latency.js";
import { parseLoads } from "../measure/openLoop.js";
import { capacityPlan } from "../measure/searchCapacity.js";
import { latencyReport } from "../report/latencyReport.js";
import { createPaint, isColourWanted } from "../report/paint.js";
import { type LatencyDocument, latencyText } from "../result/latencyDocument.js";
import {
  COMPARE_DEFAULTS,
  checkSave,
  RHASH_ENTRIES_MAX,
  RHASH_ENTRIES_MIN,
  Stop,
} from "./compareCommand.js";
import { EXIT_INVALID, EXIT_OK, failureLine } from "./exitCodes.js";
import { cpuNumbers, nameList, percent, wholeNumber } from "./optionValues.js";
import { ProgressLine } from "./progressLine.js";

/** Options as commander hands them over: text. */
export interface LatencyArguments {
  workload: string;
  routes: string;
  cpus: string;
  load: string;
  nexthops: string;
  seed: string;
  pps: string;
  flowPackets: string;
  rhashEntries: string;
  processes: string;
  rounds: string;
  trial: string;
  goal: string;
  giveUp: string;
  width: string;
  search: string;
  budget: string;
  deadline: string;
  json?: boolean;
  save?: string;
}

/** What is measured where nothing is said; `--help` prints it. */
export const LATENCY_DEFAULTS = {
  designs: ["linux-2.6.18", "linux-3.10", "no-cache"],
  workload: "internet-mix",
  routes: "100k",
  cpus: "1",
  load: "closed,50%,80%",
  pps: "1m",
  processes: "3",
  rounds: "4",
  trial: "300",
  goal: "1000",
  giveUp: "1000",
  width: "2",
  search: "20",
  budget: "60",
} as const;

function optionsOf(
  designs: readonly string[],
  args: LatencyArguments,
  run: { version: string; line: ProgressLine },
): Omit<LatencyOptions, "table" | "stopped"> {
  const { rhashEntries: entries } = args;
  const { loads, isCapacityAsked } = parseLoads(args.load);
  const trialMs = wholeNumber("--trial", args.trial, 10, 60_000);
  const widthShare = percent("--width", args.width, 0.5, 50) / 100;
  const searchMs = wholeNumber("--search", args.search, 1, 3_600) * 1_000;
  return {
    designs: designs.length === 0 ? LATENCY_DEFAULTS.designs : designs,
    workloads: nameList("--workload", args.workload),
    cpus: cpuNumbers(args.cpus),
    loads,
    capacity: isCapacityAsked ? capacityPlan({ trialMs, widthShare, searchMs }) : null,
    nexthops: wholeNumber("--nexthops", args.nexthops, 1, Math.min(NEXTHOPS_MAX, 190)),
    seed: wholeNumber("--seed", args.seed, 0, 0xffffffff),
    packetsPerSecond: wholeNumber("--pps", args.pps, 1_000, 100_000_000),
    flowPackets: wholeNumber("--flow-packets", args.flowPackets, 64, 64_000_000),
    rhashEntries: wholeNumber("--rhash-entries", entries, RHASH_ENTRIES_MIN, RHASH_ENTRIES_MAX),
    processes: wholeNumber("--processes", args.processes, 1, 100),
    rounds: wholeNumber("--rounds", args.rounds, 1, 1_000),
    trialMs,
    goalNs: wholeNumber("--goal", args.goal, 1, 10_000_000) * 1_000,
    giveUpNs: wholeNumber("--give-up", args.giveUp, 1, 60_000) * 1e6,
    budgetMs: wholeNumber("--budget", args.budget, 1, 86_400) * 1_000,
    deadlineMs: wholeNumber("--deadline", args.deadline, 1, 3_600) * 1_000,
    command: `dstbench ${process.argv.slice(2).join(" ")}`,
    version: run.version,
    say: (text) => run.line.say(text),
    progress: (text) => run.line.update(text),
  };
}

/** The report goes out first: a file that cannot be written any more does not take it along. */
function print(document: LatencyDocument, args: { json?: boolean; save?: string }): void {
  const text = latencyText(document);
  const paint = createPaint(isColourWanted());
  process.stdout.write(args.json === true ? text : latencyReport(document, paint));
  if (args.save !== undefined) writeFileSync(args.save, text);
}

function exitOf({ errors, cells }: LatencyDocument): number {
  return errors.length > 0 || cells.length === 0 ? EXIT_INVALID : EXIT_OK;
}

/** Prints a saved document again, and returns the exit code of its run. */
export function reportLatency(document: LatencyDocument, options: { json?: boolean }): number {
  print(document, options);
  return exitOf(document);
}

/** Runs the command and returns its exit code. */
export async function runLatency(
  designs: readonly string[],
  args: LatencyArguments,
  version: string,
): Promise<number> {
  const line = new ProgressLine(process.stderr);
  const options = optionsOf(designs, args, { version, line });
  checkSave(args.save);
  const table = loadRoutes(parseRoutesOption(args.routes), options.seed);
  const stop = new Stop();
  let partial: LatencyDocument | undefined;
  try {
    const stopped = (): boolean => stop.signal !== null;
    const document = await measureLatencies({ ...options, table, stopped }, (begun) => {
      partial = begun;
    });
    line.clear();
    if (stop.signal !== null) document.notes.push(`ended early by ${stop.signal}`);
    print(document, args);
    if (stop.signal !== null) return stop.exitCode();
    return exitOf(document);
  } catch (error) {
    line.clear();
    if (partial === undefined || partial.cells.length === 0) throw error;
    partial.errors.push(failureLine(error));
    print(partial, args);
    line.say(`dstbench: ${failureLine(error)}`);
    return EXIT_INVALID;
  } finally {
    stop.end();
  }
}

/** Adds the command. */
export function addLatency(program: Command, done: (code: number) => void, version: string): void {
  const d = LATENCY_DEFAULTS;
  const c = COMPARE_DEFAULTS;
  program
    .command("latency")
    .description("how long a burst of 64 packets takes: quantiles, closed loop or at a rate")
    .argument("[designs...]", `KERNEL[+KNOB=VALUE]…; else ${d.designs.join(" ")}`)
    .option("--workload <names>", "workloads, comma-separated", d.workload)
    .option("--routes <n|file>", "as of compare", d.routes)
    .option("--cpus <numbers>", "CPUs of each cell: 1 to 64, all, comma-separated", d.cpus)
    .option("--load <list>", "closed, packets/s and CPU, percent of the first, capacity", d.load)
    .option("--nexthops <n>", "next hops that routes are spread over, skewed", c.nexthops)
    .option("--seed <n>", "seed of everything that is drawn", c.seed)
    .option("--pps <n>", "packets per second and CPU that the machine's clock goes by", d.pps)
    .option("--flow-packets <n>", "packets in the flow lists of a cell", c.flowPackets)
    .option("--rhash-entries <n>", "buckets of a route cache, as the boot option", c.rhashEntries)
    .option("--processes <n>", "processes, one after the other", d.processes)
    .option("--rounds <n>", "rounds of a cell in a process: each design at each load", d.rounds)
    .option("--trial <ms>", "length of a trial", d.trial)
    .option("--goal <µs>", "bursts that take longer are counted as late", d.goal)
    .option("--give-up <ms>", "an open loop that is later than this ends", d.giveUp)
    .option("--width <percent>", "capacity: how near its bounds must be", d.width)
    .option("--search <seconds>", "capacity: time of the search of a design in a process", d.search)
    .option("--budget <seconds>", "time after which no further round is started", d.budget)
    .option("--deadline <seconds>", "time after which a silent CPU is a stall", c.deadline)
    .option("--json", "print the document instead of tables")
    .option("--save <file>", "write the document to a file as well")
    .action(async (designs: string[], args: LatencyArguments) => {
      done(await runLatency(designs, args, version));
    });
}
