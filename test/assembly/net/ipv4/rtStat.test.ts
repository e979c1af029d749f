/** `rt_cache_stat`: every counter has its own column, on its own CPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { readRtStat } from "../../../../src/machine/counters.js";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { ipv4Router } from "./ipv4.js";

describe("rt_cache_stat", () => {
  let router: Router;

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10", 2);
  }, COMPILE_MS);

  const columns = (cpu: number): number[] => {
    const { machine } = router;
    const at = (machine.areaOf(cpu) + machine.layout.at("PCPU_RT_STAT")) / 4;
    return Array.from(machine.u32.subarray(at, at + machine.layout.at("RT_STATS")));
  };

  it("counts in the column of the counter, on the CPU that counts, and readers add CPUs", () => {
    const indices = Array.from({ length: router.machine.layout.at("RT_STATS") }, (_, i) => i);
    expect(indices).toHaveLength(16);
    for (const i of indices) {
      for (let n = 0; n <= i; n++) router.machine.cpu(0).call("rtStatInc", i);
      router.machine.cpu(1).call("rtStatInc", i);
    }
    expect(columns(0)).toEqual(indices.map((i) => i + 1));
    expect(columns(1)).toEqual(indices.map(() => 1));
    expect(indices.map((i) => readRtStat(router.machine, i))).toEqual(indices.map((i) => i + 2));
  });
});
