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
  /** Flows that come again; read by the law `hit-share` only. @default one for each destination */
  readonly residentFlows?: number;
  /** Offered rate of one CPU where none is asked for. @default PACKETS_PER_SECOND */
  readonly packetsPerSecond?: number;
  /** Route caches are carried to their equilibrium before anything is timed. @default false */
  readonly startsFull?: boolean;
}

/** Offered packets per second of one CPU: what the machine's clock goes by. */
export const PACKETS_PER_SECOND = 1_000_000;

/** A rate that CPUs of about 5 µs a packet can carry: at 1,000,000 a second the collector, due
 * twice a second, would be as rare as no machine sees it. */
const SCAN_PACKETS_PER_SECOND = 100_000;

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
    packetsPerSecond: SCAN_PACKETS_PER_SECOND,
    startsFull: true,
  },
  {
    ...INTERNET_MIX,
    name: "hit-share",
    description: "0.9 of the packets of flows that come again; hit-share:0.5 for another share",
    destinations: "hit-share",
    hostsPerPrefix: 1,
    hitShare: 0.9,
  },
  {
    ...INTERNET_MIX,
    name: "flows",
    description: "65536 flows, each as likely as the others; flows:1000 for another number",
    destinations: "hit-share",
    hostsPerPrefix: 1,
    hitShare: 1,
    residentFlows: 65_536,
  },
];

/** Beyond this one prefix takes practically all packets, and `single-flow` says it better. */
const MAX_EXPONENT = 4;

/** Most flows that `flows:N` takes: as many as there are pairs of its addresses. */
const MAX_FLOWS = 2 ** 25;

/** A workload with a parameter behind a colon: what it is called, its range, and its row. */
interface Parameter {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly example: string;
  readonly whole: boolean;
  readonly row: (value: number) => Partial<Workload>;
}

const PARAMETERS: Readonly<Record<string, Parameter>> = {
  "internet-mix": {
    ...{ what: "exponent", min: 0, max: MAX_EXPONENT, example: "0.8", whole: false },
    row: (value) => ({
      description: `Zipf ${value} over all prefixes of the table, 4 hosts each`,
      zipfExponent: value,
    }),
  },
  "hit-share": {
    ...{ what: "share", min: 0, max: 1, example: "0.5", whole: false },
    row: (value) => ({
      description: `${value} of the packets of flows that come again`,
      hitShare: value,
    }),
  },
  flows: {
    ...{ what: "number of flows", min: 1, max: MAX_FLOWS, example: "1000", whole: true },
    row: (value) => ({
      description: `${value} flows, each as likely as the others`,
      residentFlows: value,
    }),
  },
};

/** The parts of a workload's name: `hit-share:0.5` is hit-share and 0.5; null: no parameter. */
export function workloadParameter(name: string): { base: string; value: number } | null {
  const [base = "", text] = name.split(":");
  return text === undefined || PARAMETERS[base] === undefined
    ? null
    : { base, value: Number(text) };
}

/**
 * The workload of this name; `internet-mix:0.8` is internet-mix with another exponent,
 * `hit-share:0.5` has another share, `flows:1000` another number of flows.
 * @throws UsageError that names what is allowed
 */
export function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const [base = "", ...rest] = name.split(":");
  const parameter = PARAMETERS[base];
  const row = WORKLOADS.find((workload) => workload.name === base);
  if (parameter === undefined || row === undefined) {
    const names = WORKLOADS.map((workload) => workload.name).join(", ");
    throw new UsageError(
      `unknown workload "${name}"; allowed: ${names} (internet-mix:0.8 sets its exponent, ` +
        "hit-share:0.5 its share, flows:1000 their number)",
    );
  }
  const text = rest.join(":");
  const value = Number(text);
  const { what, min, max, example, whole } = parameter;
  const isNumber = (whole ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text);
  if (!isNumber || value < min || value > max) {
    throw new UsageError(
      `workload "${name}": "${text}" is no ${what}; allowed: ${min} to ${max}, as ${example}`,
    );
  }
  return { ...row, name, ...parameter.row(value) };
}
