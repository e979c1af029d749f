/**
 * Flow lists: which packets every CPU receives, drawn once, deterministic by seed, streamed in a
 * loop.
 *
 * A list is pairs of words, saddr then daddr, each as a little-endian CPU loads it from a packet
 * (the bytes of host order swapped):
 * ```
 *   perCpu[c]:  | saddr 0 | daddr 0 | saddr 1 | daddr 1 | ...      packetsPerCpu pairs on every CPU
 * ```
 *
 * **What is fixed.** A flow is (saddr, daddr); ports are the template's. *Sources*: a set of
 * addresses (4096) out of the routed space. *Destinations*: `zipf`: prefixes by Zipf's law, ranks
 * dealt by a seeded shuffle (never address order), then one of the prefix's hosts, each equally
 * likely, then one of the few sources that talk to that host; `uniform`: any usable address of the
 * routed space, any source; `one`: the first host of the prefix ranked first; `hit-share`: see
 * `hitShare.ts`. *Packets per flow*:
 * packets are independent draws (no trains), so a flow's share of the list is its probability.
 * *Receive device*: `receiveDeviceIndex` of the source. *CPU*: `rssCpu` of the pair. `local-send`
 * uses the list of `internet-mix`, so the two paths see the same destinations on the same CPUs; the
 * sender's own source replaces saddr.
 *
 * **Equal lengths.** Packets are drawn one by one and dealt to their CPU until every list has
 * floor(packets / cpus); a packet for a CPU whose list is full is thrown away. So each CPU's list
 * follows the law given that RSS chose that CPU, in the order drawn, and nothing is repeated to
 * fill up. What RSS would have offered to each is `offeredShare`.
 */
import { formatAddress, swapBytes } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import type { PrefixColumns, World } from "../reference/world.js";
import { AliasTable, zipfWeights } from "./aliasTable.js";
import { DESTINATIONS, HitShareDrawer, powerOfTwoOf } from "./hitShare.js";
import { mix32, Prng, shuffledIndices } from "./prng.js";
import { drawUsable, RoutedSpace } from "./routedSpace.js";
import { rssCpu } from "./rss.js";
import type { Workload } from "./workload.js";

/** 2^21 packets: four times the entries of the largest cache (2.6.18's max_size of 2^19). */
export const DEFAULT_PACKETS = 2 ** 21;

/**
 * A CPU that RSS gives less than 1/64 of its even share cannot be fed: draws are bounded by this.
 */
const MAX_DRAWS_PER_PACKET = 64;
const MIN_DRAW_BUDGET = 100_000;

export interface FlowOptions {
  readonly cpus: number;
  /** Of all CPUs together; default `DEFAULT_PACKETS`. */
  readonly packets?: number;
  /** 32 bits count. */
  readonly seed: number;
  readonly world: World;
}

export interface FlowLists {
  readonly perCpu: Uint32Array<ArrayBuffer>[];
  readonly packetsPerCpu: number;
  /** Different (saddr, daddr) in all lists. */
  readonly flows: number;
  readonly distinctDestinations: number;
  /**
   * The part of all packets that RSS offered to each CPU, before lists were cut to equal length.
   */
  readonly offeredShare: number[];
  /** Renews the flows that must not come twice, where the workload has such. */
  readonly renewal?: HitShareDrawer;
}

/** One packet after another; the last one drawn is in the two fields, in host order. */
interface PacketDrawer {
  saddr: number;
  daddr: number;
  draw(): void;
  /** Told the place of the packet that was drawn last. */
  placed?(cpu: number, at: number): void;
}

/**
 * Draws the flow lists of a cell.
 * @throws UsageError if the table has no usable address, if there is less than a packet per CPU, or
 *   if a CPU has no flow (few prefixes, many CPUs)
 */
