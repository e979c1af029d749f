/**
 * One machine to look into: the image of a design, the standard setup (or another), a table, CPUs
 * that take turns on this thread. What `trace` and `show` are made of; nothing is timed.
 */
import type { Design } from "../image/designs.js";
import type { Flavour } from "../image/flavour.js";
import { findImage, type Image } from "../image/imageStore.js";
import { assignNexthops } from "../inputs/nexthops.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import { Experiment } from "../machine/experiment.js";
import { BootError, type Machine } from "../machine/machine.js";
import type { World } from "../reference/world.js";
import { buildFlowLists } from "../workloads/flows.js";
import { rxTemplates } from "../workloads/templates.js";
import type { Workload } from "../workloads/workload.js";

/** What to boot. */
export interface InspectRequest {
  readonly image: Image;
  readonly world: World;
  readonly table: RoutingTable;
  readonly cpus: number;
  readonly seed: number;
  /** Offered packets per second of one CPU: moves the clock. */
  readonly packetsPerSecond: number;
  /** Pairs of all flow lists. */
  readonly flowPairs: number;
  /** Events that each CPU's trace keeps; 0 without one. */
  readonly traceEvents: number;
}

/** A machine, and what it was made of. */
export interface Inspected {
  readonly machine: Machine;
  readonly experiment: Experiment;
  readonly request: InspectRequest;
}

const HZ = 1000;
const BURST = 64;

/** The image of a design; says where it had to be compiled. */
export async function imageToInspect(
  design: Design,
  flavour: Flavour,
  say: (line: string) => void,
): Promise<Image> {
  const image = await findImage(design, flavour);
  if (image.compiledNow) say(`compiled ${design.name} (${flavour}): not among the built images`);
  return image;
}

/** Boots the machine and loads its table. @throws {BootError} {UsageError} */
export async function bootInspected(request: InspectRequest): Promise<Inspected> {
  const { image, world, table, cpus, seed, packetsPerSecond } = request;
  const nexthops = assignNexthops(table, Math.max(1, world.nexthops.length), seed);
  const experiment = await Experiment.create({
    images: [image],
    world,
    table,
    nexthopOf: (row) => nexthops[row] ?? 0,
    templates: rxTemplates(world),
    flowPairs: request.flowPairs,
    traceEvents: request.traceEvents,
    boot: { cpus, cores: cpus, hz: HZ, packetsPerSecond, seed, fibTables: 2 },
  });
  const [machine] = experiment.machines;
  if (machine === undefined) throw new BootError("no machine was booted");
  return { machine, experiment, request };
}

/**
 * Runs `packets` packets of a workload, a burst on each CPU in turn, then the RCU callbacks that
 * are due, so that what is freed is free.
 */
export function runWorkload(
  { machine, experiment, request }: Inspected,
  workload: Workload,
  packets: number,
): void {
  const { cpus, seed, world } = request;
  const lists = buildFlowLists(workload, request.table, {
    cpus,
    packets: request.flowPairs,
    seed,
    world,
  });
  experiment.setFlows(lists.perCpu);
  const loop = workload.path === "forward" ? "forwardPackets" : "sendPackets";
  const all = Array.from({ length: cpus }, (_, cpu) => machine.cpu(cpu));
  for (const cpu of all) cpu.call("rcuCpuOnline");
  for (let done = 0; done < packets; ) {
    for (const cpu of all) {
      const burst = Math.min(BURST, packets - done);
      if (burst > 0) cpu.call(loop, burst);
      done += burst;
    }
  }
  for (const cpu of all) cpu.call("rcuCpuOffline");
}
