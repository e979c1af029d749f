/** The page pool: nobody gets a page twice, and the lists of fresh pages are permutations. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";

describe("pages", () => {
  it("go to one cache and one CPU each, and the counts add up", async () => {
    const m = await testMachine(ENTRY, { flavour: "release", pagesBytes: 64 * 4096 });
    const on = (cpu: number, name: string, ...args: number[]): number =>
      (m.cpu(cpu)[name]?.(...args) ?? Number.NaN) >>> 0;
    on(0, "kmemCacheCreate", 14, 512, 64);
    on(0, "kmemCacheCreate", 15, 1024, 64);
    const owner = new Map<number, string>();
    for (let i = 0; i < 150; i++) {
      const [cpu, id] = [i % 3, 14 + (i % 2)];
      const page = Math.floor(on(cpu, "kmemCacheAlloc", id) / 4096);
      expect(owner.get(page) ?? `${cpu}/${id}`).toBe(`${cpu}/${id}`);
      owner.set(page, `${cpu}/${id}`);
    }
    expect(on(0, "slabPagesUsed")).toBe(owner.size);
    expect(on(0, "slabPagesLeft")).toBe(64 - owner.size);
    expect(on(0, "slabObjects", 14) / 8 + on(0, "slabObjects", 15) / 4).toBe(owner.size);
  });

  it("become a list that holds each object once, for any size, alignment, seed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom(8, 16, 64, 256),
        fc.nat(0xffffffff),
        async (bytes, align, seed) => {
          const m = await testMachine(ENTRY, { flavour: "release", pagesBytes: 4096, seed });
          if (m.cpu(0).kmemCacheCreate?.(15, bytes, align) !== 1) {
            expect(Math.ceil(bytes / align) * align).toBeGreaterThan(4096);
            return;
          }
          const stride = Math.ceil((Math.ceil(bytes / 8) * 8) / align) * align;
          const objects: number[] = [];
          for (let o = 1; o !== 0; ) {
            o = (m.cpu(0).kmemCacheAlloc?.(15) ?? 0) >>> 0;
            if (o !== 0) objects.push(o % 4096);
          }
          const expected = Array.from({ length: Math.floor(4096 / stride) }, (_, i) => i * stride);
          expect(objects.sort((a, b) => a - b)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("start on a page border wherever the region does, and none is left over", async () => {
    const m = await testMachine(ENTRY, { flavour: "release", pagesBytes: 3 * 4096 });
    const at = m.superblockAt / 4 + 32 + 2 * 2;
    m.u32[at] = (m.u32[at] ?? 0) + 100;
    m.u32[at + 1] = (m.u32[at + 1] ?? 0) - 100;
    m.cpu(0).kmemCacheCreate?.(15, 4096, 64);
    const a = m.cpu(0).kmemCacheAlloc?.(15) ?? 0;
    const b = m.cpu(0).kmemCacheAlloc?.(15) ?? 0;
    expect([a % 4096, b - a, m.cpu(0).kmemCacheAlloc?.(15)]).toEqual([0, 4096, 0]);
  });
});
