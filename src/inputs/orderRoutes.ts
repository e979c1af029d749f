/**
 * Brings the rows of a text into the order of a routing table and finds a prefix that comes twice.
 */
import { InputError } from "./inputError.js";
import { formatPrefix } from "./prefixText.js";
import type { RouteLines } from "./routesText.js";
import { compareRoutes, type RouteColumns } from "./routingTable.js";

/**
 * Rows sorted by (prefix, length). Throws an InputError at the first line that repeats an earlier
 * prefix. A text that is in order already, as tables mostly are, is returned as it is.
 */
export function orderRoutes(file: string, rows: RouteLines): RouteColumns {
  if (isAscending(rows)) return rows;
  const order = Uint32Array.from(rows.prefixes.keys());
  // Rows of one prefix stay in the order of the file: the row index is the last key.
  order.sort((left, right) => compareRoutes(rows, left, right) || left - right);
  refuseDuplicate(file, rows, order);
  return {
    prefixes: order.map((row) => rows.prefixes[row] ?? 0),
    lengths: Uint8Array.from(order, (row) => rows.lengths[row] ?? 0),
    numbers: order.map((row) => rows.numbers[row] ?? 0),
  };
}

function isAscending(rows: RouteLines): boolean {
  for (let i = 1; i < rows.prefixes.length; i++) {
    if (compareRoutes(rows, i - 1, i) >= 0) return false;
  }
  return true;
}

function refuseDuplicate(file: string, rows: RouteLines, order: Uint32Array): void {
  let repeated = -1;
  let original = -1;
  let first = order[0] ?? 0;
  for (let i = 1; i < order.length; i++) {
    const row = order[i] ?? 0;
    if (compareRoutes(rows, first, row) !== 0) {
      first = row;
    } else if (repeated < 0 || row < repeated) {
      repeated = row;
      original = first;
    }
  }
  if (repeated < 0) return;
  const found = formatPrefix(rows.prefixes[repeated] ?? 0, rows.lengths[repeated] ?? 0);
  const allowed = `each prefix once (it is on line ${rows.lines[original]} already)`;
  throw new InputError({ file, line: rows.lines[repeated] ?? 1, column: 1 }, found, allowed);
}
