/**
 * A smaller table that is a fair sample of a larger one. A route stays when the seeded hash of its
 * prefix is among the `count` smallest, so the choice depends on the prefix alone: not on its row,
 * not on the rest of the file. With one seed smaller samples lie inside larger ones, which makes a
 * sweep over sizes smooth.
 *
 * Covers go as easily as what they cover, so a thinned table nests less: print nestingOf() with it.
 */
import { hashPrefix } from "./hash32.js";
import { InputError } from "./inputError.js";
import type { RoutingTable } from "./routingTable.js";

/**
 * Throws an InputError unless 1 <= count <= table.count. The result shares no array with `table`.
 */
export function thinTable(table: RoutingTable, count: number, seed: number): RoutingTable {
  if (!Number.isInteger(count) || count < 1 || count > table.count) {
    const allowed = `1 to ${table.count}, the routes of this table`;
    throw new InputError({ file: table.name }, `${count} routes`, allowed);
  }
  const kept = keptRows(table, count, seed);
  return {
    name: table.name,
    source: `${table.source}, thinned to ${count} routes with seed ${seed}`,
    licence: table.licence,
    count,
    prefixes: kept.map((row) => table.prefixes[row] ?? 0),
    lengths: Uint8Array.from(kept, (row) => table.lengths[row] ?? 0),
    numbers: kept.map((row) => table.numbers[row] ?? 0),
  };
}

/**
 * Rows in table order. Prefixes of different length may share a hash: the earlier row goes first.
 */
function keptRows(table: RoutingTable, count: number, seed: number): Uint32Array {
  const hashes = new Uint32Array(table.count);
  for (let i = 0; i < table.count; i++) {
    hashes[i] = hashPrefix(table.prefixes[i] ?? 0, table.lengths[i] ?? 0, seed);
  }
  const sorted = hashes.slice().sort();
  const largest = sorted[count - 1] ?? 0;
  let ties = count - lowerBound(sorted, largest);
  const kept = new Uint32Array(count);
  let used = 0;
  for (let i = 0; i < table.count; i++) {
    const hash = hashes[i] ?? 0;
    if (hash < largest || (hash === largest && ties-- > 0)) kept[used++] = i;
  }
  return kept;
}

/** How many elements of an ascending array are smaller than `value`. */
function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
