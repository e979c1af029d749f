/**
 * What stress runs on: one machine for each design, all with tables of their own, small enough that
 * things happen often: few buckets, few prefixes, neighbours that never answer.
 */
import { availableParallelism } from "node:os";
import type { Image } from "../image/imageStore.js";
import { assignNexthops } from "../inputs/nexthops.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import { Experiment } from "../machine/experiment.js";
import { SLAB_DEBUG_DEFAULT, type SlabDebug } from "../machine/slabDebug.js";
import { type Update, updateBytes } from "../machine/updates.js";
import { swapBytes } from "../reference/ipv4Address.js";
import type { World } from "../reference/world.js";
import { buildFlowLists } from "../workloads/flows.js";
import { mix32, Prng } from "../workloads/prng.js";
import { drawUpdates, SIDE_LOADS, type SideLoadKind } from "../workloads/sideLoad.js";
import { SILENT_HOST_OCTET, standardWorld, txAddress } from "../workloads/standardWorld.js";
import { rxTemplates } from "../workloads/templates.js";
import { findWorkload } from "../workloads/workload.js";

const NEXTHOPS = 16;
const TX_DEVICES = 4;
const HZ = 1000;
const PACKETS_PER_SECOND = 1_000_000;
/** 256 buckets, so 4096 entries: a cache that is full within a round. */
const RHASH_ENTRIES = 256;
/** Pairs of all flow lists. */
export const STRESS_FLOW_PAIRS = 16_384;
/** One packet in so many goes to a host that never answers. */
const SILENT_ONE_IN = 61;
const SILENT_HOSTS = 3;

/** Workloads that rounds are drawn from; `+`: every CPU sends the same flows. */
export const STRESS_WORKLOADS = [
  "internet-mix",
  "scan",
  "flows:64",
  "flows:1500",
  "single-flow",
  "local-send",
] as const;

/** Machines, and what was made for them. */
export interface StressSetup {
  readonly experiment: Experiment;
  readonly world: World;
  readonly table: RoutingTable;
  readonly routesByNexthop: readonly number[];
  readonly updates: ReadonlyMap<SideLoadKind, readonly Update[]>;
  readonly cpus: number;
}

/** Boots a machine for each image. @throws {UsageError} {BootError} */
export async function setUpStress(
  images: readonly Image[],
  table: RoutingTable,
  cpus: number,
  seed: number,
  slabDebug: SlabDebug = SLAB_DEBUG_DEFAULT,
): Promise<StressSetup> {
  const world = standardWorld({ nexthops: NEXTHOPS });
  const assigned = assignNexthops(table, NEXTHOPS, seed);
  const nexthopOf = (row: number): number => assigned[row] ?? 0;
  const inputs = { world, table, nexthopOf, seed };
  const updates = new Map(
    SIDE_LOADS.map(({ kind }) => [kind, drawUpdates({ kind, updatesPerSecond: 1 }, inputs)]),
  );
  const experiment = await Experiment.create({
    images,
    world,
    table,
    nexthopOf,
    templates: rxTemplates(world),
    flowPairs: STRESS_FLOW_PAIRS * cpus,
    ownTables: images.length,
    updateBytes: Math.max(...[...updates.values()].map(updateBytes)),
    boot: {
      cpus,
      cores: availableParallelism(),
      hz: HZ,
      packetsPerSecond: PACKETS_PER_SECOND,
      seed,
      fibTables: 2,
      rhashEntries: RHASH_ENTRIES,
      controlBusy: true,
      slabDebug,
    },
  });
  const routesByNexthop = new Array<number>(NEXTHOPS).fill(0);
  for (const k of assigned) routesByNexthop[k] = (routesByNexthop[k] ?? 0) + 1;
  return { experiment, world, table, routesByNexthop, updates, cpus };
}

/** Some packets of a list go to hosts that never answer: they wait, and push others out. */
function silence(list: Uint32Array, prng: Prng): Uint32Array {
  const changed = list.slice();
  for (let pair = 0; pair < changed.length / 2; pair++) {
    if (prng.below(SILENT_ONE_IN) !== 0) continue;
    const octet = SILENT_HOST_OCTET - prng.below(SILENT_HOSTS);
    changed[2 * pair + 1] = swapBytes(txAddress(prng.below(TX_DEVICES), octet));
  }
  return changed;
}

/** Gives every CPU its flows of a workload; `shared`: to all the same. */
export function setStressFlows(
  setup: StressSetup,
  workload: string,
  shared: boolean,
  seed: number,
): void {
  const { experiment, world, table, cpus } = setup;
  const packets = STRESS_FLOW_PAIRS * (shared ? 1 : cpus);
  const options = { cpus: shared ? 1 : cpus, packets, seed, world };
  const lists = buildFlowLists(findWorkload(workload), table, options).perCpu;
  const prng = new Prng(mix32(seed ^ 0x73696c65));
  const silenced = lists.map((list) => silence(list, prng));
  const first = silenced[0] ?? new Uint32Array(0);
  experiment.setFlows(shared ? Array.from({ length: cpus }, () => first) : silenced);
}
