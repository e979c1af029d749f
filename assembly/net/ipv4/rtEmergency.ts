/**
 * The emergency of 2.6.29 to 3.5: a chain that is too long for chance means that somebody knows the
 * seed of the hash. Each one moves the generation, which is the seed; after more than
 * rt_cache_rebuild_count of them nothing is cached any more, for good.
 *
 * `rebuilds` and `chainLengthMax` are words of the table (`rtHash.ts`), racy-ok: any CPU counts
 * without an atomic, as the kernel does.
 */
import { readOnce32 } from "../../arch/atomic";
import { Rtable } from "./rtable";
import { rtCacheInvalidate } from "./rtFlush";
import { RT_HASH_GENID, rtHash, rtSameHashInput, rtSysctl } from "./rtHash";

/** log2 of the units in which an entry of a chain is counted: eighths. */
export const RT_LENGTH_ONE_SHIFT: u64 = 3;

/** New routes go into the hash. False after too many emergencies: each is used once. Raising the
 * sysctl turns it on again. Follows `rt_caching`. */
export function rtCaching(): bool {
  if (!RT_HASH_GENID) return true;
  return rtHash().rebuilds <= rtSysctl().rebuildCount;
}

/**
 * Counts an emergency and makes every entry stale. Under the lock of the bucket that was too long;
 * the caller hashes its route again. Follows `rt_emergency_hash_rebuild` and the count before it in
 * `rt_intern_hash`.
 */
export function rtEmergencyHashRebuild(): void {
  if (!RT_HASH_GENID) return;
  const h = rtHash();
  h.rebuilds = h.rebuilds + 1;
  rtCacheInvalidate();
}

/** No entry before this one in the chain has the same input of the hash. Follows `has_noalias`. */
function hasNoalias(head: usize, rt: Rtable): bool {
  let at: usize = readOnce32(head);
  while (at != changetype<usize>(rt)) {
    const other = changetype<Rtable>(at);
    if (rtSameHashInput(other, rt)) return false;
    at = other.next;
  }
  return true;
}

/** Length of the chain at `head` in eighths of an entry; entries with the same input of the hash
 * count once. Under its lock. */
export function chainLengthIn8ths(head: usize): u32 {
  let length: u32 = 0;
  let at: usize = readOnce32(head);
  while (at) {
    const rt = changetype<Rtable>(at);
    if (hasNoalias(head, rt)) length += 1 << (<u32>RT_LENGTH_ONE_SHIFT);
    at = rt.next;
  }
  return length;
}

/** Entries of the chain at `head` with different inputs of the hash. Under its lock. Follows
 * `slow_chain_length`. */
export function rtSlowChainLength(head: usize): u32 {
  return chainLengthIn8ths(head) >> <u32>RT_LENGTH_ONE_SHIFT;
}
