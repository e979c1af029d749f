/**
 * One integer hash for everything in this folder that must look random and stay the same for ever:
 * which routes a thinned table keeps, which next hop an AS gets, what number a line without a
 * number has.
 *
 * It is the finaliser of MurmurHash3 (Austin Appleby, public domain): two multiplications and three
 * shifts, a bijection on 32 bits, every input bit flips every output bit with a chance near one
 * half. Not for keys an attacker chooses: no secret, no protection against made-up collisions.
 *
 * Changing a constant here changes which packets every published seed stands for.
 */

/** 2^32 / golden ratio: keeps seed 0 from leaving the value as it is, since mix32(0) = 0. */
const SEED_OFFSET = 0x9e3779b9;

/** The bijection: any 32-bit value in, an unsigned 32-bit value out. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hash of one 32-bit value under a seed (its low 32 bits count). For a fixed seed a bijection. */
export function hash32(value: number, seed: number): number {
  return mix32(value ^ mix32(seed + SEED_OFFSET));
}

/**
 * Hash of a prefix under a seed. The length goes in too, because 10.0.0.0/8 and 10.0.0.0/16 share
 * their address; for a fixed length and seed it is a bijection of the address.
 */
export function hashPrefix(prefix: number, length: number, seed: number): number {
  return hash32(prefix, hash32(length, seed));
}
