/**
 * `dstbench show DESIGN WHAT`: what a machine holds after packets of a workload, in the kernel's
 * own formats, read from the machine's bytes.
 */
import { readRtCacheStat, readSlabs } from "../machine/kernelViews.js";
import { type Inspected, runWorkload } from "../measure/inspectMachine.js";
import { UsageError } from "../reference/usageError.js";
import { counterLines, countersJson } from "../report/showCounters.js";
import { slabLines } from "../report/showSlabs.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { findWorkload } from "../workloads/workload.js";
import { EXIT_OK } from "./exitCodes.js";
import { bootForArguments, type MachineArguments } from "./inspectOptions.js";
import { wholeNumber } from "./optionValues.js";

/** As commander hands them over. */
export interface ShowArguments extends MachineArguments {
  workload: string;
  packets: string;
  cpus: string;
  json?: boolean;
}

/** Values where nothing is said; `--help` prints them. */
export const SHOW_DEFAULTS = { workload: "internet-mix", packets: "10k", cpus: "1" } as const;

/** A view: its lines, and the same as data. */
interface View {
  readonly lines: readonly string[];
  readonly data: unknown;
}

const VIEWS: Readonly<Record<string, (inspected: Inspected) => View>> = {
  counters: ({ machine }) => {
    const stat = readRtCacheStat(machine);
    return { lines: counterLines(stat), data: countersJson(stat) };
  },
  slabs: ({ machine }) => {
    const rows = readSlabs(machine);
    return { lines: slabLines(rows), data: rows };
  },
};

/** Runs the command and returns its exit code. */
export async function runShow(
  designText: string,
  what: string,
  args: ShowArguments,
): Promise<number> {
  const view = VIEWS[what];
  if (view === undefined) {
    throw new UsageError(`show ${what}; allowed: ${Object.keys(VIEWS).join(", ")}`);
  }
  const workload = findWorkload(args.workload);
  const packets = wholeNumber("--packets", args.packets, 0, 64_000_000);
  const cpus = wholeNumber("--cpus", args.cpus, 1, 64);
  const { inspected, design } = await bootForArguments(designText, args, {
    flavour: "release",
    cpus,
    flowPairs: Math.max(64 * cpus, packets),
    traceEvents: 0,
  });
  runWorkload(inspected, workload, packets);
  const { lines, data } = view(inspected);
  const { image } = inspected.machine;
  const document = {
    disclaimer: DISCLAIMER,
    design: design.name,
    image: image.sha256,
    workload: workload.name,
    packets,
    cpus,
    [what]: data,
  };
  process.stdout.write(
    args.json === true ? `${JSON.stringify(document, null, 2)}\n` : `${lines.join("\n")}\n`,
  );
  process.stderr.write(`${design.name} after ${packets} packets of ${workload.name}\n`);
  return EXIT_OK;
}
