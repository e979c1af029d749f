/**
 * The hash against published values; that it is a bijection, and has no pattern in its bits.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hash32, hashPrefix, mix32 } from "../../../src/inputs/hash32.js";

describe("mix32", () => {
  it("is the finaliser of MurmurHash3 to the bit", () => {
    // MurmurHash3_x86_32 of the empty key is fmix32(seed); these are its published values.
    expect(mix32(0)).toBe(0);
    expect(mix32(1)).toBe(0x514e28b7);
    expect(mix32(0xffffffff)).toBe(0x81f16f39);
  });

  it("gives no value twice", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100_000; i++) seen.add(mix32(i));
    expect(seen.size).toBe(100_000);
  });
});

describe("hash32 and hashPrefix", () => {
  it("are unsigned 32-bit numbers, the same each time", () => {
    const u32 = fc.nat({ max: 0xffffffff });
    fc.assert(
      fc.property(u32, fc.nat({ max: 32 }), u32, (value, length, seed) => {
        for (const hash of [hash32(value, seed), hashPrefix(value, length, seed)]) {
          expect(hash).toBe(hash >>> 0);
        }
        expect(hashPrefix(value, length, seed)).toBe(hashPrefix(value, length, seed));
      }),
    );
  });

  it("change half of their bits when one bit of the value, the length or the seed changes", () => {
    const changed = { value: 0, length: 0, seed: 0 };
    const rounds = 4096;
    for (let i = 0; i < rounds; i++) {
      const value = mix32(i);
      const hash = hashPrefix(value, 24, 7);
      changed.value += bitsOf(hash ^ hashPrefix(value ^ (1 << (i & 31)), 24, 7));
      changed.length += bitsOf(hash ^ hashPrefix(value, 25, 7));
      changed.seed += bitsOf(hash ^ hashPrefix(value, 24, 7 ^ (1 << (i & 31))));
    }
    // 16 bits of 32 with a standard error of 2.83 / sqrt(4096) = 0.044.
    for (const sum of Object.values(changed)) expect(Math.abs(sum / rounds - 16)).toBeLessThan(0.5);
  });

  it("stay what they are: published seeds depend on them", () => {
    expect([hash32(13335, 1), hashPrefix(0x01000000, 24, 0)]).toEqual([1121260802, 2006365336]);
  });
});

function bitsOf(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
