/**
 * Where an rtable's metrics come from, and what its peer has learned of them (2.6.39).
 *
 *   2.6.18  copied from the route, and what is not set there filled in from the device
 *   2.6.39  the peer's, if there is one; else the route's, read-only, for which the rtable holds a
 *           client reference on the fib_info. The first write moves it from there to the peer
 *   3.10    the route's, read-only
 */
import { atomicCmpxchg32, plainStore32 } from "../../arch/atomic";
import { jiffies, timeAfterEq } from "../../kernel/jiffies";
import { DST_METRICS_COPIED, DST_METRICS_COW } from "../core/dstEntry";
import {
  dstInitMetrics,
  dstMetric,
  dstMetricSet,
  dstMetricsCopy,
  dstMetricsExchange,
} from "../core/dstMetrics";
import { NetDevice } from "../core/netDevice";
import { FibInfo, fibInfos } from "../fib/fibInfo";
import { fibInfoHold, fibInfoPut } from "../fib/fibSemantics";
import { RTAX_MTU } from "../fib/rtnetlink";
import {
  InetPeer,
  inetGetpeer,
  inetMetricsNew,
  inetPeerForget,
  inetPutpeer,
  rtPeerGenid,
  rtPeerGenidBump,
} from "./inetPeer";
import { IP_MAX_MTU, ipv4Mtu, RTABLE_PEER_OFFSET, Rtable } from "./rtable";

const RTAX_LOCK: u32 = 1;
const RTAX_ADVMSS: u32 = 8;
const RTAX_HOPLIMIT: u32 = 10;
const IPDEFTTL: u32 = 64;
/** `ip_rt_min_advmss`. */
const MIN_ADVMSS: u32 = 256;
/** `ip_rt_min_pmtu`: 512 + 20 + 20. */
export const MIN_PMTU: u32 = 552;
/** Seconds that a learned MTU holds (`ip_rt_mtu_expires`). */
const MTU_EXPIRES_S: u32 = 600;
/** Headers of IPv4 and TCP. */
const HEADERS: u32 = 40;

/**
 * Metrics for a new rtable by a route of `fi` (0 = by none). Its device, and in 2.6 its destination
 * and gateway, are set. Follows `rt_init_metrics`; in 2.6.18 the route's part of setting a nexthop.
 */
export function rtInitMetrics(rt: Rtable, fi: usize): void {
  const at = changetype<usize>(rt);
  if (DST_METRICS_COPIED) {
    if (fi) dstInitMetrics(at, changetype<FibInfo>(fi).metrics, false);
    fillDefaults(rt, fi != 0);
    return;
  }
  if (!fi) return;
  const info = changetype<FibInfo>(fi);
  if (DST_METRICS_COW) {
    const peer = inetGetpeer(rt.rtDst, false);
    if (peer) {
      bindPeer(rt, peer);
      if (inetMetricsNew(changetype<InetPeer>(peer)))
        dstMetricsCopy(changetype<InetPeer>(peer).metricsAt, info.metrics);
      dstInitMetrics(at, changetype<InetPeer>(peer).metricsAt, false);
      checkPeerPmtu(rt);
      return;
    }
    if (info.metrics != fibInfos().defaultMetricsAt) {
      fibInfoHold(info);
      rt.fi = <u32>fi;
    }
  }
  dstInitMetrics(at, info.metrics, true);
}

function setMetric(rt: Rtable, metric: u32, value: u32): void {
  plainStore32(rt.metricsAt + ((<usize>metric - 1) << 2), value);
}

/** 2.6.18: every entry has an MTU, a TTL and a segment size of its own. */
function fillDefaults(rt: Rtable, hasRoute: bool): void {
  const at = changetype<usize>(rt);
  const devMtu = changetype<NetDevice>(rt.dev).mtu;
  if (dstMetric(at, RTAX_MTU) == 0) {
    const locked = hasRoute && (dstMetric(at, RTAX_LOCK) & (1 << RTAX_MTU)) != 0;
    const narrow = locked && rt.rtGateway != rt.rtDst && devMtu > 576;
    setMetric(rt, RTAX_MTU, narrow ? 576 : devMtu);
  }
  if (dstMetric(at, RTAX_HOPLIMIT) == 0) setMetric(rt, RTAX_HOPLIMIT, IPDEFTTL);
  if (dstMetric(at, RTAX_MTU) > IP_MAX_MTU) setMetric(rt, RTAX_MTU, IP_MAX_MTU);
  if (dstMetric(at, RTAX_ADVMSS) == 0) {
    const room = devMtu > HEADERS ? devMtu - HEADERS : 0;
    setMetric(rt, RTAX_ADVMSS, room > MIN_ADVMSS ? room : MIN_ADVMSS);
  }
  if (dstMetric(at, RTAX_ADVMSS) > 65535 - HEADERS) setMetric(rt, RTAX_ADVMSS, 65535 - HEADERS);
}

