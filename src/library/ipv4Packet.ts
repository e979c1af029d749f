/**
 * IPv4 packets in Ethernet frames, for programs that hand them to a router.
 */
import { parseAddress } from "../reference/ipv4Address.js";
import { ETH_HLEN, IP_HLEN, writeEthernet, writeIpv4Header } from "../reference/ipv4Frame.js";

/** An IPv4 packet by its fields. */
export interface PacketText {
  /** Addresses as dotted quads. */
  readonly from: string;
  readonly to: string;
  /** Ethernet addresses of the frame, six bytes each: of the receiver, and of the sender. */
  readonly macTo: Uint8Array;
  readonly macFrom: Uint8Array;
  /** @default 64 */
  readonly ttl?: number;
  /** @default 0 */
  readonly tos?: number;
  /** @default 17, UDP */
  readonly protocol?: number;
  /** @default false */
  readonly dontFragment?: boolean;
  /** @default 26 zero bytes, which fill Ethernet's shortest frame */
  readonly payload?: Uint8Array;
}

const PAYLOAD_BYTES = 26;
const UDP = 17;
const IDENTIFICATION = 1;

/** The frame: Ethernet header, IPv4 header with its checksum, payload. */
export function ipv4Packet(packet: PacketText): Uint8Array {
  const payload = packet.payload ?? new Uint8Array(PAYLOAD_BYTES);
  const frame = new Uint8Array(ETH_HLEN + IP_HLEN + payload.length);
  writeEthernet(frame, 0, packet.macTo, packet.macFrom);
  writeIpv4Header(frame, ETH_HLEN, {
    tos: packet.tos ?? 0,
    totalLength: IP_HLEN + payload.length,
    identification: IDENTIFICATION,
    dontFragment: packet.dontFragment ?? false,
    ttl: packet.ttl ?? 64,
    protocol: packet.protocol ?? UDP,
    saddr: parseAddress(packet.from),
    daddr: parseAddress(packet.to),
  });
  frame.set(payload, ETH_HLEN + IP_HLEN);
  return frame;
}
