/**
 * Byte order: packets and addresses are in network order, the CPU is little-endian.
 */

/** `htonl` and `ntohl`. */
export function bswap32(value: u32): u32 {
  return bswap<u32>(value);
}

/** `htons` and `ntohs`: swaps the two low bytes; the upper half of the result is 0. */
export function bswap16(value: u32): u32 {
  return ((value >> 8) & 0xff) | ((value & 0xff) << 8);
}
