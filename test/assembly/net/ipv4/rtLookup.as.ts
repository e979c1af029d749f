/**
 * The image, and single steps of the route cache for tests: look-ups without a packet, entries made
 * and inserted by hand, what an entry holds and is worth, source validation.
 */
import { plainLoad32 } from "../../../../assembly/arch/atomic";
import { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
import { enterSoftirq, leaveSoftirq } from "../../../../assembly/kernel/softirq";
import { cpuRings } from "../../../../assembly/net/core/devXmit";
import { DstEntry } from "../../../../assembly/net/core/dstEntry";
import { NetDevice, netDeviceOf } from "../../../../assembly/net/core/netDevice";
import { SkBuff } from "../../../../assembly/net/core/skbuff";
import { RTN_UNICAST } from "../../../../assembly/net/fib/rtnetlink";
import { rtAllocKeyed, rtIntern } from "../../../../assembly/net/ipv4/mkroute26";
import { ipRouteInputSlow } from "../../../../assembly/net/ipv4/mkroute26Input";
import { ipRouteOutputSlow } from "../../../../assembly/net/ipv4/mkroute26Output";
import { Flowi4, thisFlow } from "../../../../assembly/net/ipv4/routeOutput";
import {
  RTABLE_HAS_GENID,
  RTABLE_HAS_KEY,
  RTABLE_HAS_ROUTE_IIF,
  Rtable,
} from "../../../../assembly/net/ipv4/rtable";
import { rtDrop, rtFree } from "../../../../assembly/net/ipv4/rtFree";
import { rtTosAndMark } from "../../../../assembly/net/ipv4/rtHash";
import { isError } from "../../../../assembly/net/ipv4/rtIntern";
import {
  ipRouteOutputKeyed,
  rtFindInput,
  rtFindOutput,
} from "../../../../assembly/net/ipv4/rtLookup";
import {
  rtFastClean,
  rtMayExpire,
  rtScore,
  rtValuable,
} from "../../../../assembly/net/ipv4/rtScore";
import {
  fibValidateSource,
  isMartianDestination,
  isMartianSource,
  thisSourceVerdict,
} from "../../../../assembly/net/ipv4/sourceCheck";

export * from "../../../../assembly/index";
export { ipv4NegativeAdvice } from "../../../../assembly/net/ipv4/dstOperations";
export {
  rtBucketLock,
  rtHashBuckets,
  rtHashCode,
} from "../../../../assembly/net/ipv4/rtHash";
export { isError, rtDrop, rtFree };

/** Makes an entry one of another generation, where they have any. */
export function setGenid(at: usize, genid: u32): void {
  if (RTABLE_HAS_GENID) changetype<Rtable>(at).rtGenid = genid;
}

export function findInput(daddr: u32, saddr: u32, iif: u32, tos: u32, mark: u32): usize {
  return rtFindInput(daddr, saddr, iif, rtTosAndMark(tos, mark));
}

export function findOutput(daddr: u32, saddr: u32, oif: u32, tos: u32, mark: u32): usize {
  return rtFindOutput(daddr, saddr, oif, rtTosAndMark(tos, mark));
}

/** An input entry made by hand for a gateway on device `slot`: inserted, with its reference. */
export function internInput(daddr: u32, saddr: u32, iif: u32, tos: u32, slot: u32): usize {
  const at = rtAllocKeyed(netDeviceOf(slot), daddr, saddr, tos, 0);
  if (!at) return 0;
  const rt = changetype<Rtable>(at);
  rt.keyIif = iif;
  rt.rtIif = iif;
  if (RTABLE_HAS_ROUTE_IIF) rt.rtRouteIif = iif;
  rt.rtType = <u16>RTN_UNICAST;
  return rtIntern(at, iif);
}

/** The output route to `daddr` with a reference, the chosen source left in the flow; 0 if none. */
export function outputRoute(daddr: u32, isSlow: bool): usize {
  const fl: Flowi4 = thisFlow();
  fl.daddr = daddr;
  fl.saddr = 0;
  rcuReadLock();
  const at = isSlow ? ipRouteOutputSlow(fl) : ipRouteOutputKeyed(fl);
  rcuReadUnlock();
  return at;
}

export function flowSource(): u32 {
  return thisFlow().saddr;
}

/** What `ip_route_input_slow` says of a packet received on device `slot`: 0 or an error. */
export function inputSlow(daddr: u32, saddr: u32, tos: u32, slot: u32): i32 {
  const skb = changetype<SkBuff>(<usize>cpuRings().skbsAt);
  skb.dev = <u32>netDeviceOf(slot);
  skb.refdst = 0;
  enterSoftirq();
  rcuReadLock();
  const result = ipRouteInputSlow(skb, daddr, saddr, tos);
  rcuReadUnlock();
  leaveSoftirq();
  return result;
}

/** The entry that the last packet of the step above got, with its reference. */
export function attached(): usize {
  return changetype<SkBuff>(<usize>cpuRings().skbsAt).refdst;
}

/** Field `which` of the entry at `at`. */
export function fieldOf(at: usize, which: u32): u32 {
  const rt = changetype<Rtable>(at);
  const dst = changetype<DstEntry>(at);
  if (which == 0) return dst.input;
  if (which == 1) return dst.output;
  if (which == 2) return <u32>dst.dev;
  if (which == 3) return <u32>dst.error;
  if (which == 4) return dst.flags;
  if (which == 5) return dst.use;
  if (which == 6) return dst.lastuse;
  if (which == 7) return rt.rtFlags;
  if (which == 8) return <u32>rt.rtType;
  if (which == 9) return rt.rtGateway;
  if (which == 10) return rt.rtIif;
  if (which == 11) return <u32>dst.obsolete;
  if (RTABLE_HAS_KEY) {
    if (which == 20) return rt.keyDst;
    if (which == 21) return rt.keySrc;
    if (which == 22) return <u32>rt.keyTos;
    if (which == 23) return rt.keyIif;
    if (which == 24) return rt.keyOif;
    if (which == 25) return rt.rtDst;
    if (which == 26) return rt.rtSrc;
    if (which == 27) return rt.rtSpecDst;
  }
  if (RTABLE_HAS_ROUTE_IIF) {
    if (which == 28) return rt.rtRouteIif;
    if (which == 29) return rt.fi;
  }
  return u32.MAX_VALUE;
}

/** Sets times and flags of the entry at `at`. */
export function setWorth(at: usize, lastuse: u32, expires: u32, rtFlags: u32): void {
  const rt = changetype<Rtable>(at);
  changetype<DstEntry>(at).lastuse = lastuse;
  changetype<DstEntry>(at).expires = expires;
  rt.rtFlags = rtFlags;
}

/** Metric RTAX_`x` of the entry at `at`, 0 if it has no metrics. */
export function metricOf(at: usize, x: u32): u32 {
  const metrics = changetype<DstEntry>(at).metricsAt;
  return metrics ? plainLoad32(metrics + ((<usize>x - 1) << 2)) : 0;
}

export function scoreOf(at: usize): u32 {
  return rtScore(changetype<Rtable>(at));
}

export function fastClean(at: usize): bool {
  return rtFastClean(changetype<Rtable>(at));
}

export function valuable(at: usize): bool {
  return rtValuable(changetype<Rtable>(at));
}

export function mayExpire(at: usize, tmo1: u32, tmo2: u32): bool {
  return rtMayExpire(changetype<Rtable>(at), tmo1, tmo2);
}

/** Validates a source for device `slot`; the source of an answer is in `specDst`. */
export function validateSource(saddr: u32, tos: u32, slot: u32): i32 {
  rcuReadLock();
  const result = fibValidateSource(saddr, tos, changetype<NetDevice>(netDeviceOf(slot)));
  rcuReadUnlock();
  return result;
}

export function specDst(): u32 {
  return thisSourceVerdict().specDst;
}

export function martianSource(saddr: u32): bool {
  return isMartianSource(saddr);
}

export function martianDestination(daddr: u32): bool {
  return isMartianDestination(daddr);
}
