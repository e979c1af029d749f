/**
 * The words of a cache lie where the memory map says, one line for the owner and one for the
 * others.
 */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ID = 15;

describe("kmem_cache_cpu", () => {
  it("keeps the owner's list and the remote list on lines of their own", async () => {
    const m = await testMachine("test/assembly/mm/mm.as.ts", { flavour: "release" });
    m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
    const block = (cpu: number): number => m.regions.cpuAreas.base + cpu * 8192 + 448 + ID * 128;
    const [a = 0, b = 0] = [m.cpu(1).kmemCacheAlloc?.(ID), m.cpu(1).kmemCacheAlloc?.(ID)];
    expect(block(1) % 64).toBe(0);
    m.cpu(1).kmemCacheFree?.(ID, a);
    m.cpu(0).kmemCacheFree?.(ID, b);
    expect(m.u32[block(1) / 4]).toBe(a);
    expect(m.u32[block(1) / 4 + 16]).toBe(b);
    expect(m.u32[block(1) / 4 + 2]).toBe((2 << 8) | ID);
    expect(m.u32[block(0) / 4]).toBe(0);
    expect([m.u32[block(0) / 4 + 3], m.u32[block(1) / 4 + 3]]).toEqual([0, 1]);
  });
});
