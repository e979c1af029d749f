/**
 * The audit's part for neighbours: what the table holds, who refers to whom, and what waits.
 */
import { formatAddress, swapBytes } from "../reference/ipv4Address.js";
import type { World } from "../reference/world.js";
import { readMib } from "./counters.js";
import type { Machine } from "./machine.js";

/** Collects equations; `audit.ts` has the class. */
export interface Equations {
  equal(what: string, found: number, expected: number): void;
}

/** What the table knows of one neighbour. */
export interface TableEntry {
  readonly at: number;
  readonly dev: number;
  readonly key: number;
  readonly state: number;
  readonly refcnt: number;
  readonly timerPending: boolean;
  readonly queued: number;
  /** Hardware headers that entries of dst share. */
  readonly headers: readonly number[];
}

/** Slab caches by number (`assembly/mm/caches.ts`). */
const KMEM_CACHE_NEIGHBOUR = 2;
const KMEM_CACHE_SKB = 3;
const KMEM_CACHE_SKB_LARGE = 4;
const KMEM_CACHE_HH = 5;
const NUD_PERMANENT = 0x80;
const WALK_MAX = 1_000_000;

/** All entries of the neighbour table, by its chains. */
export function neighboursOf(machine: Machine): TableEntry[] {
  const control = machine.cpu(machine.controlCpu);
  const word = (at: number, name: string): number =>
    machine.u32[(at + machine.layout.at(name)) / 4] ?? 0;
  const found: TableEntry[] = [];
  for (let at = control.call("neighNext", 0); at !== 0; at = control.call("neighNext", at)) {
    const headers: number[] = [];
    for (let hh = word(at, "NEIGH_HH"); hh !== 0; hh = machine.u32[hh / 4] ?? 0) headers.push(hh);
    found.push({
      at,
      dev: word(at, "NEIGH_DEV"),
      key: word(at, "NEIGH_KEY"),
      state: word(at, "NEIGH_STATE"),
      refcnt: word(at, "NEIGH_REFCNT"),
      // A timer's list entry that leads to itself is on no list.
      timerPending: word(at, "NEIGH_TIMER") !== at + machine.layout.at("NEIGH_TIMER"),
      queued: word(at, "NEIGH_QUEUE_LEN"),
      headers,
    });
    if (found.length > WALK_MAX) break;
  }
  return found;
}

/** Packets that own their frame: those that wait, and those that were sent lately. */
export function skbsInUse(machine: Machine): number {
  const control = machine.cpu(machine.controlCpu);
  const small = control.call("slabInUse", KMEM_CACHE_SKB);
  return small + control.call("slabInUse", KMEM_CACHE_SKB_LARGE);
}

/** How many of `routes` have a pointer to each object at this offset; 0: entries have none. */
function pointersTo(
  machine: Machine,
  routes: readonly number[],
  name: string,
): ReadonlyMap<number, number> {
  const offset = machine.layout.at(name);
  const found = new Map<number, number>();
  if (offset === 0) return found;
  for (const route of routes) {
    const at = machine.u32[(route + offset) / 4] ?? 0;
    if (at !== 0) found.set(at, (found.get(at) ?? 0) + 1);
  }
  return found;
}

/**
 * Every entry counts, and is referred to by the table, its timer, and entries of dst that are bound
 * to it; a header by its neighbour and the entries that have it. Those of the setup are PERMANENT.
 * `routes`: every rtable there is; none may be held by a packet that waits.
 */
export function checkNeighbours(
  machine: Machine,
  world: World,
  routes: readonly number[],
  checks: Equations,
): void {
  const control = machine.cpu(machine.controlCpu);
  const entries = neighboursOf(machine);
  const permanent = entries.filter(({ state }) => state === NUD_PERMANENT);
  checks.equal("PERMANENT neighbours", permanent.length, world.neighbours.length);
  checks.equal("neighbours in the table", entries.length, control.call("neighEntries"));
  const inUse = control.call("slabInUse", KMEM_CACHE_NEIGHBOUR);
  checks.equal("neighbours in use", inUse, entries.length);
  const bound = pointersTo(machine, routes, "DST_NEIGHBOUR_OFFSET");
  const sharing = pointersTo(machine, routes, "DST_HH_OFFSET");
  for (const { at, key, refcnt, timerPending, headers } of entries) {
    const name = formatAddress(swapBytes(key));
    const expected = 1 + Number(timerPending) + (bound.get(at) ?? 0);
    checks.equal(`refcnt of neighbour ${name}`, refcnt, expected);
    for (const hh of headers) {
      const count = machine.u32[(hh + machine.layout.at("HH_REFCNT")) / 4] ?? 0;
      checks.equal(`refcnt of a header of ${name}`, count, 1 + (sharing.get(hh) ?? 0));
    }
  }
  const headers = entries.reduce((sum, entry) => sum + entry.headers.length, 0);
  checks.equal("hh_caches in use", control.call("slabInUse", KMEM_CACHE_HH), headers);
}

/** Packets that wait for a neighbour are in its queue, each with its frame. Frees what was sent. */
export function checkWaiting(machine: Machine, checks: Equations): void {
  const mib = readMib(machine);
  const waiting = neighboursOf(machine).reduce((sum, { queued }) => sum + queued, 0);
  checks.equal("packets that wait for a neighbour", waiting, mib.parked - mib.unparked);
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) machine.cpu(cpu).call("skbFreeSent");
  checks.equal("skbs in queues", skbsInUse(machine), waiting);
}
