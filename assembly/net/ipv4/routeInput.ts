/**
 * Input routing of 3.10 (spec era B, §5.2–5.4): what happens to a packet that a device received.
 *
 *   ipRouteInputNoref ─ classifyInput ─┬─ forward ─────────────────────▶ mkrouteInput
 *                       (rows 1 to 12) └─ local, broadcast, no route ──▶ localInput
 *
 * Runs in softirq under RCU. Where nexthops cache routes, a valid slot is attached without a
 * reference and nothing else happens; a packet is then forwarded without any atomic store.
 *
 * Departures: source validation is the shortcut of rp_filter 0 with send_redirects off (no lookup);
 * redirects, exceptions and multipath come with later steps.
 */
import { plainLoad8 } from "../../arch/atomic";
import { COST_SLOT_HIT, countCost } from "../../arch/costs";
import { isBusted } from "../../arch/superblock";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_ALLOCATED,
  BRANCH_LOOKED_UP,
  BRANCH_MADE,
  BRANCH_MARTIAN,
  BRANCH_NEXTHOP,
  BRANCH_SLOT_EMPTY,
  BRANCH_SLOT_STALE,
  BRANCH_SLOT_VALID,
  BRANCH_VERDICT,
  SLOT_INPUT,
  TRACE___MKROUTE_INPUT,
  TRACE_FIB_LOOKUP,
  TRACE_IP_RCV_FINISH,
  TRACE_IP_ROUTE_INPUT_NOREF,
  TRACE_IP_ROUTE_INPUT_SLOW,
  TRACE_SKB_DST_SET,
} from "../../arch/tracePoints";
import {
  BUSTED,
  BUSTED_FORWARDING_OFF,
  BUSTED_HOLD,
  DEBUG,
  ROUTE_CACHE,
  ROUTE_CACHE_NEXTHOP,
} from "../../config";
import { EHOSTUNREACH, EINVAL, ENETUNREACH, ENOBUFS } from "../../errno";
import { bswap32 } from "../../lib/byteorder";
import { dstHold } from "../core/dst";
import {
  DST_CALL_IP_ERROR,
  DST_CALL_IP_FORWARD,
  DST_CALL_IP_LOCAL_DELIVER,
  DST_CALL_IP_OUTPUT,
  DST_CALL_IP_RT_BUG,
  DST_NOCACHE,
} from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import {
  DROP_DEVICE_DOWN,
  DROP_FORWARDING_OFF,
  DROP_MARTIAN_DESTINATION,
  DROP_MARTIAN_SOURCE,
  DROP_MULTICAST_NOT_MEMBER,
  DROP_NO_BUFFER,
  mibInc,
} from "../core/mib";
import { NetDevice, netDeviceOf } from "../core/netDevice";
import { SkBuff, skbDstSet, skbDstSetNoref } from "../core/skbuff";
import { FibInfo } from "../fib/fibInfo";
import { FibNh } from "../fib/fibNh";
import { FibResult, thisFibResult } from "../fib/fibResult";
import { fibLookup } from "../fib/fibTable";
import {
  RT_SCOPE_UNIVERSE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from "../fib/rtnetlink";
import { ipv4IsLbcast, ipv4IsLoopback, ipv4IsMulticast, ipv4IsZeronet } from "./inetAddress";
import { inputSlotAt, rtCacheRoute, slotRoute } from "./nexthopCache";
import { RTCF_BROADCAST, RTCF_LOCAL, Rtable, rtCacheValid, rtDstAlloc } from "./rtable";
import { IPTOS_RT_MASK } from "./rtHash";
import {
  RT_STAT_COUNTS_LOOKUPS,
  RT_STAT_IN_BRD,
  RT_STAT_IN_MARTIAN_DST,
  RT_STAT_IN_MARTIAN_SRC,
  RT_STAT_IN_NO_ROUTE,
  RT_STAT_IN_SLOW_TOT,
  rtStatInc,
} from "./rtStat";
import { rtSetNexthop } from "./setNexthop";
import {
  fibValidateSource,
  isMartianDestination,
  isMartianSource,
  MARTIAN_DESTINATION_ERROR,
  SOURCE_CHECKED,
  thisSourceVerdict,
} from "./sourceCheck";
import { rtAddUncachedList } from "./uncachedList";

/** Verdicts of `classifyInput`; a negative one is a drop that was counted already. */
export const INPUT_FORWARD: i32 = 1;
export const INPUT_LOCAL: i32 = 2;
export const INPUT_BROADCAST: i32 = 3;
/** No route: an rtable whose input is `ip_error`. */
export const INPUT_NO_ROUTE: i32 = 4;
/** Forwarding is off on the device: as no route, with error 0 and the nexthop kept (row 10). */
export const INPUT_FORWARDING_OFF: i32 = 5;

function martianSource(): i32 {
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_MARTIAN, 0, 0, 0);
  rtStatInc(RT_STAT_IN_MARTIAN_SRC);
  mibInc(DROP_MARTIAN_SOURCE);
  return -EINVAL;
}

