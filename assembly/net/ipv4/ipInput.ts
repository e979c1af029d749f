/**
 * From the device to the route: `eth_type_trans`, `ip_rcv`, `ip_rcv_finish`, and the ends of the
 * receive path: local delivery (a counter, until there are sockets) and `ip_error`.
 *
 * Checks come in the kernel's order, each with a counter of its own. Owner only: the frame and its
 * skb belong to this CPU. Runs in softirq under RCU.
 */
import { plainLoad8, plainLoad16, plainLoad32 } from "../../arch/atomic";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_ERROR,
  BRANCH_HAS_DST,
  TRACE_DST_INPUT,
  TRACE_IP_ERROR,
  TRACE_IP_LOCAL_DELIVER,
  TRACE_IP_RCV,
  TRACE_IP_RCV_FINISH,
} from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { DstEntry } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import {
  DROP_BAD_CHECKSUM,
  DROP_BAD_HEADER,
  DROP_BAD_TOTAL_LENGTH,
  DROP_FORWARDING_OFF,
  DROP_IP_OPTIONS,
  DROP_NO_ROUTE,
  DROP_NOT_IP,
  DROP_OTHER_HOST,
  DROP_SHORT_HEADER,
  DROP_SHORT_PACKET,
  MIB_IN_DELIVERS,
  MIB_IN_RECEIVES,
  mibInc,
} from "../core/mib";
import { ETH_HLEN, ETH_P_IP_LE } from "../core/neighbour";
import { NetDevice } from "../core/netDevice";
import {
  kfreeSkb,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_OTHERHOST,
  SKB_DST_NOREF,
  SkBuff,
  skbDst,
} from "../core/skbuff";
import { dstInput, routeInput } from "./route";

/** Bytes of an IPv4 header without options. */
export const IP_HLEN: u32 = 20;

/**
 * Sum of a 20-byte header as 32-bit words, folded to 16 bits: 0xffff when the checksum is right.
 */
export function ipHeaderSum(iph: usize): u32 {
  let sum: u64 = <u64>plainLoad32(iph) + <u64>plainLoad32(iph + 4) + <u64>plainLoad32(iph + 8);
  sum += <u64>plainLoad32(iph + 12) + <u64>plainLoad32(iph + 16);
  return foldSum(sum);
}

/** The same for a header with options, of `words` 32-bit words. */
function longHeaderSum(iph: usize, words: u32): u32 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < words; i++) sum += <u64>plainLoad32(iph + ((<usize>i) << 2));
  return foldSum(sum);
}

function foldSum(words: u64): u32 {
  let sum = (words & 0xffffffff) + (words >> 32);
  sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  return <u32>((sum & 0xffff) + (sum >> 16));
}

function drop(skb: SkBuff, reason: usize): void {
  mibInc(reason);
  kfreeSkb(skb);
}

/**
 * Sorts a frame at `skb.data` by destination and type and strips the Ethernet header.
 * Follows `eth_type_trans`; in the kernel the driver calls it.
 */
export function ethTypeTrans(skb: SkBuff): void {
  const at: usize = skb.data;
  const dev = changetype<NetDevice>(<usize>skb.dev);
  skb.macHeader = <u32>at;
  const mine = plainLoad32(at) == dev.macLow && plainLoad16(at + 4) == dev.macHigh;
  // The group bit means broadcast or multicast; the receive path treats them alike.
  if (mine) skb.pktType = PACKET_HOST;
  else skb.pktType = plainLoad8(at) & 1 ? PACKET_BROADCAST : PACKET_OTHERHOST;
  skb.protocol = plainLoad16(at + 12);
  skb.data = <u32>(at + ETH_HLEN);
  skb.len -= ETH_HLEN;
}

/** The reason why an IP header is not acceptable, or 0. Follows the checks of `ip_rcv`. */
function ipHeaderFault(skb: SkBuff): usize {
  if (skb.protocol != ETH_P_IP_LE) return DROP_NOT_IP;
  if (skb.pktType == PACKET_OTHERHOST) return DROP_OTHER_HOST;
  if (skb.len < IP_HLEN) return DROP_SHORT_HEADER;
  const iph: usize = skb.data;
  const versionIhl = plainLoad8(iph);
  let headerBytes = IP_HLEN;
  if (versionIhl == 0x45) {
    if (ipHeaderSum(iph) != 0xffff) return DROP_BAD_CHECKSUM;
  } else {
    headerBytes = (versionIhl & 15) << 2;
    if (versionIhl >> 4 != 4 || headerBytes < IP_HLEN) return DROP_BAD_HEADER;
    if (skb.len < headerBytes) return DROP_SHORT_HEADER;
    if (longHeaderSum(iph, headerBytes >> 2) != 0xffff) return DROP_BAD_CHECKSUM;
  }
  const total = (plainLoad8(iph + 2) << 8) | plainLoad8(iph + 3);
  if (skb.len < total) return DROP_SHORT_PACKET;
  if (total < headerBytes) return DROP_BAD_TOTAL_LENGTH;
  skb.len = total;
  return 0;
}

/** Trace: the header is good; and whether there is a dst already, as behind loopback. */
function traceHeader(skb: SkBuff): void {
  const iph: usize = skb.networkHeader;
  traceCall(TRACE_IP_RCV, TRACE_IP_RCV_FINISH, plainLoad32(iph + 12), plainLoad32(iph + 16));
  if (skb.refdst == 0) return;
  traceDst(TRACE_IP_RCV_FINISH, BRANCH_HAS_DST, skb.refdst & ~SKB_DST_NOREF, 0);
}

/**
 * Receives one packet: checks its header, routes it unless it carries a route already, and hands it
 * on. Follows `ip_rcv` and `ip_rcv_finish` of 3.10; where the kernel would process options, a
 * packet that has any is dropped by name.
 */
export function ipRcv(skb: SkBuff): void {
  mibInc(MIB_IN_RECEIVES);
  const fault = ipHeaderFault(skb);
  if (fault != 0) {
    drop(skb, fault);
    return;
  }
  const iph: usize = skb.data;
  skb.networkHeader = <u32>iph;
  if (DEBUG) traceHeader(skb);
  if (skb.refdst == 0) {
    const err = routeInput(skb, plainLoad32(iph + 16), plainLoad32(iph + 12));
    if (err != 0) {
      if (DEBUG) traceEvent(TRACE_IP_RCV_FINISH, BRANCH_ERROR, err, 0, 0);
      kfreeSkb(skb);
      return;
    }
  }
  if (plainLoad8(iph) != 0x45) {
    drop(skb, DROP_IP_OPTIONS);
    return;
  }
  dstInput(skb);
}

/** The packet is for this host. Ends at a counter; sockets come later. */
export function ipLocalDeliver(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_DST_INPUT, TRACE_IP_LOCAL_DELIVER, 0, 0);
  mibInc(MIB_IN_DELIVERS);
  kfreeSkb(skb);
}

/** `dst.input` of a packet without a route: error 0 is the silent drop of forwarding off. */
export function ipError(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_DST_INPUT, TRACE_IP_ERROR, 0, 0);
  ipNoRoute(skb, changetype<DstEntry>(skbDst(skb)).error == 0);
}

/** Drops a packet without a route. The ICMP error it would cause is not sent yet. */
export function ipNoRoute(skb: SkBuff, forwardingOff: bool): void {
  drop(skb, forwardingOff ? DROP_FORWARDING_OFF : DROP_NO_ROUTE);
}
