/** The slab against a bag of objects: owners, remote frees, exhaustion, alignment, debug traps. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type TestMachine,
  type TestMachineOptions,
  testMachine,
  type WasmCall,
} from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";
const ID = 15;

interface Slab {
  m: TestMachine;
  alloc(cpu: number): number;
  free(cpu: number, object: number): void;
  call(name: string, ...args: number[]): number;
  site(cpu: number): number | undefined;
  poke(at: number): void;
}

async function slab(options: TestMachineOptions = {}): Promise<Slab> {
  const m = await testMachine(ENTRY, options);
  const on = (cpu: number): Record<string, WasmCall> => m.cpu(cpu);
  return {
    m,
    alloc: (cpu) => (on(cpu).kmemCacheAlloc?.(ID) ?? 0) >>> 0,
    free: (cpu, object) => void on(cpu).kmemCacheFree?.(ID, object),
    call: (name, ...args) => (on(0)[name]?.(...args) ?? Number.NaN) >>> 0,
    poke: (at) => {
      m.u8[at] = 1;
    },
    site: (cpu) => m.u32[(m.regions.cpuAreas.base + cpu * 8192) / 4 + 5],
  };
}

describe.each(["release", "debug"] as const)("slab, %s", (flavour) => {
  it("hands out aligned objects that do not overlap, until the pool is empty: then 0", async () => {
    const s = await slab({ flavour, pagesBytes: 3 * 4096 });
    expect(s.call("kmemCacheCreate", ID, 176, 64)).toBe(1);
    const objects: number[] = [];
    for (let o = s.alloc(0); o !== 0; o = s.alloc(0)) objects.push(o);
    expect(objects.length).toBe(s.call("slabObjects", ID));
    expect(objects.length).toBe(flavour === "release" ? 63 : 36);
    expect(s.alloc(1)).toBe(0);
    objects.sort((a, b) => a - b);
    for (const [i, o] of objects.entries()) {
      expect(o % 64).toBe(0);
      expect(o - (objects[i - 1] ?? 0)).toBeGreaterThanOrEqual(176);
    }
    for (const o of objects) s.free(0, o);
    expect(s.call("slabInUse", ID)).toBe(0);
    expect(s.alloc(0)).not.toBe(0);
  });

  it("agrees with a bag over any order of allocs and frees on any CPU", async () => {
    const step = fc.record({ cpu: fc.nat(2), pick: fc.nat(1 << 20), alloc: fc.boolean() });
    const s = await slab({ flavour, pagesBytes: 40 * 4096 });
    s.call("kmemCacheCreate", ID, 192, 64);
    const bitmap = s.m.regions.rings.base;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
        const bag: number[] = [];
        for (const { cpu, pick, alloc } of steps) {
          if (alloc || bag.length === 0) {
            const o = s.alloc(cpu);
            expect(o).not.toBe(0);
            expect(bag).not.toContain(o);
            bag.push(o);
          } else {
            const [o] = bag.splice(pick % bag.length, 1);
            s.free(cpu, o ?? 0);
          }
        }
        expect(s.call("slabCacheIsValid", ID, bitmap)).toBe(0);
        expect(s.call("slabInUse", ID)).toBe(bag.length);
        for (const o of bag) {
          const index = s.call("slabIndexOf", ID, o);
          expect(s.call("slabObjectAt", ID, index)).toBe(o);
          expect(((s.m.u8[bitmap + (index >> 3)] ?? 0) >> (index & 7)) & 1).toBe(0);
        }
        for (const [i, o] of bag.entries()) s.free(i % 3, o);
      }),
      { numRuns: 40 },
    );
    expect(s.call("slabInUse", ID)).toBe(0);
  });

  it("gives a remote free back to the CPU of the page, which takes the list whole", async () => {
    const s = await slab({ flavour, pagesBytes: 4096 });
    s.call("kmemCacheCreate", ID, 192, 64);
    const mine: number[] = [];
    for (let o = s.alloc(0); o !== 0; o = s.alloc(0)) mine.push(o);
    for (const o of mine) s.free(2, o);
    expect(s.call("slabRemoteOn", ID, 0)).toBe(mine.length);
    expect(s.call("slabFreeOn", ID, 0)).toBe(0);
    expect(s.alloc(2)).toBe(0);
    expect(s.alloc(0)).toBe(mine.at(-1));
    expect(s.call("slabRemoteOn", ID, 0)).toBe(0);
    expect(s.call("slabFreeOn", ID, 0)).toBe(mine.length - 1);
  });

  it("gives the pages of a destroyed cache to the next one, and keeps one in use", async () => {
    const s = await slab({ flavour, pagesBytes: 2 * 4096 });
    s.call("kmemCacheCreate", ID, 192, 64);
    const o = s.alloc(0);
    expect(s.call("kmemCacheDestroy", ID)).toBe(0);
    s.free(0, o);
    expect(s.call("kmemCacheDestroy", ID)).toBe(1);
    expect(s.call("slabPagesLeft")).toBe(2);
    expect(s.call("kmemCacheCreate", ID, 512, 64)).toBe(1);
    expect(s.alloc(1) & ~4095).toBe(o & ~4095);
  });

  it("refuses sizes and numbers that make no sense", async () => {
    const s = await slab({ flavour });
    const bad: [number, number, number][] = [
      [16, 192, 64],
      [ID, 0, 64],
      [ID, 5000, 64],
      [ID, 192, 48],
      [ID, 192, 4],
    ];
    for (const args of bad) expect(s.call("kmemCacheCreate", ...args)).toBe(0);
    expect(s.call("kmemCacheCreate", ID, 192, 64)).toBe(1);
    expect(s.call("kmemCacheCreate", ID, 192, 64)).toBe(0);
    expect(() => s.m.cpu(0).kmemCacheAlloc?.(14)).toThrow(/unreachable/);
    expect(s.site(0)).toBe(305);
  });
});

describe("order of a fresh page", () => {
  async function order(seed: number): Promise<number[]> {
    const s = await slab({ flavour: "release", seed, pagesBytes: 4096 });
    s.call("kmemCacheCreate", ID, 64, 64);
    return Array.from({ length: 64 }, () => (s.alloc(0) % 4096) / 64);
  }

  it("is a permutation that the seed decides", async () => {
    const [a, again, b] = [await order(1), await order(1), await order(2)];
    expect(a).toEqual(again);
    expect(a).not.toEqual(b);
    expect([...a].sort((x, y) => x - y)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(a).not.toEqual([...a].sort((x, y) => x - y));
  });
});

describe("what debug images see", () => {
  const cases: [string, number, (s: Slab, o: number) => void][] = [
    ["a double free", 301, (s, o) => [s.free(0, o), s.free(0, o)]],
    ["a double free over two CPUs", 301, (s, o) => [s.free(1, o), s.free(0, o)]],
    ["a write after the object", 302, (s, o) => [s.poke(o + 192), s.free(0, o)]],
    ["a write before the object", 302, (s, o) => [s.poke(o - 1), s.free(0, o)]],
    ["a write after free", 303, (s, o) => [s.free(0, o), s.poke(o + 50), s.alloc(0)]],
    ["a pointer into the middle", 304, (s, o) => s.free(0, o + 64)],
    ["a pointer outside the pages", 304, (s) => s.free(0, s.m.regions.boot.base)],
    ["a page that nobody took", 304, (s) => s.free(0, s.m.regions.pages.base + 8192 + 64)],
  ];

  it.each(cases)("%s", async (_, site, act) => {
    const s = await slab({ flavour: "debug" });
    s.call("kmemCacheCreate", ID, 192, 64);
    expect(() => act(s, s.alloc(0))).toThrow(/unreachable/);
    expect(s.site(0)).toBe(site);
  });

  it("an object freed into another cache", async () => {
    const s = await slab({ flavour: "debug" });
    s.call("kmemCacheCreate", ID, 192, 64);
    s.call("kmemCacheCreate", 14, 192, 64);
    expect(() => s.m.cpu(0).kmemCacheFree?.(14, s.alloc(0))).toThrow(/unreachable/);
    expect(s.site(0)).toBe(305);
  });

  it("poison while free, 0x5a when handed out", async () => {
    const s = await slab({ flavour: "debug" });
    s.call("kmemCacheCreate", ID, 192, 64);
    const o = s.alloc(0);
    expect(s.m.u8.subarray(o, o + 192).every((b) => b === 0x5a)).toBe(true);
    s.free(0, o);
    expect(s.m.u8.subarray(o, o + 191).every((b) => b === 0x6b)).toBe(true);
    expect(s.m.u8[o + 191]).toBe(0xa5);
  });
});
