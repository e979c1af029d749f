/**
 * Output routing of 2.6 on a miss (spec §5.5): an rtable for what was asked, with what was found.
 * Its key has the requested addresses, which may be 0, so that the same request finds it again.
 *
 * Departures: no oif, no given source, no multipath or default selection yet.
 */
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_MADE,
  BRANCH_SOURCE,
  TRACE___MKROUTE_OUTPUT,
  TRACE_IP_ROUTE_OUTPUT_KEY,
  TRACE_IP_ROUTE_OUTPUT_SLOW,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { DST_CALL_IP_LOCAL_DELIVER, DST_CALL_IP_OUTPUT } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { DROP_NO_BUFFER, mibInc } from "../core/mib";
import { NetDevice } from "../core/netDevice";
import { thisFibResult } from "../fib/fibResult";
import { RTN_LOCAL } from "../fib/rtnetlink";
import { rtAllocKeyed, rtIntern } from "./mkroute26";
import { Flowi4, resolveOutput } from "./routeOutput";
import { RTCF_LOCAL, Rtable } from "./rtable";
import { isError } from "./rtIntern";
import { RT_STAT_OUT_SLOW_TOT, rtStatInc } from "./rtStat";
import { rtSetNexthopKeyed } from "./setNexthop";

/**
 * Makes the output route of `fl`, with a reference for the caller; addresses and device are left in
 * the flow. 0 when there is none or no room (counted). Follows `ip_route_output_slow` and
 * `__mkroute_output` of 2.6.
 */
export function ipRouteOutputSlow(fl: Flowi4): usize {
  const askedDst = fl.daddr;
  const askedSrc = fl.saddr;
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_ROUTE_OUTPUT_KEY, TRACE_IP_ROUTE_OUTPUT_SLOW, 0, 0);
  if (resolveOutput(fl, res) != 0) return 0;
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_OUTPUT_SLOW, BRANCH_SOURCE, fl.saddr, 0, 0);
  if (DEBUG) traceCall(TRACE_IP_ROUTE_OUTPUT_SLOW, TRACE___MKROUTE_OUTPUT, 0, 0);
  const isLocal = res.type == RTN_LOCAL;
  // What stays in this host has no nexthop.
  if (isLocal) res.fi = 0;
  const at = rtAllocKeyed(fl.dev, askedDst, askedSrc, 0, 0);
  if (!at) {
    mibInc(DROP_NO_BUFFER);
    return 0;
  }
  const rt = changetype<Rtable>(at);
  rt.rtDst = fl.daddr;
  rt.rtSrc = fl.saddr;
  rt.rtGateway = fl.daddr;
  rt.rtSpecDst = isLocal ? fl.daddr : fl.saddr;
  rt.rtIif = changetype<NetDevice>(<usize>fl.dev).ifindex;
  rt.outputInit = DST_CALL_IP_OUTPUT;
  if (isLocal) {
    rt.rtFlags = RTCF_LOCAL;
    rt.inputInit = DST_CALL_IP_LOCAL_DELIVER;
  }
  rtStatInc(RT_STAT_OUT_SLOW_TOT);
  rtSetNexthopKeyed(rt, res);
  if (DEBUG) traceDst(TRACE_IP_ROUTE_OUTPUT_SLOW, BRANCH_MADE, at, res.type);
  const used = rtIntern(at, 0);
  return isError(used) ? 0 : used;
}
