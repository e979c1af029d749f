/**
 * The rwlock's word, its checks and its deadlines. Exclusion itself: contention.whole.test.ts.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const WRITER = 0x80000000;
const WAITING = 0x40000000;
const SITE_DEADLINE = 207;
const SITE_STATE = 208;

describe("rwlock", () => {
  let m: TestMachine;
  let lock: number;
  const word = (): number => m.u32[lock / 4] ?? 0;
  const site = (cpu: number): number | undefined =>
    m.u32[(m.regions.cpuAreas.base + cpu * 8192) / 4 + 5];

  beforeEach(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
    lock = m.regions.boot.base;
    // spinLimit and sleepLimit: a wait ends after 50 sleeps of 50 µs.
    m.u32[m.superblockAt / 4 + 5] = 10;
    m.u32[m.superblockAt / 4 + 6] = 50;
  });

  it("counts readers, who may be many, and is 0 when free", () => {
    m.cpu(0).readLock?.(lock);
    m.cpu(1).readLock?.(lock);
    expect(word()).toBe(2);
    m.cpu(0).readUnlock?.(lock);
    m.cpu(1).readUnlock?.(lock);
    expect(word()).toBe(0);
    m.cpu(0).writeLock?.(lock);
    expect(word()).toBe(WRITER);
    m.cpu(0).writeUnlock?.(lock);
    expect(word()).toBe(0);
  });

  it("keeps readers and writers out while a writer is inside, until their deadline", () => {
    m.cpu(0).writeLock?.(lock);
    expect(() => m.cpu(1).readLock?.(lock)).toThrow(/unreachable/);
    expect(site(1)).toBe(SITE_DEADLINE);
    // Who gave up reading has left no trace.
    expect(word()).toBe(WRITER);
    expect(() => m.cpu(2).writeLock?.(lock)).toThrow(/unreachable/);
    expect(site(2)).toBe(SITE_DEADLINE);
  });

  it("keeps a writer out while a reader is inside; having spun, it keeps new readers out", () => {
    m.cpu(0).readLock?.(lock);
    expect(() => m.cpu(1).writeLock?.(lock)).toThrow(/unreachable/);
    expect(site(1)).toBe(SITE_DEADLINE);
    expect(word()).toBe(WAITING + 1);
    expect(() => m.cpu(2).readLock?.(lock)).toThrow(/unreachable/);
    m.cpu(0).readUnlock?.(lock);
    // What a waiting writer finds then.
    expect(word()).toBe(WAITING);
    m.cpu(0).writeLock?.(lock);
    expect(word()).toBe(WRITER);
  });

  it("traps in a debug image when somebody leaves who is not inside", () => {
    expect(() => m.cpu(0).readUnlock?.(lock)).toThrow(/unreachable/);
    expect(site(0)).toBe(SITE_STATE);
    m.u32[lock / 4] = 0;
    expect(() => m.cpu(1).writeUnlock?.(lock)).toThrow(/unreachable/);
    expect(site(1)).toBe(SITE_STATE);
  });
});