/** The rtable has this peer, and the reference on it. */
function bindPeer(rt: Rtable, peer: usize): void {
  rt.peer = <u32>peer;
  rt.rtPeerGenid = rtPeerGenid();
}

/** Binds the peer of the destination if there is none yet. Follows `rt_bind_peer`. */
function rtBindPeer(rt: Rtable, create: bool): void {
  if (rt.peer != 0) return;
  const peer = inetGetpeer(rt.rtDst, create);
  if (!peer) return;
  if (atomicCmpxchg32(changetype<usize>(rt) + RTABLE_PEER_OFFSET, 0, <u32>peer) == 0)
    rt.rtPeerGenid = rtPeerGenid();
  else inetPutpeer(peer);
}

/**
 * `ipv4_cow_metrics` of 2.6.39: metrics to write to instead of the route's are the peer's. The
 * first to exchange the pointer gives the fib_info back; others use what it has put there.
 */
export function rtCowPeerMetrics(rt: Rtable, old: u32): usize {
  rtBindPeer(rt, true);
  if (rt.peer == 0) return 0;
  const peer = changetype<InetPeer>(<usize>rt.peer);
  if (inetMetricsNew(peer)) dstMetricsCopy(peer.metricsAt, old);
  const metrics = dstMetricsExchange(changetype<usize>(rt), old, peer.metricsAt);
  if (metrics == peer.metricsAt) rtPutFibInfo(rt);
  return metrics;
}

/** The rtable does not use the route's metrics any more. */
function rtPutFibInfo(rt: Rtable): void {
  const fi: usize = rt.fi;
  rt.fi = 0;
  if (fi) fibInfoPut(changetype<FibInfo>(fi));
}

/** What an rtable has by its metrics goes back, when it is destroyed. */
export function rtFreeMetrics(rt: Rtable): void {
  rtPutFibInfo(rt);
  if (rt.peer != 0) inetPutpeer(rt.peer);
  rt.peer = 0;
}

/** At a check: what peers have learned since the last one. The second half of 2.6.39's
 * `ipv4_dst_check`, without redirects. */
export function rtCheckPeer(rt: Rtable): void {
  const genid = rtPeerGenid();
  if (rt.rtPeerGenid == genid) return;
  rtBindPeer(rt, false);
  checkPeerPmtu(rt);
  rt.rtPeerGenid = genid;
}

/**
 * The MTU that the peer has learned is the entry's, if smaller; or its own again, if that is out of
 * date. As in the kernel, "its own" is what stood there when there was none noted: where the route
 * says no MTU (0) and two are learned one after the other, the first passes for the entry's own.
 * Follows `check_peer_pmtu`.
 */
function checkPeerPmtu(rt: Rtable): void {
  if (rt.peer == 0) return;
  const peer = changetype<InetPeer>(<usize>rt.peer);
  const expires = peer.pmtuExpires;
  if (expires == 0) return;
  const at = changetype<usize>(rt);
  if (timeAfterEq(jiffies(), expires)) {
    if (inetPeerForget(peer, expires)) dstMetricSet(at, RTAX_MTU, peer.pmtuOrig);
  } else if (peer.pmtuLearned < ipv4Mtu(rt)) {
    if (peer.pmtuOrig == 0) peer.pmtuOrig = dstMetric(at, RTAX_MTU);
    dstMetricSet(at, RTAX_MTU, peer.pmtuLearned);
  }
}

/** A learned MTU is dropped and the entry's own restored: only if it is out of date (`onlyOld`), or
 * in any case. */
export function rtDropPeerPmtu(rt: Rtable, onlyOld: bool): void {
  if (rt.peer == 0) return;
  const peer = changetype<InetPeer>(<usize>rt.peer);
  const expires = peer.pmtuExpires;
  if (expires == 0 || (onlyOld && !timeAfterEq(jiffies(), expires))) return;
  if (inetPeerForget(peer, expires)) dstMetricSet(changetype<usize>(rt), RTAX_MTU, peer.pmtuOrig);
}

/**
 * A path to this entry's destination carries `mtu` bytes at most: the peer learns it for 600 s, and
 * every entry to the same destination at its next check. Follows 2.6.39's `ip_rt_update_pmtu`.
 */
export function rtLearnPmtu(rt: Rtable, mtu: u32, hz: u32): void {
  rtBindPeer(rt, true);
  if (rt.peer == 0) return;
  const peer = changetype<InetPeer>(<usize>rt.peer);
  const learned = mtu < MIN_PMTU ? MIN_PMTU : mtu;
  if (peer.pmtuExpires == 0 || learned < peer.pmtuLearned) {
    const expires = jiffies() + MTU_EXPIRES_S * hz;
    peer.pmtuLearned = learned;
    peer.pmtuExpires = expires == 0 ? 1 : expires;
    rtPeerGenidBump();
    rt.rtPeerGenid = rtPeerGenid();
  }
  checkPeerPmtu(rt);
}
