/**
 * Counters of a machine, read from its bytes while no window runs and added over CPUs: the IP MIB
 * with the reasons of drops, the costs that debug images count, and `rt_cache_stat`.
 */
import type { DropReason } from "../reference/fate.js";
import type { Machine } from "./machine.js";

/** Counters of the MIB that are no drops, by index (`assembly/net/core/mib.ts`). */
export const MIB_NAMES = [
  "inReceives",
  "inDelivers",
  "forwDatagrams",
  "outRequests",
  "outTransmits",
  "loopback",
] as const;

/** What a packet can be dropped for: the reasons that the reference knows, and three that only an
 * image has: no memory for a dst, a dst that discards, and output through `ip_rt_bug`. */
export type ImageDrop = DropReason | "no-buffer" | "discarded" | "rt-bug";

/** The drops in the order of their counters (`assembly/net/core/mib.ts`). */
export const IMAGE_DROPS: readonly ImageDrop[] = [
  "not-ip",
  "other-host",
  "short-header",
  "bad-header",
  "bad-checksum",
  "short-packet",
  "bad-total-length",
  "multicast-not-member",
  "martian-source",
  "martian-destination",
  "ip-options",
  "no-route",
  "forwarding-off",
  "link-broadcast",
  "ttl-exceeded",
  "frag-needed",
  "needs-fragment",
  "no-neighbour",
  "device-down",
  "zero-destination",
  "broadcast-send",
  "no-buffer",
  "discarded",
  "rt-bug",
];

/** Costs that debug images count, by index (`assembly/arch/costs.ts`). */
export const COST_NAMES = [
  "atomicLoads",
  "atomicStores",
  "atomicRmw",
  "atomicCmpxchg",
  "lookups",
  "slabAllocations",
  "slabFrees",
  "dstAllocations",
  "dstDestroys",
  "slotHits",
  "slotInstalls",
  "slotLosses",
  "dstHolds",
  "dstReleases",
  "uncachedAdds",
  "uncachedDels",
  "devHolds",
  "devPuts",
  "trieNodes",
  "trieBacktracks",
  "neighbourLookups",
  "rcuCallbacks",
  "locks",
  "packets",
  "zoneProbes",
] as const;

export type CostName = (typeof COST_NAMES)[number];
export type Costs = Record<CostName, number>;

/** MIB counters and drops by reason, summed over CPUs. */
export interface Mib {
  readonly inReceives: number;
  readonly inDelivers: number;
  readonly forwDatagrams: number;
  readonly outRequests: number;
  readonly outTransmits: number;
  readonly loopback: number;
  readonly drops: Readonly<Partial<Record<ImageDrop, number>>>;
}

/** Sums counter `index` of 8 bytes over all CPUs. */
function mibCounter(machine: Machine, index: number): number {
  let sum = 0;
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    const at = (machine.areaOf(cpu) + machine.layout.at("PCPU_MIB") + 8 * index) / 4;
    sum += (machine.u32[at] ?? 0) + (machine.u32[at + 1] ?? 0) * 2 ** 32;
  }
  return sum;
}

/** The MIB of a machine. */
export function readMib(machine: Machine): Mib {
  const counts = Object.fromEntries(MIB_NAMES.map((name, i) => [name, mibCounter(machine, i)]));
  const first = machine.layout.at("MIB_DROPS");
  const drops: Partial<Record<ImageDrop, number>> = {};
  IMAGE_DROPS.forEach((reason, i) => {
    const count = mibCounter(machine, first + i);
    if (count > 0) drops[reason] = count;
  });
  return { ...(counts as Omit<Mib, "drops">), drops };
}

/** The costs of a machine with a debug image; all zero in others. */
export function readCosts(machine: Machine): Costs {
  const entries = COST_NAMES.map((name, i): [CostName, number] => {
    let sum = 0;
    for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
      sum += machine.u32[(machine.areaOf(cpu) + machine.layout.at("PCPU_COSTS")) / 4 + i] ?? 0;
    }
    return [name, sum];
  });
  return Object.fromEntries(entries) as Costs;
}

/** Sets the costs of all CPUs to zero. */
export function clearCosts(machine: Machine): void {
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    const at = (machine.areaOf(cpu) + machine.layout.at("PCPU_COSTS")) / 4;
    machine.u32.fill(0, at, at + COST_NAMES.length);
  }
}

/** `rt_cache_stat` column `index`, summed over CPUs. */
export function readRtStat(machine: Machine, index: number): number {
  let sum = 0;
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    sum += machine.u32[(machine.areaOf(cpu) + machine.layout.at("PCPU_RT_STAT")) / 4 + index] ?? 0;
  }
  return sum;
}
