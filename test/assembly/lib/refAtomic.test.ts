/** The plain atomic count: its word is the number, and 0 → 1 is legal. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

describe("refAtomic", () => {
  it("counts in the word itself, comes back from 0, and traps below", async () => {
    const m = await testMachine("test/assembly/lib/lib.as.ts");
    const at = m.regions.boot.base;
    const e = m.cpu(0);
    m.u32[at / 4] = 1;
    e.refAtomicHold?.(at);
    expect([m.u32[at / 4], e.refAtomicRead?.(at)]).toEqual([2, 2]);
    expect([e.refAtomicRelease?.(at), e.refAtomicRelease?.(at)]).toEqual([0, 1]);
    e.refAtomicHold?.(at);
    expect(e.refAtomicRelease?.(at)).toBe(1);
    expect(() => e.refAtomicRelease?.(at)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(204);
  });
});
