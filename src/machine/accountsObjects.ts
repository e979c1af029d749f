/**
 * The objects of a machine's slab, all of them, found by the owner table of its pages, and the
 * place of each. The image's own walkers are not asked.
 *
 *   page ─▶ owner table: CPU and cache ─▶ slots ─▶ object number ─▶ place
 *
 * A place owns an object: a free list, a chain, a slot, a list of the dead … An object has one.
 * Only the uncached list is no owner: its members are held by packets, or wait for RCU.
 */
import { type AccountBook, type AccountCheck, dumpBytes, hex } from "./accountsBook.js";
import type { Machine } from "./machine.js";
import { ownerText } from "./slabDebug.js";
import { CACHE_NAMES } from "./slabNames.js";

/** Kinds of places, and what they are called; the number is a CPU's, a chain's, … */
export const PLACES = {
  free: "free list of CPU",
  remote: "remote list of CPU",
  quarantine: "quarantine of CPU",
  chain: "chain",
  slot: "slot of fib_info",
  garbage: "garbage list",
  busy: "busy list",
  rcu: "RCU callbacks of CPU",
  neighbourTable: "neighbour table",
  headers: "headers of neighbour",
  queue: "queue of neighbour",
  sent: "sent packets of CPU",
  peers: "peers of bucket",
  held: "nothing but references",
} as const;

export type Place = keyof typeof PLACES;

const PLACE_NAMES = Object.keys(PLACES) as readonly Place[];

/** The pages of one slab cache, and what is known of its objects. */
export interface CacheObjects {
  readonly id: number;
  readonly name: string;
  readonly objectBytes: number;
  readonly strideBytes: number;
  readonly leftBytes: number;
  readonly linkOffset: number;
  readonly perPage: number;
  /** Address and CPU of each page, in the order of the pages. */
  readonly pages: readonly { readonly at: number; readonly cpu: number }[];
  /** Index of each page's first object by the page's address. */
  readonly firstOfPage: ReadonlyMap<number, number>;
  /** Kind of place + 1 by object; 0: none was found. */
  readonly placeOf: Uint8Array;
  readonly numberOf: Int32Array;
}

/** Where an object is. */
export interface Placed {
  readonly place: Place | null;
  readonly number: number;
}

/** Reads the pages of every cache. */
function readCaches(machine: Machine, pageBytes: number): CacheObjects[] {
  const { layout, plan, u32 } = machine;
  const pool = plan.superblock.base + layout.at("G_SLAB");
  const word = (at: number): number => u32[at / 4] ?? 0;
  const pagesAt = word(pool + layout.at("SLAB_POOL_PAGES_AT"));
  const owners = word(pool + layout.at("SLAB_POOL_OWNERS_AT"));
  const bumped = word(pool + layout.at("SLAB_POOL_BUMPED"));
  const u16 = new Uint16Array(machine.memory.buffer);
  const pages = new Map<number, { at: number; cpu: number }[]>();
  for (let i = 0; i < bumped; i++) {
    const owner = u16[owners / 2 + i] ?? 0;
    if (owner === 0) continue;
    const id = owner & 0xff;
    const ofCache = pages.get(id) ?? [];
    ofCache.push({ at: pagesAt + i * pageBytes, cpu: (owner >> 8) - 1 });
    pages.set(id, ofCache);
  }
  const found: CacheObjects[] = [];
  for (let id = 0; id < layout.at("KMEM_CACHES"); id++) {
    const at = pool + layout.at("SLAB_FIRST") + layout.at("SLAB_STRIDE") * id;
    const objectBytes = word(at + layout.at("SLAB_OBJECT_BYTES"));
    if (objectBytes === 0) continue;
    const perPage = word(at + layout.at("SLAB_PER_PAGE"));
    const own = pages.get(id) ?? [];
    const objects = own.length * perPage;
    found.push({
      id,
      name: CACHE_NAMES[id] ?? `cache-${id}`,
      objectBytes,
      strideBytes: word(at + layout.at("SLAB_STRIDE_BYTES")),
      leftBytes: word(at + layout.at("SLAB_LEFT")),
      linkOffset: word(at + layout.at("SLAB_LINK")),
      perPage,
      pages: own,
      firstOfPage: new Map(own.map((page, i) => [page.at, i * perPage])),
      placeOf: new Uint8Array(objects),
      numberOf: new Int32Array(objects),
    });
  }
  return found;
}

/** All objects of a machine, each to be put into its place. */
export class SlabObjects {
  readonly caches: ReadonlyMap<number, CacheObjects>;
  readonly pageBytes: number;

