/**
 * The workloads by name: what is sent where, and by which path. A row fixes all that a flow list is
 * drawn by (see `flows.ts`); only the seed, the table, the CPUs and the length come from outside.
 */
import { UsageError } from "../reference/usageError.js";

/**
 * `forward`: received, routed, sent on. `local-send`: sent by this host, output route per packet.
 */
export type PacketPath = "forward" | "local-send";

/**
 * `one`: a single destination. `zipf`: prefixes by Zipf's law over a seeded shuffle, then a host.
 * `uniform`: every address of the routed space is equally likely.
 */
export type DestinationLaw = "one" | "zipf" | "uniform";

export interface Workload {
  readonly name: string;
  readonly path: PacketPath;
  readonly description: string;
  readonly destinations: DestinationLaw;
  /** Zipf's exponent; read by the law `zipf` only. */
  readonly zipfExponent: number;
  /** Destinations in each prefix; fewer where the prefix is smaller. Read by `zipf` and `one`. */
  readonly hostsPerPrefix: number;
  /** Addresses that send. */
  readonly sources: number;
  /**
   * How many of the sources talk to one destination; 0: any of them, drawn anew for each packet.
   */
  readonly sourcesPerHost: number;
}

const INTERNET_MIX: Workload = {
  name: "internet-mix",
  path: "forward",
  description:
    "Zipf 1.0 over all prefixes of the table, 4 hosts each; internet-mix:0.8 for another",
  destinations: "zipf",
  zipfExponent: 1,
  hostsPerPrefix: 4,
  sources: 4096,
  sourcesPerHost: 4,
};

/** Every workload there is, in the order in which they are listed. */
export const WORKLOADS: readonly Workload[] = [
  {
    ...INTERNET_MIX,
    name: "local-send",
    path: "local-send",
    description: "the destinations of internet-mix, sent by this host: output route, hold, release",
  },
  {
    ...INTERNET_MIX,
    name: "single-flow",
    description: "one source and one destination on each CPU, the destination the same on all",
    destinations: "one",
    sourcesPerHost: 1,
  },
  INTERNET_MIX,
  {
    ...INTERNET_MIX,
    name: "scan",
    description: "destinations uniform over the routed addresses: hardly any is seen twice",
    destinations: "uniform",
    sourcesPerHost: 0,
  },
];

/** Beyond this one prefix takes practically all packets, and `single-flow` says it better. */
const MAX_EXPONENT = 4;

/**
 * The workload of this name; `internet-mix:0.8` is internet-mix with another exponent.
 * @throws UsageError that names what is allowed
 */
export function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const exponentText = /^internet-mix:(.*)$/.exec(name)?.[1];
  if (exponentText === undefined) {
    const names = WORKLOADS.map((workload) => workload.name).join(", ");
    throw new UsageError(
      `unknown workload "${name}"; allowed: ${names} (internet-mix:0.8 sets its exponent)`,
    );
  }
  const exponent = Number(exponentText);
  if (!/^\d+(?:\.\d+)?$/.test(exponentText) || exponent > MAX_EXPONENT) {
    throw new UsageError(
      `workload "${name}": "${exponentText}" is no exponent; allowed: 0 to ${MAX_EXPONENT}, as 0.8`,
    );
  }
  return {
    ...INTERNET_MIX,
    name,
    description: `Zipf ${exponentText} over all prefixes of the table, 4 hosts each`,
    zipfExponent: exponent,
  };
}
