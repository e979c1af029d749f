#!/usr/bin/env node
/**
 * The command line: arguments in, exit code out; no logic. stdout is data, stderr is talk.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError } from "commander";
import { packageRoot } from "../image/packageRoot.js";
import { UsageError } from "../reference/usageError.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import {
  COMPARE_DEFAULTS,
  type CompareArguments,
  runCompare,
  withQuick,
} from "./compareCommand.js";
import { runDoctor } from "./doctorCommand.js";
import { EXIT_INVALID, EXIT_OK, EXIT_USAGE, exitCodeOf, failureLine } from "./exitCodes.js";
import { listText } from "./listCommand.js";
import { runReport } from "./reportCommand.js";
import {
  runSelftestCommand,
  SELFTEST_DEFAULTS,
  type SelftestArguments,
} from "./selftestCommand.js";

function readVersion(): string {
  const text = readFileSync(path.join(packageRoot, "package.json"), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}

function addCompare(program: Command, done: (code: number) => void, version: string): void {
  const d = COMPARE_DEFAULTS;
  program
    .command("compare", { isDefault: true })
    .description("compare designs on workloads; without arguments the defaults on the whole table")
    .argument("[designs...]", "KERNEL[+KNOB=VALUE]…, the first is what the others are compared to")
    .option("--workload <names>", "workloads, comma-separated", d.workload)
    .option("--cpus <numbers>", "CPUs of each cell: 1 to 64, all, comma-separated", d.cpus)
    .option("--routes <n|file>", "all, a number (10k) to thin the table to, or a file", d.routes)
    .option("--nexthops <n>", "next hops that routes are spread over, skewed", d.nexthops)
    .option("--seed <n>", "seed of everything that is drawn", d.seed)
    .option("--pps <n>", "offered packets per second and CPU: moves the clock", d.pps)
    .option("--flow-packets <n>", "packets in the flow lists of a cell", d.flowPackets)
    .option(
      "--processes <n>",
      "most processes; each measures all cells, 1 is a quick run",
      d.processes,
    )
    .option("--blocks <n>", "most blocks of a cell in a process; each times every design", d.blocks)
    .option("--budget <seconds>", "time after which no further processes are started", d.budget)
    .option("--margin <percent>", "differences inside it are called tiny or equivalent", d.margin)
    .option("--quick", "one process, 100k routes, some seconds: intervals within that process only")
    .option(
      "--deadline <seconds>",
      "time after which a CPU that does not answer is a stall",
      d.deadline,
    )
    .option("--json", "print the result document instead of tables")
    .option("--save <file>", "write the result document to a file as well")
    .action(async (designs: string[], given: CompareArguments, command: Command) => {
      const args = withQuick(given, (name) => command.getOptionValueSource(name) !== "default");
      done(await runCompare(designs, args, version));
    });
}

function addSelftest(program: Command, done: (code: number) => void, version: string): void {
  const d = SELFTEST_DEFAULTS;
  program
    .command("selftest")
    .description("the engine's own error rate here: a design against itself, and planted effects")
    .option("--aa <n>", "trials of a design against itself (20 where no effect is planted)")
    .option("--plant <percents>", "effects to plant, in both directions, as 1,2,5,10")
    .option("--trials <n>", "trials of each planted effect and direction", d.trials)
    .option("--state <file>", "keep trials there, and go on with those that are there")
    .option("--design <name>", "the design that is measured against itself", d.design)
    .option("--workload <name>", "the workload", d.workload)
    .option("--cpus <n>", "CPUs of the cell", d.cpus)
    .option("--routes <n|file>", "as of compare", d.routes)
    .option("--seed <n>", "seed of the first trial; each has its own", d.seed)
    .option("--budget <seconds>", "time of a trial after which no process is started", d.budget)
    .option("--json", "print the trials instead of what they come to")
    .action(async (args: SelftestArguments) => {
      done(await runSelftestCommand(args, version));
    });
}

function buildProgram(done: (code: number) => void): Command {
  const version = readVersion();
  const program = new Command("dstbench")
    .description(`Compares dst/route caching strategies. ${DISCLAIMER}`)
    .version(version)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  addCompare(program, done, version);
  program
    .command("list")
    .description("the designs, knobs and workloads there are")
    .action(() => {
      process.stdout.write(listText());
      done(EXIT_OK);
    });
  addSelftest(program, done, version);
  program
    .command("doctor")
    .description("what this machine can measure, and what would help; changes nothing")
    .action(() => done(runDoctor()));
  program
    .command("report")
    .description("print a result that --save has written, every number from the file")
    .argument("<file>", "a result file")
    .option("--json", "print the document instead of tables")
    .action((file: string, options: { json?: boolean }) => done(runReport(file, options)));
  for (const command of program.commands) {
    command.configureOutput({ writeErr: () => {} }).exitOverride();
  }
  return program;
}

/** One line for what commander did not like, with what is allowed. */
function usageLine(program: Command, error: CommanderError): string {
  const text = error.message.replace(/^error: /, "").replace(/\n.*/s, "");
  if (error.code === "commander.unknownOption") {
    const options = program.commands.flatMap((c) => c.options.map((o) => o.long ?? ""));
    return `${text}; allowed: ${[...new Set(options), "--help", "--version"].join(", ")}`;
  }
  if (error.code === "commander.help") {
    return `no help for that; allowed: ${program.commands.map((c) => c.name()).join(", ")}`;
  }
  if (error.code === "commander.unknownCommand" || error.code === "commander.excessArguments") {
    return `${text}; allowed: ${program.commands.map((c) => c.name()).join(", ")}`;
  }
  return text;
}

/** Runs the command line and returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = EXIT_OK;
  const program = buildProgram((c) => {
    code = c;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_OK;
      process.stderr.write(`dstbench: ${usageLine(program, error)}\n`);
      return EXIT_USAGE;
    }
    process.stderr.write(`dstbench: ${failureLine(error)}\n`);
    if (!(error instanceof UsageError) && process.env.DSTBENCH_DEBUG !== undefined) {
      process.stderr.write(`${error instanceof Error ? error.stack : ""}\n`);
    }
    return exitCodeOf(error);
  }
}

/** A reader that goes away (`| head`) is no failure; a full disk is one, in one line. */
function watchOutput(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    process.stderr.write(`dstbench: stdout: ${error.message}; allowed: a place to write to\n`);
    process.exit(EXIT_INVALID);
  });
}

watchOutput();
process.exitCode = await main(process.argv.slice(2));