  constructor(
    readonly machine: Machine,
    private readonly book: AccountBook,
  ) {
    this.pageBytes = machine.layout.at("SLAB_PAGE_BYTES");
    const caches = readCaches(machine, this.pageBytes);
    this.caches = new Map(caches.map((cache) => [cache.id, cache]));
  }

  /** The cache of this number; one without objects where the machine has none. */
  cache(id: number): CacheObjects {
    const found = this.caches.get(id);
    if (found !== undefined) return found;
    const none = { objectBytes: 0, strideBytes: 0, leftBytes: 0, linkOffset: 0, perPage: 0 };
    const name = CACHE_NAMES[id] ?? `cache-${id}`;
    const empty = { placeOf: new Uint8Array(0), numberOf: new Int32Array(0) };
    return { id, name, ...none, pages: [], firstOfPage: new Map(), ...empty };
  }

  /** Number of the object at this address, −1 if there is none of this cache. */
  indexOf(cache: CacheObjects, at: number): number {
    const page = at - (at % this.pageBytes);
    const first = cache.firstOfPage.get(page);
    if (first === undefined) return -1;
    const slot = (at - page - cache.leftBytes) / cache.strideBytes;
    return Number.isInteger(slot) && slot >= 0 && slot < cache.perPage ? first + slot : -1;
  }

  /** Address of object number `index`. */
  addressOf(cache: CacheObjects, index: number): number {
    const page = cache.pages[Math.floor(index / cache.perPage)];
    const slot = index % cache.perPage;
    return (page?.at ?? 0) + cache.leftBytes + slot * cache.strideBytes;
  }

  /**
   * The object at `at` is in a place. False, and a mismatch: there is no such object, or it is in a
   * place already; who walks a list then ends.
   */
  put(cache: CacheObjects, at: number, place: Place, number: number): boolean {
    const index = this.indexOf(cache, at);
    if (index < 0) {
      const where = placeText({ place, number });
      this.fault("list-form", `${where} has ${hex(at)}, which is no ${cache.name} object`);
      return false;
    }
    if ((cache.placeOf[index] ?? 0) !== 0) {
      const before = placeText(this.placeAt(cache, index));
      const text = `in two places, ${before} and ${placeText({ place, number })}`;
      this.faultOf("object-twice", cache, index, text);
      return false;
    }
    cache.placeOf[index] = PLACE_NAMES.indexOf(place) + 1;
    cache.numberOf[index] = number;
    return true;
  }

  /** Where object number `index` is. */
  placeAt(cache: CacheObjects, index: number): Placed {
    const place = PLACE_NAMES[(cache.placeOf[index] ?? 0) - 1] ?? null;
    return { place, number: cache.numberOf[index] ?? 0 };
  }

  /** Whether somebody has the object: it is on no free list, and not kept back. */
  isInUse(cache: CacheObjects, index: number): boolean {
    const { place } = this.placeAt(cache, index);
    return place !== "free" && place !== "remote" && place !== "quarantine";
  }

  /** Addresses of all objects in use, with their numbers. */
  *inUse(cache: CacheObjects): Generator<{ at: number; index: number }> {
    for (let index = 0; index < cache.placeOf.length; index++) {
      if (this.isInUse(cache, index)) yield { at: this.addressOf(cache, index), index };
    }
  }

  /** Objects that nobody has, and those in use. */
  count(cache: CacheObjects): { free: number; inUse: number } {
    let free = 0;
    for (let i = 0; i < cache.placeOf.length; i++) if (!this.isInUse(cache, i)) free++;
    return { free, inUse: cache.placeOf.length - free };
  }

  /** A mismatch that no single object is the cause of. */
  fault(check: AccountCheck, text: string): void {
    this.book.object(check, () => ({ text, dump: [] }));
  }

  /** A mismatch about one object: named, with its owner, its place and its bytes. */
  faultOf(check: AccountCheck, cache: CacheObjects, index: number, text: string): void {
    const at = this.addressOf(cache, index);
    const cpu = cache.pages[Math.floor(index / cache.perPage)]?.cpu ?? -1;
    this.book.object(check, () => {
      const where = placeText(this.placeAt(cache, index));
      const name = `${cache.name} object ${hex(at)} (page of CPU ${cpu}, in ${where})`;
      const dump = dumpBytes(this.machine, at, cache.objectBytes);
      const owner = ownerText(this.machine, cache, at);
      return { text: `${name}: ${text}${owner === "" ? "" : `; ${owner}`}`, dump };
    });
  }
}

/** A place in words. */
export function placeText({ place, number }: Placed): string {
  if (place === null) return "no place";
  if (place === "garbage" || place === "busy" || place === "held" || place === "neighbourTable") {
    return PLACES[place];
  }
  const isAddress = place === "headers" || place === "queue";
  return `${PLACES[place]} ${isAddress ? hex(number) : number}`;
}
