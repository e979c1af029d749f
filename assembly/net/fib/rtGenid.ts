/**
 * `rt_genid`: the generation of everything that was derived from the IPv4 tables. Word 0 of
 * G_GENID.
 *
 * Changed routes raise it; a cached route of another generation is stale (`rt_is_expired`).
 * Shared: raised under RTNL by one CPU, or by any CPU where it seeds a hash; read by all.
 */
import { atomicAdd32, readOnce32 } from "../../arch/atomic";
import { G_GENID, superBlockAt } from "../../arch/superblock";
import { rtHashFlushCall } from "../../calls/route";
import { ROUTE_CACHE, ROUTE_CACHE_HASH } from "../../config";

/** What a change of routes or addresses asks for: the kernel's delay −1, "soon". */
export const RT_FLUSH_SOON: i32 = -1;
/** What a device that goes down asks for, and a write to `route/flush`: at once. */
export const RT_FLUSH_NOW: i32 = 0;

/** Generation of the IPv4 tables now. */
export function rtGenid(): u32 {
  return readOnce32(superBlockAt() + G_GENID);
}

/** Moves the generation on by `step` (at least 1): every route of the one before is stale. */
export function rtGenidAdd(step: u32): void {
  atomicAdd32(superBlockAt() + G_GENID, step);
}

/**
 * Makes every cached IPv4 route stale. Follows 3.10's `rt_cache_flush`, one atomic add whatever the
 * delay; with a hash of flows it is that cache's flush (`net/ipv4/rtFlush.ts`), and `delay` in
 * jiffies says when it may be: RT_FLUSH_SOON, RT_FLUSH_NOW, or what `route/flush` was given.
 */
export function rtCacheFlush(delay: i32): void {
  if (ROUTE_CACHE == ROUTE_CACHE_HASH) rtHashFlushCall(delay);
  else rtGenidAdd(1);
}
