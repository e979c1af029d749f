/**
 * What a JavaScript user would keep routes of destinations in: a `Map`, an LRU package, or a
 * chained hash in typed arrays, which is the route cache's own shape in plain TypeScript. Values
 * are objects with the next hop's address, but for the typed arrays.
 *
 * One loop for each, on purpose: a shared one would call through a site that sees many targets.
 */
import { LRUCache } from "lru-cache";
import QuickLRU from "quick-lru";
import { mix32 } from "../../src/workloads/prng.js";
import type { RangeLookup } from "../harness/keyList.js";

/** A route as a value. */
export interface CachedRoute {
  readonly gateway: number;
}

/** Destinations, each once, and their routes. */
export interface CachedRoutes {
  readonly keys: Uint32Array;
  readonly gateways: Uint32Array;
}

function* entriesOf({ keys, gateways }: CachedRoutes): Generator<[number, CachedRoute]> {
  for (const [i, key] of keys.entries()) yield [key, { gateway: gateways[i] ?? 0 }];
}

// Each cache has a loop of its own: one loop for all would call `get` of several classes at one
// place, and V8 would measure that call.

/** Lookups of `keys` in a `Map`. */
export function mapLookup(routes: CachedRoutes, keys: Uint32Array): RangeLookup {
  const map = new Map(entriesOf(routes));
  const mask = keys.length - 1;
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const route = map.get(keys[(from + i) & mask] as number);
      if (route !== undefined) sum = (sum + route.gateway) | 0;
    }
    return sum;
  };
}

/** Lookups in a full `lru-cache`: each moves its entry to the front. */
export function lruCacheLookup(routes: CachedRoutes, keys: Uint32Array): RangeLookup {
  const cache = new LRUCache<number, CachedRoute>({ max: routes.keys.length });
  for (const [key, route] of entriesOf(routes)) cache.set(key, route);
  const mask = keys.length - 1;
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const route = cache.get(keys[(from + i) & mask] as number);
      if (route !== undefined) sum = (sum + route.gateway) | 0;
    }
    return sum;
  };
}

/** Lookups in a full `quick-lru`, which keeps up to twice its size in two generations. */
export function quickLruLookup(routes: CachedRoutes, keys: Uint32Array): RangeLookup {
  const cache = new QuickLRU<number, CachedRoute>({ maxSize: routes.keys.length });
  for (const [key, route] of entriesOf(routes)) cache.set(key, route);
  const mask = keys.length - 1;
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const route = cache.get(keys[(from + i) & mask] as number);
      if (route !== undefined) sum = (sum + route.gateway) | 0;
    }
    return sum;
  };
}

/** A hash of flows with chains: destination and source are the key, as in the route cache. */
export class ChainedHash {
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly daddrs: Uint32Array;
  private readonly gateways: Uint32Array;
  private readonly saddrs: Uint32Array;

  /** @param buckets a power of two */
  constructor(
    routes: CachedRoutes,
    readonly saddr: number,
    readonly buckets: number,
  ) {
    const { length } = routes.keys;
    this.heads = new Int32Array(buckets).fill(-1);
    this.next = new Int32Array(length);
    this.daddrs = Uint32Array.from(routes.keys);
    this.gateways = Uint32Array.from(routes.gateways);
    this.saddrs = new Uint32Array(length).fill(saddr);
    for (let i = 0; i < length; i++) {
      const bucket = this.bucketOf(this.daddrs[i] ?? 0, saddr);
      this.next[i] = this.heads[bucket] ?? -1;
      this.heads[bucket] = i;
    }
  }

  private bucketOf(daddr: number, saddr: number): number {
    return mix32(daddr ^ Math.imul(saddr, 0x9e3779b1)) & (this.buckets - 1);
  }

  /** Next hop of a flow, 0: not cached. */
  find(daddr: number, saddr: number): number {
    const { next, daddrs, saddrs } = this;
    let at = this.heads[this.bucketOf(daddr, saddr)] as number;
    while (at >= 0) {
      if (daddrs[at] === daddr && saddrs[at] === saddr) return this.gateways[at] as number;
      at = next[at] as number;
    }
    return 0;
  }

  /** Lookups of `keys`, all from the one source. */
  lookup(keys: Uint32Array): RangeLookup {
    const mask = keys.length - 1;
    const { saddr } = this;
    return (from, count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        sum = (sum + this.find(keys[(from + i) & mask] as number, saddr)) | 0;
      }
      return sum;
    };
  }
}
