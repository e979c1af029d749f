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
 * `uniform`: every address of the routed space is equally likely. `hit-share`: flows that come
 * again and flows that never do, to the same destinations (`hitShare.ts`).
 */
export type DestinationLaw = "one" | "zipf" | "uniform" | "hit-share";

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
  /** Share of packets of resident flows; read by the law `hit-share` only. */
  readonly hitShare?: number;
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
  {
    ...INTERNET_MIX,
    name: "hit-share",
    description: "0.9 of the packets of flows that come again; hit-share:0.5 for another share",
    destinations: "hit-share",
    hostsPerPrefix: 1,
    hitShare: 0.9,
  },
];

/** Beyond this one prefix takes practically all packets, and `single-flow` says it better. */
const MAX_EXPONENT = 4;

/**
 * The workload of this name; `internet-mix:0.8` is internet-mix with another exponent,
 * `hit-share:0.5` is hit-share with another share.
 * @throws UsageError that names what is allowed
 */
export function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const [, base = "", text = ""] = /^(internet-mix|hit-share):(.*)$/.exec(name) ?? [];
  if (base === "") {
    const names = WORKLOADS.map((workload) => workload.name).join(", ");
    throw new UsageError(
      `unknown workload "${name}"; allowed: ${names} (internet-mix:0.8 sets its exponent, ` +
        "hit-share:0.5 its share)",
    );
  }
  const [what, max, example] =
    base === "internet-mix" ? ["exponent", MAX_EXPONENT, "0.8"] : ["share", 1, "0.5"];
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value > max) {
    throw new UsageError(
      `workload "${name}": "${text}" is no ${what}; allowed: 0 to ${max}, as ${example}`,
    );
  }
  return base === "internet-mix" ? mixOf(name, text) : shareOf(name, text);
}

function mixOf(name: string, exponent: string): Workload {
  const description = `Zipf ${exponent} over all prefixes of the table, 4 hosts each`;
  return { ...INTERNET_MIX, name, description, zipfExponent: Number(exponent) };
}

function shareOf(name: string, share: string): Workload {
  const [base] = WORKLOADS.filter((workload) => workload.destinations === "hit-share");
  if (base === undefined) throw new RangeError("no workload hit-share");
  const description = `${share} of the packets of flows that come again`;
  return { ...base, name, description, hitShare: Number(share) };
}
