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
import { MACHINE_DEFAULTS } from "./inspectOptions.js";
import { addLatency } from "./latencyCommand.js";
import { listText } from "./listCommand.js";
import { runReport } from "./reportCommand.js";
import {
  runSelftestCommand,
  SELFTEST_DEFAULTS,
  type SelftestArguments,
} from "./selftestCommand.js";
import { runShow, SHOW_DEFAULTS, type ShowArguments } from "./showCommand.js";
import { addStress } from "./stressCommand.js";
import {
  runMerge,
  runSweep,
  SWEEP_DEFAULTS,
  type SweepArguments,
  type SweepOutput,
} from "./sweepCommand.js";
import { runTrace, TRACE_DEFAULTS, type TraceArguments } from "./traceCommand.js";

function readVersion(): string {
  const text = readFileSync(path.join(packageRoot, "package.json"), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}

/** The options of every command that measures. */
function addMeasuringOptions(command: Command, cpus: string): Command {
  const d = COMPARE_DEFAULTS;
  return command
    .option("--cpus <numbers>", "CPUs of each cell: 1 to 64, all, comma-separated", cpus)
    .option("--nexthops <n>", "next hops that routes are spread over, skewed", d.nexthops)
    .option("--seed <n>", "seed of everything that is drawn", d.seed)
    .option("--pps <n>", "offered packets per second and CPU: moves the clock (1m; of scan 100k)")
    .option("--flow-packets <n>", "packets in the flow lists of a cell", d.flowPackets)
    .option("--rhash-entries <n>", "buckets of a route cache, as the boot option", d.rhashEntries)
    .option(
      "--processes <n>",
      "most processes; each measures all cells, 1 is a quick run",
      d.processes,
    )
    .option("--blocks <n>", "most blocks of a cell in a process; each times every design", d.blocks)
    .option("--budget <seconds>", "time after which no further processes are started", d.budget)
    .option("--margin <percent>", "differences inside it are called tiny or equivalent", d.margin)
    .option(
      "--deadline <seconds>",
      "time after which a CPU that does not answer is a stall",
      d.deadline,
    )
    .option(
      "--side-load <kind:rate>",
      "beside traffic: route-churn:1000, updates per s; list has them",
    );
}

function addCompare(program: Command, done: (code: number) => void, version: string): void {
  const d = COMPARE_DEFAULTS;
  const command = program
    .command("compare", { isDefault: true })
    .description("compare designs on workloads; without arguments the defaults on the whole table")
    .argument("[designs...]", "KERNEL[+KNOB=VALUE]…, the first is what the others are compared to")
    .option("--workload <names>", "workloads, comma-separated", d.workload)
    .option("--routes <n|file>", "all, a number (10k) to thin the table to, or a file", d.routes);
  addMeasuringOptions(command, d.cpus)
    .option("--quick", "one process, 100k routes, some seconds: intervals within that process only")
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

function addSweep(program: Command, done: (code: number) => void, version: string): void {
  const d = SWEEP_DEFAULTS;
  const command = program
    .command("sweep")
    .description("compare designs over a grid of workloads and tables, and where they cross")
    .argument("[designs...]", "KERNEL[+KNOB=VALUE]…, the first is what the others are compared to")
    .option("--workload <ranges>", "workloads and ranges: internet-mix:0.8..1.4/4", d.workload)
    .option("--flows <range>", "flows that come again, as 1k..1m: workloads flows:N besides")
    .option("--routes <list>", "tables: 1k,10k,100k,all, or files", d.routes)
    .option("--shard <i/n>", "every n-th point of the grid only", d.shard);
  addMeasuringOptions(command, d.cpus);
  addOutput(command).action(async (designs: string[], args: SweepArguments) => {
    done(await runSweep(designs, args, version));
  });
}

function addMerge(program: Command, done: (code: number) => void): void {
  const command = program
    .command("merge")
    .description("put the shards of a sweep together")
    .argument("<files...>", "what sweep --save has written");
  addOutput(command).action((files: string[], output: SweepOutput) => {
    done(runMerge(files, output));
  });
}

/** Where a sweep goes. */
function addOutput(command: Command): Command {
  return command
    .option("--json", "print the document instead of tables")
    .option("--save <file>", "write the document to a file as well")
    .option("--csv <file>", "write a row for each point and design to a file as well");
}

/** Options of the machine that `trace` and `show` look into. */
function withMachineOptions(command: Command): Command {
  const d = MACHINE_DEFAULTS;
  return command
    .option("--routes <n|file>", "all, a number (10k) to thin the table to, or a file", d.routes)
    .option("--nexthops <n>", "next hops that routes are spread over, skewed", d.nexthops)
    .option("--seed <n>", "seed of everything that is drawn", d.seed)
    .option("--pps <n>", "offered packets per second and CPU: moves the clock", d.pps)
    .option("--json", "print a document instead of text");
}

function addTrace(program: Command, done: (code: number) => void): void {
  const command = program
    .command("trace")
    .description("the call tree that a packet takes, and the dst it ends with")
    .argument("<design>", "KERNEL[+KNOB=VALUE]…")
    .argument("<daddr>", "destination address")
    .option("--saddr <address>", "source address; else a neighbour on the receiving device")
    .option("--iif <device>", "receiving device, by name or ifindex; else the first")
    .option("--send", "this host sends the packet")
    .option("--packets <n>", "how many of them, one after the other", TRACE_DEFAULTS.packets);
  withMachineOptions(command).action(
    async (design: string, daddr: string, args: TraceArguments) => {
      done(await runTrace(design, daddr, args));
    },
  );
}

function addShow(program: Command, done: (code: number) => void): void {
  const d = SHOW_DEFAULTS;
  const command = program
    .command("show")
    .description("what a machine holds, in the kernel's own formats: cache, counters, slabs or fib")
    .argument("<design>", "KERNEL[+KNOB=VALUE]…")
    .argument("<what>", "cache, counters, slabs or fib")
    .option("--workload <name>", "whose packets run first", d.workload)
    .option("--packets <n>", "how many of them", d.packets)
    .option("--cpus <n>", "CPUs that take turns", d.cpus)
    .option("--format <name>", "of the cache: route (as ip route show cache), proc or dump")
    .option("--proc", "the cache as /proc/net/rt_cache")
    .option("--limit <n>", "most entries of the cache, 0 for all", d.limit);
  withMachineOptions(command).action(async (design: string, what: string, args: ShowArguments) => {
    done(await runShow(design, what, args));
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
  addSweep(program, done, version);
  addLatency(program, done, version);
  addMerge(program, done);
  addTrace(program, done);
  addShow(program, done);
  addStress(program, done);
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
