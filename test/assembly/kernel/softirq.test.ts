/** The flags that say in which context a CPU runs. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/kernel/kernel.as.ts";

describe("softirq", () => {
  it("is entered and left, and nests with disabled bottom halves, on each CPU", async () => {
    const m = await testMachine(ENTRY);
    const e = m.cpu(0);
    const seen: (number | undefined)[] = [e.inSoftirq?.()];
    e.enterSoftirq?.();
    e.localBhDisable?.();
    seen.push(e.inSoftirq?.(), m.cpu(1).inSoftirq?.());
    e.leaveSoftirq?.();
    seen.push(e.inSoftirq?.());
    e.localBhEnable?.();
    seen.push(e.inSoftirq?.());
    expect(seen).toEqual([0, 1, 0, 1, 0]);
  });

  it("a bh lock is softirq context while it is held", async () => {
    const m = await testMachine(ENTRY);
    const lock = m.regions.boot.base;
    m.cpu(1).spinLockBh?.(lock);
    expect([m.u32[lock / 4], m.cpu(1).inSoftirq?.()]).toEqual([2, 1]);
    m.cpu(1).spinUnlockBh?.(lock);
    expect([m.u32[lock / 4], m.cpu(1).inSoftirq?.()]).toEqual([0, 0]);
  });

  it.each(["leaveSoftirq", "localBhEnable"])("%s without its partner traps", async (name) => {
    const m = await testMachine(ENTRY);
    expect(() => m.cpu(0)[name]?.()).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(402);
  });
});
