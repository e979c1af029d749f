/**
 * Receive-side scaling: which CPU a packet's receive queue belongs to. The Toeplitz hash with the
 * key and the IPv4-only input (source address, destination address) of Microsoft's RSS
 * specification, and an indirection table of 128 entries dealt to the CPUs in turn, as drivers do
 * by default.
 */

/** Entries of the indirection table; the low 7 bits of the hash choose one. */
export const RSS_INDIRECTION_ENTRIES = 128;

/** The verification key of the RSS specification: 40 bytes, of which IPv4-only hashing uses 12. */
const RSS_KEY: readonly number[] = [
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
];

/**
 * hash = XOR of PARTS[256 * i + byte i] over the 8 input bytes: the hash is linear in its input, so
 * the 64 shift-and-XOR steps of the definition fold into one table read per byte.
 */
const PARTS = Uint32Array.from({ length: 8 * 256 }, (_, index) => {
  let part = 0;
  for (let bit = 0; bit < 8; bit++) {
    if ((index & (0x80 >>> bit)) !== 0) part ^= keyWindow((index >>> 8) * 8 + bit);
  }
  return part;
});

/** The 32 bits of the key that begin at a bit. */
function keyWindow(bit: number): number {
  let window = 0;
  for (let at = bit; at < bit + 32; at++) {
    window = (window << 1) | (((RSS_KEY[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1);
  }
  return window;
}

/** The Toeplitz hash of a packet, unsigned. Addresses in host order. */
export function toeplitzHash(saddr: number, daddr: number): number {
  return (wordParts(0, saddr) ^ wordParts(4, daddr)) >>> 0;
}

function wordParts(firstByte: number, word: number): number {
  const base = firstByte * 256;
  return (
    (PARTS[base + (word >>> 24)] ?? 0) ^
    (PARTS[base + 256 + ((word >>> 16) & 0xff)] ?? 0) ^
    (PARTS[base + 512 + ((word >>> 8) & 0xff)] ?? 0) ^
    (PARTS[base + 768 + (word & 0xff)] ?? 0)
  );
}

/** The CPU (0 to cpus - 1) that receives a packet. Addresses in host order. */
export function rssCpu(saddr: number, daddr: number, cpus: number): number {
  return (toeplitzHash(saddr, daddr) & (RSS_INDIRECTION_ENTRIES - 1)) % cpus;
}
