/**
 * `rt_genid`: the generation of everything that was derived from the IPv4 tables. Word 0 of
 * G_GENID.
 *
 * Changed routes raise it; a cached route of another generation is stale (`rt_is_expired`).
 * Shared: raised under RTNL by one CPU, read by all.
 */
import { atomicAdd32, readOnce32 } from "../../arch/atomic";
import { G_GENID, superBlockAt } from "../../arch/superblock";

/** Generation of the IPv4 tables now. */
export function rtGenid(): u32 {
  return readOnce32(superBlockAt() + G_GENID);
}

/** Makes every cached IPv4 route stale: the kernel's `rt_cache_flush` of era B, one atomic add. */
export function rtCacheFlush(): void {
  atomicAdd32(superBlockAt() + G_GENID, 1);
}
