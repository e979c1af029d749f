/**
 * Ethernet frames that hold IPv4: where the fields are, and how to write a whole frame.
 *
 * ```
 *  0      6      12   14                                      14 + 4 * ihl     14 + totalLength
 *  | dst  | src  |type| IPv4 header                           | payload        | padding
 *                      +0 version/ihl +1 tos +2 totalLength +4 id +6 flags/fragment
 *                      +8 ttl +9 protocol +10 checksum +12 saddr +16 daddr +20 options
 * ```
 */
import { internetChecksum } from "./checksum.js";

export const ETH_HLEN = 14;
export const ETH_P_IP = 0x0800;
export const IP_HLEN = 20;
/** Don't Fragment, in the word at +6. */
export const IP_DF = 0x4000;
export const IPPROTO_UDP = 17;

/** Reads a big-endian 16-bit word; the caller has checked the length. */
export function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Reads a big-endian 32-bit word as an unsigned number; the caller has checked the length. */
export function read32(bytes: Uint8Array, at: number): number {
  return ((read16(bytes, at) << 16) | read16(bytes, at + 2)) >>> 0;
}

/** Writes a big-endian 16-bit word. */
export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes a big-endian 32-bit word. */
export function write32(bytes: Uint8Array, at: number, value: number): void {
  write16(bytes, at, value >>> 16);
  write16(bytes, at + 2, value & 0xffff);
}

/** Writes the Ethernet header at `at`. */
export function writeEthernet(
  bytes: Uint8Array,
  at: number,
  destination: Uint8Array,
  source: Uint8Array,
  etherType: number = ETH_P_IP,
): void {
  bytes.set(destination, at);
  bytes.set(source, at + 6);
  write16(bytes, at + 12, etherType);
}

/** The fields of a header without options. Addresses in host order. */
export interface Ipv4Fields {
  readonly tos: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly ttl: number;
  readonly protocol: number;
  readonly saddr: number;
  readonly daddr: number;
}

/**
 * Writes an IPv4 header at `at`, checksum included.
 * @param headerBytes 20, or more to leave room for options (zero bytes: end of list); a multiple of
 * 4
 */
export function writeIpv4Header(
  bytes: Uint8Array,
  at: number,
  fields: Ipv4Fields,
  headerBytes: number = IP_HLEN,
): void {
  bytes[at] = 0x40 | (headerBytes / 4);
  bytes[at + 1] = fields.tos;
  write16(bytes, at + 2, fields.totalLength);
  write16(bytes, at + 4, fields.identification);
  write16(bytes, at + 6, fields.dontFragment ? IP_DF : 0);
  bytes[at + 8] = fields.ttl;
  bytes[at + 9] = fields.protocol;
  write32(bytes, at + 12, fields.saddr);
  write32(bytes, at + 16, fields.daddr);
  bytes.fill(0, at + IP_HLEN, at + headerBytes);
  refreshChecksum(bytes, at);
}

/** Computes the header checksum anew, over as many words as the header says it has. */
export function refreshChecksum(bytes: Uint8Array, at: number): void {
  write16(bytes, at + 10, 0);
  write16(bytes, at + 10, internetChecksum(bytes, at, ((bytes[at] ?? 0) & 0xf) * 4));
}
