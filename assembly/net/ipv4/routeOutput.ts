/**
 * Output routing of 3.10 (spec §5.5): where a datagram of this host goes.
 *
 * The answer is an rtable with one reference for the caller, from the nexthop's output slot where
 * it is valid (hold), else made now. The source address that was chosen is left in the flow.
 * Runs with bottom halves disabled, under RCU.
 *
 * Departures: no oif, no given source, no exceptions, multipath or default selection yet.
 */
import { COST_SLOT_HIT, countCost } from "../../arch/costs";
import { PCPU_STACK, thisCpuArea } from "../../arch/percpu";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_MADE,
  BRANCH_SLOT_EMPTY,
  BRANCH_SLOT_STALE,
  BRANCH_SLOT_VALID,
  BRANCH_SOURCE,
  SLOT_OUTPUT,
  TRACE___MKROUTE_OUTPUT,
  TRACE_CURRENT,
  TRACE_FIB_LOOKUP,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_ROUTE_OUTPUT_KEY,
} from "../../arch/tracePoints";
import { DEBUG, ROUTE_CACHE, ROUTE_CACHE_NEXTHOP, SLOT_COUNTED } from "../../config";
import { EACCES, EINVAL } from "../../errno";
import { bswap32 } from "../../lib/byteorder";
import { dstHold, dstHoldSafe } from "../core/dst";
import { DST_CALL_IP_LOCAL_DELIVER, DST_CALL_IP_OUTPUT } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import {
  DROP_BROADCAST_SEND,
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  DROP_ZERO_DESTINATION,
  mibInc,
} from "../core/mib";
import { NetDevice, netDeviceOf } from "../core/netDevice";
import { FibInfo } from "../fib/fibInfo";
import { FibResult, thisFibResult } from "../fib/fibResult";
import { fibLookup } from "../fib/fibTable";
import { RT_SCOPE_UNIVERSE, RTN_BROADCAST, RTN_LOCAL } from "../fib/rtnetlink";
import { ipv4IsLbcast, ipv4IsZeronet } from "./inetAddress";
import { outputSlotAt, slotRoute } from "./nexthopCache";
import { resultNh } from "./routeInput";
import { RTCF_LOCAL, Rtable, rtCacheValid, rtDstAlloc } from "./rtable";
import { RT_STAT_OUT_SLOW_TOT, rtStatInc } from "./rtStat";
import { rtSetNexthop } from "./setNexthop";

/** 127.0.0.1 in network byte order as a little-endian CPU loads it. */
const INADDR_LOOPBACK_LE: u32 = 0x0100007f;

/** `flowi4` as far as it is used: what was asked and what the lookup chose. Behind FibResult. */
@unmanaged
export class Flowi4 {
  daddr: u32;
  saddr: u32;
  /** Device the datagram leaves through. */
  dev: u32;
}

/** The flow of the operation that this CPU is in. */
export function thisFlow(): Flowi4 {
  return changetype<Flowi4>(thisCpuArea() + PCPU_STACK + 128);
}

function refuse(reason: usize, error: i32): i32 {
  mibInc(reason);
  return error;
}

/** The source of a datagram by the route in `res`: the route's own, else the next hop's, else the
 * device's first address. Follows `FIB_RES_PREFSRC`. */
export function preferredSource(res: FibResult): u32 {
  const own = changetype<FibInfo>(<usize>res.fi).prefsrc;
  if (own != 0) return own;
  const nh = resultNh(res);
  return nh.saddr != 0 ? nh.saddr : changetype<NetDevice>(<usize>nh.dev).primaryAddress;
}

/** Looks up `fl.daddr` and fills device and source address; 0, or the negative error of a counted
 * drop. Follows the resolver of `__ip_route_output_key`, and `udp_sendmsg` for broadcasts. */
