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

  it("compare as differences", async () => {
    const e = (await testMachine(ENTRY)).cpu(0);
    expect(e.timeAfter?.(5, 0xfffffff0)).toBe(1);
    expect(e.timeAfter?.(0xfffffff0, 5)).toBe(0);
    expect(e.timeAfter?.(7, 7)).toBe(0);
    expect(e.timeAfterEq?.(7, 7)).toBe(1);
    expect(e.timeAfterEq?.(6, 7)).toBe(0);
  });
});
