/** Timers against a sorted array, and what moves between CPUs. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const COUNT = 1;

let m: TestMachine;
const on = (cpu: number, name: string, ...args: number[]): number =>
  (m.cpu(cpu)[name]?.(...args) ?? Number.NaN) >>> 0;
const timer = (i: number): number => m.regions.boot.base + 64 * i;
const ranTimes = (i: number): number => m.u32[(timer(i) + 32) / 4] ?? Number.NaN;

async function boot(): Promise<void> {
  m = await testMachine("test/assembly/kernel/kernel.as.ts", { cpus: 2 });
  on(0, "clockInit");
  for (let i = 0; i < 12; i++) on(0, "timerInit", timer(i), COUNT, timer(i) + 32);
}

describe("timers", () => {
  beforeEach(boot);

  it("runs on its CPU once its time has come, not before, and once", () => {
    on(0, "modTimer", timer(0), on(0, "jiffies") + 10, 1);
    on(0, "clockAdvance", 9);
    expect(on(1, "runTimers")).toBe(0);
    on(0, "clockAdvance", 1);
    expect(on(0, "runTimers")).toBe(0);
    expect(on(1, "runTimers")).toBe(1);
    expect(on(1, "runTimers")).toBe(0);
    expect(ranTimes(0)).toBe(1);
    expect(on(0, "timerPending", timer(0))).toBe(0);
  });

  it("compares over the wrap of jiffies, 300 s after boot", () => {
    const start = on(0, "jiffies");
    expect(start).toBe(2 ** 32 - 300_000);
    on(0, "modTimer", timer(0), (start + 400_000) >>> 0, 0);
    on(0, "clockAdvance", 350_000);
    expect(on(0, "jiffies")).toBe(50_000);
    expect(on(0, "runTimers")).toBe(0);
    on(0, "clockAdvance", 50_000);
    expect(on(0, "runTimers")).toBe(1);
  });

  it("says whether it was pending, and moves to another CPU", () => {
    const at = on(0, "jiffies") + 5;
    expect(on(0, "modTimer", timer(0), at, 0)).toBe(0);
    expect(on(1, "modTimer", timer(0), at + 1, 1)).toBe(1);
    on(0, "clockAdvance", 6);
    expect([on(0, "runTimers"), on(1, "runTimers")]).toEqual([0, 1]);
    expect(on(0, "delTimer", timer(0))).toBe(0);
  });

  it("traps when a timer without a function is armed", () => {
    on(0, "timerInit", timer(0), 0, 0);
    expect(() => on(0, "modTimer", timer(0), 1, 0)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(403);
  });

  it("agrees with a model over any sequence of arm, delete and time", async () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant("arm"), i: fc.nat(11), n: fc.integer({ min: -3, max: 20 }) }),
      fc.record({ op: fc.constant("del"), i: fc.nat(11), n: fc.constant(0) }),
      fc.record({ op: fc.constant("tick"), i: fc.constant(0), n: fc.nat(6) }),
    );
    await boot();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const due = new Map<number, number>();
        let now = 0;
        const start = on(0, "jiffies");
        const ran = Array.from({ length: 12 }, (_, i) => ranTimes(i));
        for (const { op, i, n } of steps) {
          if (op === "arm") {
            const was = on(i % 3, "modTimer", timer(i), (start + now + n) >>> 0, i % 3);
            expect(was === 1).toBe(due.has(i));
            due.set(i, now + n);
          } else if (op === "del") {
            expect(on(0, "delTimer", timer(i)) === 1).toBe(due.delete(i));
          } else {
            now += n;
            on(0, "clockAdvance", n);
            for (let cpu = 0; cpu < 3; cpu++) {
              const mine = [...due].filter(([t, at]) => t % 3 === cpu && at <= now);
              for (const [t] of mine) {
                due.delete(t);
                ran[t] = (ran[t] ?? 0) + 1;
              }
              expect(on(cpu, "runTimers")).toBe(mine.length);
            }
            expect(ran.map((_, t) => ranTimes(t))).toEqual(ran);
          }
        }
        for (const t of due.keys()) expect(on(0, "delTimer", timer(t))).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the order on a base", () => {
  beforeEach(boot);

  it("is sorted by expiry, and by arming where they are equal", () => {
    const offsets = [7, 3, 7, 1, 3, 9];
    const start = on(0, "jiffies");
    offsets.forEach((n, i) => {
      on(0, "modTimer", timer(i), start + n, 0);
    });
    const base = m.regions.cpuAreas.base + 448 + 16 * 128 + 64;
    const order: number[] = [];
    for (let at = m.u32[(base + 16) / 4]; at !== base + 16; at = m.u32[(at ?? 0) / 4]) {
      order.push(((at ?? 0) - timer(0)) / 64);
    }
    expect(order).toEqual([3, 1, 4, 0, 2, 5]);
  });
});
