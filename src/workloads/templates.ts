/**
 * The frames that workloads send: one template per receive device, read-only in the image, into
 * which a packet's two addresses are written.
 *
 * ```
 *  0     2          8          14     16            36            44                62    64
 *  | pad | dst MAC  | src MAC  | type | IPv4 header | UDP header  | 18 bytes payload | pad |
 *          the device's sender's 0x0800  ihl 5, total length 46
 *        └──────────────────────── frame: 60 bytes ──────────────────────────────────┘
 * ```
 *
 * Two bytes in front put the IP header at offset 16 (the kernel's NET_IP_ALIGN, for the same
 * reason: aligned words); 64 bytes are one cache line. 60 bytes are the shortest frame Ethernet
 * carries (64 with its checksum). The addresses are 0 and the header's checksum holds for that, so
 * a receiver writes both words and adds their halves: the RFC 1624 update with m = 0. The UDP
 * checksum is 0, "not used".
 */
import { replaceWordChecksum } from "../reference/checksum.js";
import {
  ETH_HLEN,
  IP_DF,
  IP_HLEN,
  IPPROTO_UDP,
  read16,
  write16,
  write32,
  writeEthernet,
  writeIpv4Header,
} from "../reference/ipv4Frame.js";
import { DEFAULT_TTL, type SendTemplate } from "../reference/localSend.js";
import type { Device, World } from "../reference/world.js";
import { receiveDevices } from "./standardWorld.js";

export const TEMPLATE_BYTES = 64;
/** Where the Ethernet header begins in a template. */
export const TEMPLATE_FRAME_OFFSET = 2;
/** Where the IP header begins in a template. */
export const TEMPLATE_IP_OFFSET = TEMPLATE_FRAME_OFFSET + ETH_HLEN;
/** IP packet: 20 header + 8 UDP header + 18 payload. */
export const PACKET_BYTES = 46;
export const FRAME_BYTES = ETH_HLEN + PACKET_BYTES;

const UDP_OFFSET = TEMPLATE_IP_OFFSET + IP_HLEN;
const UDP_BYTES = PACKET_BYTES - IP_HLEN;
const SOURCE_PORT = 4096;
/** The discard service. */
const DESTINATION_PORT = 9;
const IDENTIFICATION = 0x2618;

/** The templates of all receive devices, in `receiveDeviceIndex` order. */
export function rxTemplates(world: World): Uint8Array[] {
  return receiveDevices(world).map(rxTemplate);
}

/**
 * The template of one receive device. The sender's MAC is 02:00:ff and the device's last three
 * bytes.
 */
export function rxTemplate(device: Device): Uint8Array {
  const template = new Uint8Array(TEMPLATE_BYTES);
  const sender = Uint8Array.of(2, 0, 0xff, ...device.mac.subarray(3));
  writeEthernet(template, TEMPLATE_FRAME_OFFSET, device.mac, sender);
  writeIpv4Header(template, TEMPLATE_IP_OFFSET, {
    tos: 0,
    totalLength: PACKET_BYTES,
    identification: IDENTIFICATION,
    dontFragment: false,
    ttl: DEFAULT_TTL,
    protocol: IPPROTO_UDP,
    saddr: 0,
    daddr: 0,
  });
  write16(template, UDP_OFFSET, SOURCE_PORT);
  write16(template, UDP_OFFSET + 2, DESTINATION_PORT);
  write16(template, UDP_OFFSET + 4, UDP_BYTES);
  for (let at = UDP_OFFSET + 8; at < UDP_OFFSET + UDP_BYTES; at++) template[at] = at;
  return template;
}

/** The 60-byte frame that a template becomes for a packet. Addresses in host order. */
export function frameOfTemplate(template: Uint8Array, saddr: number, daddr: number): Uint8Array {
  const frame = template.slice(TEMPLATE_FRAME_OFFSET, TEMPLATE_FRAME_OFFSET + FRAME_BYTES);
  let checksum = read16(frame, ETH_HLEN + 10);
  for (const half of [saddr >>> 16, saddr & 0xffff, daddr >>> 16, daddr & 0xffff]) {
    checksum = replaceWordChecksum(checksum, 0, half);
  }
  write32(frame, ETH_HLEN + 12, saddr);
  write32(frame, ETH_HLEN + 16, daddr);
  write16(frame, ETH_HLEN + 10, checksum);
  return frame;
}

/** What a local sender takes from a template: its payload and the header fields it may choose. */
export function sendTemplateOf(template: Uint8Array): SendTemplate {
  return {
    identification: read16(template, TEMPLATE_IP_OFFSET + 4),
    tos: template[TEMPLATE_IP_OFFSET + 1] ?? 0,
    protocol: template[TEMPLATE_IP_OFFSET + 9] ?? 0,
    dontFragment: (read16(template, TEMPLATE_IP_OFFSET + 6) & IP_DF) !== 0,
    payload: template.slice(UDP_OFFSET, TEMPLATE_IP_OFFSET + PACKET_BYTES),
  };
}
