/**
 * The slab caches by name.
 */

/** The kernel's names, by number (`assembly/mm/caches.ts`). */
export const CACHE_NAMES: Readonly<Record<number, string>> = {
  0: "ip_dst_cache",
  1: "fib_alias",
  2: "arp_cache",
  3: "skbuff_head_cache",
  4: "skbuff_large_cache",
  5: "hh_cache",
  6: "inet_peer_cache",
};
