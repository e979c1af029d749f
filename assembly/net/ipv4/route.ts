/**
 * The contract of an IPv4 route cache: what the path asks, whatever the design. The only file that
 * chooses between designs with and without a dst; `ROUTE_CACHE` is otherwise read only where an
 * rtable is looked for or installed (`routeInput.ts`, `routeOutput.ts`, `setNexthop.ts`).
 *
 *   routeInput      attaches a route to a received packet, or says why not
 *   routeOutput     attaches a route to a datagram of this host
 *   dstInput/Output the attached route's handlers
 *   skbRoute…       what forwarding reads of it: device, next hop, MTU
 *
 * Without a dst the attached route is the adjacency (a fib_nh in cb0) and its type (cb1); it is
 * protected by RCU like everything that the lookup returns.
 */

import { traceCall } from "../../arch/trace";
import {
  TRACE_CURRENT,
  TRACE_DST_INPUT,
  TRACE_DST_OUTPUT,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_RCV_FINISH,
  TRACE_SKB_DST_SET,
} from "../../arch/tracePoints";
import { dstInputCall, dstOutputCall } from "../../calls/dst";
import {
  DEBUG,
  ROUTE_CACHE,
  ROUTE_CACHE_DIRECT,
  ROUTE_CACHE_FLOOR,
  ROUTE_CACHE_HASH,
  ROUTE_CACHE_NEXTHOP,
  ROUTE_CACHE_NONE,
} from "../../config";
import { DST_HAS_NEIGHBOUR, DstEntry } from "../core/dstEntry";
import { SkBuff, skbDst, skbDstSet } from "../core/skbuff";
import {
  directDev,
  directInput,
  directMtu,
  directNexthop,
  directRouteInput,
  directRouteOutput,
} from "./adjacency";
import { ipOutput } from "./ipOutput";
import { ipRouteInputNoref } from "./routeInput";
import { Flowi4, ipRouteOutputKey } from "./routeOutput";
import { ipv4Mtu, RTABLE_HAS_KEY, Rtable, rtNexthop } from "./rtable";
import { ipRouteInput, ipRouteOutputKeyed } from "./rtLookup";

const HAS_DST: bool =
  ROUTE_CACHE == ROUTE_CACHE_NONE ||
  ROUTE_CACHE == ROUTE_CACHE_NEXTHOP ||
  ROUTE_CACHE == ROUTE_CACHE_HASH;

if (!HAS_DST && ROUTE_CACHE != ROUTE_CACHE_DIRECT && ROUTE_CACHE != ROUTE_CACHE_FLOOR) {
  ERROR("unknown route cache");
}

/** Attaches a route to a received packet. 0, or a negative error: drop (already counted). */
export function routeInput(skb: SkBuff, daddr: u32, saddr: u32): i32 {
  if (!HAS_DST) return directRouteInput(skb, daddr, saddr);
  return RTABLE_HAS_KEY ? ipRouteInput(skb, daddr, saddr) : ipRouteInputNoref(skb, daddr, saddr);
}

/** Attaches a route to a datagram of this host; counted where there is a dst. 0 or negative. */
export function routeOutput(skb: SkBuff, fl: Flowi4): i32 {
  if (!HAS_DST) return directRouteOutput(skb, fl);
  const rt = RTABLE_HAS_KEY ? ipRouteOutputKeyed(fl) : ipRouteOutputKey(fl);
  if (!rt) return -1;
  if (DEBUG) traceCall(TRACE_IP_BUILD_AND_SEND_PKT, TRACE_SKB_DST_SET, 0, 0);
  skbDstSet(skb, rt);
  return 0;
}

/** `dst_input`: forward, deliver or report, as the attached route says. */
export function dstInput(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_IP_RCV_FINISH, TRACE_DST_INPUT, 0, 0);
  if (HAS_DST) dstInputCall(changetype<DstEntry>(skbDst(skb)).input, skb);
  else directInput(skb);
}

/** `dst_output`. */
export function dstOutput(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DST_OUTPUT, 0, 0);
  if (HAS_DST) dstOutputCall(changetype<DstEntry>(skbDst(skb)).output, skb);
  else ipOutput(skb);
}

/** Device that the attached route leaves through. */
export function skbRouteDev(skb: SkBuff): usize {
  if (HAS_DST) return changetype<DstEntry>(skbDst(skb)).dev;
  return directDev(skb);
}

/** Address whose link-layer address the frame needs. */
export function skbRouteNexthop(skb: SkBuff, daddr: u32): u32 {
  if (HAS_DST) return rtNexthop(changetype<Rtable>(skbDst(skb)), daddr);
  return directNexthop(skb, daddr);
}

/** MTU of the attached route. */
export function skbRouteMtu(skb: SkBuff): u32 {
  if (HAS_DST) return ipv4Mtu(changetype<Rtable>(skbDst(skb)));
  return directMtu(skb);
}

/** True once after the packet's dst was confirmed: somebody behind it answered. Follows the flag
 * `pending_confirm` in `dst_neigh_output`. */
export function skbRouteConfirmed(skb: SkBuff): bool {
  if (!HAS_DST || DST_HAS_NEIGHBOUR) return false;
  const dst = changetype<DstEntry>(skbDst(skb));
  if (!dst.pendingConfirm) return false;
  dst.pendingConfirm = 0;
  return true;
}
