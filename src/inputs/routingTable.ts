/**
 * A routing table before it becomes routes of a machine: three columns, one row per prefix.
 *
 *   row i │ prefixes[i] u32, host order │ lengths[i] 0..32 │ numbers[i] u32: AS or the user's
 *
 * For every table:
 *   count == prefixes.length == lengths.length == numbers.length, 1 <= count <= ROUTES_MAX
 *   prefixes[i] == networkOf(prefixes[i], lengths[i])                    no host bits
 *   (prefixes[i - 1], lengths[i - 1]) < (prefixes[i], lengths[i])         sorted, each prefix once
 *
 * In that order a prefix comes after every prefix that covers it and before every prefix it covers
 * (a walk of the tree from the root), so one pass with a stack sees all nesting.
 */
import { networkOf } from "./prefixText.js";

/**
 * Most routes in a table. The IPv4 Internet has about one million; four times that leaves room for
 * years and for made-up tables, keeps the columns below 40 MB, and an index fits in 22 bits.
 */
export const ROUTES_MAX = 4_000_000;

export interface RouteColumns {
  readonly prefixes: Uint32Array;
  readonly lengths: Uint8Array;
  readonly numbers: Uint32Array;
}

export interface RoutingTable extends RouteColumns {
  /** Short, for a heading: `libloc-20221029-v4`, or the file's base name. */
  readonly name: string;
  /** Where the rows come from, in words or as a path. */
  readonly source: string;
  readonly licence: string;
  readonly count: number;
}

/** Orders two rows as a table does: by network address, then the shorter prefix first. */
export function compareRoutes(columns: RouteColumns, left: number, right: number): number {
  const byPrefix = (columns.prefixes[left] ?? 0) - (columns.prefixes[right] ?? 0);
  return byPrefix !== 0 ? byPrefix : (columns.lengths[left] ?? 0) - (columns.lengths[right] ?? 0);
}

/** The equations at the top of this file, as code. For tests and for what comes out of a file. */
export function routingTableIsValid(table: RoutingTable): boolean {
  const { count, prefixes, lengths, numbers } = table;
  if (prefixes.length !== count || lengths.length !== count || numbers.length !== count) {
    return false;
  }
  if (count < 1 || count > ROUTES_MAX) return false;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] ?? 0;
    if (length > 32) return false;
    const prefix = prefixes[i] ?? 0;
    if (prefix !== networkOf(prefix, length)) return false;
    if (i > 0 && compareRoutes(table, i - 1, i) >= 0) return false;
  }
  return true;
}

/**
 * Histogram of nesting: element d is how many prefixes of the table are covered by exactly d others
 * of it. The sum is `count`. Thinning a table at random takes covers away, so what is left is
 * printed with every thinned table: longest-match work depends on it.
 */
export function nestingOf(table: RoutingTable): number[] {
  const histogram: number[] = [];
  // The covers of the row at hand, outermost first: no more than 33, one per length.
  const coverPrefix = new Uint32Array(33);
  const coverLength = new Uint8Array(33);
  let depth = 0;
  for (let i = 0; i < table.count; i++) {
    const prefix = table.prefixes[i] ?? 0;
    while (depth > 0) {
      const outer = coverPrefix[depth - 1] ?? 0;
      if (networkOf(prefix, coverLength[depth - 1] ?? 0) === outer) break;
      depth--;
    }
    histogram[depth] = (histogram[depth] ?? 0) + 1;
    coverPrefix[depth] = prefix;
    coverLength[depth] = table.lengths[i] ?? 0;
    depth++;
  }
  return histogram;
}
