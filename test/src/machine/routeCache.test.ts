/** The counters of a route cache are those of all CPUs, from the machine's own words. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../../src/machine/machine.js";
import { dstEntries, hasRouteCache, readCacheCounters } from "../../../src/machine/routeCache.js";
import { COMPILE_MS, flowsToRows, routerOf } from "../../assembly/machine/router.js";

describe("readCacheCounters", () => {
  let machine: Machine;

  beforeAll(async () => {
    const router = await routerOf("linux-3.10", { cpus: 2 });
    router.setFlows(flowsToRows([1, 2, 3], 64));
    router.forward(64);
    machine = router.machine;
  }, COMPILE_MS);

  it("adds input and output columns over all CPUs", () => {
    const before = readCacheCounters(machine);
    const columns = machine.layout.at("RT_STATS");
    for (let cpu = 0; cpu <= 2; cpu++) {
      const at = (machine.areaOf(cpu) + machine.layout.at("PCPU_RT_STAT")) / 4;
      for (let i = 0; i < columns; i++) {
        machine.u32[at + i] = (machine.u32[at + i] ?? 0) + (cpu + 1) * (i + 1);
      }
    }
    const after = readCacheCounters(machine);
    // Of CPUs 0, 1 and 2: 1 + 2 + 3 times the column's number, from 1.
    expect(after.hits - before.hits).toBe(6 * (1 + 8));
    expect(after.slow - before.slow).toBe(6 * (2 + 9));
    expect(after.gcTotal - before.gcTotal).toBe(6 * 11);
    expect(after.gcIgnored - before.gcIgnored).toBe(6 * 12);
    expect(after.gcGoalMiss - before.gcGoalMiss).toBe(6 * 13);
    expect(after.gcOverflow - before.gcOverflow).toBe(6 * 14);
    expect(after.searched - before.searched).toBe(6 * (15 + 16));
  });

  it("counts the entries that exist", () => {
    expect(dstEntries(machine)).toBe(machine.cpu(0).call("slabInUse", 0));
    expect(dstEntries(machine)).toBe(3);
  });

  it("is asked of designs with a cache of flows", () => {
    expect(hasRouteCache(machine)).toBe(false);
  });
});
