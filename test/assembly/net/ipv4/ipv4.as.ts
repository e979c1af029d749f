/**
 * The image, and what the tests of net/ipv4 call besides: predicates, the route contract and single
 * steps of routing that the packet path uses and the host does not.
 */
import { plainStore32 } from "../../../../assembly/arch/atomic";
import { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
import {
  enterSoftirq,
  leaveSoftirq,
  localBhDisable,
  localBhEnable,
} from "../../../../assembly/kernel/softirq";
import { cpuRings } from "../../../../assembly/net/core/devXmit";
import { NetDevice } from "../../../../assembly/net/core/netDevice";
import { SkBuff, skbDstDrop } from "../../../../assembly/net/core/skbuff";
import { thisFibResult } from "../../../../assembly/net/fib/fibResult";
import { rtnlLock, rtnlUnlock } from "../../../../assembly/net/fib/rtnl";
import { fibFlush } from "../../../../assembly/net/ipv4/fibFrontend";
import { ipOutput } from "../../../../assembly/net/ipv4/ipOutput";
import {
  routeInput,
  skbRouteDev,
  skbRouteMtu,
  skbRouteNexthop,
} from "../../../../assembly/net/ipv4/route";
import { Flowi4, resolveOutput, thisFlow } from "../../../../assembly/net/ipv4/routeOutput";
import { ipv4Mtu, Rtable, rtNexthop } from "../../../../assembly/net/ipv4/rtable";

export * from "../../../../assembly/index";
export {
  ipv4NeighLookupNoref,
  neighReachableTime,
} from "../../../../assembly/net/core/neighbourTable";
export { arpConstructor } from "../../../../assembly/net/ipv4/arp";
export { deviceUnregisterFinal } from "../../../../assembly/net/ipv4/deviceEvents";
export {
  ipv4IsLbcast,
  ipv4IsLoopback,
  ipv4IsMulticast,
  ipv4IsZeronet,
} from "../../../../assembly/net/ipv4/inetAddress";
export { ipFinishOutput2 } from "../../../../assembly/net/ipv4/ipFinishOutput2";
export { NETDEV_WAIT_BARRIER } from "../../../../assembly/net/ipv4/netdevWait";
export { ipRouteOutputKey } from "../../../../assembly/net/ipv4/routeOutput";
export { rtCacheValid, rtDstAlloc } from "../../../../assembly/net/ipv4/rtable";
export { rtStatInc } from "../../../../assembly/net/ipv4/rtStat";

/** `rt_nexthop` of the rtable at `rt`. */
export function nexthopOf(rt: usize, daddr: u32): u32 {
  return rtNexthop(changetype<Rtable>(rt), daddr);
}

/** `ipv4_mtu` of the rtable at `rt`. */
export function mtuOf(rt: usize): u32 {
  return ipv4Mtu(changetype<Rtable>(rt));
}

export function setDeviceMtu(dev: usize, mtu: u32): void {
  changetype<NetDevice>(dev).mtu = mtu;
}

export function deviceFlags(dev: usize): u32 {
  return changetype<NetDevice>(dev).flags;
}

export function setDeviceFlags(dev: usize, flags: u32): void {
  changetype<NetDevice>(dev).flags = flags;
}

/** `fib_flush` under RTNL. */
export function flushDead(): u32 {
  rtnlLock();
  const found = fibFlush();
  rtnlUnlock();
  return found;
}

/** This CPU's flow, asked for `daddr`. */
function askedFlow(daddr: u32): Flowi4 {
  const fl = thisFlow();
  fl.daddr = daddr;
  fl.saddr = 0;
  fl.dev = 0;
  return fl;
}

/** Resolves a datagram to `daddr`; stores destination, source and device at `to`. */
export function resolve(daddr: u32, to: usize): i32 {
  const fl = askedFlow(daddr);
  rcuReadLock();
  localBhDisable();
  const result = resolveOutput(fl, thisFibResult());
  localBhEnable();
  rcuReadUnlock();
  plainStore32(to, fl.daddr);
  plainStore32(to + 4, fl.saddr);
  plainStore32(to + 8, fl.dev);
  return result;
}

/** The flow for `ipRouteOutputKey`. */
export function flowTo(daddr: u32): usize {
  return changetype<usize>(askedFlow(daddr));
}

/**
 * Routes a packet that `dev` received and stores what forwarding reads of the route at `to`:
 * device, next hop, MTU.
 */
export function routeReceived(dev: usize, daddr: u32, saddr: u32, to: usize): i32 {
  const skb = changetype<SkBuff>(<usize>cpuRings().skbsAt);
  skb.dev = <u32>dev;
  skb.refdst = 0;
  enterSoftirq();
  rcuReadLock();
  const result = routeInput(skb, daddr, saddr);
  if (result == 0) {
    plainStore32(to, <u32>skbRouteDev(skb));
    plainStore32(to + 4, skbRouteNexthop(skb, daddr));
    plainStore32(to + 8, skbRouteMtu(skb));
    skbDstDrop(skb);
  }
  rcuReadUnlock();
  leaveSoftirq();
  return result;
}

/** `ip_output` of the packet of `len` bytes at `at`, routed to `daddr` as if `dev` received it. */
export function outputReceived(dev: usize, at: usize, len: u32, daddr: u32): i32 {
  const skb = changetype<SkBuff>(<usize>cpuRings().skbsAt);
  skb.dev = <u32>dev;
  skb.refdst = 0;
  skb.head = <u32>at;
  skb.data = <u32>at;
  skb.len = len;
  skb.networkHeader = <u32>at;
  enterSoftirq();
  rcuReadLock();
  const result = routeInput(skb, daddr, 0x01080808);
  if (result == 0) ipOutput(skb);
  rcuReadUnlock();
  leaveSoftirq();
  return result;
}
