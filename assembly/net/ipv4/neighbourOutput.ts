/**
 * The contract between a route and its neighbour, and the only reader of the knob `neighbour` in
 * this layer (`net/core/neighbourEra.ts` reads it for the table):
 *
 *   bound    an entry is bound when it is made and keeps its neighbour until its end; packets go by
 *            the header that the entry shares (2.6.18, 2.6.39)
 *   lookup   every packet looks its neighbour up, and nothing is kept (3.10; `ipFinishOutput2.ts`)
 */

import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_HH_FOUND,
  BRANCH_HH_MISS,
  TRACE_IP_FINISH_OUTPUT2,
  TRACE_IP_OUTPUT,
} from "../../arch/tracePoints";
import { DEBUG, NEIGHBOUR, NEIGHBOUR_LOOKUP } from "../../config";
import { EINVAL } from "../../errno";
import { devQueueXmit } from "../core/devXmit";
import { DstEntry } from "../core/dstEntry";
import { HH_OUTPUT_RESOLVE, HH_OUTPUT_XMIT, HhCache, hhCopy } from "../core/hhCache";
import { DROP_NO_NEIGHBOUR, mibInc } from "../core/mib";
import { ETH_HLEN, Neighbour } from "../core/neighbour";
import { dstHh, dstHhInit, dstNeighbour, dstSetNeighbour } from "../core/neighbourDst";
import { neighCreate, neighIsError, neighLookup } from "../core/neighbourTable";
import { IFF_LOOPBACK, IFF_POINTOPOINT, NetDevice } from "../core/netDevice";
import { kfreeSkb, SkBuff, skbDst } from "../core/skbuff";
import { ipFinishOutput2, neighOutput } from "./ipFinishOutput2";
import { Rtable } from "./rtable";

const IS_BOUND: bool = NEIGHBOUR != NEIGHBOUR_LOOKUP;

/** Sends a routed packet through `dev`: by the header that its entry has, or by a lookup. */
export function neighbourOutput(skb: SkBuff, dev: usize): void {
  if (IS_BOUND) dstNeighbourOutput(skb, skbDst(skb));
  else ipFinishOutput2(skb, dev);
}

/**
 * Binds the entry at `dst` to the neighbour of its next hop, with a reference that it keeps until
 * `dstDetachNeighbour`. On loopback and point-to-point devices all share the neighbour of address
 * 0. 0, -EINVAL without a device, -ENOBUFS where the table is full. Nothing where neighbours are
 * looked up. Follows `arp_bind_neighbour`.
 */
export function bindNeighbour(dst: usize): i32 {
  const dev = changetype<DstEntry>(dst).dev;
  if (!dev) return -EINVAL;
  if (!IS_BOUND || dstNeighbour(dst) != 0) return 0;
  const shared = changetype<NetDevice>(dev).flags & (IFF_LOOPBACK | IFF_POINTOPOINT);
  const key = shared ? 0 : changetype<Rtable>(dst).rtGateway;
  let at = neighLookup(dev, key);
  if (!at) {
    at = neighCreate(dev, key, true);
    if (neighIsError(at)) return <i32>at;
  }
  dstSetNeighbour(dst, at);
  return 0;
}

function dropped(skb: SkBuff): i32 {
  mibInc(DROP_NO_NEIGHBOUR);
  kfreeSkb(skb);
  return -EINVAL;
}

/**
 * Sends a packet by what its entry has: the header, or else the neighbour, which gives the entry a
 * header if its address is known. 0, or -EINVAL for one without either, which is dropped. Follows
 * `ip_finish_output2` of 2.6, `neigh_hh_output` and `neigh_resolve_output`.
 */
export function dstNeighbourOutput(skb: SkBuff, dst: usize): i32 {
  const hhAt = dstHh(dst);
  const neighbour = dstNeighbour(dst);
  if (DEBUG) {
    // Of loopback and point-to-point devices the neighbour that all share, not the gateway.
    const nexthop = neighbour
      ? changetype<Neighbour>(neighbour).primaryKey
      : changetype<Rtable>(dst).rtGateway;
    traceCall(TRACE_IP_OUTPUT, TRACE_IP_FINISH_OUTPUT2, nexthop, 0);
  }
  if (hhAt) {
    const hh = changetype<HhCache>(hhAt);
    const output = hh.output;
    if (output == HH_OUTPUT_XMIT) {
      if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_HH_FOUND, 0, 0, 0);
      hhCopy(hh, skb.data);
      skb.data -= ETH_HLEN;
      skb.len += ETH_HLEN;
      devQueueXmit(skb);
      return 0;
    }
    if (output != HH_OUTPUT_RESOLVE) return dropped(skb);
  }
  if (!neighbour) return dropped(skb);
  const n = changetype<Neighbour>(neighbour);
  if (DEBUG) traceEvent(TRACE_IP_FINISH_OUTPUT2, BRANCH_HH_MISS, n.primaryKey, n.nudState, 0);
  if (!hhAt) dstHhInit(dst, n);
  neighOutput(n, skb);
  return 0;
}
