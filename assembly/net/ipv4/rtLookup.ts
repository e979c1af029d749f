/**
 * The fast path of 2.6: is the flow in the route cache? (spec §3.3)
 *
 *   ipRouteInput ──── hit ─▶ attached: counted, or by noref (2.6.35 on) without a reference
 *        └─ miss ─▶ ipRouteInputSlow ─▶ rtInternHash
 *   ipRouteOutputKeyed ─ hit ─▶ held    └─ miss ─▶ ipRouteOutputSlow ─▶ rtInternHash
 *
 * A hit writes `lastuse` and `use` of the entry plainly, from any CPU: lost updates are the
 * kernel's, and the line they dirty is what is measured. Each entry that was passed counts one
 * hlist_search, the match none. Walks are under RCU-bh, of which the packet path is a section.
 */
import { plainLoad8, readOnce32 } from "../../arch/atomic";
import { COST_SLOT_HIT, countCost } from "../../arch/costs";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_CACHE_HIT,
  BRANCH_CACHE_MISS,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_RCV_FINISH,
  TRACE_IP_ROUTE_INPUT,
  TRACE_IP_ROUTE_OUTPUT_KEY,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { jiffies } from "../../kernel/jiffies";
import { dstHold } from "../core/dst";
import { traceDst } from "../core/dstTrace";
import { NetDevice } from "../core/netDevice";
import { SkBuff, skbDstSetNoref } from "../core/skbuff";
import { ipRouteInputSlow } from "./mkroute26Input";
import { ipRouteOutputSlow } from "./mkroute26Output";
import { Flowi4 } from "./routeOutput";
import { Rtable } from "./rtable";
import { rtCaching } from "./rtEmergency";
import {
  HAS_RT_HASH,
  IPTOS_RT_MASK,
  rtBucketAt,
  rtHashCode,
  rtMatchesInput,
  rtMatchesOutput,
  rtTosAndMark,
} from "./rtHash";
import {
  RT_STAT_IN_HIT,
  RT_STAT_IN_HLIST_SEARCH,
  RT_STAT_OUT_HIT,
  RT_STAT_OUT_HLIST_SEARCH,
  rtStatInc,
} from "./rtStat";

/** The entry of an input flow, 0 if it is not cached; no reference. TOS under IPTOS_RT_MASK. */
export function rtFindInput(daddr: u32, saddr: u32, iif: u32, tosAndMark: u64): usize {
  let at: usize = readOnce32(rtBucketAt(rtHashCode(daddr, saddr, iif)));
  while (at) {
    const rt = changetype<Rtable>(at);
    if (rtMatchesInput(rt, daddr, saddr, iif, tosAndMark)) return at;
    rtStatInc(RT_STAT_IN_HLIST_SEARCH);
    at = readOnce32(rt.nextAt);
  }
  return 0;
}

/** The same for an output flow, by the addresses and the device that were asked for. */
export function rtFindOutput(daddr: u32, saddr: u32, oif: u32, tosAndMark: u64): usize {
  let at: usize = readOnce32(rtBucketAt(rtHashCode(daddr, saddr, oif)));
  while (at) {
    const rt = changetype<Rtable>(at);
    if (rtMatchesOutput(rt, daddr, saddr, oif, tosAndMark)) return at;
    rtStatInc(RT_STAT_OUT_HLIST_SEARCH);
    at = readOnce32(rt.nextAt);
  }
  return 0;
}

/** Trace: the entry that was found, and how often it had been used. */
function traceHit(where: u32, at: usize): void {
  traceDst(where, BRANCH_CACHE_HIT, at, changetype<Rtable>(at).use);
}

/** What a hit writes: plain on purpose. */
function markUsed(at: usize): void {
  const rt = changetype<Rtable>(at);
  rt.lastuse = jiffies();
  rt.use++;
}

/**
 * Routes a received packet: from the cache, else by the tables. Returns 0 with a dst attached, or
 * the negative error with which the packet is dropped (counted). Follows `ip_route_input` of 2.6.18
 * and `ip_route_input_common` of 2.6.39.
 */
export function ipRouteInput(skb: SkBuff, daddr: u32, saddr: u32): i32 {
  const tos = plainLoad8(<usize>skb.networkHeader + 1) & IPTOS_RT_MASK;
  if (DEBUG) traceCall(TRACE_IP_RCV_FINISH, TRACE_IP_ROUTE_INPUT, saddr, daddr);
  if (HAS_RT_HASH && rtCaching()) {
    const iif = changetype<NetDevice>(<usize>skb.dev).ifindex;
    const at = rtFindInput(daddr, saddr, iif, rtTosAndMark(tos, skb.mark));
    if (at) {
      if (DEBUG) traceHit(TRACE_IP_ROUTE_INPUT, at);
      if (DEBUG) countCost(COST_SLOT_HIT);
      markUsed(at);
      rtStatInc(RT_STAT_IN_HIT);
      skbDstSetNoref(skb, at);
      return 0;
    }
    if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT, BRANCH_CACHE_MISS, 0, 0, 0);
  }
  return ipRouteInputSlow(skb, daddr, saddr, tos);
}

/**
 * Output route of `fl` with a reference for the caller, and its addresses left in the flow; 0 when
 * there is none (counted). Follows `__ip_route_output_key` of 2.6.
 */
export function ipRouteOutputKeyed(fl: Flowi4): usize {
  if (DEBUG) traceCall(TRACE_IP_BUILD_AND_SEND_PKT, TRACE_IP_ROUTE_OUTPUT_KEY, 0, fl.daddr);
  if (!HAS_RT_HASH || !rtCaching()) return ipRouteOutputSlow(fl);
  const at = rtFindOutput(fl.daddr, fl.saddr, 0, 0);
  if (DEBUG && !at) traceEvent(TRACE_IP_ROUTE_OUTPUT_KEY, BRANCH_CACHE_MISS, 0, 0, 0);
  if (!at) return ipRouteOutputSlow(fl);
  if (DEBUG) traceHit(TRACE_IP_ROUTE_OUTPUT_KEY, at);
  if (DEBUG) countCost(COST_SLOT_HIT);
  const rt = changetype<Rtable>(at);
  markUsed(at);
  dstHold(at);
  rtStatInc(RT_STAT_OUT_HIT);
  fl.daddr = rt.rtDst;
  fl.saddr = rt.rtSrc;
  fl.dev = <u32>rt.dev;
  return at;
}
