/**
 * `dstbench stress`: presets under drawn workloads and side loads, accounts between rounds, a
 * verdict.
 */
import type { Command } from "commander";
import { BUSTED_VARIANTS, findBustedImage, parseBusted } from "../image/busted.js";
import { KERNELS, parseDesign } from "../image/designs.js";
import { FLAVOURS, type Flavour } from "../image/flavour.js";
import { findImage } from "../image/imageStore.js";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import {
  parseSlabDebug,
  QUARANTINE_MAX,
  SLAB_DEBUG_DEFAULT,
  type SlabDebug,
} from "../machine/slabDebug.js";
import { UsageError } from "../reference/usageError.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { type StressReport, type StressRound, stress } from "../stress/stress.js";
import { Stop } from "./compareCommand.js";
import { EXIT_BROKEN, EXIT_INVALID, EXIT_OK, EXIT_SELFTEST } from "./exitCodes.js";
import { cpuNumbers, wholeNumber } from "./optionValues.js";
import { ProgressLine } from "./progressLine.js";

/** As commander hands them over. */
export interface StressArguments {
  for: string;
  cpus: string;
  seed: string;
  routes: string;
  flavour: string;
  deadline: string;
  busted?: string;
  slabDebug?: string;
  quarantine?: string;
  kills: string;
  json?: boolean;
}

/** What stress takes where nothing is said. */
export const STRESS_DEFAULTS = {
  for: "60",
  cpus: "2",
  seed: "1",
  routes: "1k",
  flavour: "release",
  deadline: "20",
  kills: "0",
} as const;

/** Objects whose bytes are printed. */
const DUMPS = 2;

function flavourOf(text: string): Flavour {
  const found = FLAVOURS.find((flavour) => flavour === text);
  if (found !== undefined) return found;
  throw new UsageError(`--flavour ${text}; allowed: ${FLAVOURS.join(", ")}`);
}

/** What debug images are to check. @throws {UsageError} where the images are not debug ones */
export function slabDebugOf(args: StressArguments, flavour: Flavour): SlabDebug {
  const { slabDebug, quarantine } = args;
  if (flavour !== "debug") {
    const name = slabDebug === undefined ? "--quarantine" : "--slab-debug";
    const text = slabDebug ?? quarantine;
    if (text === undefined) return SLAB_DEBUG_DEFAULT;
    throw new UsageError(`${name} ${text} with --flavour ${flavour}; allowed: --flavour debug`);
  }
  return {
    checks: slabDebug === undefined ? SLAB_DEBUG_DEFAULT.checks : parseSlabDebug(slabDebug),
    quarantine: wholeNumber("--quarantine", quarantine ?? "0", 0, QUARANTINE_MAX),
  };
}

function roundText(round: StressRound | null): string {
  if (round === null) return "at the end";
  const { number, workload, shared, sideLoad, updatesPerSecond } = round;
  const flows = shared ? ", the same flows on all CPUs" : "";
  const beside = sideLoad === null ? "" : `, ${sideLoad}:${updatesPerSecond} beside`;
  return `in round ${number} (${workload}${flows}${beside})`;
}

/** What deaths there were, as a line of its own; nothing where none were asked for. */
function killsText(kills: StressReport["kills"]): string {
  if (kills === null) return "";
  return (
    `\n${kills.kills} CPUs killed, ${kills.inWindow} in a window: ${kills.withLock} with a lock, ` +
    `${kills.inSection} in the packet path; ${kills.orphans} objects orphaned, ` +
    `named within ${kills.slowestMs} ms`
  );
}

/** What the run says on stdout: first what it is, last its verdict. */
export function stressText(report: StressReport): string {
  return `What this is: ${DISCLAIMER}.\n${verdictText(report)}`;
}

