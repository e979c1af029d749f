/**
 * `ip_output` of 3.10: from a routed packet to its device, and from a datagram of this host to a
 * routed packet. What follows is `neighbourOutput.ts`.
 */
import { plainStore8, plainStore16, plainStore32 } from "../../arch/atomic";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_SOURCE,
  TRACE_DST_OUTPUT,
  TRACE_IP_BUILD_AND_SEND_PKT,
  TRACE_IP_OUTPUT,
  TRACE_ROOT,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { localBhDisable, localBhEnable } from "../../kernel/softirq";
import { devQueueXmit } from "../core/devXmit";
import { DROP_NEEDS_FRAGMENT, MIB_OUT_REQUESTS, mibInc } from "../core/mib";
import { ETH_P_IP_LE } from "../core/neighbour";
import { IFF_LOOPBACK, NetDevice } from "../core/netDevice";
import { kfreeSkb, SkBuff } from "../core/skbuff";
import { ipHeaderSum } from "./ipInput";
import { neighbourOutput } from "./neighbourOutput";
import { dstOutput, routeOutput, skbRouteDev, skbRouteMtu } from "./route";
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
  else neighbourOutput(skb, dev);
}

/**
 * Sends a datagram of this host to `daddr`: output route, hold, header, transmit, release.
 * `skb.data` is at an IP header whose length, id and protocol are set. Process context: bottom
 * halves are off from the transmit on, not for the route. Follows `ip_build_and_send_pkt` and
 * `ip_local_out` as far as routing goes.
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
