/**
 * Sleeps: V8's baseline compiler, which has every function first where nothing else is said, must
 * leave a function what it had (`waitOn32` says what goes wrong).
 */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";
import { startThreads } from "../../helpers/threads.js";

const SLEEP_END = 32;
const NOT_SLEPT = 2;
const TIMED_OUT = 1;

describe.each(["release", "debug"] as const)("waitOn32, %s", (flavour) => {
  it("leaves the last local alone, and notes how the sleep ended", async () => {
    const m = await testMachine("test/assembly/arch/atomic.as.ts", { flavour });
    const at = m.regions.boot.base;
    const end = (m.regions.cpuAreas.base + SLEEP_END) / 4;
    m.u32[at / 4 + 1] = 4711;
    const thread = await startThreads(m, [0]);
    try {
      const kept = async (expected: number): Promise<number | undefined> =>
        (await thread.run([{ name: "keptOverSleep", args: [at, expected] }]))[0];
      expect(m.u32[end]).toBe(0);
      expect(await kept(5)).toBe(4711);
      expect(m.u32[end]).toBe(NOT_SLEPT);
      expect(await kept(0)).toBe(4711);
      expect(m.u32[end]).toBe(TIMED_OUT);
      expect(await thread.run([{ name: "keptOverWake", args: [at] }])).toEqual([4711]);
    } finally {
      await thread.close();
    }
  });
});
