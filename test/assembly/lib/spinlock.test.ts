/**
 * The spinlock's word, its owner checks and its deadline. Exclusion itself:
 * contention.whole.test.ts.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

describe("spinlock", () => {
  let m: TestMachine;
  let lock: number;
  const site = (cpu: number): number | undefined =>
    m.u32[(m.regions.cpuAreas.base + cpu * 8192) / 4 + 5];

  beforeEach(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
    lock = m.regions.boot.base;
  });

  it("holds the owner's CPU number + 1, and 0 when free", () => {
    m.cpu(1).spinLock?.(lock);
    expect(m.u32[lock / 4]).toBe(2);
    expect(m.cpu(0).spinIsLocked?.(lock)).toBe(1);
    expect(m.cpu(0).spinTrylock?.(lock)).toBe(0);
    m.cpu(1).spinUnlock?.(lock);
    expect(m.cpu(0).spinIsLocked?.(lock)).toBe(0);
    expect(m.cpu(0).spinTrylock?.(lock)).toBe(1);
    expect(m.u32[lock / 4]).toBe(1);
  });

  it("stops a CPU that takes a lock it holds, and one that opens another's", () => {
    m.cpu(0).spinLock?.(lock);
    expect(() => m.cpu(0).spinLock?.(lock)).toThrow(/unreachable/);
    expect(site(0)).toBe(202);
    expect(() => m.cpu(1).spinUnlock?.(lock)).toThrow(/unreachable/);
    expect(site(1)).toBe(202);
  });

  it("stops at the deadline: spinLimit tries, then sleepLimit sleeps of 50 µs", () => {
    m.u32[m.superblockAt / 4 + 5] = 10;
    m.u32[m.superblockAt / 4 + 6] = 200;
    m.cpu(0).spinLock?.(lock);
    const start = performance.now();
    expect(() => m.cpu(1).spinLock?.(lock)).toThrow(/unreachable/);
    expect(performance.now() - start).toBeGreaterThan(9);
    expect(site(1)).toBe(201);
    expect(m.u32[lock / 4]).toBe(1);
  });
});
