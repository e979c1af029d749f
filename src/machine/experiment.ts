/**
 * An experiment's memory with its machines: one table part that all share, but for those that
 * change their routes beside traffic, templates and flow lists beside it, a design part for each
 * image. Made once, before any worker starts.
 */
import type { Image } from "../image/imageStore.js";
import { UsageError } from "../reference/usageError.js";
import type { NexthopPicker, PrefixColumns, World } from "../reference/world.js";
import { adoptTablePart, loadTablePart } from "./loadTable.js";
import { type BootOptions, Machine } from "./machine.js";
import { describePlan, type MemoryPlan, type PlanRequest, planMemory } from "./plan.js";

/** What an experiment is made of. */
export interface ExperimentRequest {
  readonly images: readonly Image[];
  readonly world: World;
  readonly table: PrefixColumns;
  readonly nexthopOf: NexthopPicker;
  /** Templates of the receive devices, 64 bytes each. */
  readonly templates: readonly Uint8Array[];
  readonly flowPairs: number;
  readonly boot: BootOptions;
  /** The first so many machines change their routes beside traffic: a table part for each. */
  readonly ownTables?: number;
  /** Bytes of the list of updates of each of these. */
  readonly updateBytes?: number;
}

/** Room beside the table's prefixes for the routes of the setup. */
const WORLD_ROUTES = 256;

/** Reserves the memory. @throws {UsageError} where the system does not give that much */
function reserveMemory(pages: number, budget: string): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const allowed = "allowed: what this system can reserve (fewer --routes, --cpus or designs)";
    throw new UsageError(`${budget}; ${allowed}`);
  }
}

export class Experiment {
  private constructor(
    readonly memory: WebAssembly.Memory,
    readonly plan: MemoryPlan,
    readonly budget: string,
    readonly machines: readonly Machine[],
    /** Milliseconds that inserting the prefixes took, into all table parts. */
    readonly loadMs: number,
  ) {}

  /**
   * The plan of an experiment of so many machines, before anything is touched.
   * @throws {UsageError} if it does not fit
   */
  static plan(
    request: Omit<ExperimentRequest, "images">,
    machines: number,
  ): { plan: MemoryPlan; budget: string } {
    const planRequest: PlanRequest = {
      routes: request.table.count + WORLD_ROUTES,
      cpus: request.boot.cpus,
      flowPairs: request.flowPairs,
      machines,
      ownTables: request.ownTables ?? 0,
      updateBytes: request.updateBytes ?? 0,
      seed: request.boot.seed,
    };
    const plan = planMemory(planRequest);
    return { plan, budget: describePlan(plan, planRequest) };
  }

  /**
   * Boots all machines. The first one that shares the table part loads it, the others adopt it; who
   * has a part of its own loads that.
   */
  static async create(request: ExperimentRequest): Promise<Experiment> {
    const { plan, budget } = Experiment.plan(request, request.images.length);
    const pages = plan.bytes / 65_536;
    const memory = reserveMemory(pages, budget);
    const bytes = new Uint8Array(memory.buffer);
    request.templates.forEach((template, i) => {
      bytes.set(template, plan.templates.base + i * 64);
    });
    const machines: Machine[] = [];
    let loadMs = 0;
    let loaded = false;
    for (const [i, image] of request.images.entries()) {
      const machine = await Machine.boot(image, memory, plan, i, request.boot);
      machine.configure(request.world);
      const own = machine.plan.ownTable !== null;
      if (loaded && !own) adoptTablePart(machine, request.world);
      else loadMs += loadTablePart(machine, request.world, request.table, request.nexthopOf);
      loaded ||= !own;
      machines.push(machine);
    }
    return new Experiment(memory, plan, budget, machines, loadMs);
  }

  /** Writes the flow lists of a cell and points every machine's CPUs at them, from the start. */
  setFlows(perCpu: readonly Uint32Array[]): void {
    const u32 = new Uint32Array(this.memory.buffer);
    let at = this.plan.flows.base;
    for (const [cpu, list] of perCpu.entries()) {
      u32.set(list, at / 4);
      for (const machine of this.machines) {
        machine.setRingsWord(cpu, "RINGS_FLOWS_AT", at);
        machine.setRingsWord(cpu, "RINGS_FLOWS", list.length / 2);
        machine.setRingsWord(cpu, "RINGS_FLOW_NEXT", 0);
      }
      at += list.byteLength;
    }
  }
}
