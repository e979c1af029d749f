/** Where red zones, link and state lie in a debug slot, and that release has none of it. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";
const ID = 15;

describe("the slot", () => {
  it("in debug: left red zone, object, right red zone, link, state", async () => {
    const m = await testMachine(ENTRY);
    m.cpu(0).kmemCacheCreate?.(ID, 100, 32);
    const o = m.cpu(0).kmemCacheAlloc?.(ID) ?? 0;
    const bytes = (from: number, to: number): number[] => [
      ...new Set(m.u8.subarray(o + from, o + to)),
    ];
    expect(o % 32).toBe(0);
    expect([bytes(-32, 0), bytes(0, 104), bytes(104, 112)]).toEqual([[0xcc], [0x5a], [0xcc]]);
    expect(m.u32[(o + 116) / 4]).toBe(0x55534544);
    m.cpu(0).kmemCacheFree?.(ID, o);
    expect([bytes(-32, 0), bytes(0, 103), bytes(104, 112)]).toEqual([[0xbb], [0x6b], [0xbb]]);
    expect(m.u32[(o + 116) / 4]).toBe(0x46524545);
  });

  it("in release: the object alone, its first word the link while it is free", async () => {
    const m = await testMachine(ENTRY, { flavour: "release" });
    m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
    const [a = 0, b = 0] = [m.cpu(0).kmemCacheAlloc?.(ID), m.cpu(0).kmemCacheAlloc?.(ID)];
    m.u8.fill(0x77, a, a + 192);
    m.cpu(0).kmemCacheFree?.(ID, b);
    m.cpu(0).kmemCacheFree?.(ID, a);
    expect(m.u32[a / 4]).toBe(b);
    expect(m.u8.subarray(a + 4, a + 192).every((x) => x === 0x77)).toBe(true);
  });
});
