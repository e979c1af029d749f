/**
 * A small experiment for tests: machines of a few thousand routes booted on this thread, with the
 * setup and the templates that every run has. What needs threads starts `Cpus` on its machines.
 */
import { parseDesign } from "../../../src/image/designs.js";
import type { Flavour } from "../../../src/image/flavour.js";
import { findImage, type Image } from "../../../src/image/imageStore.js";
import { assignNexthops } from "../../../src/inputs/nexthops.js";
import type { RoutingTable } from "../../../src/inputs/routingTable.js";
import { Experiment } from "../../../src/machine/experiment.js";
import type { BootOptions, Machine } from "../../../src/machine/machine.js";
import type { NexthopPicker, World } from "../../../src/reference/world.js";
import { buildFlowLists, type FlowLists } from "../../../src/workloads/flows.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { rxTemplates } from "../../../src/workloads/templates.js";
import { findWorkload } from "../../../src/workloads/workload.js";

export const NEXTHOPS = 8;

/** An experiment and what it was made of. */
export interface Small {
  readonly experiment: Experiment;
  readonly machines: readonly Machine[];
  readonly world: World;
  readonly table: RoutingTable;
  readonly nexthopOf: NexthopPicker;
  readonly routesByNexthop: readonly number[];
  readonly templates: readonly Uint8Array[];
}

/** `count` prefixes from 20.0.0.0 up: /24s, and a /28 in every eighth of them. */
export function smallTable(count: number): RoutingTable {
  const prefixes = new Uint32Array(count);
  const lengths = new Uint8Array(count);
  let prefix = 20 * 2 ** 24;
  for (let row = 0; row < count; row++) {
    const isNested = row % 8 === 7;
    if (!isNested) prefix += 256;
    prefixes[row] = isNested ? prefix + 16 : prefix;
    lengths[row] = isNested ? 28 : 24;
  }
  const numbers = Uint32Array.from(prefixes, (_, row) => row);
  const columns = { count, prefixes, lengths, numbers };
  return { name: "small", source: "made for a test", licence: "none", ...columns };
}

/** The image `DESIGN.FLAVOUR` of today's sources. */
function imageOf(text: string): Promise<Image> {
  const flavour = /\.(release|timed|debug)$/.exec(text)?.[1] as Flavour;
  return findImage(parseDesign(text.slice(0, -flavour.length - 1)), flavour);
}

/**
 * Boots a machine for each `DESIGN.FLAVOUR`, changed by `change`, on one table of 1,000 routes;
 * `options`: further boot words.
 */
export async function smallExperiment(
  images: readonly string[],
  cpus = 1,
  change: (image: Image) => Image = (image) => image,
  options: Pick<BootOptions, "slabDebug"> = {},
): Promise<Small> {
  const world = standardWorld({ nexthops: NEXTHOPS });
  const table = smallTable(1_000);
  const nexthops = assignNexthops(table, NEXTHOPS, 1);
  const nexthopOf = (row: number): number => nexthops[row] ?? 0;
  const templates = rxTemplates(world);
  const found = (await Promise.all(images.map(imageOf))).map(change);
  const clock = { hz: 1000, packetsPerSecond: 1e6 } as const;
  const boot = { cpus, cores: 2, seed: 1, fibTables: 2, ...clock, ...options } as const;
  const request = { images: found, world, table, nexthopOf, templates, flowPairs: 8_192, boot };
  const experiment = await Experiment.create(request);
  const routesByNexthop = new Array<number>(NEXTHOPS).fill(0);
  for (const k of nexthops) routesByNexthop[k] = (routesByNexthop[k] ?? 0) + 1;
  const { machines } = experiment;
  return { experiment, machines, world, table, nexthopOf, routesByNexthop, templates };
}

/** Gives every CPU the flow list of a workload, from its start; 8,192 packets in all. */
export function setWorkload(small: Small, workload: string, cpus = 1): FlowLists {
  const options = { cpus, packets: 8_192, seed: 1, world: small.world };
  const lists = buildFlowLists(findWorkload(workload), small.table, options);
  small.experiment.setFlows(lists.perCpu);
  return lists;
}

/** The i-th machine. */
export function machineOf(small: Small, i: number): Machine {
  const machine = small.machines[i];
  if (machine === undefined) throw new RangeError(`no machine ${i}`);
  return machine;
}

/** Runs packets on one CPU of a machine, on this thread, as a window does. */
export function runPackets(machine: Machine, loop: string, packets: number, cpu = 0): void {
  machine.cpu(cpu).call("rcuCpuOnline");
  machine.cpu(cpu).call(loop, packets);
  machine.cpu(cpu).call("rcuCpuOffline");
}

/** Runs all RCU callbacks of a machine on this thread, CPU by CPU: what workers do side by side. */
export async function drainHere(machine: Machine): Promise<void> {
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    machine.cpu(cpu).call("rcuCpuOnline");
    machine.cpu(cpu).call("rcuBarrierLocal");
    machine.cpu(cpu).call("rcuCpuOffline");
  }
}
