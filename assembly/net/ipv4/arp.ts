/**
 * ARP for Ethernet: asks for addresses, answers for this host's, and hands what it hears to the
 * neighbours. Every frame is real: 14 bytes of Ethernet header and the packet below, in network
 * byte order.
 *
 *   0 htype 1 │ 2 ptype 0x0800 │ 4 hlen 6 │ 5 plen 4 │ 6 op
 *   8 sha 6   │ 14 sip 4       │ 18 tha 6 │ 24 tip 4
 *
 * Owner only: the frame belongs to this CPU. What is sent counts in ArpSent (`mib.ts`), not in the
 * IP counters.
 */
import { plainLoad16, plainLoad32, plainStore16, plainStore32 } from "../../arch/atomic";
import { MIB_ARP_SENT, mibInc } from "../core/mib";
import {
  ETH_HLEN,
  ETH_P_ARP_LE,
  Neighbour,
  NUD_NOARP,
  NUD_REACHABLE,
  NUD_STALE,
  neighSetAddress,
} from "../core/neighbour";
import { skbAlloc, skbXmit } from "../core/neighbourSkb";
import {
  NEIGH_UCAST_PROBES,
  NEIGH_UPDATE_F_OVERRIDE,
  neighMayOverride,
  neighUpdate,
} from "../core/neighbourState";
import { neighCreate, neighIsError, neighLookup, neighRelease } from "../core/neighbourTable";
import { IFF_LOOPBACK, IFF_NOARP, IFF_POINTOPOINT, IFF_UP, NetDevice } from "../core/netDevice";
import { PACKET_HOST, PACKET_OTHERHOST, SkBuff } from "../core/skbuff";
import { ipv4IsLbcast, ipv4IsLoopback, ipv4IsMulticast } from "./inetAddress";

const ARP_LEN: u32 = 28;
/** Words of the fixed part as a little-endian CPU loads them. */
const ARP_TYPES_LE: u32 = 0x00080100;
const ARP_LENGTHS_LE: u32 = 0x0406;
export const ARPOP_REQUEST_LE: u32 = 0x0100;
export const ARPOP_REPLY_LE: u32 = 0x0200;
const MAC_HIGH_MASK: u32 = 0xffff;
const BROADCAST: u64 = 0x0000ffffffffffff;

function macAt(at: usize): u64 {
  return ((<u64>plainLoad16(at + 4)) << 32) | <u64>plainLoad32(at);
}

function storeMac(at: usize, mac: u64): void {
  plainStore32(at, <u32>mac);
  plainStore16(at + 4, <u32>(mac >> 32) & MAC_HIGH_MASK);
}

function deviceMac(dev: NetDevice): u64 {
  return ((<u64>dev.macHigh) << 32) | <u64>dev.macLow;
}

/**
 * Sends an ARP packet of this host to `to`: from the device's primary address, about `tip`, whose
 * hardware address is `tha` (0: asked for). Nothing on a device that is down or does no ARP.
 * Follows `arp_send`.
 */
function arpSend(op: u32, dev: NetDevice, tip: u32, tha: u64, to: u64): void {
  if (!(dev.flags & IFF_UP) || dev.flags & IFF_NOARP) return;
  const skbAt = skbAlloc(ARP_LEN);
  if (!skbAt) return;
  const skb = changetype<SkBuff>(skbAt);
  const at: usize = skb.data;
  plainStore32(at, ARP_TYPES_LE);
  plainStore16(at + 4, ARP_LENGTHS_LE);
  plainStore16(at + 6, op);
  storeMac(at + 8, deviceMac(dev));
  plainStore32(at + 14, dev.primaryAddress);
  storeMac(at + 18, tha);
  plainStore32(at + 24, tip);
  const eth = at - ETH_HLEN;
  storeMac(eth, to);
  storeMac(eth + 6, deviceMac(dev));
  plainStore16(eth + 12, ETH_P_ARP_LE);
  skb.data = <u32>eth;
  skb.len = ARP_LEN + ETH_HLEN;
  skb.dev = <u32>changetype<usize>(dev);
  skb.protocol = ETH_P_ARP_LE;
  mibInc(MIB_ARP_SENT);
  skbXmit(skbAt);
}

