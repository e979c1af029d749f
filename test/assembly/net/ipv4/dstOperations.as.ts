/** What the tests of IPv4's dst operations call, beside what those of net/core do. */
import { plainLoad32 } from "../../../../assembly/arch/atomic";
import { superBlock } from "../../../../assembly/arch/superblock";
import { DST_LAYOUT, DST_LAYOUT_208 } from "../../../../assembly/config";
import { DST_METRICS_COW } from "../../../../assembly/net/core/dstEntry";
import { fibInfoAt } from "../../../../assembly/net/fib/fibInfo";
import { ipv4BlackholeRoute } from "../../../../assembly/net/ipv4/blackholeRoute";
import { InetPeer, inetPeerForget } from "../../../../assembly/net/ipv4/inetPeer";
import { RTABLE_HAS_GENID, RTABLE_HAS_KEY, Rtable } from "../../../../assembly/net/ipv4/rtable";
import { rtInitMetrics, rtLearnPmtu } from "../../../../assembly/net/ipv4/rtMetrics";

export {
  ipv4DstCheck,
  ipv4DstIfdown,
  ipv4LinkFailure,
} from "../../../../assembly/net/ipv4/dstOperations";
export {
  inetGetpeer,
  inetPeers,
  inetPutpeer,
  rtPeerGenid,
} from "../../../../assembly/net/ipv4/inetPeer";
export * from "../core/core.as";

/** Words of an rtable, by number: 0 flags, 1 gateway, 2 generation, 3 destination, 4 peer, 5 fi. */
export function setRtField(at: usize, which: u32, value: u32): void {
  const rt = changetype<Rtable>(at);
  if (which == 0) rt.rtFlags = value;
  else if (which == 1) rt.rtGateway = value;
  if (RTABLE_HAS_GENID) {
    if (which == 2) rt.rtGenid = value;
  }
  if (RTABLE_HAS_KEY) {
    if (which == 3) rt.rtDst = value;
  }
  if (DST_LAYOUT == DST_LAYOUT_208) {
    if (which == 6) rt.idev = value;
  }
}

/** Reads such a word. */
export function rtField(at: usize, which: u32): u32 {
  const rt = changetype<Rtable>(at);
  if (which == 0) return rt.rtFlags;
  if (which == 1) return rt.rtGateway;
  if (RTABLE_HAS_GENID) {
    if (which == 2) return rt.rtGenid;
  }
  if (RTABLE_HAS_KEY) {
    if (which == 3) return rt.rtDst;
  }
  if (DST_METRICS_COW) {
    if (which == 4) return rt.peer;
    if (which == 5) return rt.fi;
  }
  if (DST_LAYOUT == DST_LAYOUT_208) {
    if (which == 6) return rt.idev;
  }
  return 0;
}

/** Metrics by the route of fib_info `index`, 0 for none. */
export function initMetrics(at: usize, index: u32): void {
  rtInitMetrics(changetype<Rtable>(at), index == 0 ? 0 : changetype<usize>(fibInfoAt(index)));
}

/** Client references of fib_info `index`. */
export function infoClients(index: u32): u32 {
  return fibInfoAt(index).clntref;
}

export function infoMetrics(index: u32): usize {
  return fibInfoAt(index).metrics;
}

/** Somebody learns the MTU of the path to the destination of the rtable at `at`. */
export function learnPmtu(at: usize, mtu: u32): void {
  if (DST_METRICS_COW) rtLearnPmtu(changetype<Rtable>(at), mtu, superBlock().hz);
}

/** A word of a peer: 0 learned, 1 expires, 2 original; else its references. */
export function peerField(at: usize, which: u32): u32 {
  const peer = changetype<InetPeer>(at);
  if (which == 0) return peer.pmtuLearned;
  if (which == 1) return peer.pmtuExpires;
  if (which == 2) return peer.pmtuOrig;
  return plainLoad32(peer.refcntAt);
}

/** Address of a peer's metrics. */
export function peerMetricsAt(at: usize): usize {
  return changetype<InetPeer>(at).metricsAt;
}

/** True if the learned MTU that expires at `expires` was dropped by this call. */
export function peerForget(at: usize, expires: u32): bool {
  return inetPeerForget(changetype<InetPeer>(at), expires);
}

/** A black hole for the route at `at`, where the layout has any. */
export function blackhole(at: usize): usize {
  if (DST_LAYOUT == DST_LAYOUT_208) return 0;
  return ipv4BlackholeRoute(at);
}