export function buildFlowLists(
  workload: Workload,
  table: PrefixColumns,
  options: FlowOptions,
): FlowLists {
  const { cpus, seed, world } = options;
  const packets = options.packets ?? DEFAULT_PACKETS;
  const packetsPerCpu = Math.floor(packets / cpus);
  if (packetsPerCpu < 1) {
    throw new UsageError(`${packets} packets for ${cpus} CPUs; allowed: one or more for each`);
  }
  const space = new RoutedSpace(table, world);
  const sources = space.sourceSet(workload.sources, new Prng(mix32(seed ^ 0x736f7572)));
  if (workload.destinations === "one") {
    return singleFlow(singleDestination(space, seed), sources, cpus, packetsPerCpu);
  }
  if (workload.destinations === "hit-share") {
    const lists = { cpus, packetsPerCpu, seed };
    const renewal = hitShareDrawer(workload, space, sources, lists);
    return { ...dealPackets(workload, renewal, cpus, packetsPerCpu), renewal };
  }
  const drawer =
    workload.destinations === "zipf"
      ? zipfDrawer(workload, space, sources, seed)
      : uniformDrawer(space, sources, seed);
  return dealPackets(workload, drawer, cpus, packetsPerCpu);
}

function dealPackets(
  workload: Workload,
  drawer: PacketDrawer,
  cpus: number,
  packetsPerCpu: number,
): FlowLists {
  const perCpu = Array.from({ length: cpus }, () => new Uint32Array(2 * packetsPerCpu));
  const filled = new Uint32Array(cpus);
  const offered = new Uint32Array(cpus);
  const budget = Math.max(MIN_DRAW_BUDGET, MAX_DRAWS_PER_PACKET * cpus * packetsPerCpu);
  let drawn = 0;
  for (let missing = cpus * packetsPerCpu; missing > 0; drawn++) {
    if (drawn === budget) throw starved(workload, filled, packetsPerCpu);
    drawer.draw();
    const cpu = rssCpu(drawer.saddr, drawer.daddr, cpus);
    offered[cpu] = (offered[cpu] ?? 0) + 1;
    const at = filled[cpu] ?? 0;
    const list = perCpu[cpu];
    if (list === undefined || at === packetsPerCpu) continue;
    list[2 * at] = swapBytes(drawer.saddr);
    list[2 * at + 1] = swapBytes(drawer.daddr);
    drawer.placed?.(cpu, at);
    filled[cpu] = at + 1;
    missing--;
  }
  const offeredShare = Array.from(offered, (count) => count / drawn);
  return { perCpu, packetsPerCpu, ...countDistinct(perCpu), offeredShare };
}

function starved(workload: Workload, filled: Uint32Array, packetsPerCpu: number): UsageError {
  const cpu = filled.findIndex((count) => count < packetsPerCpu);
  return new UsageError(
    `${workload.name}: too few flows for CPU ${cpu} (RSS gives it under ` +
      `1/${MAX_DRAWS_PER_PACKET} of an even share); allowed: fewer CPUs or more prefixes`,
  );
}

/** Zipf over prefixes, then a host, then one of the host's sources. */
function zipfDrawer(
  workload: Workload,
  space: RoutedSpace,
  sources: Uint32Array,
  seed: number,
): PacketDrawer {
  const prng = new Prng(mix32(seed ^ 0x7a697066));
  const weights = new Float64Array(space.table.count);
  const byRank = zipfWeights(space.table.count, workload.zipfExponent);
  rowsByRank(space, seed).forEach((row, rank) => {
    weights[row] = byRank[rank] ?? 0;
  });
  const alias = new AliasTable(weights);
  const salt = hostSalt(seed);
  const drawHost = () => space.hostOf(alias.draw(prng), prng.below(workload.hostsPerPrefix), salt);
  return {
    saddr: 0,
    daddr: 0,
    draw() {
      this.daddr = drawUsable(space, drawHost);
      const sourceSalt = prng.below(workload.sourcesPerHost);
      this.saddr = sources[mix32(this.daddr ^ mix32(sourceSalt + seed)) % sources.length] ?? 0;
    },
  };
}

