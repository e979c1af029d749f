/**
 * How long a flow list must be: a list that begins again while a cache still holds its first flows
 * makes every cache look good. It must hold four times the entries of the largest cache.
 *
 *   route-cache=hash       max_size = 16 B entries; B = rhash_entries, up to a power of two
 *   route-cache=nexthop    one for each slot: next hops × (1 input slot + CPUs)
 *   any other              none: a packet long is enough
 */
import type { Design } from "../image/designs.js";
import { UsageError } from "../reference/usageError.js";

/** A list is this many times as long as what the largest cache can hold. */
export const LIST_OVER_ENTRIES = 4;
/** Buckets of the route cache's hash where nothing is said: a host of 1 GiB (spec 3.1). */
export const DEFAULT_RHASH_ENTRIES = 32_768;
/** `ip_rt_max_size` for each bucket. */
export const MAX_SIZE_PER_BUCKET = 16;

/** What the capacity of a cache follows from. */
export interface CacheSizes {
  readonly nexthops: number;
  /** Most CPUs of a cell. */
  readonly cpus: number;
  /** Boot parameter `rhash_entries`. @default DEFAULT_RHASH_ENTRIES */
  readonly rhashEntries?: number;
}

/** Buckets that the boot parameter gives: rounded up to a power of two, as the kernel does. */
export function bucketsOf(rhashEntries: number): number {
  return 2 ** Math.ceil(Math.log2(rhashEntries));
}

/** Entries that the cache of a design can hold. */
export function cacheCapacity(design: Design, sizes: CacheSizes): number {
  switch (design.row["route-cache"]) {
    case "hash":
      return MAX_SIZE_PER_BUCKET * bucketsOf(sizes.rhashEntries ?? DEFAULT_RHASH_ENTRIES);
    case "nexthop":
      return sizes.nexthops * (1 + sizes.cpus);
    default:
      return 1;
  }
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
