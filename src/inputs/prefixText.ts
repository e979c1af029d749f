/**
 * IPv4 prefixes as numbers and as text. An address is an unsigned 32-bit number in host order.
 */

/** The unsigned network mask of a length 0 to 32. A shift by 32 is one by 0, hence the test. */
export function prefixMask(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** `address` without the bits past `length`. */
export function networkOf(address: number, length: number): number {
  return (address & prefixMask(length)) >>> 0;
}

/** `192.0.2.0/24`: four decimal octets without leading zeros, as `ip route` prints them. */
export function formatPrefix(prefix: number, length: number): string {
  const a = prefix >>> 24;
  const b = (prefix >>> 16) & 255;
  const c = (prefix >>> 8) & 255;
  return `${a}.${b}.${c}.${prefix & 255}/${length}`;
}
