/** Regions, the boot allocator and the CPU areas, through a small machine. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/arch/regions.as.ts";

describe("regions", () => {
  it("finds its CPU area, the superblock and every region from its one address", async () => {
    const m = await testMachine(ENTRY, { cpus: 3 });
    expect(m.cpu(2).smpProcessorId?.()).toBe(2);
    expect(m.cpu(1).superBlockAt?.()).toBe(m.superblockAt);
    expect(m.cpu(0).possibleCpus?.()).toBe(4);
    expect(m.cpu(0).cpuAreaOf?.(3)).toBe(m.regions.cpuAreas.base + 3 * 8192);
    expect(m.cpu(0).regionBase?.(1)).toBe(m.regions.boot.base);
    expect(m.cpu(0).regionBytes?.(4)).toBe(m.regions.table.bytes);
  });

  it("hands out zeroed aligned boot memory until the region ends, then 0", async () => {
    const m = await testMachine(ENTRY, { bootBytes: 8192 });
    const alloc = m.cpu(0).bootAlloc;
    m.u8.fill(0xff, m.regions.boot.base, m.regions.boot.base + 8192);
    const a = alloc?.(100, 64) ?? 0;
    const b = alloc?.(100, 64) ?? 0;
    expect(a % 64).toBe(0);
    expect(b).toBe(a + 128);
    expect(m.u8.subarray(a, a + 100).every((x) => x === 0)).toBe(true);
    expect(m.u8[a + 100]).toBe(0xff);
    expect(alloc?.(8192, 64)).toBe(0);
    expect(alloc?.(64, 64)).toBe(b + 128);
  });

  it("keeps the sign of 16-bit shared fields", async () => {
    const m = await testMachine(ENTRY);
    const at = m.regions.boot.base;
    m.cpu(0).atomicStore16?.(at, -1);
    expect(m.cpu(1).atomicLoad16s?.(at)).toBe(-1);
  });

  it("records the site of a trap in the CPU's own area", async () => {
    const m = await testMachine(ENTRY);
    expect(() => m.cpu(1).trapAt?.(999)).toThrow(/unreachable/);
    expect(m.u32[(m.regions.cpuAreas.base + 8192) / 4 + 5]).toBe(999);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(0);
  });
});
