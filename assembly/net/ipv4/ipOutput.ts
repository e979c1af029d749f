/**
 * `ip_output` and `ip_finish_output2` of 3.10: from a routed packet to a frame with its hardware
 * header in the device's ring. The neighbour is looked up for every packet, under RCU-bh and
 * without a reference; its header is copied under the seqlock.
 */
import { plainLoad32, plainStore8, plainStore16, plainStore32 } from "../../arch/atomic";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_NEIGH_FOUND,
  BRANCH_NEIGH_MISS,
  BRANCH_SOURCE,
  TRACE_DST_OUTPUT,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_FINISH_OUTPUT2,
  TRACE_IP_OUTPUT,
  TRACE_ROOT,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { localBhDisable, localBhEnable } from "../../kernel/softirq";
import { devQueueXmit } from "../core/devXmit";
import { DROP_NEEDS_FRAGMENT, DROP_NO_NEIGHBOUR, MIB_OUT_REQUESTS, mibInc } from "../core/mib";
import {
  ETH_HLEN,
  ETH_P_IP_LE,
  ipv4NeighLookupNoref,
  Neighbour,
  NUD_CONNECTED,
  neighHhCopy,
} from "../core/neighbour";
import { IFF_LOOPBACK, NetDevice } from "../core/netDevice";
import { kfreeSkb, SkBuff } from "../core/skbuff";
import { ipHeaderSum } from "./ipInput";
import { dstOutput, routeOutput, skbRouteDev, skbRouteMtu, skbRouteNexthop } from "./route";
import { thisFlow } from "./routeOutput";

const IPDEFTTL: u32 = 64;

/**
 * `dst.output` of unicast. Follows `ip_output` and `ip_finish_output`; nothing is fragmented yet.
 */
export function ipOutput(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_DST_OUTPUT, TRACE_IP_OUTPUT, 0, 0);
  const dev = skbRouteDev(skb);
  skb.dev = <u32>dev;
  skb.protocol = ETH_P_IP_LE;
  if (skb.len > skbRouteMtu(skb)) {
    mibInc(DROP_NEEDS_FRAGMENT);
    kfreeSkb(skb);
    return;
  }
  if (changetype<NetDevice>(dev).flags & IFF_LOOPBACK) devQueueXmit(skb);
  else ipFinishOutput2(skb, dev);
}

function ipFinishOutput2(skb: SkBuff, dev: usize): void {
  const nexthop = skbRouteNexthop(skb, plainLoad32(<usize>skb.networkHeader + 16));
  if (DEBUG) traceCall(TRACE_IP_OUTPUT, TRACE_IP_FINISH_OUTPUT2, nexthop, 0);
  const at = ipv4NeighLookupNoref(dev, nexthop);
  if (at) {
    const n = changetype<Neighbour>(at);
    if (n.nudState & NUD_CONNECTED && n.hhLen) {
      if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_NEIGH_FOUND, nexthop, 0, 0);
      neighHhCopy(n, skb.data);
      skb.data -= ETH_HLEN;
      skb.len += ETH_HLEN;
      devQueueXmit(skb);
      return;
    }
  }
  if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_NEIGH_MISS, nexthop, 0, 0);
  mibInc(DROP_NO_NEIGHBOUR);
  kfreeSkb(skb);
}

/**
 * Sends a datagram of this host to `daddr`: output route, hold, header, transmit, release.
 * `skb.data` is at an IP header whose length, id and protocol are set. Process context: bottom
 * halves are off from the transmit on, not for the route. Follows `ip_build_and_send_pkt` and `ip_local_out` as far as routing goes.
 */
export function ipLocalSend(skb: SkBuff, daddr: u32): void {
  if (DEBUG) traceCall(TRACE_ROOT, TRACE_IP_BUILD_AND_SEND_PKT, 0, daddr);
  mibInc(MIB_OUT_REQUESTS);
  const fl = thisFlow();
  fl.daddr = daddr;
  fl.saddr = 0;
  if (routeOutput(skb, fl) != 0) {
    kfreeSkb(skb);
    return;
  }
  if (DEBUG) traceEvent(TRACE_IP_BUILD_AND_SEND_PKT, BRANCH_SOURCE, fl.saddr, 0, 0);
  localBhDisable();
  const iph: usize = skb.data;
  skb.networkHeader = <u32>iph;
  plainStore8(iph + 8, IPDEFTTL);
  plainStore32(iph + 12, fl.saddr);
  plainStore32(iph + 16, fl.daddr);
  plainStore16(iph + 10, 0);
  plainStore16(iph + 10, ~ipHeaderSum(iph) & 0xffff);
  dstOutput(skb);
  localBhEnable();
}