/**
 * Asks for the address of `n`: the first requests go to the address that is known, all others to
 * everybody. Follows `arp_solicit`; the source is always the device's primary address.
 */
export function arpSolicit(n: Neighbour, probes: u32): void {
  const dev = changetype<NetDevice>(<usize>n.dev);
  const known = probes < NEIGH_UCAST_PROBES;
  arpSend(ARPOP_REQUEST_LE, dev, n.primaryKey, 0, known ? n.ha0 : BROADCAST);
}

/**
 * What is special about an address: nobody is asked for those of multicast, broadcast, loopback and
 * of devices without ARP. Follows `arp_constructor`; a subnet's broadcast addresses are not looked
 * up: no route makes them a next hop.
 */
export function arpConstructor(n: Neighbour): i32 {
  const dev = changetype<NetDevice>(<usize>n.dev);
  const key = n.primaryKey;
  let mac: u64 = 0;
  if (ipv4IsMulticast(key)) {
    // 01:00:5e and the low 23 bits.
    mac = 0x5e0001 | ((<u64>((key >> 8) & 0x7f)) << 24) | ((<u64>(key >> 16)) << 32);
  } else if (dev.flags & (IFF_NOARP | IFF_LOOPBACK)) {
    mac = deviceMac(dev);
  } else if (ipv4IsLbcast(key) || dev.flags & IFF_POINTOPOINT) {
    mac = BROADCAST;
  } else {
    return 0;
  }
  neighSetAddress(n, <u32>mac, <u32>(mac >> 32));
  n.nudState = NUD_NOARP;
  return 0;
}

/** True if the bytes are ARP for Ethernet and IPv4. */
function isArp(skb: SkBuff): bool {
  const at: usize = skb.data;
  if (skb.len < ARP_LEN) return false;
  return plainLoad32(at) == ARP_TYPES_LE && plainLoad16(at + 4) == ARP_LENGTHS_LE;
}

/** Somebody asks for an address of this host: he is known from now on, and answered. */
function answer(dev: NetDevice, sip: u32, sha: u64): void {
  if (sip != 0) {
    const at = neighCreate(changetype<usize>(dev), sip, true);
    if (neighIsError(at)) return;
    const n = changetype<Neighbour>(at);
    neighUpdate(n, sha, true, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
    neighRelease(n);
  }
  arpSend(ARPOP_REPLY_LE, dev, sip, sha, sha);
}

/**
 * Receives an ARP packet at `skb.data`, behind the Ethernet header. False: it is none, and nobody
 * takes it. A request for the device's address is answered; everything else that is heard of a
 * neighbour in the table updates it, a reply to this host as proof that it can be reached. Follows
 * `arp_rcv` and `arp_process`; a request for other addresses of this host is not answered, and
 * there is no proxy.
 */
export function arpRcv(skb: SkBuff): bool {
  if (!isArp(skb)) return false;
  if (skb.pktType == PACKET_OTHERHOST) return true;
  const at: usize = skb.data;
  const dev = changetype<NetDevice>(<usize>skb.dev);
  const op = plainLoad16(at + 6);
  const sha = macAt(at + 8);
  const sip = plainLoad32(at + 14);
  const tip = plainLoad32(at + 24);
  if (op != ARPOP_REQUEST_LE && op != ARPOP_REPLY_LE) return true;
  if (dev.flags & IFF_NOARP || ipv4IsMulticast(tip) || ipv4IsLoopback(tip)) return true;
  if (op == ARPOP_REQUEST_LE && tip == dev.primaryAddress) {
    answer(dev, sip, sha);
    return true;
  }
  const found = neighLookup(changetype<usize>(dev), sip);
  if (!found) return true;
  const n = changetype<Neighbour>(found);
  const proven = op == ARPOP_REPLY_LE && skb.pktType == PACKET_HOST;
  const flags = neighMayOverride(n) ? NEIGH_UPDATE_F_OVERRIDE : 0;
  neighUpdate(n, sha, true, proven ? NUD_REACHABLE : NUD_STALE, flags);
  neighRelease(n);
  return true;
}
