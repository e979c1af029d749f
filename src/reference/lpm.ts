/**
 * Longest-prefix match, twice: `ReferenceTable`, one map per prefix length, longest asked first;
 * and `linearLookup`, which compares with every route there is. The second is there to judge the
 * first.
 *
 * One route per prefix: no TOS, no priorities, no multipath (the kernel's alias list has one
 * entry).
 */
import { isInPrefix, netmask } from "./ipv4Address.js";
import type { Route } from "./world.js";

export class ReferenceTable {
  /** By length. Keys are prefixes as *signed* numbers, which V8 keeps unboxed. */
  private readonly maps: Map<number, Route>[] = Array.from({ length: 33 }, () => new Map());

  /** How many routes there are. */
  get size(): number {
    return this.maps.reduce((sum, map) => sum + map.size, 0);
  }

  /** The route of exactly this prefix, or undefined. */
  get(prefix: number, length: number): Route | undefined {
    return this.mapOf(length).get(prefix | 0);
  }

  /** Adds a route. False, and nothing changed, if the prefix has one. */
  insert(route: Route): boolean {
    const map = this.mapOf(route.length);
    if (map.has(route.prefix | 0)) return false;
    this.replace(route);
    return true;
  }

  /**
   * Adds a route or takes the place of the one the prefix has.
   * @throws RangeError for host bits or a length that is none
   */
  replace(route: Route): void {
    if ((route.prefix & ~netmask(route.length)) !== 0) throw new RangeError("host bits set");
    this.mapOf(route.length).set(route.prefix | 0, route);
  }

  /** Removes a route. False if the prefix has none. */
  delete(prefix: number, length: number): boolean {
    return this.mapOf(length).delete(prefix | 0);
  }

  /** The route with the longest prefix that holds `daddr`, or undefined. */
  lookup(daddr: number): Route | undefined {
    for (let length = 32; length >= 0; length--) {
      const map = this.mapOf(length);
      if (map.size === 0) continue;
      const route = map.get(daddr & netmask(length));
      if (route !== undefined) return route;
    }
    return undefined;
  }

  /** Every route, longest prefixes first; within a length in the order of insertion. */
  *routes(): Generator<Route> {
    for (let length = 32; length >= 0; length--) yield* this.mapOf(length).values();
  }

  private mapOf(length: number): Map<number, Route> {
    const map = this.maps[length];
    if (map === undefined) throw new RangeError(`prefix length ${length}; allowed: 0 to 32`);
    return map;
  }
}

/** Longest match by comparing with every route: O(n), for tests. The first of equals wins. */
export function linearLookup(routes: Iterable<Route>, daddr: number): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    if (!isInPrefix(daddr, route.prefix, route.length)) continue;
    if (best === undefined || route.length > best.length) best = route;
  }
  return best;
}