function martianDestination(): i32 {
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_MARTIAN, 1, 0, 0);
  rtStatInc(RT_STAT_IN_MARTIAN_DST);
  mibInc(DROP_MARTIAN_DESTINATION);
  return -MARTIAN_DESTINATION_ERROR;
}

/** Rows 6 and 10 of column A: nothing is cached, and no counter of routes counts it. */
function hostUnreachable(): i32 {
  mibInc(DROP_FORWARDING_OFF);
  return -EHOSTUNREACH;
}

/** No route: an entry that says so, where column A does not refuse a device without forwarding. */
function noRoute(dev: NetDevice): i32 {
  if (SOURCE_CHECKED && !dev.forwarding) return hostUnreachable();
  rtStatInc(RT_STAT_IN_NO_ROUTE);
  return INPUT_NO_ROUTE;
}

/** Forwarding is off on the device that a packet for elsewhere came by. */
function forwardingOff(): i32 {
  if (SOURCE_CHECKED) return hostUnreachable();
  rtStatInc(RT_STAT_IN_NO_ROUTE);
  return INPUT_FORWARDING_OFF;
}

/** A broadcast, unless its source is a martian; nobody's source (0) is not looked up. */
function broadcast(saddr: u32, tos: u32, dev: NetDevice): i32 {
  if (SOURCE_CHECKED) {
    const source = thisSourceVerdict();
    source.specDst = dev.primaryAddress;
    source.isDirect = 0;
  }
  if (ipv4IsZeronet(saddr)) return INPUT_BROADCAST;
  return fibValidateSource(saddr, tos, dev) < 0 ? martianSource() : INPUT_BROADCAST;
}

/**
 * The decision table §5.3, column A or B as `sourceCheck.ts` says, for a packet from `saddr` to
 * `daddr` (network order) received on `dev`. Fills `res` where a route was found. Row 1, IP
 * disabled on the device, is no martian and has no counter in the kernel; here it counts as a
 * device that is down.
 */
export function classifyInput(
  daddr: u32,
  saddr: u32,
  tos: u32,
  dev: NetDevice,
  res: FibResult,
): i32 {
  res.fi = 0;
  if (ipv4IsMulticast(daddr)) {
    mibInc(DROP_MULTICAST_NOT_MEMBER);
    return -EINVAL;
  }
  if (!dev.ipEnabled) {
    mibInc(DROP_DEVICE_DOWN);
    return -EINVAL;
  }
  if (isMartianSource(saddr)) return martianSource();
  if (ipv4IsLbcast(daddr) || (daddr | saddr) == 0) return broadcast(saddr, tos, dev);
  if (ipv4IsZeronet(saddr)) return martianSource();
  if (isMartianDestination(daddr)) return martianDestination();
  if (!SOURCE_CHECKED && ipv4IsLoopback(saddr)) return martianSource();
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE_FIB_LOOKUP, daddr, 0);
  const err = fibLookup(bswap32(daddr), tos, RT_SCOPE_UNIVERSE, 0, res);
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_LOOKED_UP, err, 0, 0);
  if (err != 0) return noRoute(dev);
  if (RT_STAT_COUNTS_LOOKUPS) rtStatInc(RT_STAT_IN_SLOW_TOT);
  return classifyRoute(saddr, tos, dev, res);
}

