/**
 * The seeded random numbers of everything a workload draws: xoshiro128** 1.1 (Blackman and Vigna,
 * "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47(4), 2021), its state filled from
 * the seed by a 32-bit Weyl sequence through a mixer. Same seed, same packets, on every machine:
 * integer arithmetic only.
 */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed any integer; its low 32 bits count */
  constructor(seed: number) {
    // mix32 is a bijection and the four inputs differ, so at most one word is zero.
    this.a = mix32(seed + 0x9e3779b9);
    this.b = mix32(seed + 0x3c6ef372);
    this.c = mix32(seed + 0xdaa66d2b);
    this.d = mix32(seed + 0x78dde6e4);
  }

  /** The next 32 bits, as an unsigned number. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotateLeft(this.d, 11);
    return result;
  }

  /** A number from 0 up to, not including, `bound` (1 to 2^32), each equally likely. */
  below(bound: number): number {
    // As many bits as the bound needs, drawn again if they reach it: exact, and integers only.
    const mask = 0xffffffff >>> Math.clz32((bound - 1) | 1);
    let drawn = (this.next() & mask) >>> 0;
    while (drawn >= bound) drawn = (this.next() & mask) >>> 0;
    return drawn;
  }

  /** A number in [0, 1) with 32 random bits. */
  fraction(): number {
    return this.next() / 0x100000000;
  }
}

/**
 * Mixes 32 bits so that every input bit reaches every output bit; a bijection (MurmurHash3's
 * fmix32).
 */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The numbers 0 to count - 1 in a seeded order (Fisher and Yates). */
export function shuffledIndices(count: number, prng: Prng): Uint32Array {
  const indices = new Uint32Array(count);
  for (let index = 0; index < count; index++) indices[index] = index;
  for (let last = count - 1; last > 0; last--) {
    const other = prng.below(last + 1);
    const kept = indices[last] ?? 0;
    indices[last] = indices[other] ?? 0;
    indices[other] = kept;
  }
  return indices;
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
