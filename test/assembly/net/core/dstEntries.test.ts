/** The count of entries: exact in one word, or folded by each CPU; never negative. */
import { beforeAll, describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { COMPILE_MS } from "../../machine/router.js";
import { type EraRouter, eraOf, eraRouter } from "./eras.js";

const CPUS = 3;
const BATCH = 32;

describe.each(["2.6.18", "2.6.39"] as const)("entries of %s", (name) => {
  let one: EraRouter;
  let ops = 0;
  const live: number[] = [];

  beforeAll(async () => {
    one = await eraRouter(eraOf(name), CPUS);
    ops = one.layout("DST_OPS_IPV4");
  }, COMPILE_MS);

  const on = (cpu: number, call: string, ...args: number[]): number =>
    one.router.machine.cpu(cpu).call(call, ...args);
  const slow = (): number => one.call("dstEntriesOf", ops, 0) | 0;
  const fast = (): number => one.call("dstEntriesOf", ops, 1) | 0;
  const free = (cpu: number, at: number): void => {
    on(cpu, "dstRelease", at);
    on(cpu, "dstFree", at);
  };

  it("F4-15 the slow read is exact, the fast one misses less than a batch for each CPU", () => {
    const prng = new Prng(7);
    let furthest = 0;
    for (let step = 0; step < 4000; step++) {
      const cpu = prng.below(CPUS);
      // Phases of growth and of decline, each on its own CPUs, so that parts go negative too.
      const grows = prng.below(10) < (step % 800 < 400 ? 8 : 2);
      const at = grows ? on(cpu, "rtDstAlloc", one.dev, 1) : live.pop();
      if (grows && at !== undefined) live.push(at);
      else if (at !== undefined) free(CPUS - 1 - cpu, at);
      expect(slow()).toBe(live.length);
      expect(fast()).toBeGreaterThanOrEqual(0);
      furthest = Math.max(furthest, Math.abs(slow() - fast()));
    }
    if (name === "2.6.18") expect(furthest).toBe(0);
    else expect(furthest).toBeGreaterThan(BATCH / 2);
    expect(furthest).toBeLessThan(BATCH * (CPUS + 1));
  });

  it("F4-15 neither read is negative where one CPU frees what another has made", () => {
    for (const at of live.splice(0)) free(0, at);
    const made = Array.from({ length: BATCH - 1 }, () => on(1, "rtDstAlloc", one.dev, 1));
    expect([slow(), fast()]).toEqual([BATCH - 1, name === "2.6.18" ? BATCH - 1 : fast()]);
    for (const at of made) free(2, at);
    expect(slow()).toBe(0);
    expect(fast()).toBeGreaterThanOrEqual(0);
  });

  it("F4-15 a batch is 32, or twice the CPUs where that is more", () => {
    expect([1, 16, 17, 64].map((cpus) => one.call("dstEntriesBatch", cpus))).toEqual([
      32, 32, 34, 128,
    ]);
  });
});
