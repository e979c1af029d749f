/** dst entries of three kernels on real threads: nothing is lost, freed twice or left behind. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../../helpers/testMachine.js";
import { startThreads } from "../../../helpers/threads.js";
import { ERAS } from "./eras.js";

const ENTRY = "test/assembly/net/core/dstContention.as.ts";
const CPUS = 3;
const SLOTS = 64;
const ROUNDS = 40_000;
const RTABLE_CACHE = 0;

describe.each(ERAS)("entries of $name", (era) => {
  it.each(["release", "debug"] as const)(
    "are all gone after a churn on three threads (%s)",
    async (flavour) => {
      const route = era.name === "3.10" ? {} : { DST_ROUTE_CACHE: 2 };
      const m = await testMachine(ENTRY, {
        flavour,
        cpus: CPUS,
        pagesBytes: 32 << 20,
        bootBytes: 1 << 20,
        defines: { ...era.defines, ...route },
      });
      m.u32[m.superblockAt / 4 + 5] = 200;
      const zero = m.cpu(0);
      const call = (name: string, ...args: number[]): number => zero[name]?.(...args) ?? -1;
      call("bootDst");
      const slots = m.regions.rings.base;
      const threads = await startThreads(m, [0, 1, 2]);
      const calls = [0, 1, 2].map((cpu) => ({
        name: "dstChurn",
        args: [slots, SLOTS, flavour === "release" ? ROUNDS : ROUNDS / 4, 77 + cpu],
      }));
      expect(await threads.run(calls)).toEqual([0, 0, 0]);
      await threads.close();
      const held = Array.from(m.u32.subarray(slots / 4, slots / 4 + SLOTS)).filter(
        (at) => at !== 0,
      );
      expect(held.length).toBeGreaterThan(SLOTS / 2);
      for (let cpu = 0; cpu <= CPUS; cpu++) m.cpu(cpu).rcuBarrierLocal?.();
      // Every entry that is left is one that a slot holds.
      expect(call("dstGcTask")).toBeLessThanOrEqual(held.length);
      expect(call("slabInUse", RTABLE_CACHE)).toBe(held.length);
      expect(call("dstEntriesOf", 1, 0)).toBe(held.length);
      for (const at of held) call("dstRelease", at);
      for (let cpu = 0; cpu <= CPUS; cpu++) m.cpu(cpu).rcuBarrierLocal?.();
      expect(call("dstGcTask")).toBe(0);
      expect([call("slabInUse", RTABLE_CACHE), call("dstEntriesOf", 1, 0)]).toEqual([0, 0]);
      const heads = ["dstGarbageHeadAt", "dstBusyHeadAt"].map((name) => m.u32[call(name) / 4]);
      expect(heads).toEqual([0, 0]);
    },
  );
});