export function resolveOutput(fl: Flowi4, res: FibResult): i32 {
  if (fl.daddr == 0) {
    // To nobody means to this host.
    fl.daddr = INADDR_LOOPBACK_LE;
    fl.saddr = INADDR_LOOPBACK_LE;
    fl.dev = <u32>netDeviceOf(0);
    res.fi = 0;
    res.type = <u8>RTN_LOCAL;
    return 0;
  }
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_FIB_LOOKUP, fl.daddr, 0);
  const err = fibLookup(bswap32(fl.daddr), 0, RT_SCOPE_UNIVERSE, 0, res);
  if (err != 0) return refuse(DROP_NO_ROUTE, err);
  if (res.type == RTN_LOCAL) {
    const own = changetype<FibInfo>(<usize>res.fi).prefsrc;
    fl.dev = <u32>netDeviceOf(0);
    fl.saddr = own != 0 ? own : fl.daddr;
    return 0;
  }
  if (ipv4IsZeronet(fl.daddr)) return refuse(DROP_ZERO_DESTINATION, -EINVAL);
  if (ipv4IsLbcast(fl.daddr) || res.type == RTN_BROADCAST) {
    return refuse(DROP_BROADCAST_SEND, -EACCES);
  }
  fl.dev = resultNh(res).dev;
  fl.saddr = preferredSource(res);
  return 0;
}

/** Trace: the output slot's route is not used, and why. */
function traceUnusable(cached: usize): void {
  const why = cached ? BRANCH_SLOT_STALE : BRANCH_SLOT_EMPTY;
  traceDst(TRACE___MKROUTE_OUTPUT, why, cached, SLOT_OUTPUT);
}

/** Output route of `fl`, with a reference for the caller; 0 when there is none or no memory.
 * Follows `__ip_route_output_key` and `__mkroute_output` of 3.10. */
export function ipRouteOutputKey(fl: Flowi4): usize {
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_BUILD_AND_SEND_PKT, TRACE_IP_ROUTE_OUTPUT_KEY, 0, fl.daddr);
  if (resolveOutput(fl, res) != 0) return 0;
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_OUTPUT_KEY, BRANCH_SOURCE, fl.saddr, 0, 0);
  if (DEBUG) traceCall(TRACE_IP_ROUTE_OUTPUT_KEY, TRACE___MKROUTE_OUTPUT, 0, 0);
  let slot: usize = 0;
  if (ROUTE_CACHE == ROUTE_CACHE_NEXTHOP && res.fi != 0) {
    slot = outputSlotAt(resultNh(res));
    const cached = slotRoute(slot);
    if (rtCacheValid(cached) && holdCached(cached)) {
      if (DEBUG) traceDst(TRACE___MKROUTE_OUTPUT, BRANCH_SLOT_VALID, cached, SLOT_OUTPUT);
      if (DEBUG) countCost(COST_SLOT_HIT);
      return cached;
    }
    if (DEBUG) traceUnusable(cached);
  }
  const at = rtDstAlloc(fl.dev, slot != 0);
  if (!at) {
    mibInc(DROP_NO_BUFFER);
    return 0;
  }
  const rt = changetype<Rtable>(at);
  rt.rtType = <u16>res.type;
  rt.rtIsInput = 0;
  rt.outputInit = DST_CALL_IP_OUTPUT;
  if (DEBUG) traceDst(TRACE___MKROUTE_OUTPUT, BRANCH_MADE, at, <u32>res.type);
  rtStatInc(RT_STAT_OUT_SLOW_TOT);
  if (res.type == RTN_LOCAL) {
    rt.rtFlags = RTCF_LOCAL;
    rt.inputInit = DST_CALL_IP_LOCAL_DELIVER;
  }
  rtSetNexthop(rt, fl.daddr, res, slot);
  return at;
}

/** Plain where slots do not count (the slot keeps the entry), safe where they do. */
function holdCached(at: usize): bool {
  if (SLOT_COUNTED) return dstHoldSafe(at);
  dstHold(at);
  return true;
}
