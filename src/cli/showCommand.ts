/**
 * `dstbench show DESIGN WHAT`: what a machine holds after packets of a workload, in the kernel's
 * own formats, read from the machine's bytes.
 */
import { type DstView, readCachedDsts } from "../machine/dstView.js";
import { readFibStatistics } from "../machine/fibStatistics.js";
import { readRtCacheStat, readSlabs } from "../machine/kernelViews.js";
import { type Inspected, runWorkload } from "../measure/inspectMachine.js";
import { UsageError } from "../reference/usageError.js";
import { findDevice } from "../reference/world.js";
import { type DeviceName, dumpLines, procLines, routeLines } from "../report/showCache.js";
import { counterLines, countersJson } from "../report/showCounters.js";
import { fibLines } from "../report/showFib.js";
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
  format?: string;
  proc?: boolean;
  limit: string;
  json?: boolean;
}

/** Values where nothing is said; `--help` prints them. */
export const SHOW_DEFAULTS = {
  workload: "internet-mix",
  packets: "10k",
  cpus: "1",
  limit: "20",
} as const;

/** A view: its lines, and the same as data. */
interface View {
  readonly lines: readonly string[];
  readonly data: unknown;
}

/** How entries are printed, by the value of `--format`. */
const CACHE_FORMATS: Readonly<
  Record<string, (dsts: readonly DstView[], device: DeviceName) => string[]>
> = {
  route: (dsts, device) => routeLines(dsts, device, HZ),
  proc: procLines,
  dump: dumpLines,
};

const HZ = 1000;
const LIMIT_MAX = 64_000_000;

/** The format that the options ask for. @throws {UsageError} */
function cacheFormat({ format, proc }: ShowArguments): string {
  const wanted = format ?? (proc === true ? "proc" : "route");
  const allowed = Object.keys(CACHE_FORMATS).join(", ");
  if (CACHE_FORMATS[wanted] === undefined || (proc === true && wanted !== "proc")) {
    throw new UsageError(`--format ${wanted}; allowed: ${allowed}, or --proc alone`);
  }
  return wanted;
}

/** Entries in the wanted format, at most `--limit` of them; how many there are goes to stderr. */
function cacheView({ machine, request }: Inspected, args: ShowArguments): View {
  const dsts = readCachedDsts(machine);
  const limit = wholeNumber("--limit", args.limit, 0, LIMIT_MAX);
  const shown = limit === 0 ? dsts : dsts.slice(0, limit);
  const device: DeviceName = (n) => findDevice(request.world, n)?.name ?? `ifindex ${n}`;
  const lines = CACHE_FORMATS[cacheFormat(args)]?.(shown, device) ?? [];
  process.stderr.write(`${shown.length} of ${dsts.length} entries\n`);
  const data = shown.map((dst) => ({ ...dst, dev: device(dst.ifindex) }));
  return { lines, data };
}

const VIEWS: Readonly<Record<string, (inspected: Inspected, args: ShowArguments) => View>> = {
  cache: cacheView,
  counters: ({ machine }) => {
    const stat = readRtCacheStat(machine);
    return { lines: counterLines(stat), data: countersJson(stat) };
  },
  slabs: ({ machine }) => {
    const rows = readSlabs(machine);
    return { lines: slabLines(rows), data: rows };
  },
  fib: fibView,
};

function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Both tables, local first. */
function fibView({ machine }: Inspected): View {
  const tables = (["local", "main"] as const).map((table) => {
    const name = table === "local" ? "Local" : "Main";
    return { name, statistics: readFibStatistics(machine, table) };
  });
  const sizes = {
    leafBytes: machine.layout.at("LEAF_BYTES"),
    tnodeBytes: machine.layout.at("TNODE_CHILDREN"),
  };
  return { lines: fibLines(tables, sizes), data: tables };
}

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
  cacheFormat(args);
  wholeNumber("--limit", args.limit, 0, LIMIT_MAX);
  const packets = wholeNumber("--packets", args.packets, 0, 64_000_000);
  const cpus = wholeNumber("--cpus", args.cpus, 1, 64);
  const { inspected, design } = await bootForArguments(designText, args, {
    flavour: "release",
    cpus,
    flowPairs: Math.max(64 * cpus, packets),
    traceEvents: 0,
  });
  runWorkload(inspected, workload, packets);
  const { lines, data } = view(inspected, args);
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
    args.json === true ? `${JSON.stringify(document, null, 2)}\n` : linesText(lines),
  );
  process.stderr.write(`${design.name} after ${packets} packets of ${workload.name}\n`);
  return EXIT_OK;
}
