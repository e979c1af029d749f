/** The generators against BigInt arithmetic, and what seeds must do. */
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const MASK = 0xffffffffn;

function xorshift(x: bigint): bigint {
  let v = x;
  v ^= (v << 13n) & MASK;
  v ^= v >> 17n;
  return v ^ ((v << 5n) & MASK);
}

function mix(x: bigint): bigint {
  let z = (x + 0x9e3779b9n) & MASK;
  z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & MASK;
  z = ((z ^ (z >> 15n)) * 0x735a2d97n) & MASK;
  return z ^ (z >> 15n);
}

describe("prng", () => {
  let m: TestMachine;
  const on = (name: string, ...args: number[]): number =>
    (m.cpu(0)[name]?.(...args) ?? Number.NaN) >>> 0;

  beforeAll(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
  });

  it("gives the same numbers for the same seed, by its formula", () => {
    const at = m.regions.boot.base;
    for (const seed of [0, 1, 2, 0xffffffff]) {
      on("prngSeed", at, seed);
      let state = mix(BigInt(seed));
      for (let i = 0; i < 50; i++) {
        state = xorshift(state);
        expect(on("prngNext", at)).toBe(Number(state));
      }
    }
  });

  it("never starts at the fixed point 0", () => {
    // The one seed whose mix is 0 is -0x9e3779b9.
    const seed = 0x100000000 - 0x9e3779b9;
    expect(on("prngMix", seed)).toBe(0);
    on("prngSeed", m.regions.boot.base, seed);
    expect(on("prngNext", m.regions.boot.base)).not.toBe(0);
  });

  it("scales evenly and stays below the bound", () => {
    const hits = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) {
      const n = on("prngBelow", on("prngMix", i), 7);
      hits[n] = (hits[n] ?? 0) + 1;
    }
    expect(hits.length).toBe(7);
    for (const n of hits) expect(Math.abs(n - 1000)).toBeLessThan(150);
    expect(on("prngBelow", 0xffffffff, 7)).toBe(6);
    expect(on("prngBelow", 0, 7)).toBe(0);
  });
});
