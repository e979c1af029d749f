/**
 * A small Internet for tests of whole machines: some thousand generated prefixes, and a few hot
 * places where prefixes nest and to which most packets go.
 *
 *   hot place h      (40 + h).0.0.0/8      there if h is even: a deleted /16 falls back to it
 *                    (40 + h).7.0.0/16     always there at first
 *                    (40 + h).7.16.0/20    ┐ come and go
 *                    (40 + h).7.17.0/24    │
 *                    (40 + h).7.17.32/28   ┘
 *   elsewhere        130.0.0.0 to 190.0.0.0, lengths 18 to 24
 */
import type { Image } from "../../src/image/imageStore.js";
import { Experiment } from "../../src/machine/experiment.js";
import type { Machine } from "../../src/machine/machine.js";
import { netmask, swapBytes } from "../../src/reference/ipv4Address.js";
import { ReferenceRouter } from "../../src/reference/referenceRouter.js";
import type { PrefixColumns, World } from "../../src/reference/world.js";
import { mix32, Prng } from "../../src/workloads/prng.js";
import { standardWorld, txAddress } from "../../src/workloads/standardWorld.js";
import { rxTemplates } from "../../src/workloads/templates.js";

export const HOT_PLACES = 48;
/** Lengths of a hot place's nested prefixes; the first is in the table from the start. */
export const HOT_LENGTHS = [16, 20, 24, 28] as const;
const COLD_ROUTES = 4000;
const NEXTHOPS = 64;
const TX_DEVICES = 4;
/**
 * The tx device that goes down and up: few cold routes lead there, so that few come back with it.
 */
export const FLAPPED_TX = 1;
const COLD_SHARE_OF_FLAPPED = 64;

/** A packet of the flow lists; addresses in host order. */
export interface Packet {
  readonly saddr: number;
  readonly daddr: number;
}

export interface TrafficSetup {
  readonly world: World;
  readonly table: PrefixColumns;
  readonly nexthopOf: (row: number) => number;
  readonly templates: readonly Uint8Array[];
  /** The flow list of each CPU. */
  readonly packets: readonly (readonly Packet[])[];
}

/** Prefix number `level` of hot place `h`. */
export function hotPrefix(h: number, level: number): { prefix: number; length: number } {
  const length = HOT_LENGTHS[level] ?? 16;
  const inner = ((40 + h) << 24) | (7 << 16) | (17 << 8) | 32;
  return { prefix: (inner & netmask(length)) >>> 0, length };
}

function buildTable(seed: number): PrefixColumns {
  const prng = new Prng(mix32(seed));
  const rows = new Map<string, [number, number, number]>();
  const add = (prefix: number, length: number, nexthop: number): void => {
    rows.set(`${prefix}/${length}`, [prefix, length, nexthop]);
  };
  for (let h = 0; h < HOT_PLACES; h++) {
    const { prefix, length } = hotPrefix(h, 0);
    add(prefix, length, prng.below(NEXTHOPS));
    if (h % 2 === 0) add(((40 + h) << 24) >>> 0, 8, prng.below(NEXTHOPS));
  }
  while (rows.size < COLD_ROUTES) {
    const length = 18 + prng.below(7);
    const prefix = (((130 + prng.below(60)) << 24) | (prng.next() >>> 8)) & netmask(length);
    const nexthop = prng.below(NEXTHOPS);
    const stays = nexthop % TX_DEVICES !== FLAPPED_TX || prng.below(COLD_SHARE_OF_FLAPPED) === 0;
    if (stays) add(prefix >>> 0, length, nexthop);
  }
  const sorted = [...rows.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    count: sorted.length,
    prefixes: Uint32Array.from(sorted, (row) => row[0]),
    lengths: Uint8Array.from(sorted, (row) => row[1]),
    numbers: Uint32Array.from(sorted, (row) => row[2]),
  };
}

/**
 * A destination: mostly hot, on every level of nesting; else a table's host, or of this network.
 */
function destination(prng: Prng, table: PrefixColumns): number {
  const die = prng.below(32);
  if (die === 0) return txAddress(prng.below(TX_DEVICES), 200 + prng.below(4));
  if (die === 1) return txAddress(prng.below(TX_DEVICES), 1);
  if (die < 6) {
    const row = prng.below(table.count);
    const length = table.lengths[row] ?? 32;
    return ((table.prefixes[row] ?? 0) | (prng.next() & ~netmask(length))) >>> 0;
  }
  const { prefix, length } = hotPrefix(prng.below(HOT_PLACES), prng.below(HOT_LENGTHS.length));
  return (prefix | (prng.next() & ~netmask(length))) >>> 0;
}

/** The setup; same seed, same setup. */
export function trafficSetup(seed: number, cpus: number, packetsPerCpu: number): TrafficSetup {
  const world = standardWorld({ nexthops: NEXTHOPS });
  const table = buildTable(seed);
  const prng = new Prng(mix32(seed + 1));
  const packets = Array.from({ length: cpus }, () =>
    Array.from({ length: packetsPerCpu }, (): Packet => {
      const saddr = ((198 << 24) | (18 << 16) | prng.below(65536)) >>> 0;
      return { saddr, daddr: destination(prng, table) };
    }),
  );
  const nexthopOf = (row: number): number => table.numbers[row] ?? 0;
  return { world, table, nexthopOf, templates: rxTemplates(world), packets };
}

/** A router that stands where a machine with this setup starts. */
export function trafficRouter({ world, table, nexthopOf }: TrafficSetup): ReferenceRouter {
  const router = new ReferenceRouter(world);
  router.loadTable(table, nexthopOf);
  return router;
}

/** Boots one machine for a setup; its CPUs point at their flow lists. */
export async function trafficMachine(setup: TrafficSetup, image: Image): Promise<Machine> {
  const cpus = setup.packets.length;
  const experiment = await Experiment.create({
    images: [image],
    world: setup.world,
    table: setup.table,
    nexthopOf: setup.nexthopOf,
    templates: setup.templates,
    flowPairs: setup.packets.reduce((sum, list) => sum + list.length, 0),
    // One core: with a control plane beside it every wait is to sleep soon.
    boot: { cpus, cores: 1, hz: 1000, packetsPerSecond: 1_000_000, seed: 7, fibTables: 2 },
  });
  experiment.setFlows(
    setup.packets.map((list) =>
      Uint32Array.from(list.flatMap((p) => [swapBytes(p.saddr), swapBytes(p.daddr)])),
    ),
  );
  const [machine] = experiment.machines;
  if (machine === undefined) throw new RangeError("no machine");
  return machine;
}

/** Runs all RCU callbacks of a machine whose workers are gone, on this thread. */
export async function drainHere(machine: Machine): Promise<void> {
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    machine.cpu(cpu).call("rcuCpuOnline");
    machine.cpu(cpu).call("rcuBarrierLocal");
    machine.cpu(cpu).call("rcuCpuOffline");
  }
}

/**
 * Routes of a router's main table by next hop of the setup: what the audit counts treerefs against.
 */
export function routesByNexthop({ world }: TrafficSetup, router: ReferenceRouter): number[] {
  const counts = world.nexthops.map(() => 0);
  for (const { nexthop } of router.tables.main.routes()) {
    const k = world.nexthops.findIndex(
      (one) => one.gateway === nexthop.gateway && one.ifindex === nexthop.ifindex,
    );
    if (k >= 0) counts[k] = (counts[k] ?? 0) + 1;
  }
  return counts;
}
