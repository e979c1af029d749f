/**
 * Upward from the FIB: what a nexthop's routes are, and how a hash of flows is flushed, is the
 * routing layer's business.
 */
import { FibNh } from "../net/fib/fibNh";
import { nexthopFreeRoutes } from "../net/ipv4/nexthopCache";
import { rtHashFlush } from "../net/ipv4/rtFlush";

/** Frees the routes that were cached on a nexthop whose fib_info is being freed. */
export function nexthopRoutesFree(nh: FibNh): void {
  nexthopFreeRoutes(nh);
}

/** Flushes the hash of flows, `delay` as for `rt_cache_flush`. */
export function rtHashFlushCall(delay: i32): void {
  rtHashFlush(delay);
}
