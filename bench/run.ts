/**
 * `npm run bench -- [THING…] [options]`: runs the benches named, or all, prints ratios as they
 * come, and writes all figures to a file where one is named.
 *
 * Exit codes: 0 done, whatever the figures; 2 usage; 3 a bench failed.
 */
import { writeFile } from "node:fs/promises";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { benchCache } from "./cache/cache.js";
import { benchCpus } from "./cpus/cpus.js";
import { benchDst } from "./dst/dst.js";
import { benchForward } from "./forward/forward.js";
import { type BenchOptions, DEFAULT_OPTIONS } from "./harness/arm.js";
import { type Bench, BenchContext } from "./harness/context.js";
import { environment, environmentText, reportOf } from "./harness/report.js";
import { benchLoad } from "./load/load.js";
import { NO_COMPILER } from "./native/nativeLoops.js";
import { benchRcu } from "./rcu/rcu.js";
import { benchRefcount } from "./refcount/refcount.js";
import { benchSlab } from "./slab/slab.js";
import { benchTables } from "./tables/tables.js";
import { benchUncached } from "./uncached/uncached.js";

/** All benches, in the order in which they run. */
const BENCHES: Readonly<Record<string, Bench>> = {
  refcount: benchRefcount,
  slab: benchSlab,
  dst: benchDst,
  uncached: benchUncached,
  rcu: benchRcu,
  tables: benchTables,
  cache: benchCache,
  forward: benchForward,
  cpus: benchCpus,
  load: benchLoad,
};
const NAMES = Object.keys(BENCHES);

interface Values {
  readonly only: string[];
  readonly json?: string;
  readonly rounds: number;
  readonly routes: number | "all";
  readonly seed: number;
  readonly native: boolean;
}

/** A whole number of an option, at least 1. */
function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31) {
    throw new InvalidArgumentError(`"${text}" is no count; allowed: 1 to ${2 ** 31}.`);
  }
  return value;
}

/** Names of benches, with commas between them. */
function things(text: string): string[] {
  const named = text.split(",");
  const unknown = named.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is no bench; allowed: ${NAMES.join(", ")}.`);
  }
  return named;
}

async function run(names: readonly string[], values: Values): Promise<void> {
  const { rounds, routes, seed, native } = values;
  const options: BenchOptions = { ...DEFAULT_OPTIONS, rounds, routes, seed, native };
  const print = (text: string): void => console.log(`${text}\n`);
  const where = environment();
  print(environmentText(where));
  const context = await BenchContext.create(options, print);
  if (context.native === null && native) print(NO_COMPILER);
  try {
    for (const name of NAMES) if (names.includes(name)) await BENCHES[name]?.(context);
  } finally {
    await context.close();
  }
  if (values.json === undefined) return;
  const report = reportOf(where, context.results);
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

function commandLine(): Command {
  const defaults = DEFAULT_OPTIONS;
  return new Command("bench")
    .description("what single parts cost, each beside its own yardstick")
    .addArgument(new Argument("[thing...]", "benches to run (all)").choices(NAMES))
    .addOption(
      new Option("--only <things>", `the same, as a list with commas: ${NAMES.join(",")}`)
        .argParser(things)
        .default([], "all"),
    )
    .option("--json <file>", "write all figures to a file as well")
    .option("--rounds <n>", "rounds of each group", count, defaults.rounds)
    .option(
      "--routes <n>",
      "routes of the table, or all of the embedded one",
      (text) => (text === "all" ? ("all" as const) : count(text)),
      defaults.routes,
    )
    .option("--seed <n>", "order of the arms, packets and keys", count, defaults.seed)
    .option("--no-native", "without the loops in C")
    .exitOverride()
    .action(async (named: string[], values: Values) => {
      const chosen = [...named, ...values.only];
      await run(chosen.length > 0 ? chosen : NAMES, values);
    });
}

try {
  await commandLine().parseAsync(process.argv);
} catch (error) {
  // Commander has said what is wrong with a command line, or printed its help.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 3;
  }
}
