/** The inc-not-zero count: 0 is final. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

describe("refIncNotZero", () => {
  it("refuses at 0 without touching the word", async () => {
    const m = await testMachine("test/assembly/lib/lib.as.ts");
    const at = m.regions.boot.base;
    const e = m.cpu(0);
    m.u32[at / 4] = 2;
    expect(e.refIncNotZeroHoldSafe?.(at)).toBe(1);
    expect(m.u32[at / 4]).toBe(3);
    const last = [1, 2, 3].map(() => e.refIncNotZeroRelease?.(at));
    expect(last).toEqual([0, 0, 1]);
    expect(e.refIncNotZeroHoldSafe?.(at)).toBe(0);
    expect(m.u32[at / 4]).toBe(0);
    expect(() => e.refIncNotZeroHold?.(at)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(204);
  });
});
