/** The walkers must see a broken slab: each defect is planted in the bytes of a machine. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ID = 15;
const PCPU_SLAB = 448;

describe("slabCacheIsValid", () => {
  let m: TestMachine;
  let objects: number[];
  const call = (name: string, ...args: number[]): number =>
    (m.cpu(0)[name]?.(...args) ?? Number.NaN) >>> 0;
  const check = (): number => call("slabCacheIsValid", ID, m.regions.rings.base);
  const headAt = (cpu: number): number =>
    (m.regions.cpuAreas.base + cpu * 8192 + PCPU_SLAB + ID * 128) / 4;

  beforeEach(async () => {
    m = await testMachine("test/assembly/mm/mm.as.ts", { flavour: "release" });
    call("kmemCacheCreate", ID, 192, 64);
    objects = Array.from({ length: 30 }, () => call("kmemCacheAlloc", ID));
    for (const o of objects.slice(0, 20)) call("kmemCacheFree", ID, o);
    for (const o of objects.slice(20, 25)) m.cpu(1).kmemCacheFree?.(ID, o);
  });

  it("finds nothing in a sound cache, and counts it", () => {
    expect(check()).toBe(0);
    expect(call("slabInUse", ID)).toBe(5);
    expect(call("slabRemoteOn", ID, 0)).toBe(5);
    expect(call("slabObjects", ID)).toBe(42);
  });

  it("1: a free object that lies in no page of the cache", () => {
    m.u32[headAt(0)] = m.regions.boot.base;
    expect(check()).toBe(1);
  });

  it("1: a free object on the list of a CPU that does not own its page", () => {
    m.u32[headAt(1)] = objects[29] ?? 0;
    expect(check()).toBe(1);
  });

  it("2: a free object beside the slots", () => {
    m.u32[headAt(0)] = (objects[0] ?? 0) + 8;
    expect(check()).toBe(2);
  });

  it("3: an object on the free list and on the remote list", () => {
    m.u32[headAt(0) + 16] = m.u32[headAt(0)] ?? 0;
    expect(check()).toBe(3);
  });

  it("3: a list that loops, which the counts call a loop too", () => {
    const first = m.u32[headAt(0)] ?? 0;
    m.u32[first / 4] = first;
    expect(check()).toBe(3);
    expect(call("slabFreeOn", ID, 0)).toBe(0xffffffff);
  });

  it("4: a page count that does not match the owner table", () => {
    m.u32[headAt(0) + 3] = 3;
    expect(check()).toBe(4);
  });

  it("5: in debug, a free object that somebody wrote to", async () => {
    m = await testMachine("test/assembly/mm/mm.as.ts", { flavour: "debug" });
    call("kmemCacheCreate", ID, 192, 64);
    const o = call("kmemCacheAlloc", ID);
    call("kmemCacheFree", ID, o);
    expect(check()).toBe(0);
    m.u8[o + 100] = 0;
    expect(check()).toBe(5);
  });

  it("a lost object shows as one in use", () => {
    const before = call("slabInUse", ID);
    const first = m.u32[headAt(0)] ?? 0;
    m.u32[headAt(0)] = m.u32[first / 4] ?? 0;
    expect(check()).toBe(0);
    expect(call("slabInUse", ID)).toBe(before + 1);
  });
});
