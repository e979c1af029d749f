/**
 * An experiment's memory with its machines: a table part for each kind of FIB, which its machines
 * share, but for those that change their routes beside traffic; templates and flow lists beside it,
 * a design part for each image. Made once, before any worker starts.
 */
import type { Image } from "../image/imageStore.js";
import type { KnobRow } from "../image/knobs.js";
import { UsageError } from "../reference/usageError.js";
import type { NexthopPicker, PrefixColumns, World } from "../reference/world.js";
import { adoptTablePart, loadTablePart } from "./loadTable.js";
import { type BootOptions, Machine, modulesOf, RHASH_ENTRIES } from "./machine.js";
import {
  describePlan,
  type FibKind,
  fibKindOf,
  type MemoryPlan,
  machineNeedsOf,
  type PlanRequest,
  planMemory,
} from "./plan.js";
import { readTablePart, writeTablePart } from "./tableFile.js";

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
  /** Loaded table parts in files (`tableFile.ts`); null: load and keep them in memory only. */
  readonly tables?: TableFiles | null;
  /** Events that the trace of each CPU of a debug machine keeps. @default 0 */
  readonly traceEvents?: number;
}

/** Whether an experiment leaves its table parts in a folder, or finds those of another there. */
export interface TableFiles {
  readonly folder: string;
  readonly mode: "write" | "read";
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

/**
 * Gives a machine its table part: the one of its kind, loaded or read where it is not there yet, or
 * one of its own. Returns the milliseconds that inserting prefixes took.
 */
function giveTable(
  machine: Machine,
  request: ExperimentRequest,
  loaded: Map<FibKind, Machine>,
): number {
  const { world, table, nexthopOf, tables = null } = request;
  const kind = fibKindOf(machine.image.row);
  if (machine.plan.ownTable !== null) return loadTablePart(machine, world, table, nexthopOf);
  const isRead = (): boolean =>
    tables?.mode === "read" && readTablePart(machine.memory, machine.table, kind, tables.folder);
  const like = loaded.get(kind) ?? null;
  if (like === null) loaded.set(kind, machine);
  if (like !== null || isRead()) {
    adoptTablePart(machine, world, like);
    return 0;
  }
  const loadMs = loadTablePart(machine, world, table, nexthopOf);
  if (tables?.mode === "write") writeTablePart(machine, kind, tables.folder);
  return loadMs;
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
   * The plan of an experiment of machines with these rows, before anything is touched.
   * @throws {UsageError} if it does not fit
   */
  static plan(
    request: Omit<ExperimentRequest, "images">,
    rows: readonly KnobRow[],
  ): { plan: MemoryPlan; budget: string } {
    const planRequest: PlanRequest = {
      routes: request.table.count + WORLD_ROUTES,
      cpus: request.boot.cpus,
      flowPairs: request.flowPairs,
      machines: rows.map((row) => machineNeedsOf(row, request.boot.rhashEntries ?? RHASH_ENTRIES)),
      ownTables: request.ownTables ?? 0,
      updateBytes: request.updateBytes ?? 0,
      traceEvents: request.traceEvents ?? 0,
      seed: request.boot.seed,
    };
    const plan = planMemory(planRequest);
    return { plan, budget: describePlan(plan, planRequest) };
  }

  /**
   * Boots all machines. The first of each kind of FIB that shares its table part loads or reads it,
   * the others adopt it; who has a part of its own loads that.
   */
  static async create(request: ExperimentRequest): Promise<Experiment> {
    const { plan, budget } = Experiment.plan(
      request,
      request.images.map(({ row }) => row),
    );
    const pages = plan.bytes / 65_536;
    const memory = reserveMemory(pages, budget);
    const bytes = new Uint8Array(memory.buffer);
    request.templates.forEach((template, i) => {
      bytes.set(template, plan.templates.base + i * 64);
    });
    // The engine compiles beside this thread, which loads the table meanwhile.
    for (const image of request.images) void modulesOf(image);
    const machines: Machine[] = [];
    const loaded = new Map<FibKind, Machine>();
    let loadMs = 0;
    for (const [i, image] of request.images.entries()) {
      const machine = await Machine.boot(image, memory, plan, i, request.boot);
      machine.configure(request.world);
      loadMs += giveTable(machine, request, loaded);
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
