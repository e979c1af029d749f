/**
 * The measured loops: a fixed number of packets in bursts of 64, and what happens after each burst.
 *
 *   forwardPackets   receive, route, forward or deliver          softirq
 *   sendPackets      output route, hold, transmit, release       process context
 *   nullPackets      receive only: the yardstick in every table
 *
 * After a burst: the clock moves (CPU 0), timers and work of this CPU run, a quiescent state is
 * noted and grace periods and callbacks go on. What ran is counted in the rings' window words.
 */

import { plainLoad32 } from "../arch/atomic";
import { COST_PACKET, countCost } from "../arch/costs";
import { smpProcessorId } from "../arch/percpu";
import { traceCall } from "../arch/trace";
import { TRACE_IP_RCV, TRACE_ROOT } from "../arch/tracePoints";
import { DEBUG, TIMED } from "../config";
import { clockPackets } from "../kernel/jiffies";
import { rcuQuiescent, rcuReadLock, rcuReadUnlock } from "../kernel/rcu";
import { enterSoftirq, leaveSoftirq } from "../kernel/softirq";
import { runDeferred } from "../kernel/workqueue";
import { CpuRings, cpuRings } from "../net/core/devXmit";
import { ETH_P_ARP_LE } from "../net/core/neighbour";
import { NetDevice } from "../net/core/netDevice";
import { SK_BUFF_BYTES, SkBuff } from "../net/core/skbuff";
import { arpRcv } from "../net/ipv4/arp";
import { ethTypeTrans, ipRcv } from "../net/ipv4/ipInput";
import { ipLocalSend } from "../net/ipv4/ipOutput";
import { BurstLatency, beginBursts, endBurst, giveUpBursts, startBurst } from "./burstLatency";
import { BURST, receiveBurst } from "./rxRing";

/** The IPv4 datagram of a minimal frame: total length 46. */
const DATAGRAM_LEN: u32 = 46;
/** Bytes of the Ethernet header, which a datagram of this host does not have yet. */
const ETH_HLEN: u32 = 14;

/** What follows every burst of `n` packets. */
export function burstEnd(rings: CpuRings, n: u32): void {
  if (DEBUG) for (let i: u32 = 0; i < n; i++) countCost(COST_PACKET);
  if (smpProcessorId() == 0) clockPackets(n);
  rings.deferredRun += runDeferred();
  rings.callbacksRun += rcuQuiescent();
}

/** Begins a loop in a timed image: what its CPU knows of its bursts. */
function begunBursts(rings: CpuRings): BurstLatency {
  const latency = changetype<BurstLatency>(<usize>rings.latencyAt);
  beginBursts(latency);
  return latency;
}

/** One received packet through the stack. */
export function receivePacket(skbAt: usize): void {
  const skb = changetype<SkBuff>(skbAt);
  rcuReadLock();
  ethTypeTrans(skb);
  if (skb.protocol == ETH_P_ARP_LE && arpRcv(skb)) {
    rcuReadUnlock();
    return;
  }
  if (DEBUG)
    traceCall(TRACE_ROOT, TRACE_IP_RCV, changetype<NetDevice>(<usize>skb.dev).ifindex, skb.len);
  ipRcv(skb);
  rcuReadUnlock();
}

/** Receives and processes `packets` packets of the flow list. */
export function forwardPackets(packets: u32): void {
  const rings = cpuRings();
  let latency = changetype<BurstLatency>(0);
  if (TIMED) latency = begunBursts(rings);
  let left = packets;
  while (left) {
    const n = left < BURST ? left : BURST;
    if (TIMED) {
      if (!startBurst(latency)) {
        giveUpBursts(latency, left, BURST);
        return;
      }
    }
    receiveBurst(rings, n);
    enterSoftirq();
    let skbAt: usize = rings.skbsAt;
    for (let i: u32 = 0; i < n; i++) {
      receivePacket(skbAt);
      skbAt += SK_BUFF_BYTES;
    }
    leaveSoftirq();
    burstEnd(rings, n);
    if (TIMED) endBurst(latency);
    left -= n;
  }
}

/** One datagram of this host: what the ring filled in is its payload and its destination. */
function sendPacket(skbAt: usize): void {
  const skb = changetype<SkBuff>(skbAt);
  skb.data += ETH_HLEN;
  skb.len = DATAGRAM_LEN;
  rcuReadLock();
  ipLocalSend(skb, plainLoad32(<usize>skb.data + 16));
  rcuReadUnlock();
}

/** Sends `packets` datagrams to the destinations of the flow list. */
export function sendPackets(packets: u32): void {
  const rings = cpuRings();
  let latency = changetype<BurstLatency>(0);
  if (TIMED) latency = begunBursts(rings);
  let left = packets;
  while (left) {
    const n = left < BURST ? left : BURST;
    if (TIMED) {
      if (!startBurst(latency)) {
        giveUpBursts(latency, left, BURST);
        return;
      }
    }
    receiveBurst(rings, n);
    let skbAt: usize = rings.skbsAt;
    for (let i: u32 = 0; i < n; i++) {
      sendPacket(skbAt);
      skbAt += SK_BUFF_BYTES;
    }
    burstEnd(rings, n);
    if (TIMED) endBurst(latency);
    left -= n;
  }
}

/** Receives `packets` packets and does nothing with them. */
export function nullPackets(packets: u32): void {
  const rings = cpuRings();
  let left = packets;
  while (left) {
    const n = left < BURST ? left : BURST;
    receiveBurst(rings, n);
    burstEnd(rings, n);
    left -= n;
  }
}

/**
 * Receives one frame that the host put at `at` (16 bytes of headroom before it) on the device in
 * slot `slot`: what the judge and scenarios call.
 */
export function receiveFrame(at: usize, bytes: u32, device: usize): void {
  const rings = cpuRings();
  const skb = changetype<SkBuff>(<usize>rings.skbsAt);
  skb.dev = <u32>device;
  skb.refdst = 0;
  skb.head = <u32>at;
  skb.data = <u32>at;
  skb.len = bytes;
  enterSoftirq();
  receivePacket(rings.skbsAt);
  leaveSoftirq();
  burstEnd(rings, 1);
}
