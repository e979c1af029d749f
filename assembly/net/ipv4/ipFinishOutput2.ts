/**
 * `ip_finish_output2` of 3.10: from a packet that leaves to a frame with its hardware header in the
 * device's ring. The neighbour is looked up for every packet, under RCU-bh and without a reference;
 * while it is CONNECTED its header is copied under the seqlock.
 */
import { plainLoad32 } from "../../arch/atomic";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_NEIGH_FOUND,
  BRANCH_NEIGH_MISS,
  TRACE_IP_FINISH_OUTPUT2,
  TRACE_IP_OUTPUT,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { devQueueXmit } from "../core/devXmit";
import { DROP_NO_NEIGHBOUR, mibInc } from "../core/mib";
import { ETH_HLEN, Neighbour, NUD_CONNECTED, neighHhCopy } from "../core/neighbour";
import { neighConfirm, neighEventSend, neighHhPush } from "../core/neighbourState";
import { ipv4NeighLookupNoref, neighCreate, neighIsError } from "../core/neighbourTable";
import { kfreeSkb, SkBuff } from "../core/skbuff";
import { skbRouteConfirmed, skbRouteNexthop } from "./route";

/** Sends `skb` through `dev` to its next hop, or lets it wait for the next hop's address. Follows
 * `ip_finish_output2` and `dst_neigh_output`. */
export function ipFinishOutput2(skb: SkBuff, dev: usize): void {
  const nexthop = skbRouteNexthop(skb, plainLoad32(<usize>skb.networkHeader + 16));
  if (DEBUG) traceCall(TRACE_IP_OUTPUT, TRACE_IP_FINISH_OUTPUT2, nexthop, 0);
  const at = ipv4NeighLookupNoref(dev, nexthop);
  if (at) {
    const n = changetype<Neighbour>(at);
    if (skbRouteConfirmed(skb)) neighConfirm(n);
    if (n.nudState & NUD_CONNECTED && n.hhLen) {
      if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_NEIGH_FOUND, nexthop, 0, 0);
      neighHhCopy(n, skb.data);
      skb.data -= ETH_HLEN;
      skb.len += ETH_HLEN;
      devQueueXmit(skb);
      return;
    }
    if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_NEIGH_MISS, nexthop, 0, 0);
    neighOutput(n, skb);
    return;
  }
  if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_NEIGH_MISS, nexthop, 0, 0);
  outputToNew(skb, dev, nexthop);
}

/** Nobody knows the next hop yet. */
function outputToNew(skb: SkBuff, dev: usize, nexthop: u32): void {
  const at = neighCreate(dev, nexthop, false);
  if (neighIsError(at)) {
    mibInc(DROP_NO_NEIGHBOUR);
    kfreeSkb(skb);
    return;
  }
  neighOutput(changetype<Neighbour>(at), skb);
}

/**
 * `n->output`: sends through an entry in any VALID state, else the packet waits. One that left the
 * table takes nothing. Follows `neigh_resolve_output` and `neigh_blackhole`.
 */
export function neighOutput(n: Neighbour, skb: SkBuff): void {
  if (!neighEventSend(n, skb)) return;
  if (!n.hhLen) {
    mibInc(DROP_NO_NEIGHBOUR);
    kfreeSkb(skb);
    return;
  }
  neighHhPush(n, skb);
  devQueueXmit(skb);
}
