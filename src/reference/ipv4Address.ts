/**
 * IPv4 addresses as unsigned 32-bit numbers in host order: masks, byte order, text, and the classes
 * that the kernel's input path asks for (spec 0.4).
 */
import { UsageError } from "./usageError.js";

const OCTET = /^(?:0|[1-9]\d{0,2})$/;

/** The netmask of a prefix length (0 to 32), as an unsigned number. */
export function netmask(length: number): number {
  // A shift by 32 is a shift by 0 in JavaScript, hence the special case.
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** True if `address` lies in `prefix`/`length`. */
export function isInPrefix(address: number, prefix: number, length: number): boolean {
  return ((address ^ prefix) & netmask(length)) === 0;
}

/** Swaps the bytes: host order to the word a little-endian CPU loads from a packet, and back. */
export function swapBytes(address: number): number {
  return (
    ((address << 24) |
      ((address & 0xff00) << 8) |
      ((address >>> 8) & 0xff00) |
      ((address >>> 24) & 0xff)) >>>
    0
  );
}

/**
 * Reads dotted-quad text.
 * @throws UsageError for anything but four decimal octets without leading zeros.
 */
export function parseAddress(text: string): number {
  const octets = text.split(".");
  const valid =
    octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255);
  if (!valid) {
    throw new UsageError(`"${text}" is no IPv4 address; allowed: four octets 0-255, as 192.0.2.7`);
  }
  return octets.reduce((address, octet) => address * 256 + Number(octet), 0);
}

/** Writes an address as a dotted quad. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** 0.0.0.0/8 */
export function isZeronet(address: number): boolean {
  return address >>> 24 === 0;
}

/** 127.0.0.0/8 */
export function isLoopback(address: number): boolean {
  return address >>> 24 === 127;
}

/** 224.0.0.0/4 */
export function isMulticast(address: number): boolean {
  return address >>> 28 === 0xe;
}

/** 255.255.255.255 */
export function isLimitedBroadcast(address: number): boolean {
  return address >>> 0 === 0xffffffff;
}

/**
 * True for what no workload may send to or from: 0/8, 127/8, 224/4 and 240/4.
 * Stricter than 3.10, whose input path lets 240/4 pass (spec 5.3, rows 2 and 5, column B), so that
 * one list of flows suits every kernel.
 */
export function isMartian(address: number): boolean {
  return isZeronet(address) || isLoopback(address) || address >>> 28 >= 0xe;
}
