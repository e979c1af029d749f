/**
 * Accounts: what must add up in a machine whenever no CPU is inside it, in every flavour. Nothing
 * is changed and nothing need be drained: packets may wait for neighbours and objects for RCU.
 *
 *   places   every slab object in exactly one            accountsObjects.ts, accountsPlaces.ts
 *   counts   each equals the references that were found  accountsCounts.ts
 *   rest     locks, grace periods, timers, pages, packets, page 0             accountsRest.ts
 *   bytes    of debug images: poison of free objects, red zones of all        accountsSlab.ts
 *
 * Walks read the machine's bytes by the image's own layout table.
 */
import type { World } from "../reference/world.js";
import { AccountBook, type AccountCheck, hex, type Mismatch } from "./accountsBook.js";
import { CountCheck } from "./accountsCounts.js";
import { PLACES, type Place, SlabObjects } from "./accountsObjects.js";
import { PlaceWalk } from "./accountsPlaces.js";
import { type HeldLock, RestCheck } from "./accountsRest.js";
import { SlabBytes } from "./accountsSlab.js";
import type { Machine } from "./machine.js";

/** What a walk over a machine has found. */
export interface Accounts {
  /** Equations that were checked. */
  readonly checks: number;
  readonly mismatches: readonly Mismatch[];
  /** Objects by cache and place, for people. */
  readonly objects: readonly {
    readonly cache: string;
    readonly objects: number;
    readonly inUse: number;
    readonly places: Readonly<Partial<Record<Place | "lost", number>>>;
  }[];
}

function tally(objects: SlabObjects): Accounts["objects"] {
  const names = Object.keys(PLACES) as Place[];
  return [...objects.caches.values()].map((cache) => {
    const counts = new Array<number>(names.length + 1).fill(0);
    for (const code of cache.placeOf) counts[code] = (counts[code] ?? 0) + 1;
    const places: Partial<Record<Place | "lost", number>> = {};
    for (const [code, n] of counts.entries()) {
      if (n > 0) places[code === 0 ? "lost" : (names[code - 1] ?? "lost")] = n;
    }
    const { inUse } = objects.count(cache);
    return { cache: cache.name, objects: cache.placeOf.length, inUse, places };
  });
}

/** The accounts of a machine that no CPU is inside of. `world`: the devices that it has. */
export function readAccounts(machine: Machine, world: World): Accounts {
  const book = new AccountBook();
  const objects = new SlabObjects(machine, book);
  const references = new PlaceWalk(objects).walk();
  for (const cache of objects.caches.values()) book.checked(cache.placeOf.length);
  new CountCheck(objects, references, book).check(world);
  new RestCheck(objects, book).check();
  new SlabBytes(objects, book).check();
  return { checks: book.checks, mismatches: book.mismatches(), objects: tally(objects) };
}

/** Checks whose word holds wherever CPUs were stopped. */
const FACTS: ReadonlySet<AccountCheck> = new Set([
  "object-twice",
  "grace-period",
  "lock-exclusion",
  "page-zero",
]);

/**
 * What is wrong with a machine whose CPUs were stopped in the middle of something, and cannot come
 * from that: an object in two places, a grace period that did not wait, a lock that let two in, a
 * write through a null pointer.
 */
export function readFacts(machine: Machine): readonly Mismatch[] {
  const book = new AccountBook();
  const objects = new SlabObjects(machine, book);
  new PlaceWalk(objects).walk();
  const rest = new RestCheck(objects, book);
  rest.probes(machine.options.cpus + 1);
  rest.guardPage();
  return book.mismatches().filter(({ check }) => FACTS.has(check));
}

/** Locks that are held in a machine whose CPUs were stopped. */
export function heldLocks(machine: Machine): readonly HeldLock[] {
  const book = new AccountBook();
  const objects = new SlabObjects(machine, book);
  new PlaceWalk(objects).walk();
  return new RestCheck(objects, book).held();
}

/** The same as it is told: each with its CPU, or else with its word. */
export function heldText(locks: readonly HeldLock[]): string {
  const told = locks.map(({ name, word, cpu }) => {
    return `${name} (${cpu < 0 ? hex(word) : `CPU ${cpu}`})`;
  });
  return told.length === 0 ? "no lock is held" : `held: ${told.join(", ")}`;
}
