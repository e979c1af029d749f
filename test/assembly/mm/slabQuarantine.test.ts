/** The quarantine: first in, first out, for each cache and CPU; what is in it is watched. */
import { describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";
const ID = 15;
const SITE = 5;
const FAULT_OBJECT = 9;

interface Kept {
  m: TestMachine;
  alloc(cpu?: number): number;
  free(object: number, cpu?: number): void;
  call(name: string, ...args: number[]): number;
  valid(): number;
}

async function kept(quarantine: number, pagesBytes?: number): Promise<Kept> {
  const room = pagesBytes === undefined ? {} : { pagesBytes };
  const m = await testMachine(ENTRY, { quarantine, ...room });
  m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
  const call = (name: string, ...args: number[]): number =>
    (m.cpu(0)[name]?.(...args) ?? Number.NaN) >>> 0;
  return {
    m,
    alloc: (cpu = 0) => (m.cpu(cpu).kmemCacheAlloc?.(ID) ?? 0) >>> 0,
    free: (object, cpu = 0) => void m.cpu(cpu).kmemCacheFree?.(ID, object),
    call,
    valid: () => call("slabCacheIsValid", ID, m.regions.rings.base),
  };
}

describe("the quarantine", () => {
  it("keeps the last N objects of a CPU and lets the oldest go, in order", async () => {
    const q = await kept(3);
    const objects = Array.from({ length: 5 }, () => q.alloc());
    for (const o of objects.slice(0, 3)) q.free(o);
    expect(q.call("slabQuarantinedOn", ID, 0)).toBe(3);
    expect(q.call("slabInUse", ID)).toBe(2);
    const fresh = q.call("slabFreeOn", ID, 0);
    q.free(objects[3] ?? 0);
    expect(q.call("slabFreeOn", ID, 0)).toBe(fresh + 1);
    expect(q.alloc()).toBe(objects[0]);
    q.free(objects[4] ?? 0);
    expect(q.alloc()).toBe(objects[1]);
    expect(q.call("slabQuarantinedOn", ID, 0)).toBe(3);
    expect(q.valid()).toBe(0);
  });

  it("is the freeing CPU's; what leaves it goes back to the CPU of its page", async () => {
    const q = await kept(1);
    const [a, b] = [q.alloc(0), q.alloc(0)];
    q.free(a, 1);
    q.free(b, 1);
    expect([q.call("slabQuarantinedOn", ID, 0), q.call("slabQuarantinedOn", ID, 1)]).toEqual([
      0, 1,
    ]);
    expect(q.call("slabRemoteOn", ID, 0)).toBe(1);
    expect(q.call("slabInUse", ID)).toBe(0);
    expect(q.valid()).toBe(0);
  });

  it("ends early where no page is left, so that nothing is refused for it", async () => {
    const q = await kept(100, 4096);
    const objects: number[] = [];
    for (let o = q.alloc(); o !== 0; o = q.alloc()) objects.push(o);
    for (const o of objects) q.free(o);
    expect(q.call("slabQuarantinedOn", ID, 0)).toBe(objects.length);
    expect(q.alloc()).not.toBe(0);
    expect(q.call("slabQuarantinedOn", ID, 0)).toBe(0);
    expect(q.call("slabInUse", ID)).toBe(1);
  });

  it("shows a write to a freed object that would else be its next owner's", async () => {
    const q = await kept(1);
    const [a, b] = [q.alloc(), q.alloc()];
    q.free(a);
    q.m.u8[a + 20] = 1;
    expect(q.valid()).toBe(5);
    expect(() => q.free(b)).toThrow(/unreachable/);
    const head = q.m.regions.cpuAreas.base / 4;
    expect([q.m.u32[head + SITE], q.m.u32[head + FAULT_OBJECT]]).toEqual([303, a]);
  });

  it("shows a double free of what it keeps", async () => {
    const q = await kept(8);
    const a = q.alloc();
    q.free(a);
    q.free(q.alloc());
    expect(() => q.free(a, 1)).toThrow(/unreachable/);
    const head = (q.m.regions.cpuAreas.base + 8192) / 4;
    expect([q.m.u32[head + SITE], q.m.u32[head + FAULT_OBJECT]]).toEqual([301, a]);
  });

  it("3: the walker sees a count that is not the length, and a queue that loops", async () => {
    const q = await kept(8);
    const [a, b] = [q.alloc(), q.alloc()];
    q.free(a);
    q.free(b);
    const block = (q.m.regions.cpuAreas.base + 448 + ID * 128) / 4;
    expect(q.m.u32[block + 4]).toBe(a);
    expect(q.m.u32[block + 6]).toBe(2);
    q.m.u32[block + 6] = 3;
    expect(q.valid()).toBe(3);
    q.m.u32[block + 6] = 2;
    q.m.u32[(b + 192 + 8) / 4] = a;
    expect(q.valid()).toBe(3);
  });

  it("is forgotten with its cache", async () => {
    const q = await kept(8);
    q.free(q.alloc());
    expect(q.call("kmemCacheDestroy", ID)).toBe(1);
    q.call("kmemCacheCreate", ID, 512, 64);
    expect(q.call("slabQuarantinedOn", ID, 0)).toBe(0);
    expect(q.alloc()).not.toBe(0);
    expect(q.valid()).toBe(0);
  });
});
