/**
 * Bob Jenkins' hash as the kernel used it, bit for bit, because chain lengths follow from it
 * (spec §0.5), and a multiplicative hash for our own tables.
 *
 *   name       kernels              core        the initial value goes to
 *   jhashOld   up to 2.6.37         lookup2     c
 *   jhashNew   2.6.38 to 4.14       lookup3     c
 *   jhashLen   as 4.15 and later    lookup3     a, b and c, with the key's length
 *
 * Address words go in as loaded by a little-endian CPU from network byte order. Pure functions.
 */

/** An arbitrary value of lookup2: the golden ratio. */
const JHASH_GOLDEN_RATIO: u32 = 0x9e3779b9;
/** An arbitrary value of lookup3. */
const JHASH_INITVAL: u32 = 0xdeadbeef;
/** 2^32 divided by the golden ratio, negated (`GOLDEN_RATIO_32`, 4.7 on). */
const GOLDEN_RATIO_32: u32 = 0x61c88647;

/** jhash_3words up to 2.6.37: nine mixing rounds. */
export function jhashOld3Words(x: u32, y: u32, z: u32, initval: u32): u32 {
  let a = x + JHASH_GOLDEN_RATIO;
  let b = y + JHASH_GOLDEN_RATIO;
  let c = z + initval;
  a = (a - b - c) ^ (c >> 13);
  b = (b - c - a) ^ (a << 8);
  c = (c - a - b) ^ (b >> 13);
  a = (a - b - c) ^ (c >> 12);
  b = (b - c - a) ^ (a << 16);
  c = (c - a - b) ^ (b >> 5);
  a = (a - b - c) ^ (c >> 3);
  b = (b - c - a) ^ (a << 10);
  c = (c - a - b) ^ (b >> 15);
  return c;
}

/** jhash_2words up to 2.6.37. */
export function jhashOld2Words(x: u32, y: u32, initval: u32): u32 {
  return jhashOld3Words(x, y, 0, initval);
}

/** The final mix of lookup3: seven steps, each target ^= source, target -= rol32(source, n). */
function jhashFinal(a0: u32, b0: u32, c0: u32): u32 {
  let a = a0;
  let b = b0;
  let c = c0;
  c = (c ^ b) - rotl<u32>(b, 14);
  a = (a ^ c) - rotl<u32>(c, 11);
  b = (b ^ a) - rotl<u32>(a, 25);
  c = (c ^ b) - rotl<u32>(b, 16);
  a = (a ^ c) - rotl<u32>(c, 4);
  b = (b ^ a) - rotl<u32>(a, 14);
  c = (c ^ b) - rotl<u32>(b, 24);
  return c;
}

/** jhash_3words, 2.6.38 to 4.14. */
export function jhashNew3Words(x: u32, y: u32, z: u32, initval: u32): u32 {
  return jhashFinal(x + JHASH_INITVAL, y + JHASH_INITVAL, z + initval);
}

/** jhash_2words, 2.6.38 to 4.14. */
export function jhashNew2Words(x: u32, y: u32, initval: u32): u32 {
  return jhashNew3Words(x, y, 0, initval);
}

/** jhash_3words as 4.15 and later. */
export function jhashLen3Words(x: u32, y: u32, z: u32, initval: u32): u32 {
  const e = JHASH_INITVAL + 12 + initval;
  return jhashFinal(x + e, y + e, z + e);
}

/** jhash_2words as 4.15 and later. */
export function jhashLen2Words(x: u32, y: u32, initval: u32): u32 {
  const e = JHASH_INITVAL + 8 + initval;
  return jhashFinal(x + e, y + e, e);
}

/** jhash_1word as 4.15 and later. */
export function jhashLen1Word(x: u32, initval: u32): u32 {
  const e = JHASH_INITVAL + 4 + initval;
  return jhashFinal(x + e, e, e);
}

/** `hash_32`: the upper `bits` bits (1 to 32) of the product. */
export function hash32(value: u32, bits: u32): u32 {
  const shift: u32 = 32 - bits;
  return (value * GOLDEN_RATIO_32) >> shift;
}
