/**
 * The route lookup over both tables: local, then main, as 3.10 does without policy rules (spec
 * 4.2).
 *
 * Whatever a table answers but a usable route only moves the search on: an explicit `unreachable`,
 * `prohibit`, `blackhole` or `throw` route ends the search in its own table and is reported as "no
 * route" (-ENETUNREACH). Such a route hides shorter prefixes of its table, and nothing of the
 * other.
 */
import type { ReferenceTable } from "./lpm.js";
import type { Route } from "./world.js";
import { RTN_ANYCAST, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST } from "./world.js";

export interface RouterTables {
  readonly local: ReferenceTable;
  readonly main: ReferenceTable;
}

/** The types whose `fib_props` entry is no error (spec 0.4). UNSPEC is never in a table. */
const USABLE_TYPES: readonly number[] = [
  RTN_UNICAST,
  RTN_LOCAL,
  RTN_BROADCAST,
  RTN_ANYCAST,
  RTN_MULTICAST,
];

/** The route for `daddr`, or undefined for -ENETUNREACH. */
export function fibLookup(tables: RouterTables, daddr: number): Route | undefined {
  for (const table of [tables.local, tables.main]) {
    const route = table.lookup(daddr);
    if (route !== undefined && USABLE_TYPES.includes(route.type)) return route;
  }
  return undefined;
}
