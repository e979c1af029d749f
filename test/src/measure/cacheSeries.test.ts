/** Watching caches: growth of counters window by window, for designs that have a cache of flows. */
import { describe, expect, it } from "vitest";
import type { CpuTask } from "../../../src/machine/cpuTask.js";
import type { Machine } from "../../../src/machine/machine.js";
import type { CacheCounters } from "../../../src/machine/routeCache.js";
import { CacheWatch } from "../../../src/measure/cacheSeries.js";

function machineOf(cache: string): Machine {
  return { image: { row: { "route-cache": cache } } } as unknown as Machine;
}

/** Counters that all stand at `value`. */
function counters(value: number): CacheCounters {
  const names = ["entries", "hits", "slow", "gcTotal", "gcIgnored", "gcGoalMiss", "gcOverflow"];
  return Object.fromEntries([...names, "searched"].map((name) => [name, value])) as never;
}

describe("CacheWatch", () => {
  const [hash, slots] = [machineOf("hash"), machineOf("nexthop")];

  async function run(values: readonly number[], tasks: readonly Partial<CpuTask>[]) {
    let at = 0;
    const read = (): CacheCounters => counters(values[at++] ?? 0);
    const watch = new CacheWatch([hash, slots], 1_000, read);
    const onAll = watch.watching(async () => []);
    for (const task of tasks) {
      const window = { kind: "window", cpus: 2, packets: 100, leadIn: 50, machine: 0 };
      await onAll({ ...window, ...task } as CpuTask, "test");
    }
    return watch;
  }

  it("keeps what each window added, and the packets it was for", async () => {
    const watch = await run([10, 15, 25], [{}, {}]);
    const cache = watch.of(hash);
    expect(cache).toMatchObject({ gcThresh: 1_024, maxSize: 16_384 });
    expect(cache?.series).toMatchObject({
      packets: [300, 300],
      entries: [15, 25],
      hits: [5, 10],
      searched: [5, 10],
      gcOverflow: [5, 10],
    });
  });

  it("goes on where a counter wraps", async () => {
    const watch = await run([2 ** 32 - 3, 4], [{}]);
    expect(watch.of(hash)?.series.hits).toEqual([7]);
  });

  it("reads nothing of designs without a cache of flows, nor after other tasks", async () => {
    const watch = await run([10, 11], [{ machine: 1 } as never, { kind: "drain" } as never]);
    expect(watch.of(slots)).toBeNull();
    expect(watch.of(hash)?.series.entries).toEqual([]);
  });
});
