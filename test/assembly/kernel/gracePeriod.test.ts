/** The words of a grace period: who starts it, who ends it, and who is waited for. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

describe.each([
  ["rcu", 0],
  ["rcu_bh", 1],
])("grace periods of %s", (_, flavour) => {
  let m: TestMachine;
  const on = (cpu: number, name: string, ...args: number[]): number =>
    (m.cpu(cpu)[name]?.(flavour, ...args) ?? Number.NaN) >>> 0;
  const qs = (cpu: number): number | undefined =>
    m.u32[(m.regions.cpuAreas.base + cpu * 8192 + 192 + 128 * flavour) / 4];
  const gp = (): (number | undefined)[] => {
    const at = (m.superblockAt + 256 + 64 + 256 * flavour) / 4;
    return [m.u32[at], m.u32[at + 16]];
  };

  beforeEach(async () => {
    m = await testMachine("test/assembly/kernel/kernel.as.ts", { cpus: 2 });
  });

  it("zeroed memory is a machine at rest with all CPUs offline", () => {
    expect([on(0, "gpIsOnline"), ...gp()]).toEqual([0, 0, 0]);
    expect(on(0, "gpDrive", on(0, "gpTicket"))).toBe(1);
    expect(gp()).toEqual([2, 2]);
  });

  it("an online word is never 0 and says which period was seen", () => {
    on(0, "gpOnline");
    expect(qs(0)).toBe(1);
    on(1, "gpDrive", on(1, "gpTicket"));
    expect([qs(0), ...gp()]).toEqual([1, 2, 0]);
    on(0, "gpNote");
    expect(qs(0)).toBe(3);
    on(0, "gpOffline");
    expect(qs(0)).toBe(0);
  });

  it("noting does not bring a CPU online", () => {
    on(0, "gpNote");
    expect(qs(0)).toBe(0);
  });

  it("the ticket is the period after the one that runs", () => {
    on(0, "gpOnline");
    const first = on(1, "gpTicket");
    expect(on(1, "gpDrive", first)).toBe(0);
    const second = on(1, "gpTicket");
    expect([first, second]).toEqual([2, 4]);
    on(0, "gpNote");
    expect(on(1, "gpDrive", second)).toBe(0);
    expect(gp()).toEqual([4, 2]);
    expect(on(2, "gpIsOver", first)).toBe(1);
    on(0, "gpNote");
    expect(on(2, "gpDrive", second)).toBe(1);
    expect(gp()).toEqual([4, 4]);
  });

  it("a CPU whose word is of an older period is waited for, also one that came online late", () => {
    on(0, "gpOnline");
    on(1, "gpDrive", 2);
    const at = (m.regions.cpuAreas.base + 8192 + 192 + 128 * flavour) / 4;
    m.u32[at] = 1; // CPU 1 came online, having read gpSeq before the period began
    on(0, "gpNote");
    expect(on(0, "gpDrive", 2)).toBe(0);
    on(1, "gpNote");
    expect(on(0, "gpDrive", 2)).toBe(1);
  });
});
