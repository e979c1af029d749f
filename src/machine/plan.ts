/**
 * The memory plan of an experiment: one shared memory, a table part for each kind of FIB and the
 * inputs once, then a design part for each machine. Computed, printed and checked before anything
 * is touched.
 *
 *   0          guard page: stays zero; every audit looks
 *   64 KiB     experiment page: gate, CPU claims, ping-pong words
 *   …          templates │ flow lists │ table parts
 *   …          machine 0: superblock │ CPU areas │ boot │ rings │ slab pages │ trace
 *   …          machine 1: …
 */
import type { KnobRow } from "../image/knobs.js";
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
  /** Rings of the event trace; no bytes where none is wanted. */
  readonly trace: Region;
  readonly bytes: number;
}

/** A kind of table part: the values of the knob `fib`. */
export type FibKind = "trie" | "hash";

/** The kind of table part that an image of this row uses. */
export function fibKindOf(row: KnobRow): FibKind {
  return row.fib === "hash" ? "hash" : "trie";
}

export interface MemoryPlan {
  readonly templates: Region;
  readonly flows: Region;
  /** One part for each kind of FIB that occurs. */
  readonly tables: Readonly<Partial<Record<FibKind, Region>>>;
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
  /** The kind of FIB of each machine. */
  readonly fibs: readonly FibKind[];
  /** Seed of the process: moves the bases so that one lucky layout is not measured every time. */
  readonly seed: number;
  /** Events that the trace of each CPU keeps at least. @default 0 */
  readonly traceEvents?: number;
}

export const CPU_AREA_BYTES = 8192;
export const SUPERBLOCK_BYTES = 8192;
/** Skbs 16 KiB, frames 8 KiB, transmit ring 2 KiB, a frame of the host 2 KiB. */
export const RINGS_BYTES = 32_768;
export const RINGS = { skbs: 0, frames: 16_384, tx: 24_576, hostFrame: 26_624 } as const;
/** A leaf, a leaf_info and an alias of 56 bytes each, and its share of tnodes: measured at 231
 * bytes on the full table, with room for tables that nest more. */
const TRIE_BYTES_PER_ROUTE = 320;
/** A node of 40 bytes, an alias of 56, and its share of buckets, those that zones have grown out of
 * among them: measured at 106 bytes on the full table. */
const HASH_BYTES_PER_ROUTE = 128;
const TABLE_BYTES_FIXED = 4 << 20;
/** Dsts that wait for RCU: up to qhimark 10,000 and what comes while they do, on each CPU. */
const PAGES_BYTES_PER_CPU = 4 << 20;
const PAGES_BYTES_FIXED = 2 << 20;
/** As in `assembly/arch/trace.ts`. */
const TRACE_HEAD_BYTES = 64;
const TRACE_EVENT_BYTES = 32;
const BOOT_BYTES_FIXED = 1 << 20;
const BOOT_BYTES_PER_CPU = 128 << 10;

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** A head, then for each CPU a ring: its head and its events, a power of two of them. */
function traceBytes({ traceEvents = 0, cpus }: PlanRequest): number {
  if (traceEvents === 0) return 0;
  const events = 2 ** Math.ceil(Math.log2(traceEvents));
  return TRACE_HEAD_BYTES + (cpus + 1) * (TRACE_HEAD_BYTES + events * TRACE_EVENT_BYTES);
}

function tableBytes(kind: FibKind, routes: number): number {
  const perRoute = kind === "hash" ? HASH_BYTES_PER_ROUTE : TRIE_BYTES_PER_ROUTE;
  return TABLE_BYTES_FIXED + routes * perRoute;
}

function planMachine(from: number, request: PlanRequest): MachinePlan {
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
  const trace = take(traceBytes(request));
  return { superblock, cpuAreas, boot, rings, pages, trace, bytes: at - from };
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
  const tables: Partial<Record<FibKind, Region>> = {};
  for (const kind of new Set(request.fibs)) tables[kind] = take(tableBytes(kind, request.routes));
  const machines: MachinePlan[] = [];
  for (let i = 0; i < request.fibs.length; i++) {
    at = align(at, 4096) + (((request.seed >>> 0) * (i + 1)) % 61) * 4096;
    const machine = planMachine(at, request);
    machines.push(machine);
    at += machine.bytes;
  }
  const plan = { templates, flows, tables, machines, bytes: align(at, WASM_PAGE_BYTES) };
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
  const each = plan.machines[0]?.bytes ?? 0;
  const tables = Object.entries(plan.tables).map(([kind, { bytes }]) => `as ${kind} ${mib(bytes)}`);
  return (
    `memory ${mib(plan.bytes)}: table ${tables.join(" and ")} for ${request.routes} routes, ` +
    `flow lists ${mib(plan.flows.bytes)}, ${request.fibs.length} machines of ${mib(each)} ` +
    `for ${request.cpus} CPU${request.cpus === 1 ? "" : "s"} each ` +
    "(reserved, touched only where used)"
  );
}