function verdictText(report: StressReport): string {
  const { rounds, packets, updates, checks, probes, seed, cpus } = report;
  const done =
    `${rounds} rounds on ${cpus} CPUs, ${packets} packets, ${updates} updates, ` +
    `${checks} equations, ${probes} read sections watched, seed ${seed}${killsText(report.kills)}`;
  const ended = report.failure === null ? done : `${done}\nINVALID: ${report.failure}`;
  const [first] = report.mismatches;
  if (first === undefined && report.failure !== null) return `${ended}\n`;
  if (first === undefined) return `${done}\nOK: all accounts balance\n`;
  const where = `${report.design ?? "a machine"} ${roundText(report.round)}`;
  const lines = report.mismatches.map(({ check, text }) => `  ${check}: ${text}`);
  const dumps = report.mismatches.filter(({ dump }) => dump.length > 0).slice(0, DUMPS);
  const bytes = dumps.flatMap(({ text, dump }) => [
    `  ${text.replace(/:.*/s, "")}`,
    ...dump.map((line) => `    ${line}`),
  ]);
  return [ended, `BROKEN: ${where}`, ...lines, ...bytes, ""].join("\n");
}

/** The exit code of a report; `busted`: the images were broken on purpose, so it must be found. */
export function stressExit(report: StressReport, busted: boolean): number {
  if (report.mismatches.length > 0) return EXIT_BROKEN;
  if (report.failure !== null) return EXIT_INVALID;
  return busted ? EXIT_SELFTEST : EXIT_OK;
}

/** Runs `stress` and returns its exit code. */
export async function runStress(
  designs: readonly string[],
  args: StressArguments,
): Promise<number> {
  const names = designs.length > 0 ? designs : KERNELS.map(({ name }) => name);
  const parsed = names.map(parseDesign);
  const busted = args.busted === undefined ? null : parseBusted(args.busted);
  const flavour = flavourOf(args.flavour);
  const slabDebug = slabDebugOf(args, flavour);
  const seed = wholeNumber("--seed", args.seed, 0, 0xffffffff);
  const durationMs = 1000 * wholeNumber("--for", args.for, 1, 1_000_000);
  const deadlineMs = 1000 * wholeNumber("--deadline", args.deadline, 1, 3600);
  const kills = wholeNumber("--kills", args.kills, 0, 1_000_000);
  const [cpus, ...more] = cpuNumbers(args.cpus);
  if (cpus === undefined || more.length > 0) {
    throw new UsageError(`--cpus ${args.cpus}; allowed: one number from 1 to 64, or all`);
  }
  const table = loadRoutes(parseRoutesOption(args.routes), seed);
  const line = new ProgressLine(process.stderr);
  const find = busted === null ? findImage : findBustedImage;
  const images = [];
  for (const design of parsed) images.push(await find(design, flavour));
  const stop = new Stop();
  try {
    const report = await stress({
      ...{ images, table, cpus, seed, durationMs, deadlineMs, busted, slabDebug, kills },
      progress: (text) => line.update(text),
      stopped: () => stop.signal !== null,
    });
    line.clear();
    const json = args.json === true;
    process.stdout.write(
      json ? `${JSON.stringify({ disclaimer: DISCLAIMER, ...report })}\n` : stressText(report),
    );
    const code = stressExit(report, busted !== null);
    return stop.signal !== null && code === EXIT_OK ? stop.exitCode() : code;
  } finally {
    line.clear();
    stop.end();
  }
}

/** Adds `stress` to the command line. */
export function addStress(program: Command, done: (code: number) => void): void {
  const d = STRESS_DEFAULTS;
  program
    .command("stress")
    .description("designs under drawn workloads and side loads, with accounts between rounds")
    .argument("[designs...]", "KERNEL[+KNOB=VALUE]…; all kernels where none is named")
    .option("--for <seconds>", "time after which no round begins", d.for)
    .option("--cpus <n>", "CPUs that forward; the control plane comes on top", d.cpus)
    .option("--seed <n>", "seed of everything that is drawn", d.seed)
    .option("--routes <n|file>", "all, a number (10k) to thin the table to, or a file", d.routes)
    .option("--flavour <name>", "of the images: release, timed or debug", d.flavour)
    .option("--deadline <seconds>", "time after which a silent CPU is a stall", d.deadline)
    .option("--busted <name>", `break one thing: ${Object.keys(BUSTED_VARIANTS).join(", ")}`)
    .option("--slab-debug <letters>", "debug images: checks of the slab, - for none [FZPU]")
    .option("--quarantine <n>", "debug images: freed objects that each CPU keeps back [0]")
    .option("--kills <n>", "in one round of n a CPU is killed in a window; 0: never", d.kills)
    .option("--json", "print the report instead of text")
    .action(async (designs: string[], args: StressArguments) => {
      done(await runStress(designs, args));
    });
}
