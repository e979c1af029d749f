/**
 * How long a flow list must be: a list that begins again while a cache still holds its first flows
 * makes every cache look good. It must hold four times the entries of the largest cache.
 *
 *   route-cache=hash       max_size = 16 B entries; B = rhash_entries, up to a power of two
 *   route-cache=nexthop    one for each slot: next hops × (1 input slot + CPUs)
 *   any other              none: a packet long is enough
 */
import type { Design } from "../image/designs.js";
import { RHASH_ENTRIES } from "../machine/machine.js";
import { cacheRoomOf } from "../machine/plan.js";
import { UsageError } from "../reference/usageError.js";

/** A list is this many times as long as what the largest cache can hold. */
export const LIST_OVER_ENTRIES = 4;

/** What the capacity of a cache follows from. */
export interface CacheSizes {
  readonly nexthops: number;
  /** Most CPUs of a cell. */
  readonly cpus: number;
  /** Boot parameter `rhash_entries`. @default RHASH_ENTRIES */
  readonly rhashEntries?: number;
}

/** Entries that the cache of a design can hold. */
export function cacheCapacity(design: Design, sizes: CacheSizes): number {
  const hash = cacheRoomOf(design.row, sizes.rhashEntries ?? RHASH_ENTRIES);
  if (hash !== null) return hash.entries;
  return design.row["route-cache"] === "nexthop" ? sizes.nexthops * (1 + sizes.cpus) : 1;
}

/**
 * Refuses a list that is too short for a design.
 * @throws {UsageError} one line: the length, the design with the largest cache, what is allowed
 */
export function checkFlowList(
  packets: number,
  designs: readonly Design[],
  sizes: CacheSizes,
): void {
  const capacities = designs.map((design) => cacheCapacity(design, sizes));
  const largest = Math.max(1, ...capacities);
  const needed = LIST_OVER_ENTRIES * largest;
  if (packets >= needed) return;
  const name = designs[capacities.indexOf(largest)]?.name;
  throw new UsageError(
    `--flow-packets ${packets}: the cache of ${name} can hold ${largest} entries; ` +
      `allowed: ${needed} or more`,
  );
}