/** Resident and fresh flows between the same addresses; hosts of different prefixes. */
function hitShareDrawer(
  workload: Workload,
  space: RoutedSpace,
  sources: Uint32Array,
  lists: { readonly cpus: number; readonly packetsPerCpu: number; readonly seed: number },
): HitShareDrawer {
  const prng = new Prng(mix32(lists.seed ^ 0x68697473));
  const destinations = powerOfTwoOf(space.sourceSet(DESTINATIONS, prng));
  const flows = { sources: powerOfTwoOf(sources), destinations };
  const most = flows.sources.length * destinations.length;
  const residents = workload.residentFlows ?? destinations.length;
  if (residents > most) {
    throw new UsageError(
      `${workload.name}: this table has ${most} flows; allowed: as many or less`,
    );
  }
  const resident = { share: workload.hitShare ?? 0, flows: residents };
  return new HitShareDrawer(flows, resident, prng, lists);
}

/** Any routed address from any source. */
function uniformDrawer(space: RoutedSpace, sources: Uint32Array, seed: number): PacketDrawer {
  const prng = new Prng(mix32(seed ^ 0x7363616e));
  const drawAddress = space.uniformDrawer(prng);
  return {
    saddr: 0,
    daddr: 0,
    draw() {
      this.daddr = drawAddress();
      this.saddr = sources[prng.below(sources.length)] ?? 0;
    },
  };
}

/** The destination of `single-flow`: the first usable host in the order of ranks. */
function singleDestination(space: RoutedSpace, seed: number): number {
  const rows = rowsByRank(space, seed).values();
  return drawUsable(space, () => {
    const next = rows.next();
    return next.done ? 0 : space.hostOf(next.value, 0, hostSalt(seed));
  });
}

/** One destination, and for each CPU the first source whose packets RSS gives to it. */
function singleFlow(
  daddr: number,
  sources: Uint32Array,
  cpus: number,
  packetsPerCpu: number,
): FlowLists {
  const perCpu = Array.from({ length: cpus }, (_, cpu) => {
    const saddr = sources.find((source) => rssCpu(source, daddr, cpus) === cpu);
    if (saddr === undefined) {
      throw new UsageError(
        `single-flow: none of ${sources.length} sources reaches CPU ${cpu} with destination ` +
          `${formatAddress(daddr)}; allowed: fewer CPUs or more prefixes`,
      );
    }
    const list = new Uint32Array(2 * packetsPerCpu);
    for (let at = 0; at < list.length; at += 2) {
      list[at] = swapBytes(saddr);
      list[at + 1] = swapBytes(daddr);
    }
    return list;
  });
  const offeredShare = perCpu.map(() => 1 / cpus);
  return { perCpu, packetsPerCpu, flows: cpus, distinctDestinations: 1, offeredShare };
}

/** Rows in the order of their ranks. */
function rowsByRank(space: RoutedSpace, seed: number): Uint32Array {
  return shuffledIndices(space.table.count, new Prng(mix32(seed ^ 0x72616e6b)));
}

function hostSalt(seed: number): number {
  return mix32(seed ^ 0x686f7374);
}

/** Counts by sorting all pairs at once. */
function countDistinct(perCpu: Uint32Array<ArrayBuffer>[]): {
  flows: number;
  distinctDestinations: number;
} {
  const words = perCpu.reduce((sum, list) => sum + list.length, 0);
  const pairs = new Uint32Array(words);
  perCpu.forEach((list, cpu) => {
    pairs.set(list, cpu * list.length);
  });
  // As a 64-bit number a pair has daddr in its upper half, so pairs come sorted by destination.
  new BigUint64Array(pairs.buffer).sort();
  let flows = 1;
  let distinctDestinations = 1;
  for (let at = 2; at < words; at += 2) {
    const isNewDestination = pairs[at + 1] !== pairs[at - 1];
    if (isNewDestination || pairs[at] !== pairs[at - 2]) flows++;
    if (isNewDestination) distinctDestinations++;
  }
  return { flows, distinctDestinations };
}
