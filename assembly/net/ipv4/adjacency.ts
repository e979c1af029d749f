/**
 * Routing without a dst: the lookup's nexthop is the adjacency, as in VPP or FreeBSD's nexthops.
 * The skb carries the fib_nh in cb0 and the verdict in cb1; nothing is allocated, counted or kept.
 *
 * ROUTE_CACHE_FLOOR is the control, not a design: it takes a nexthop from bits of the address
 * without any lookup, so that everything but routing can be timed.
 */

import { plainLoad8, plainLoad32 } from "../../arch/atomic";
import { superBlock } from "../../arch/superblock";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_ADJACENCY,
  BRANCH_VERDICT,
  TRACE_DIRECT_ROUTE_INPUT,
  TRACE_DIRECT_ROUTE_OUTPUT,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_RCV_FINISH,
  TRACE_IP_ROUTE_INPUT_SLOW,
} from "../../arch/tracePoints";
import { DEBUG, ROUTE_CACHE, ROUTE_CACHE_FLOOR } from "../../config";
import { NetDevice, netDeviceOf } from "../core/netDevice";
import { SKB_DST_NOREF, SkBuff } from "../core/skbuff";
import { FibInfo, fibInfoAt } from "../fib/fibInfo";
import { FibNh } from "../fib/fibNh";
import { thisFibResult } from "../fib/fibResult";
import { RT_SCOPE_LINK, RTAX_MTU, RTN_LOCAL } from "../fib/rtnetlink";
import { ipForward } from "./ipForward";
import { ipLocalDeliver, ipNoRoute } from "./ipInput";
import {
  classifyInput,
  INPUT_BROADCAST,
  INPUT_FORWARD,
  INPUT_FORWARDING_OFF,
  INPUT_LOCAL,
  resultNh,
} from "./routeInput";
import { Flowi4, resolveOutput } from "./routeOutput";
import { IP_MAX_MTU } from "./rtable";
import { IPTOS_RT_MASK } from "./rtHash";

/** The floor's nexthop: bits of the address choose among `fibInfos` (a power of two) from number
 * `floorFibInfo` on. */
function floorNexthop(daddr: u32): usize {
  const mask = superBlock().fibInfos - 1;
  const index = superBlock().floorFibInfo + (((daddr >> 16) ^ (daddr >> 8)) & mask);
  return changetype<usize>(fibInfoAt(index).nh(0));
}

/** Trace: the nexthop that is attached, if there is one. */
function traceAdjacency(where: u32, skb: SkBuff): void {
  if (skb.cb0 == 0) return;
  const nh = changetype<FibNh>(<usize>skb.cb0);
  traceEvent(where, BRANCH_ADJACENCY, nh.gw, nh.oif, 0);
}

/** Attaches the adjacency to a received packet; 0 or the negative error of a counted drop. */
export function directRouteInput(skb: SkBuff, daddr: u32, saddr: u32): i32 {
  if (ROUTE_CACHE == ROUTE_CACHE_FLOOR) {
    skb.cb0 = <u32>floorNexthop(daddr);
    skb.cb1 = INPUT_FORWARD;
    return 0;
  }
  const tos = plainLoad8(<usize>skb.networkHeader + 1) & IPTOS_RT_MASK;
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_RCV_FINISH, TRACE_DIRECT_ROUTE_INPUT, saddr, daddr);
  if (DEBUG) traceCall(TRACE_DIRECT_ROUTE_INPUT, TRACE_IP_ROUTE_INPUT_SLOW, 0, 0);
  const verdict = classifyInput(daddr, saddr, tos, changetype<NetDevice>(<usize>skb.dev), res);
  if (DEBUG) traceEvent(TRACE_DIRECT_ROUTE_INPUT, BRANCH_VERDICT, verdict, 0, 0);
  if (verdict < 0) return verdict;
  skb.cb0 = verdict == INPUT_BROADCAST || res.fi == 0 ? 0 : <u32>changetype<usize>(resultNh(res));
  skb.cb1 = <u32>verdict;
  if (DEBUG) traceAdjacency(TRACE_DIRECT_ROUTE_INPUT, skb);
  return 0;
}

/**
 * Attaches the adjacency to a datagram of this host and chooses its source. One for this host comes
 * back through loopback and must not be routed again: the word of the dst says "routed, no dst".
 */
export function directRouteOutput(skb: SkBuff, fl: Flowi4): i32 {
  if (ROUTE_CACHE == ROUTE_CACHE_FLOOR) {
    const nh = floorNexthop(fl.daddr);
    skb.cb0 = <u32>nh;
    fl.saddr = changetype<FibNh>(nh).saddr;
    return 0;
  }
  const res = thisFibResult();
  if (DEBUG) traceCall(TRACE_IP_BUILD_AND_SEND_PKT, TRACE_DIRECT_ROUTE_OUTPUT, 0, fl.daddr);
  const err = resolveOutput(fl, res);
  if (err != 0) return err;
  skb.cb0 = res.fi == 0 ? 0 : <u32>changetype<usize>(resultNh(res));
  if (DEBUG) traceAdjacency(TRACE_DIRECT_ROUTE_OUTPUT, skb);
  if (res.type == RTN_LOCAL) {
    skb.cb1 = INPUT_LOCAL;
    skb.refdst = SKB_DST_NOREF;
  } else {
    skb.cb1 = INPUT_FORWARD;
  }
  return 0;
}

/** What `dst.input` would have been. */
export function directInput(skb: SkBuff): void {
  const verdict = <i32>skb.cb1;
  if (verdict == INPUT_FORWARD) ipForward(skb);
  else if (verdict == INPUT_LOCAL || verdict == INPUT_BROADCAST) ipLocalDeliver(skb);
  else ipNoRoute(skb, verdict == INPUT_FORWARDING_OFF);
}

/** Device of the adjacency; loopback for what is this host's own. */
export function directDev(skb: SkBuff): usize {
  if (<i32>skb.cb1 == INPUT_LOCAL) return netDeviceOf(0);
  return changetype<FibNh>(<usize>skb.cb0).dev;
}

/** Address whose link-layer address the frame needs. */
export function directNexthop(skb: SkBuff, daddr: u32): u32 {
  const nh = changetype<FibNh>(<usize>skb.cb0);
  return nh.gw != 0 && nh.scope == RT_SCOPE_LINK ? nh.gw : daddr;
}

/** MTU of the metrics or of the device. */
export function directMtu(skb: SkBuff): u32 {
  const nh: usize = skb.cb0;
  if (nh) {
    const metrics: usize = changetype<FibInfo>(<usize>changetype<FibNh>(nh).parent).metrics;
    const mtu = plainLoad32(metrics + ((<usize>RTAX_MTU - 1) << 2));
    if (mtu) return mtu;
  }
  const mtu = changetype<NetDevice>(directDev(skb)).mtu;
  return mtu < IP_MAX_MTU ? mtu : IP_MAX_MTU;
}
