/**
 * Carries the route caches of a cell to their equilibrium before its windows, where the workload
 * asks for it: a cell is too short for a cache of half a million entries to fill, and a collector
 * that is due twice a second of the machine's time would hardly be met.
 *
 *   pieces   packets in a row on all CPUs, timed, and the counters of the cache read after each
 *   round    the pieces after one run of the collector, to the next run and with it
 *   end      the last ROUNDS rounds are alike (`carriedFigures`), or enough is enough
 *
 * All machines of a cell come as far along the flow list as the one that took longest, so that
 * windows find all of them at the same packet.
 */
import type { WindowLoop } from "../machine/cpuTask.js";
import { type Machine, RHASH_ENTRIES } from "../machine/machine.js";
import { cacheRoomOf } from "../machine/plan.js";
import { type CacheCounters, readCacheCounters } from "../machine/routeCache.js";
import type { CarriedCache } from "../result/cacheSchema.js";
import { carriedFigures, runsOf } from "./carriedFigures.js";
import type { OnAll } from "./sideLoadRun.js";

/** What is carried, and with what. */
export interface CarryPlan {
  /** The timed machines; their numbers among the workers' machines are their indices. */
  readonly machines: readonly Machine[];
  readonly loop: WindowLoop;
  readonly cpus: number;
  /** Rate that moves the machine's clock, of one CPU. */
  readonly packetsPerSecond: number;
  /** @default RHASH_ENTRIES */
  readonly rhashEntries?: number | undefined;
  readonly onAll: OnAll;
  readonly stopped?: () => boolean;
  /** Reads the counters of a machine's cache. */
  readonly read?: (machine: Machine) => CacheCounters;
}

const BURST = 64;
/** Pieces until there is an entry for each bucket, and the most packets of one. */
const PIECES_PER_THRESH = 8;
const PIECE_PACKETS_MAX = 4_096;
/** A cache has had its time after so many packets for each entry that it can hold, or so many
 * intervals of its collector (0.5 s), whichever is more. */
const PACKETS_PER_ENTRY = 2;
const INTERVALS = 6;
const INTERVALS_PER_SECOND = 2;

/** Packets of one CPU in a piece, for a cache of so many buckets. */
function pieceOf(buckets: number, cpus: number): number {
  const wanted = Math.min(PIECE_PACKETS_MAX, buckets / PIECES_PER_THRESH / cpus);
  return Math.max(BURST, Math.floor(wanted / BURST) * BURST);
}

/** Runs packets on all CPUs; what they took together, in ns. */
async function run(plan: CarryPlan, number: number, packets: number): Promise<number> {
  const { loop, cpus, machines } = plan;
  const task = { kind: "window", machine: number, loop, cpus, packets, leadIn: 0 } as const;
  const doing = `filling the cache of ${machines[number]?.image.name}`;
  const ran = (await plan.onAll(task, doing)).filter((report) => report.ran);
  return Math.max(...ran.map((r) => r.endNs)) - Math.min(...ran.map((r) => r.startNs));
}

/** Carries one machine; null where its design has no cache of flows. */
async function carryOne(plan: CarryPlan, number: number): Promise<CarriedCache | null> {
  const machine = plan.machines[number];
  const room = machine && cacheRoomOf(machine.image.row, plan.rhashEntries ?? RHASH_ENTRIES);
  if (machine === undefined || !room) return null;
  const read = plan.read ?? readCacheCounters;
  const { cpus } = plan;
  const each = pieceOf(room.buckets, cpus);
  const interval = (cpus * plan.packetsPerSecond) / INTERVALS_PER_SECOND;
  const most = Math.max(PACKETS_PER_ENTRY * room.entries, INTERVALS * interval);
  const carried: CarriedCache = { cpus, piecePackets: cpus * each, ns: [], entries: [], runs: [] };
  let last = read(machine);
  while (carried.ns.length * carried.piecePackets < most && plan.stopped?.() !== true) {
    carried.ns.push(await run(plan, number, each));
    const now = read(machine);
    carried.entries.push(now.entries);
    carried.runs.push(runsOf(last, now));
    last = now;
    if (carriedFigures(carried)?.state === "equilibrium") break;
  }
  return carried;
}

/** Carries all machines; what became of each, null for designs without a cache of flows. */
export async function carryCaches(plan: CarryPlan): Promise<(CarriedCache | null)[]> {
  const carried: (CarriedCache | null)[] = [];
  for (const number of plan.machines.keys()) carried.push(await carryOne(plan, number));
  const packets = carried.map((one) => (one === null ? 0 : one.ns.length * one.piecePackets));
  const furthest = Math.max(...packets);
  for (const [number, done] of packets.entries()) {
    if (done < furthest) await run(plan, number, (furthest - done) / plan.cpus);
  }
  return carried;
}
