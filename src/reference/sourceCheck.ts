/**
 * The rules that go with the knob `source-check`: what a received packet's addresses may be, and
 * whether its source must be one that a packet could come from (spec 5.3 columns A and B, 4.8).
 *
 *   always     2.6: 240/4 and 127/8 are martian sources whatever the destination, 240/4 is a martian
 *              destination; a source that has a route must have a UNICAST one
 *   shortcut   3.10 with rp_filter 0: 255.255.255.255 is a martian source; nothing is looked up
 */
import { fibLookup, type RouterTables } from "./fibLookup.js";
import { isLimitedBroadcast, isLoopback, isMulticast, isZeronet } from "./ipv4Address.js";
import { RTN_UNICAST } from "./world.js";

/** Values of the knob. */
export type SourceCheck = "always" | "shortcut";

/** 240/4: reserved. */
function isBadclass(address: number): boolean {
  return address >>> 28 === 15;
}

/** Nobody sends from there, wherever to. */
export function isMartianSource(check: SourceCheck, saddr: number): boolean {
  if (isMulticast(saddr)) return true;
  return check === "always" ? isBadclass(saddr) || isLoopback(saddr) : isLimitedBroadcast(saddr);
}

/** Nobody is sent to there. */
export function isMartianDestination(check: SourceCheck, daddr: number): boolean {
  return isZeronet(daddr) || isLoopback(daddr) || (check === "always" && isBadclass(daddr));
}

/**
 * `fib_validate_source` with rp_filter 0: a source without a route passes; one that is this host's,
 * a broadcast address or the like does not.
 */
export function isValidSource(check: SourceCheck, tables: RouterTables, saddr: number): boolean {
  if (check === "shortcut") return true;
  const route = fibLookup(tables, saddr);
  return route === undefined || route.type === RTN_UNICAST;
}
