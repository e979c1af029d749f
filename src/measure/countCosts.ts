/**
 * Costs of a packet, counted by the debug image over the packets that the release image is timed
 * with: never from a table of constants. CPUs take turns on this thread, a burst each, so what
 * contention adds (retries) is not in these figures.
 */
import { clearCosts, readCosts } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import type { PerPacketCosts } from "../result/cellSchema.js";
import type { PacketPath } from "../workloads/workload.js";

const BURST = 64;
const WARM_PACKETS = 8_192;
const COUNTED_PACKETS = 16_384;

/** Counted costs, and the packets they were counted over. */
export interface CountedCosts {
  readonly packets: number;
  readonly perPacket: PerPacketCosts;
}

/** Runs warm-up and counted packets on each of the first `cpus` CPUs of a debug machine. */
export function countCosts(machine: Machine, path: PacketPath, cpus: number): CountedCosts {
  const instances = Array.from({ length: cpus }, (_, cpu) => machine.cpu(cpu));
  const loop = path === "forward" ? "forwardPackets" : "sendPackets";
  for (const cpu of instances) cpu.call("rcuCpuOnline");
  const run = (packets: number): void => {
    for (let done = 0; done < packets; done += BURST) {
      for (const cpu of instances) cpu.call(loop, BURST);
    }
  };
  run(WARM_PACKETS);
  clearCosts(machine);
  run(COUNTED_PACKETS);
  const costs = readCosts(machine);
  for (const cpu of instances) cpu.call("rcuCpuOffline");
  const packets = costs.packets;
  const each = (count: number): number => count / packets;
  return {
    packets,
    perPacket: {
      hits: each(costs.slotHits),
      allocations: each(costs.slabAllocations),
      lookups: each(costs.lookups),
      atomicStores: each(costs.atomicStores),
      atomicRmw: each(costs.atomicRmw),
      atomicCmpxchg: each(costs.atomicCmpxchg),
      atomicLoads: each(costs.atomicLoads),
    },
  };
}