/** Rows 8 to 12 of the decision table: what the route that was found means for the packet. */
function classifyRoute(saddr: u32, tos: u32, dev: NetDevice, res: FibResult): i32 {
  if (res.type == RTN_BROADCAST) return broadcast(saddr, tos, dev);
  if (res.type == RTN_LOCAL) {
    return fibValidateSource(saddr, tos, dev) < 0 ? martianSource() : INPUT_LOCAL;
  }
  if (!dev.forwarding && !(BUSTED && isBusted(BUSTED_FORWARDING_OFF))) return forwardingOff();
  if (res.type != RTN_UNICAST) return martianDestination();
  return fibValidateSource(saddr, tos, dev) < 0 ? martianSource() : INPUT_FORWARD;
}

/**
 * Routes a received packet and attaches its dst: without a reference from a slot, counted when it
 * was made for this packet. Returns 0, or the negative error with which the packet is dropped.
 * Follows `ip_route_input_noref`.
 */
export function ipRouteInputNoref(skb: SkBuff, daddr: u32, saddr: u32): i32 {
  const tos = plainLoad8(<usize>skb.networkHeader + 1) & IPTOS_RT_MASK;
  const dev = changetype<NetDevice>(<usize>skb.dev);
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_RCV_FINISH, TRACE_IP_ROUTE_INPUT_NOREF, saddr, daddr);
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_NOREF, TRACE_IP_ROUTE_INPUT_SLOW, 0, 0);
  const verdict = classifyInput(daddr, saddr, tos, dev, res);
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_VERDICT, verdict, 0, 0);
  if (verdict == INPUT_FORWARD) return mkrouteInput(skb, daddr, res);
  if (verdict < 0) return verdict;
  return localInput(skb, verdict, res);
}

/** The nexthop that the lookup chose (`FIB_RES_NH`). */
export function resultNh(res: FibResult): FibNh {
  return changetype<FibInfo>(<usize>res.fi).nh(res.nhSel);
}

/** Trace: the input slot's route is not used, and why. */
function traceUnusable(where: u32, cached: usize): void {
  traceDst(where, cached ? BRANCH_SLOT_STALE : BRANCH_SLOT_EMPTY, cached, SLOT_INPUT);
}

function noBuffer(): i32 {
  mibInc(DROP_NO_BUFFER);
  return -ENOBUFS;
}

