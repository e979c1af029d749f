/**
 * Input routing of 2.6 on a miss (spec §5.3 column A, §5.4): the packet's own rtable is made, for
 * its flow alone, whatever became of the packet: forwarded, delivered, or without a route. Only
 * martians, and packets that a device without forwarding cannot place, leave nothing behind.
 *
 *   ipRouteInputSlow ─ classifyInput ─┬─ forward ─────────────────────▶ mkrouteInput
 *                      (rows 1 to 12) └─ local, broadcast, no route ──▶ localInput
 *
 * Runs in softirq under RCU. Departures: multicast, ARP proxy and rp_filter come later; a redirect
 * is noted in the flags and not sent.
 */
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_MADE,
  BRANCH_NEXTHOP,
  BRANCH_VERDICT,
  TRACE___MKROUTE_INPUT,
  TRACE_IP_ROUTE_INPUT,
  TRACE_IP_ROUTE_INPUT_SLOW,
  TRACE_SKB_DST_SET,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { ENETUNREACH, ENOBUFS } from "../../errno";
import {
  DST_CALL_IP_ERROR,
  DST_CALL_IP_FORWARD,
  DST_CALL_IP_LOCAL_DELIVER,
  DST_CALL_IP_OUTPUT,
  DST_CALL_IP_RT_BUG,
} from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { DROP_NO_BUFFER, mibInc } from "../core/mib";
import { NetDevice, netDeviceOf } from "../core/netDevice";
import { SkBuff, skbDstSet } from "../core/skbuff";
import { FibResult, thisFibResult } from "../fib/fibResult";
import { RTN_BROADCAST, RTN_LOCAL, RTN_UNREACHABLE } from "../fib/rtnetlink";
import { rtAllocKeyed, rtIntern } from "./mkroute26";
import {
  classifyInput,
  INPUT_BROADCAST,
  INPUT_FORWARD,
  INPUT_NO_ROUTE,
  resultNh,
} from "./routeInput";
import {
  RTABLE_HAS_ROUTE_IIF,
  RTCF_BROADCAST,
  RTCF_DIRECTSRC,
  RTCF_DOREDIRECT,
  RTCF_LOCAL,
  Rtable,
} from "./rtable";
import { isError } from "./rtIntern";
import { RT_STAT_IN_BRD, rtStatInc } from "./rtStat";
import { rtSetNexthopKeyed } from "./setNexthop";
import { thisSourceVerdict } from "./sourceCheck";

/** Attaches the entry, or the one of its flow that was there first. */
function internAndAttach(skb: SkBuff, at: usize, ifindex: u32): i32 {
  const used = rtIntern(at, ifindex);
  if (isError(used)) return <i32>used;
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE_SKB_DST_SET, 0, 0);
  skbDstSet(skb, used);
  return 0;
}

/** A new entry for this packet on `dev`, keyed as input from the packet's device; 0: no memory. */
function allocInput(skb: SkBuff, dev: usize, daddr: u32, saddr: u32, tos: u32): usize {
  const at = rtAllocKeyed(dev, daddr, saddr, tos, skb.mark);
  if (!at) {
    mibInc(DROP_NO_BUFFER);
    return 0;
  }
  const rt = changetype<Rtable>(at);
  const iif = changetype<NetDevice>(<usize>skb.dev).ifindex;
  rt.rtIif = iif;
  rt.keyIif = iif;
  if (RTABLE_HAS_ROUTE_IIF) rt.rtRouteIif = iif;
  return at;
}

/**
 * Routes a received packet by the tables, makes its entry and attaches it, counted. `tos` under
 * IPTOS_RT_MASK. Returns 0, or the negative error of a counted drop.
 * Follows `ip_route_input_slow` of 2.6.
 */
export function ipRouteInputSlow(skb: SkBuff, daddr: u32, saddr: u32, tos: u32): i32 {
  const dev = changetype<NetDevice>(<usize>skb.dev);
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT, TRACE_IP_ROUTE_INPUT_SLOW, 0, 0);
  const verdict = classifyInput(daddr, saddr, tos, dev, res);
  if (DEBUG) traceEvent(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_VERDICT, verdict, 0, 0);
  if (verdict < 0) return verdict;
  const isForward = verdict == INPUT_FORWARD;
  if (DEBUG && isForward) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE___MKROUTE_INPUT, 0, 0);
  const out = isForward ? <usize>resultNh(res).dev : netDeviceOf(0);
  const at = allocInput(skb, out, daddr, saddr, tos);
  if (!at) return -ENOBUFS;
  const rt = changetype<Rtable>(at);
  if (isForward) mkrouteInput(rt, dev, res);
  else localInput(rt, dev, verdict);
  if (DEBUG) traceDst(TRACE_IP_ROUTE_INPUT_SLOW, BRANCH_MADE, at, rt.rtType);
  return internAndAttach(skb, at, dev.ifindex);
}

/** Fills the entry of a packet to forward that came in through `dev`. Follows `__mkroute_input`. */
function mkrouteInput(rt: Rtable, dev: NetDevice, res: FibResult): void {
  const source = thisSourceVerdict();
  const nh = resultNh(res);
  if (DEBUG) traceEvent(TRACE___MKROUTE_INPUT, BRANCH_NEXTHOP, nh.gw, nh.oif, 0);
  rt.rtSpecDst = source.specDst;
  rt.inputInit = DST_CALL_IP_FORWARD;
  rt.outputInit = DST_CALL_IP_OUTPUT;
  rtSetNexthopKeyed(rt, res);
  let flags: u32 = 0;
  if (source.isDirect) {
    flags = RTCF_DIRECTSRC;
    // Shared media is the default: whoever sits on the link could have sent there itself.
    if (rt.dev == changetype<usize>(dev)) flags |= RTCF_DOREDIRECT;
  }
  rt.rtFlags = flags;
}

/** Fills the entry of a packet that goes no further: for this host, broadcast, or no route.
 * Follows the part local_input of `ip_route_input_slow`. */
function localInput(rt: Rtable, dev: NetDevice, verdict: i32): void {
  const source = thisSourceVerdict();
  let flags = RTCF_LOCAL;
  rt.inputInit = DST_CALL_IP_LOCAL_DELIVER;
  rt.outputInit = DST_CALL_IP_RT_BUG;
  if (verdict == INPUT_NO_ROUTE) {
    rt.rtSpecDst = dev.primaryAddress;
    rt.inputInit = DST_CALL_IP_ERROR;
    rt.error = <i16>ENETUNREACH;
    rt.rtType = <u16>RTN_UNREACHABLE;
    rt.rtFlags = 0;
    return;
  }
  if (source.isDirect) flags |= RTCF_DIRECTSRC;
  if (verdict == INPUT_BROADCAST) {
    rtStatInc(RT_STAT_IN_BRD);
    flags |= RTCF_BROADCAST;
    rt.rtSpecDst = source.specDst;
    rt.rtType = <u16>RTN_BROADCAST;
  } else {
    rt.rtSpecDst = rt.rtDst;
    rt.rtType = <u16>RTN_LOCAL;
  }
  rt.rtFlags = flags;
}
