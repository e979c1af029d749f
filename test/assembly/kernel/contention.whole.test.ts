/** lib/, mm/ and kernel/ on real threads: what single-threaded tests cannot see. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";
import { startThreads, type Threads } from "../../helpers/threads.js";

const ENTRY = "test/assembly/kernel/contention.as.ts";
const CPUS = 4;
const SLAB_ID = 15;

describe.each(["release", "debug"] as const)("on %s threads", (flavour) => {
  let m: TestMachine;
  let four: Threads;
  let two: Threads;
  let next = 0;
  const n = (release: number): number => (flavour === "release" ? release : release / 5);
  /** Zeroed bytes that no other test uses. */
  const scratch = (bytes: number): number => {
    const at = m.regions.rings.base + next;
    next += Math.ceil(bytes / 64) * 64;
    if (next > m.regions.rings.bytes) throw new RangeError("ringsBytes is too small");
    return at;
  };
  const all = (threads: Threads, cpus: number, name: string, ...args: number[]) =>
    threads.run(Array.from({ length: cpus }, () => ({ name, args })));
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0) >>> 0;

  beforeAll(async () => {
    m = await testMachine(ENTRY, {
      flavour,
      cpus: CPUS,
      ringsBytes: 1 << 20,
      pagesBytes: 4 << 20,
    });
    // More threads than cores: sleep soon.
    m.u32[m.superblockAt / 4 + 5] = 200;
    four = await startThreads(m, [0, 1, 2, 3]);
    two = await startThreads(m, [0, 1]);
  });

  afterAll(async () => {
    await four.close();
    await two.close();
  });

  it("a spinlock keeps a plain pair together", async () => {
    const lock = scratch(64);
    const pair = scratch(64);
    const wrong = await all(four, CPUS, "lockedPair", lock, pair, n(500_000), 1);
    expect(wrong).toEqual([0, 0, 0, 0]);
    expect([m.u32[pair / 4], m.u32[pair / 4 + 1]]).toEqual([n(2_000_000), n(2_000_000)]);
    expect(m.u32[lock / 4]).toBe(0);
  });

  it("without the lock the same pair comes apart, so that test can fail", async () => {
    const pair = scratch(64);
    let lost = 0;
    for (let i = 0; i < 50 && lost === 0; i++) {
      m.u32[pair / 4] = 0;
      m.u32[pair / 4 + 1] = 0;
      await all(two, 2, "lockedPair", 0, pair, 10_000_000, 0);
      lost = 20_000_000 - (m.u32[pair / 4] ?? 0);
    }
    expect(lost).toBeGreaterThan(0);
  });

  it.each([
    ["each writes at times", [4, 4, 4, 4]],
    ["one writes beside readers", [0, 0, 1, 0]],
  ])("a rwlock keeps writers alone: %s", async (_, periods) => {
    const lock = scratch(64);
    const pair = scratch(64);
    const calls = periods.map((period) => {
      return { name: "rwlockPair", args: [lock, pair, n(400_000), period] };
    });
    expect(await four.run(calls)).toEqual([0, 0, 0, 0]);
    expect(m.u32[pair / 4]).toBe(n(400_000));
    expect(m.u32[lock / 4]).toBe(0);
  });

  it("seqlock readers never see half a write", async () => {
    const at = scratch(64);
    const pair = scratch(64);
    expect(await all(four, CPUS, "seqlockPair", at, pair, n(400_000))).toEqual([0, 0, 0, 0]);
    expect(m.u32[pair / 4]).toBe(n(400_000));
  });

  it("percpu counters and device counts end exactly", async () => {
    m.cpu(0).percpuCounterInit?.(1, 32);
    await all(four, CPUS, "countUpAndDown", 1, n(500_000), 1234);
    expect(m.cpu(0).percpuCounterSum?.(1)).toBe(4 * 1234);
    expect(m.cpu(0).refPercpuSum?.(3)).toBe(4 * 1234);
  });

  it.each([
    ["plain atomic", 0, 1, 1],
    ["inc-not-zero", 1, 1, 1],
    ["rcuref", 2, 0, 0],
  ])("%s: a count that is kept alive ends as it began", async (_, engine, start, end) => {
    const at = scratch(64);
    m.u32[at / 4] = start;
    const wrong = await all(four, CPUS, "holdAndRelease", engine, at, n(500_000));
    expect(wrong).toEqual([0, 0, 0, 0]);
    expect(m.u32[at / 4]).toBe(end);
  });

  it.each([
    ["inc-not-zero", 1, CPUS, 0],
    ["rcuref", 2, CPUS - 1, 0xe0000000],
  ])("%s: exactly one release of an object is the last", async (_, engine, start, end) => {
    const objects = 16_000;
    const at = scratch(4 * objects);
    const barrier = scratch(64);
    m.u32.fill(start, at / 4, at / 4 + objects);
    const last = await all(four, CPUS, "lastRelease", engine, at, objects, barrier, CPUS);
    expect(sum(last)).toBe(objects);
    const words = new Set(m.u32.subarray(at / 4, at / 4 + objects));
    expect([...words]).toEqual([end]);
  });

  it("slab: objects freed by other CPUs come home, and the accounts balance", async () => {
    expect(m.cpu(0).kmemCacheCreate?.(SLAB_ID, 192, 64)).toBe(1);
    const boxes = scratch(4 * 256);
    expect(await all(four, CPUS, "slabMail", SLAB_ID, boxes, 256, n(2_000_000))).toEqual([
      0, 0, 0, 0,
    ]);
    const left = [...m.u32.subarray(boxes / 4, boxes / 4 + 256)].filter((o) => o !== 0);
    const bitmap = scratch(8192);
    expect(m.cpu(0).slabCacheIsValid?.(SLAB_ID, bitmap)).toBe(0);
    expect(m.cpu(0).slabInUse?.(SLAB_ID)).toBe(left.length);
    expect(left.length).toBeGreaterThan(0);
    for (const [i, o] of left.entries()) m.cpu(i % CPUS).kmemCacheFree?.(SLAB_ID, o);
    expect(m.cpu(0).slabInUse?.(SLAB_ID)).toBe(0);
  });

  it.each([
    ["rcu, a core for each CPU", 0, 2],
    ["rcu, more CPUs than cores", 0, CPUS],
    ["rcu_bh, a core for each CPU", 1, 2],
    ["rcu_bh, more CPUs than cores", 1, CPUS],
  ])("%s: no reader sees an object freed or used anew", async (_, how, cpus) => {
    const bytes = 64 * 8 + cpus * 128 * 32;
    const base = scratch(bytes);
    const threads = cpus === 2 ? two : four;
    // Rounds until the readers were there while objects changed: a busy machine may run the threads
    // one after the other. The pools hold 128, so the rest was freed by callbacks and used anew.
    let replaced = 0;
    let changes = 0;
    for (let round = 0; round < 60 && (changes < 200 || replaced < cpus * 512); round++) {
      m.u8.fill(0, base, base + bytes);
      const wrong = await all(threads, cpus, "rcuTorture", base, cpus, n(500_000), 20, how);
      expect(sum(wrong)).toBe(0);
      for (let cpu = 0; cpu < cpus; cpu++) {
        replaced += m.u32[(base + 64 * cpu) / 4 + 1] ?? 0;
        changes += m.u32[(base + 64 * cpu) / 4 + 2] ?? 0;
      }
    }
    expect(changes).toBeGreaterThanOrEqual(200);
    expect(replaced).toBeGreaterThanOrEqual(cpus * 512);
  });

  it("freeing at once instead is noticed by the readers, so that test can fail", async () => {
    const base = scratch(64 * 8 + 2 * 128 * 32);
    let wrong = 0;
    for (let i = 0; i < 50 && wrong === 0; i++) {
      m.u8.fill(0, base, base + 64 * 8 + 2 * 128 * 32);
      wrong = sum(await all(two, 2, "rcuTorture", base, 2, 300_000, 20, 2));
    }
    expect(wrong).toBeGreaterThan(0);
  });

  it("CPUs that wait for different flavours do not wait for each other", async () => {
    const call = (bh: number) => ({ name: "waitForGracePeriods", args: [bh, 200] });
    expect(await two.run([call(0), call(1)])).toEqual([0, 0]);
  });

  it("timers armed, moved and deleted from all CPUs end once an arming", async () => {
    const items = scratch(128 * 32);
    m.cpu(0).initDeferred?.(items, 32);
    const open = sum(await all(four, CPUS, "timerStorm", items, 32, n(200_000), CPUS));
    for (let cpu = 0; cpu < CPUS; cpu++) m.cpu(cpu).runRest?.();
    const ran = Array.from({ length: 32 }, (_, i) => m.u32[(items + 128 * i) / 4 + 16] ?? 0);
    expect(sum(ran)).toBe(open);
    expect(open).toBeGreaterThan(1000);
  });

  it("work queued from all CPUs runs once for each time it was accepted", async () => {
    const items = scratch(128 * 32);
    m.cpu(0).initDeferred?.(items, 32);
    const queued = sum(await all(two, 2, "workStorm", items, 32, n(5_000_000), 2));
    for (let cpu = 0; cpu < CPUS; cpu++) m.cpu(cpu).runRest?.();
    const ran = Array.from({ length: 32 }, (_, i) => m.u32[(items + 128 * i) / 4 + 17] ?? 0);
    expect(sum(ran)).toBe(queued);
    expect(queued).toBeGreaterThan(10 * 32);
  });
});

describe("a thread that fails", () => {
  it("is named by its CPU", async () => {
    const m = await testMachine(ENTRY, { cpus: 2 });
    const threads = await startThreads(m, [0, 1]);
    m.cpu(1).percpuCounterInit?.(1, 32);
    const calls = [
      { name: "percpuCounterSum", args: [1] },
      { name: "percpuCounterSum", args: [99] },
    ];
    await expect(threads.run(calls)).rejects.toThrow(/^CPU 1: .*unreachable/);
    await threads.close();
  });
});
