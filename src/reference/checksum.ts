/**
 * The Internet checksum (RFC 1071) over an IPv4 header, and the two incremental updates of RFC
 * 1624.
 *
 * All values here are in network order as numbers: the checksum 0x1234 stands in the packet as the
 * bytes 12 34. One's complement sums do not depend on byte order, so the results are the kernel's
 * to the bit, whose words are loaded by a little-endian CPU.
 */

/**
 * The checksum of `length` bytes (even) from `offset`. The field itself counts: zero it to compute
 * a checksum; over a correct header the result is 0.
 */
export function internetChecksum(bytes: Uint8Array, offset: number, length: number): number {
  let sum = 0;
  for (let at = offset; at < offset + length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * The checksum after the TTL fell by one, as the kernel's `ip_decrease_ttl` gives it: the word that
 * holds the TTL fell by 0x0100, so the checksum rises by 0x0100, and a sum that reaches 0xFFFF
 * wraps by one more: 0xFFFF is never written, because it would be a second zero.
 */
export function decreaseTtlChecksum(checksum: number): number {
  const sum = checksum + 0x0100;
  return (sum + (sum >= 0xffff ? 1 : 0)) & 0xffff;
}

/**
 * The checksum after 16-bit word `before` became `after`: HC' = ~(~HC + ~m + m'), RFC 1624 eqn 3.
 */
export function replaceWordChecksum(checksum: number, before: number, after: number): number {
  let sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
