/**
 * `npm run bench [-- THING… --json FILE --rounds N --routes N|all --seed N --no-native]`: runs the
 * benches named, or all, prints ratios as they come, and writes all figures to FILE.
 *
 * Exit codes: 0 done, whatever the figures; 2 usage; 3 a bench failed.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { benchCpus } from "./cpus/cpus.js";
import { benchForward } from "./forward/forward.js";
import { type BenchOptions, DEFAULT_OPTIONS } from "./harness/arm.js";
import { type Bench, BenchContext } from "./harness/context.js";
import { type BenchReport, environment, environmentText } from "./harness/report.js";
import { benchLoad } from "./load/load.js";
import { NO_COMPILER } from "./native/nativeLoops.js";
import { benchRcu } from "./rcu/rcu.js";
import { benchRefcount } from "./refcount/refcount.js";
import { benchSlab } from "./slab/slab.js";

/** All benches, in the order in which they run. */
const BENCHES: Readonly<Record<string, Bench>> = {
  refcount: benchRefcount,
  slab: benchSlab,
  rcu: benchRcu,
  forward: benchForward,
  cpus: benchCpus,
  load: benchLoad,
};

class UsageError extends Error {}

interface Command {
  readonly names: readonly string[];
  readonly json: string | undefined;
  readonly options: BenchOptions;
}

/** A whole number of an option, at least 1. */
function count(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31) {
    throw new UsageError(`--${name}: "${text}" is no count; allowed: 1 to ${2 ** 31}`);
  }
  return value;
}

function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "string" },
      rounds: { type: "string" },
      routes: { type: "string" },
      seed: { type: "string" },
      "no-native": { type: "boolean" },
    },
  });
  const all = Object.keys(BENCHES);
  const unknown = positionals.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`unknown bench "${unknown}"; allowed: ${all.join(", ")}`);
  }
  const defaults = DEFAULT_OPTIONS;
  const options: BenchOptions = {
    ...defaults,
    rounds: count(values.rounds, "rounds", defaults.rounds),
    routes: values.routes === "all" ? "all" : count(values.routes, "routes", 0) || "all",
    seed: count(values.seed, "seed", defaults.seed),
    native: values["no-native"] !== true,
  };
  return { names: positionals.length > 0 ? positionals : all, json: values.json, options };
}

async function main(command: Command): Promise<void> {
  const print = (text: string): void => console.log(`${text}\n`);
  const where = environment();
  print(environmentText(where));
  const context = await BenchContext.create(command.options, print);
  if (context.native === null && command.options.native) print(NO_COMPILER);
  try {
    for (const name of command.names) await BENCHES[name]?.(context);
  } finally {
    await context.close();
  }
  if (command.json === undefined) return;
  const report: BenchReport = { environment: where, groups: context.results };
  await writeFile(command.json, `${JSON.stringify(report, null, 2)}\n`);
}

function fail(error: unknown, exitCode: number): void {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = exitCode;
}

try {
  const command = parseCommand(process.argv.slice(2));
  await main(command).catch((error: unknown) => fail(error, 3));
} catch (error) {
  fail(error, 2);
}
