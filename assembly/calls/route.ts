/**
 * Upward from the FIB: what a nexthop's routes are is the routing layer's business.
 */
import { FibNh } from "../net/fib/fibNh";
import { nexthopFreeRoutes } from "../net/ipv4/nexthopCache";

/** Frees the routes that were cached on a nexthop whose fib_info is being freed. */
export function nexthopRoutesFree(nh: FibNh): void {
  nexthopFreeRoutes(nh);
}
