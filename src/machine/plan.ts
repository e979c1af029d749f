/**
 * The memory plan of an experiment: one shared memory, the table part and its inputs once, then a
 * design part for each machine. Computed, printed and checked before anything is touched.
 *
 *   0          guard page: stays zero; every audit looks
 *   64 KiB     experiment page: gate, CPU claims, ping-pong words
 *   …          templates │ flow lists │ table part
 *   …          machine 0: superblock │ CPU areas │ boot │ rings │ slab pages [│ table │ updates]
 *   …          machine 1: …
 */
import { UsageError } from "../reference/usageError.js";

/** Bytes of a Wasm page. */
export const WASM_PAGE_BYTES = 65_536;
const MEMORY_BYTES_MAX = 65_536 * WASM_PAGE_BYTES;
/** Address of the experiment page. */
export const EXPERIMENT_AT = WASM_PAGE_BYTES;

/** A range of the memory. */
export interface Region {
  readonly base: number;
  readonly bytes: number;
}

/** Where a machine's design part lies. */
export interface MachinePlan {
  readonly superblock: Region;
  readonly cpuAreas: Region;
  readonly boot: Region;
  readonly rings: Region;
  readonly pages: Region;
  /** A table part of its own, where the machine changes its routes beside traffic. */
  readonly ownTable: Region | null;
  /** The list of a side load; no bytes where there is none. */
  readonly updates: Region;
  readonly bytes: number;
}

export interface MemoryPlan {
  readonly templates: Region;
  readonly flows: Region;
  readonly table: Region;
  readonly machines: readonly MachinePlan[];
  readonly bytes: number;
}

/** What a plan is made for. */
export interface PlanRequest {
  /** Routes of the table, those of the setup included. */
  readonly routes: number;
  /** CPUs that forward; the control plane comes on top. */
  readonly cpus: number;
  /** Pairs of all flow lists together. */
  readonly flowPairs: number;
  readonly machines: number;
  /** The first so many machines have a table part of their own and a list of updates. @default 0 */
  readonly ownTables?: number;
  /** Bytes of such a list of updates. @default 0 */
  readonly updateBytes?: number;
  /** Seed of the process: moves the bases so that one lucky layout is not measured every time. */
  readonly seed: number;
}

export const CPU_AREA_BYTES = 8192;
export const SUPERBLOCK_BYTES = 8192;
/** Skbs 16 KiB, frames 8 KiB, transmit ring 2 KiB, a frame of the host 2 KiB. */
export const RINGS_BYTES = 32_768;
export const RINGS = { skbs: 0, frames: 16_384, tx: 24_576, hostFrame: 26_624 } as const;
/** A leaf, a leaf_info and an alias of 56 bytes each, and its share of tnodes: measured at 226
 * bytes on the full table, with room for tables that nest more. */
const TABLE_BYTES_PER_ROUTE = 320;
const TABLE_BYTES_FIXED = 4 << 20;
/** Dsts that wait for RCU: up to qhimark 10,000 and what comes while they do, on each CPU. */
const PAGES_BYTES_PER_CPU = 4 << 20;
const PAGES_BYTES_FIXED = 2 << 20;
const BOOT_BYTES_FIXED = 1 << 20;
const BOOT_BYTES_PER_CPU = 128 << 10;

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function tableBytes(routes: number): number {
  return TABLE_BYTES_FIXED + routes * TABLE_BYTES_PER_ROUTE;
}

function planMachine(from: number, request: PlanRequest, number: number): MachinePlan {
  const areas = request.cpus + 1;
  let at = from;
  const take = (bytes: number, alignment = 4096): Region => {
    at = align(at, alignment);
    const region = { base: at, bytes };
    at += bytes;
    return region;
  };
  const superblock = take(SUPERBLOCK_BYTES);
  const cpuAreas = take(CPU_AREA_BYTES * areas);
  const pagesBytes = PAGES_BYTES_FIXED + PAGES_BYTES_PER_CPU * areas;
  // The walkers' bitmap and the slab's table of pages grow with the pages.
  const boot = take(BOOT_BYTES_FIXED + BOOT_BYTES_PER_CPU * areas + pagesBytes / 128);
  const rings = take(RINGS_BYTES * areas);
  const pages = take(pagesBytes);
  const changes = number < (request.ownTables ?? 0);
  const ownTable = changes ? take(tableBytes(request.routes)) : null;
  const updates = take(changes ? (request.updateBytes ?? 0) : 0);
  const parts = { superblock, cpuAreas, boot, rings, pages };
  return { ...parts, ownTable, updates, bytes: at - from };
}

/**
 * Plans the memory.
 * @throws {UsageError} one line with the budget, when it does not fit the 4 GiB of wasm32
 */
export function planMemory(request: PlanRequest): MemoryPlan {
  let at = EXPERIMENT_AT + WASM_PAGE_BYTES;
  const take = (bytes: number): Region => {
    at = align(at, 4096);
    const region = { base: at, bytes };
    at += bytes;
    return region;
  };
  const templates = take(256 * 64);
  const flows = take(Math.max(request.flowPairs, request.routes) * 8);
  const table = take(tableBytes(request.routes));
  const machines: MachinePlan[] = [];
  for (let i = 0; i < request.machines; i++) {
    at = align(at, 4096) + (((request.seed >>> 0) * (i + 1)) % 61) * 4096;
    const machine = planMachine(at, request, i);
    machines.push(machine);
    at += machine.bytes;
  }
  const plan = { templates, flows, table, machines, bytes: align(at, WASM_PAGE_BYTES) };
  if (plan.bytes > MEMORY_BYTES_MAX - WASM_PAGE_BYTES) {
    throw new UsageError(`${describePlan(plan, request)}; allowed: 4095 MiB in one memory`);
  }
  return plan;
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / (1 << 20))} MiB`;
}

/** The budget in one line. */
export function describePlan(plan: MemoryPlan, request: PlanRequest): string {
  const each = plan.machines.at(-1)?.bytes ?? 0;
  const own = request.ownTables ?? 0;
  const copies = own === 0 ? "" : ` and once more for each of ${own} designs that change it`;
  return (
    `memory ${mib(plan.bytes)}: table ${mib(plan.table.bytes)} for ${request.routes} routes` +
    `${copies}, ` +
    `flow lists ${mib(plan.flows.bytes)}, ${request.machines} machines of ${mib(each)} ` +
    `for ${request.cpus} CPU${request.cpus === 1 ? "" : "s"} each ` +
    "(reserved, touched only where used)"
  );
}
