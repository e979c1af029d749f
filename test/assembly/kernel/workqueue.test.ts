/** Work on a named CPU. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const COUNT = 1;

describe("work", () => {
  let m: TestMachine;
  const on = (cpu: number, name: string, ...args: number[]): number =>
    m.cpu(cpu)[name]?.(...args) ?? Number.NaN;
  const work = (i: number): number => m.regions.boot.base + 64 * i;
  const ran = (i: number): number | undefined => m.u32[(work(i) + 32) / 4];

  beforeEach(async () => {
    m = await testMachine("test/assembly/kernel/kernel.as.ts", { cpus: 2 });
    for (let i = 0; i < 8; i++) on(0, "workInit", work(i), COUNT, work(i) + 32);
  });

  it("runs on the CPU it was queued for, whoever queued it", () => {
    expect(on(2, "queueWorkOn", 1, work(0))).toBe(1);
    expect(on(0, "runWork")).toBe(0);
    expect(on(1, "runWork")).toBe(1);
    expect([ran(0), on(1, "runWork")]).toEqual([1, 0]);
  });

  it("is queued once until it runs, on whatever CPU", () => {
    expect(on(0, "queueWorkOn", 0, work(0))).toBe(1);
    expect(on(1, "queueWorkOn", 1, work(0))).toBe(0);
    expect(on(0, "workPending", work(0))).toBe(1);
    on(0, "runWork");
    expect(on(0, "workPending", work(0))).toBe(0);
    expect(on(1, "queueWorkOn", 1, work(0))).toBe(1);
    expect(on(1, "runWork")).toBe(1);
    expect(ran(0)).toBe(2);
  });

  it("runs first in first out", () => {
    // An id that no function has stops the CPU where it stands in the order.
    on(0, "workInit", work(3), 0xffff, work(3) + 32);
    for (let i = 0; i < 6; i++) on(i % 3, "queueWorkOn", 0, work(i));
    expect(() => on(0, "runWork")).toThrow(/unreachable/);
    expect([0, 1, 2, 3, 4, 5].map(ran)).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it("runDeferred runs due timers and work of this CPU", () => {
    on(0, "timerInit", work(6), COUNT, work(6) + 32);
    on(0, "modTimer", work(6), 0, 1);
    on(0, "queueWorkOn", 1, work(0));
    on(0, "queueWorkOn", 1, work(1));
    expect([on(0, "runDeferred"), on(1, "runDeferred"), on(1, "runDeferred")]).toEqual([0, 3, 0]);
  });

  it("traps when an item without a function is queued", () => {
    on(0, "workInit", work(0), 0, 0);
    expect(() => on(0, "queueWorkOn", 0, work(0))).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(403);
  });
});
