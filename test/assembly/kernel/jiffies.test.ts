/** The clock: by packets on CPU 0, by hand elsewhere. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/kernel/kernel.as.ts";

describe("jiffies", () => {
  it("advance by packets of CPU 0 alone, and keep what is not a tick yet", async () => {
    const m = await testMachine(ENTRY);
    m.u32[m.superblockAt / 4 + 8] = 1000;
    const at = (): number => (m.cpu(1).jiffies?.() ?? 0) >>> 0;
    for (let i = 0; i < 15; i++) m.cpu(0).clockPackets?.(64);
    expect(at()).toBe(0);
    m.cpu(1).clockPackets?.(5000);
    expect(at()).toBe(0);
    m.cpu(0).clockPackets?.(64);
    expect(at()).toBe(1);
    m.cpu(0).clockPackets?.(64 * 200);
    expect(at()).toBe(Math.floor((16 * 64 + 64 * 200) / 1000));
  });

  it("stand still when the clock is moved by hand", async () => {
    const m = await testMachine(ENTRY);
    m.cpu(0).clockPackets?.(1_000_000);
    expect(m.cpu(0).jiffies?.()).toBe(0);
    m.cpu(2).clockAdvance?.(3);
    expect(m.cpu(0).jiffies?.()).toBe(3);
  });

  it("round a delay to a whole second, 3 ticks sooner a CPU, also across the wrap", async () => {
    const m = await testMachine(ENTRY);
    const e = m.cpu(0);
    e.clockInit?.();
    let elapsed = 0;
    const rounded = (delay: number, cpu: number): number =>
      e.roundJiffiesRelative?.(delay, cpu) ?? 0;
    // The kernel's clock starts 300 s before 2^32, which is no whole second.
    const second = (delay: number): number => (2 ** 32 - 300_000 + elapsed + delay) % 1000;
    for (const step of [0, 123, 299_000, 600, 277, 1000, 5000]) {
      e.clockAdvance?.(step);
      elapsed += step;
      for (const delay of [5100, 5349, 5350, 7600, 120_000]) {
        for (const cpu of [0, 1, 5]) {
          const got = rounded(delay, cpu);
          expect(second(got + 3 * cpu)).toBe(0);
          const over = second(delay + 3 * cpu);
          expect(got).toBe(over < 250 ? delay - over : delay - over + 1000);
        }
      }
    }
    expect((e.jiffies?.() ?? 0) >>> 0).toBeLessThan(10_000);
    // Less than a quarter of a second, rounded down, would be none at all.
    e.clockAdvance?.((1000 - second(0)) % 1000);
    elapsed += (1000 - second(0)) % 1000;
    expect([rounded(200, 0), rounded(249, 0), rounded(250, 0)]).toEqual([200, 249, 1000]);
  });

  it("compare as differences", async () => {
    const e = (await testMachine(ENTRY)).cpu(0);
    expect(e.timeAfter?.(5, 0xfffffff0)).toBe(1);
    expect(e.timeAfter?.(0xfffffff0, 5)).toBe(0);
    expect(e.timeAfter?.(7, 7)).toBe(0);
    expect(e.timeAfterEq?.(7, 7)).toBe(1);
    expect(e.timeAfterEq?.(6, 7)).toBe(0);
  });
});
