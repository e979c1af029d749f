/**
 * Options that `trace` and `show` share: which machine to look into.
 */
import { type Design, parseDesign } from "../image/designs.js";
import type { Flavour } from "../image/flavour.js";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { NEXTHOPS_MAX } from "../inputs/nexthops.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import { bootInspected, type Inspected, imageToInspect } from "../measure/inspectMachine.js";
import { standardWorld } from "../workloads/standardWorld.js";
import { wholeNumber } from "./optionValues.js";

/** As commander hands them over. */
export interface MachineArguments {
  routes: string;
  nexthops: string;
  seed: string;
  pps: string;
}

/** Values where nothing is said; `--help` prints them. */
export const MACHINE_DEFAULTS = { routes: "1k", nexthops: "64", seed: "1", pps: "1m" } as const;

/** What a command wants beside the options. */
export interface MachineWishes {
  readonly flavour: Flavour;
  readonly cpus: number;
  readonly flowPairs: number;
  readonly traceEvents: number;
}

/** Most next hops of the standard setup. */
const SETUP_NEXTHOPS_MAX = 190;

/** Boots the machine of a design's name. @throws {UsageError} before anything is compiled */
export async function bootForArguments(
  designText: string,
  args: MachineArguments,
  wishes: MachineWishes,
): Promise<{ inspected: Inspected; design: Design }> {
  const design = parseDesign(designText);
  const most = Math.min(NEXTHOPS_MAX, SETUP_NEXTHOPS_MAX);
  const nexthops = wholeNumber("--nexthops", args.nexthops, 1, most);
  const seed = wholeNumber("--seed", args.seed, 0, 0xffffffff);
  const packetsPerSecond = wholeNumber("--pps", args.pps, 1_000, 100_000_000);
  const table = loadRoutes(parseRoutesOption(args.routes), seed);
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const image = await imageToInspect(design, wishes.flavour, say);
  const world = standardWorld({ nexthops });
  const { cpus, flowPairs, traceEvents } = wishes;
  const request = { image, world, table, cpus, seed, packetsPerSecond, flowPairs, traceEvents };
  return { inspected: await bootInspected(request), design };
}
