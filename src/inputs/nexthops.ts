/**
 * Next hops for a table that has none, from the origin AS of each route.
 *
 * Real routers send all routes of one AS to few peers, and few peers carry most routes. So the next
 * hop is a function of the AS alone, which keeps the clustering of the real table, and the law
 * over ASes is
 *
 *   P(next hop k) = (1 / (k + 1)) / (1 + 1/2 + … + 1/N)        k = 0 … N - 1
 *
 * (Zipf with exponent 1: of 64 next hops the first gets 21 % of the ASes, the last 0.3 %.) The law
 * is one of ASes: shares of routes are near it, but an AS with thousands of routes moves the share
 * of its next hop.
 *
 *   h = hash32(AS, seed), uniform over 0 … 2^32 - 1
 *   k = the first with h < bounds[k]
 *   bounds[k] = 2^32 × (1 + … + 1/(k+1)) / (1 + … + 1/N),  bounds[N-1] = 2^32
 */
import { hash32 } from "./hash32.js";
import type { RoutingTable } from "./routingTable.js";

/** Most next hops: an index fits in a byte, and routers with more full-table peers are rare. */
export const NEXTHOPS_MAX = 256;

/** Next hop, 0 … nexthops - 1, of a route's number. RangeError unless nexthops is 1..256. */
export function nexthopIndex(number: number, nexthops: number, seed: number): number {
  return indexIn(nexthopBounds(nexthops), hash32(number, seed));
}

/** nexthopIndex() of every row of a table. */
export function assignNexthops(table: RoutingTable, nexthops: number, seed: number): Uint8Array {
  const bounds = nexthopBounds(nexthops);
  const indices = new Uint8Array(table.count);
  for (let i = 0; i < table.count; i++) {
    indices[i] = indexIn(bounds, hash32(table.numbers[i] ?? 0, seed));
  }
  return indices;
}

function nexthopBounds(nexthops: number): Float64Array {
  if (!Number.isInteger(nexthops) || nexthops < 1 || nexthops > NEXTHOPS_MAX) {
    throw new RangeError(`${nexthops} next hops, allowed: 1 to ${NEXTHOPS_MAX}`);
  }
  const sums = new Float64Array(nexthops);
  let sum = 0;
  for (let k = 0; k < nexthops; k++) {
    sum += 1 / (k + 1);
    sums[k] = sum;
  }
  // x / x is exactly 1, so the last bound is 2^32 and no hash is past it.
  return sums.map((partial) => (partial / sum) * 2 ** 32);
}

/** First k with hash < bounds[k], by halving: at most 8 steps. */
function indexIn(bounds: Float64Array, hash: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hash < (bounds[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
