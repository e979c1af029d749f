/**
 * The receive ring: what a NIC does. 64 hot frames and skbs of each CPU are filled from templates
 * and the flow list; everything the receive path then reads is real Ethernet and IPv4 bytes.
 *
 *   frame buffer, 128 bytes     0 headroom │ 32 template: 2 pad, 14 Ethernet │ 48 IPv4 header …
 *   template, 64 bytes          one for each receive device, read-only, addresses 0
 *   flow list                   pairs (saddr, daddr) of 8 bytes, network order, read-only, streamed
 *
 * The list's position carries on from window to window. The receive device of a packet follows from
 * the last octet of its source address. Owner only. This cost is in every row, the `null` row too.
 */
import {
  plainLoad16,
  plainLoad32,
  plainLoad64,
  plainStore16,
  plainStore32,
  plainStore64,
} from "../arch/atomic";
import { superBlock } from "../arch/superblock";
import { CpuRings } from "../net/core/devXmit";
import { netDeviceOf } from "../net/core/netDevice";
import { SK_BUFF_BYTES, SkBuff } from "../net/core/skbuff";

/** Packets of one burst: NAPI's budget. */
export const BURST: u32 = 64;
export const FRAME_BYTES: usize = 128;
export const FRAME_TEMPLATE: usize = 32;
/** Bytes from the template's start to the Ethernet header and to the IPv4 header. */
const TEMPLATE_MAC: usize = 2;
const TEMPLATE_IP: usize = 16;
export const TEMPLATE_BYTES: usize = 64;
/** Frame without its FCS: Ethernet's minimum. */
const FRAME_LEN: u32 = 60;

function copyTemplate(to: usize, from: usize): void {
  plainStore64(to, plainLoad64(from));
  plainStore64(to + 8, plainLoad64(from + 8));
  plainStore64(to + 16, plainLoad64(from + 16));
  plainStore64(to + 24, plainLoad64(from + 24));
  plainStore64(to + 32, plainLoad64(from + 32));
  plainStore64(to + 40, plainLoad64(from + 40));
  plainStore64(to + 48, plainLoad64(from + 48));
  plainStore64(to + 56, plainLoad64(from + 56));
}

/** Adds both addresses to the checksum of a header whose addresses were zero. */
function addressedChecksum(check: u32, saddr: u32, daddr: u32): u32 {
  let sum = (~check & 0xffff) + (saddr & 0xffff) + (saddr >> 16);
  sum += (daddr & 0xffff) + (daddr >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Receive device (0 …) of a packet from `saddr` (network order). */
function rxDeviceOf(saddr: u32, devices: u32): u32 {
  return (saddr >> 24) & (devices - 1);
}

/** Receives the next `n` (≤ BURST) packets of the flow list into skbs 0 … n − 1. */
export function receiveBurst(rings: CpuRings, n: u32): void {
  const templates: usize = superBlock().templatesAt;
  const flows = rings.flows;
  const devices = rings.rxDevices;
  const rxSlot = rings.rxSlot;
  let next = rings.flowNext;
  let skbAt: usize = rings.skbsAt;
  let frame: usize = <usize>rings.framesAt + FRAME_TEMPLATE;
  for (let i: u32 = 0; i < n; i++) {
    const pair: usize = <usize>rings.flowsAt + ((<usize>next) << 3);
    const saddr = plainLoad32(pair);
    const daddr = plainLoad32(pair + 4);
    const device = rxDeviceOf(saddr, devices);
    const template = templates + <usize>device * TEMPLATE_BYTES;
    copyTemplate(frame, template);
    const iph = frame + TEMPLATE_IP;
    plainStore16(
      iph + 10,
      addressedChecksum(plainLoad16(template + TEMPLATE_IP + 10), saddr, daddr),
    );
    plainStore32(iph + 12, saddr);
    plainStore32(iph + 16, daddr);
    const skb = changetype<SkBuff>(skbAt);
    skb.dev = <u32>netDeviceOf(rxSlot + device);
    skb.refdst = 0;
    skb.head = <u32>(frame - FRAME_TEMPLATE);
    skb.data = <u32>(frame + TEMPLATE_MAC);
    skb.len = FRAME_LEN;
    next++;
    if (next == flows) next = 0;
    skbAt += SK_BUFF_BYTES;
    frame += FRAME_BYTES;
  }
  rings.flowNext = next;
}
