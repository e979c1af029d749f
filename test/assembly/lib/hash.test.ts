/**
 * Jenkins' hash against an implementation of its own, written step by step from the description.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { testMachine, type WasmCall } from "../../helpers/testMachine.js";

const u32 = (x: number): number => x >>> 0;
const rol = (x: number, n: number): number => u32((x << n) | (x >>> (32 - n)));

/** lookup2's mix: the roles of a, b and c rotate; the third word of each step is shifted. */
function lookup2(a: number, b: number, c: number): number {
  const words = [a, b, c].map(u32);
  const shifts = [13, -8, 13, 12, -16, 5, 3, -10, 15];
  shifts.forEach((shift, round) => {
    const [i, j, k] = [round % 3, (round + 1) % 3, (round + 2) % 3];
    const third = words[k] ?? 0;
    const shifted = shift > 0 ? third >>> shift : third << -shift;
    words[i] = u32(((words[i] ?? 0) - (words[j] ?? 0) - third) ^ shifted);
  });
  return words[2] ?? 0;
}

/** lookup3's final: a list of (target, source, rotation). */
function lookup3(a: number, b: number, c: number): number {
  const w: Record<string, number> = { a: u32(a), b: u32(b), c: u32(c) };
  for (const [to, from, n] of [
    ["c", "b", 14],
    ["a", "c", 11],
    ["b", "a", 25],
    ["c", "b", 16],
    ["a", "c", 4],
    ["b", "a", 14],
    ["c", "b", 24],
  ] as const) {
    w[to] = u32(((w[to] ?? 0) ^ (w[from] ?? 0)) - rol(w[from] ?? 0, n));
  }
  return w.c ?? 0;
}

const GOLDEN = 0x9e3779b9;
const INIT = 0xdeadbeef;

describe("hash", () => {
  let e: Record<string, WasmCall>;
  const call = (name: string, ...args: number[]): number => u32(e[name]?.(...args) ?? Number.NaN);
  const word = fc.nat(0xffffffff);

  beforeAll(async () => {
    e = (await testMachine("test/assembly/lib/lib.as.ts")).cpu(0);
  });

  it("jhash of all three generations, bit for bit", () => {
    fc.assert(
      fc.property(word, word, word, word, (x, y, z, i) => {
        expect(call("jhashOld3Words", x, y, z, i)).toBe(lookup2(x + GOLDEN, y + GOLDEN, z + i));
        expect(call("jhashOld2Words", x, y, i)).toBe(lookup2(x + GOLDEN, y + GOLDEN, i));
        expect(call("jhashNew3Words", x, y, z, i)).toBe(lookup3(x + INIT, y + INIT, z + i));
        expect(call("jhashNew2Words", x, y, i)).toBe(lookup3(x + INIT, y + INIT, i));
        const len = (bytes: number): number => INIT + bytes + i;
        const by3 = lookup3(x + len(12), y + len(12), z + len(12));
        expect(call("jhashLen3Words", x, y, z, i)).toBe(by3);
        expect(call("jhashLen2Words", x, y, i)).toBe(lookup3(x + len(8), y + len(8), len(8)));
        expect(call("jhashLen1Word", x, i)).toBe(lookup3(x + len(4), len(4), len(4)));
      }),
      { numRuns: 500 },
    );
  });

  it("hash32 keeps the upper bits of the product", () => {
    fc.assert(
      fc.property(word, fc.integer({ min: 1, max: 32 }), (x, bits) => {
        const product = (BigInt(x) * 0x61c88647n) & 0xffffffffn;
        expect(call("hash32", x, bits)).toBe(Number(product >> BigInt(32 - bits)));
      }),
    );
  });
});
