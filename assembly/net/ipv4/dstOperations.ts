/**
 * IPv4's `dst_ops`: what keepers of an entry are told when they ask whether it still holds, and
 * what a failure does to it (spec §1.2, §1.8). `assembly/calls/dst.ts` calls these.
 *
 * May be called from any CPU, by whoever holds a reference or is in a read section.
 */
import { COST_COW_REFUSED, countCost } from "../../arch/costs";
import { DEBUG } from "../../config";
import { dstRelease, dstSetExpires } from "../core/dst";
import {
  DST_METRICS_COW,
  DST_OBSOLETE_INITIAL,
  DST_OBSOLETE_KILL,
  DST_OBSOLETE_NONE,
} from "../core/dstEntry";
import { netDeviceOf } from "../core/netDevice";
import { rtGenid } from "../fib/rtGenid";
import {
  RTABLE_HAS_GENID,
  RTABLE_HAS_IDEV,
  RTABLE_HAS_PMTU,
  RTCF_REDIRECTED,
  Rtable,
} from "./rtable";
import { rtDel } from "./rtFree";
import { rtCheckPeer, rtCowPeerMetrics, rtDropPeerPmtu } from "./rtMetrics";

/**
 * Whether an entry whose `obsolete` is not 0 may be used. 2.6.18: never, for only dead ones are
 * asked about. 2.6.39: if it is of the current generation; then it hears what its peer has learned.
 * 3.10: if nobody has killed it, and of the current generation; so an entry that is DEAD goes on
 * until the next route change. Follows `ipv4_dst_check`.
 */
export function ipv4DstCheck(at: usize, _cookie: u32): usize {
  if (!RTABLE_HAS_GENID) return 0;
  const rt = changetype<Rtable>(at);
  if (rt.rtGenid != rtGenid()) return 0;
  if (RTABLE_HAS_PMTU && rt.obsolete == DST_OBSOLETE_KILL) return 0;
  if (DST_METRICS_COW) rtCheckPeer(rt);
  return at;
}

/** The in_device of a device that goes is loopback's from now on. Follows `ipv4_dst_ifdown`. */
export function ipv4DstIfdown(at: usize, dev: usize): void {
  if (!RTABLE_HAS_IDEV) return;
  const rt = changetype<Rtable>(at);
  if (rt.idev == <u32>dev) rt.idev = <u32>netDeviceOf(0);
}

/**
 * A transport has doubts about its route. Dead, redirected and expiring entries are not to be used
 * any more: the caller's reference is dropped and the result is 0. Else the entry; in 2.6.39 with
 * its own MTU again, if what the peer had learned is out of date. Where flows are hashed an entry
 * that is not dead leaves its chain too. Follows `ipv4_negative_advice`.
 */
export function ipv4NegativeAdvice(at: usize): usize {
  const rt = changetype<Rtable>(at);
  const isDead =
    DST_OBSOLETE_INITIAL == DST_OBSOLETE_NONE
      ? rt.obsolete != DST_OBSOLETE_NONE
      : rt.obsolete > DST_OBSOLETE_NONE;
  if (isDead) {
    dstRelease(at);
    return 0;
  }
  if (rt.rtFlags & RTCF_REDIRECTED || (!DST_METRICS_COW && rt.expires != 0)) {
    rtDel(at);
    return 0;
  }
  if (DST_METRICS_COW) rtDropPeerPmtu(rt, true);
  return at;
}

/**
 * The next hop of the entry does not answer: it expires now; in 2.6.39 what the peer had learned is
 * forgotten instead. Follows `ipv4_link_failure`, without its ICMP message.
 */
export function ipv4LinkFailure(at: usize): void {
  if (DST_METRICS_COW) rtDropPeerPmtu(changetype<Rtable>(at), false);
  else dstSetExpires(at, 0);
}

/**
 * Metrics to write to in place of `old`: in 2.6.39 the peer's; in 3.10 none, and a kernel would
 * warn. Follows `ipv4_cow_metrics`.
 */
export function ipv4CowMetrics(at: usize, old: u32): usize {
  if (DST_METRICS_COW) return rtCowPeerMetrics(changetype<Rtable>(at), old);
  if (DEBUG) countCost(COST_COW_REFUSED);
  return 0;
}