/** A packet to forward. Follows `__mkroute_input` of 3.10. */
function mkrouteInput(skb: SkBuff, daddr: u32, res: FibResult): i32 {
  const nh = resultNh(res);
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE___MKROUTE_INPUT, 0, 0);
  if (DEBUG) traceEvent(TRACE___MKROUTE_INPUT, BRANCH_NEXTHOP, nh.gw, nh.oif, 0);
  if (ROUTE_CACHE == ROUTE_CACHE_NEXTHOP) {
    const cached = slotRoute(inputSlotAt(nh));
    if (rtCacheValid(cached)) {
      if (DEBUG) traceDst(TRACE___MKROUTE_INPUT, BRANCH_SLOT_VALID, cached, SLOT_INPUT);
      if (DEBUG) countCost(COST_SLOT_HIT);
      if (BUSTED && isBusted(BUSTED_HOLD) && daddr >> 24 == 0) dstHold(cached);
      skbDstSetNoref(skb, cached);
      return 0;
    }
    if (DEBUG) traceUnusable(TRACE___MKROUTE_INPUT, cached);
  }
  const at = rtDstAlloc(nh.dev, ROUTE_CACHE == ROUTE_CACHE_NEXTHOP);
  if (!at) return noBuffer();
  const rt = changetype<Rtable>(at);
  rt.rtType = <u16>res.type;
  rt.rtIsInput = 1;
  if (DEBUG) traceDst(TRACE___MKROUTE_INPUT, BRANCH_MADE, at, <u32>res.type);
  if (!RT_STAT_COUNTS_LOOKUPS) rtStatInc(RT_STAT_IN_SLOW_TOT);
  rt.inputInit = DST_CALL_IP_FORWARD;
  rt.outputInit = DST_CALL_IP_OUTPUT;
  rtSetNexthop(rt, daddr, res, inputSlotAt(nh));
  if (DEBUG) traceCall(TRACE___MKROUTE_INPUT, TRACE_SKB_DST_SET, 0, 0);
  skbDstSet(skb, at);
  return 0;
}

/**
 * A packet for this host, a broadcast, or one without a route. Its rtable is on loopback; it is
 * cached in the input slot of the nexthop where the lookup found one (so for a subnet's broadcast,
 * but not for 255.255.255.255), which with forwarding off on the receiving device poisons the slot
 * for the others, as in the kernel of that era.
 * Follows the parts brd_input and local_input of 3.10's `ip_route_input_slow`.
 */
function localInput(skb: SkBuff, verdict: i32, res: FibResult): i32 {
  const doCache = ROUTE_CACHE == ROUTE_CACHE_NEXTHOP && res.fi != 0;
  if (verdict == INPUT_BROADCAST) rtStatInc(RT_STAT_IN_BRD);
  if (doCache) {
    const cached = slotRoute(inputSlotAt(resultNh(res)));
    if (rtCacheValid(cached)) {
      if (DEBUG) traceDst(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_SLOT_VALID, cached, SLOT_INPUT);
      if (DEBUG) countCost(COST_SLOT_HIT);
      skbDstSetNoref(skb, cached);
      return 0;
    }
    if (DEBUG) traceUnusable(TRACE_IP_ROUTE_INPUT_SLOW, cached);
  }
  const at = rtDstAlloc(netDeviceOf(0), doCache);
  if (!at) return noBuffer();
  const rt = changetype<Rtable>(at);
  rt.rtIsInput = 1;
  rt.rtFlags = RTCF_LOCAL;
  rt.rtType = <u16>res.type;
  rt.inputInit = DST_CALL_IP_LOCAL_DELIVER;
  rt.outputInit = DST_CALL_IP_RT_BUG;
  if (DEBUG) traceDst(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_ALLOCATED, at, rt.flags);
  if (!RT_STAT_COUNTS_LOOKUPS) rtStatInc(RT_STAT_IN_SLOW_TOT);
  if (verdict == INPUT_BROADCAST) {
    rt.rtFlags = RTCF_LOCAL | RTCF_BROADCAST;
    rt.rtType = <u16>RTN_BROADCAST;
  } else if (verdict == INPUT_NO_ROUTE || verdict == INPUT_FORWARDING_OFF) {
    rt.rtFlags = 0;
    rt.rtType = <u16>RTN_UNREACHABLE;
    rt.inputInit = DST_CALL_IP_ERROR;
    rt.error = verdict == INPUT_NO_ROUTE ? <i16>ENETUNREACH : 0;
  }
  if (DEBUG) traceDst(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_MADE, at, rt.rtType);
  if (doCache && !rtCacheRoute(inputSlotAt(resultNh(res)), at)) {
    rt.flags |= DST_NOCACHE;
    rtAddUncachedList(at);
  }
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE_SKB_DST_SET, 0, 0);
  skbDstSet(skb, at);
  return 0;
}
