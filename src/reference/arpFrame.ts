/**
 * ARP over Ethernet for IPv4 (RFC 826): the 42 bytes of a frame, made and read. For whoever answers
 * a machine's requests: tests, and workloads whose neighbours come and go.
 */
import { ETH_HLEN, read16, read32, write16, write32, writeEthernet } from "./ipv4Frame.js";

export const ETH_P_ARP = 0x0806;
export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;
const ARP_BYTES = 28;
const ARPHRD_ETHER = 1;
const ETH_P_IP = 0x0800;
/** Six bytes of a hardware address, four of a protocol address. */
const LENGTHS = 0x0604;

/** What an ARP packet says. Addresses of IPv4 are numbers in host order. */
export interface ArpPacket {
  readonly op: number;
  readonly senderMac: Uint8Array;
  readonly sender: number;
  readonly targetMac: Uint8Array;
  readonly target: number;
}

/** The frame of a packet, sent from its sender's MAC to `destination`. */
export function arpFrame(packet: ArpPacket, destination: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ETH_HLEN + ARP_BYTES);
  writeEthernet(frame, 0, destination, packet.senderMac, ETH_P_ARP);
  write16(frame, ETH_HLEN, ARPHRD_ETHER);
  write16(frame, ETH_HLEN + 2, ETH_P_IP);
  write16(frame, ETH_HLEN + 4, LENGTHS);
  write16(frame, ETH_HLEN + 6, packet.op);
  frame.set(packet.senderMac, ETH_HLEN + 8);
  write32(frame, ETH_HLEN + 14, packet.sender);
  frame.set(packet.targetMac, ETH_HLEN + 18);
  write32(frame, ETH_HLEN + 24, packet.target);
  return frame;
}

/** What an ARP frame says, or undefined: it is none. */
export function parseArpFrame(frame: Uint8Array): ArpPacket | undefined {
  if (frame.length < ETH_HLEN + ARP_BYTES || read16(frame, 12) !== ETH_P_ARP) return undefined;
  if (read16(frame, ETH_HLEN) !== ARPHRD_ETHER || read16(frame, ETH_HLEN + 2) !== ETH_P_IP) {
    return undefined;
  }
  if (read16(frame, ETH_HLEN + 4) !== LENGTHS) return undefined;
  return {
    op: read16(frame, ETH_HLEN + 6),
    senderMac: frame.slice(ETH_HLEN + 8, ETH_HLEN + 14),
    sender: read32(frame, ETH_HLEN + 14),
    targetMac: frame.slice(ETH_HLEN + 18, ETH_HLEN + 24),
    target: read32(frame, ETH_HLEN + 24),
  };
}

/** The answer of the host with address `mac` to a request for its IPv4 address. */
export function arpReply(request: ArpPacket, mac: Uint8Array): Uint8Array {
  const { target, sender, senderMac } = request;
  const reply = { op: ARPOP_REPLY, senderMac: mac, sender: target, targetMac: senderMac };
  return arpFrame({ ...reply, target: sender }, senderMac);
}
