/**
 * Black holes: a copy of a route that discards everything, for packets that may not leave before a
 * key has been agreed on (xfrm's larval states). It is dead from the start, with one reference, so
 * the garbage list has it until its only user lets it go.
 */

import { listInit } from "../../lib/listHead";
import { dstAlloc, dstFree, dstRelease } from "../core/dst";
import {
  DST_CALL_DISCARD,
  DST_METRICS_COW,
  DST_OBSOLETE_NONE,
  DST_REF_BY_BUILDER,
} from "../core/dstEntry";
import { DST_OPS_IPV4_BLACKHOLE } from "../core/dstOps";
import { devHold } from "../core/netDevice";
import { FibInfo } from "../fib/fibInfo";
import { fibInfoHold } from "../fib/fibSemantics";
import { inetHoldpeer } from "./inetPeer";
import { Rtable } from "./rtable";

/**
 * A black hole in place of the route `orig`, whose reference is dropped in any case; 0 where the
 * kernel returns -ENOMEM. Follows `ipv4_blackhole_route`, which 2.6.18 does not have.
 */
export function ipv4BlackholeRoute(orig: usize): usize {
  if (DST_REF_BY_BUILDER) ERROR("2.6.18 has no black holes");
  const at = dstAlloc(DST_OPS_IPV4_BLACKHOLE, 0, 1, DST_OBSOLETE_NONE, 0);
  if (at) {
    const rt = changetype<Rtable>(at);
    const from = changetype<Rtable>(orig);
    rt.use = 1;
    rt.inputInit = DST_CALL_DISCARD;
    rt.outputInit = DST_CALL_DISCARD;
    const dev = from.dev;
    rt.devInit = dev;
    if (dev) devHold(dev);
    copyRoute(rt, from);
    dstFree(at);
  }
  dstRelease(orig);
  return at;
}

/** What a copy takes from its original: what it is, and in 2.6.39 for which flow. */
function copyRoute(rt: Rtable, from: Rtable): void {
  rt.rtGenid = from.rtGenid;
  rt.rtFlags = from.rtFlags;
  rt.rtType = from.rtType;
  rt.rtIif = from.rtIif;
  rt.rtGateway = from.rtGateway;
  if (DST_METRICS_COW) {
    copyFlow(rt, from);
    return;
  }
  rt.rtIsInput = from.rtIsInput;
  rt.rtUsesGateway = from.rtUsesGateway;
  rt.rtPmtu = from.rtPmtu;
  listInit(rt.uncachedAt);
}

/** The key, the addresses, the peer and the route's metrics; a reference on each of the latter. */
function copyFlow(rt: Rtable, from: Rtable): void {
  rt.keyDst = from.keyDst;
  rt.keySrc = from.keySrc;
  rt.keyTos = from.keyTos;
  rt.rtRouteIif = from.rtRouteIif;
  rt.keyOif = from.keyOif;
  rt.keyMark = from.keyMark;
  rt.rtDst = from.rtDst;
  rt.rtSrc = from.rtSrc;
  rt.rtSpecDst = from.rtSpecDst;
  rt.rtPeerGenid = from.rtPeerGenid;
  rt.metrics = from.metrics;
  rt.peer = from.peer;
  if (rt.peer != 0) inetHoldpeer(rt.peer);
  rt.fi = from.fi;
  if (rt.fi != 0) fibInfoHold(changetype<FibInfo>(<usize>rt.fi));
}
