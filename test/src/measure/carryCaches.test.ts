/** Filling caches before windows: when it ends, and that all machines come equally far. */
import { describe, expect, it } from "vitest";
import type { CpuReport, CpuTask } from "../../../src/machine/cpuTask.js";
import type { Machine } from "../../../src/machine/machine.js";
import type { CacheCounters } from "../../../src/machine/routeCache.js";
import { carriedFigures } from "../../../src/measure/carriedFigures.js";
import { carryCaches } from "../../../src/measure/carryCaches.js";

const BUCKETS = 1_024;
const MAX_SIZE = 16 * BUCKETS;

function machineOf(cache: string): Machine {
  const row = { "route-cache": cache, "dst-layout": "208" };
  return { image: { name: cache, row } } as unknown as Machine;
}

interface Model {
  packets: number;
  entries: number;
  gcTotal: number;
}

/** A cache whose collector runs every 2,048 packets and lets `growth` of them stay each time. */
function harness(growth: (entries: number) => number, cpus = 1) {
  const machines = [machineOf("none"), machineOf("hash")];
  const model: Model = { packets: 0, entries: 0, gcTotal: 0 };
  const tasks: Extract<CpuTask, { kind: "window" }>[] = [];
  let now = 0;
  const onAll = async (task: CpuTask): Promise<CpuReport[]> => {
    if (task.kind !== "window") throw new RangeError(task.kind);
    tasks.push(task);
    const startNs = now;
    now += task.packets * 1_000;
    if (task.machine === 1) {
      const before = Math.floor(model.packets / 2_048);
      model.packets += task.packets * task.cpus;
      model.entries += task.packets * task.cpus;
      if (Math.floor(model.packets / 2_048) > before) {
        model.gcTotal++;
        model.entries -= 2_048 - growth(model.entries);
      }
    }
    return [
      { ran: true, startNs, endNs: now },
      { ran: false, startNs: 0, endNs: 0 },
    ] as unknown as CpuReport[];
  };
  const read = (): CacheCounters =>
    ({ entries: model.entries, gcTotal: model.gcTotal, gcIgnored: 0 }) as CacheCounters;
  const plan = { machines, loop: "forwardPackets", cpus, rhashEntries: BUCKETS } as const;
  return { plan: { ...plan, packetsPerSecond: 1_000, onAll, read }, tasks };
}

const packetsOf = (tasks: readonly { machine: number; packets: number }[], machine: number) =>
  tasks.filter((t) => t.machine === machine).reduce((sum, t) => sum + t.packets, 0);

describe("carryCaches", () => {
  it.each([1, 2])("ends at the equilibrium, and takes the others as far, %i CPUs", async (cpus) => {
    // Grows by a thousand a round to 8,000 entries.
    const { plan, tasks } = harness((entries) => (entries < 10_000 ? 1_000 : 0), cpus);
    const [none, hash] = await carryCaches(plan);
    expect(none).toBeNull();
    if (!hash) throw new RangeError("a cache of flows");
    expect(hash).toMatchObject({ cpus, piecePackets: 128 });
    expect(carriedFigures(hash)).toMatchObject({ state: "equilibrium", lastRuns: 4 });
    expect(hash.entries.at(-1)).toBeGreaterThan(7_000);
    const pieces = hash.ns.length;
    expect(pieces * 128).toBeLessThan(2 * MAX_SIZE);
    expect(packetsOf(tasks, 1) * cpus).toBe(pieces * 128);
    expect(packetsOf(tasks, 0)).toBe(packetsOf(tasks, 1));
    for (const { leadIn, loop, cpus: on } of tasks) {
      expect([leadIn, loop, on]).toEqual([0, "forwardPackets", cpus]);
    }
  });

  it("gives up after two packets for each entry there may be", async () => {
    const { plan } = harness(() => 1_000);
    const [, hash] = await carryCaches(plan);
    if (!hash) throw new RangeError("a cache of flows");
    expect(hash.ns.length * hash.piecePackets).toBe(2 * MAX_SIZE);
    expect(carriedFigures(hash)?.state).toBe("still growing");
  });

  it("gives a rare collector six intervals of 0.5 s", async () => {
    const { plan } = harness(() => 1_000);
    const [, hash] = await carryCaches({ ...plan, packetsPerSecond: 20_000 });
    expect((hash?.ns.length ?? 0) * 128).toBeGreaterThanOrEqual(60_000);
    expect((hash?.ns.length ?? 0) * 128).toBeLessThan(60_000 + 128);
  });

  it("stops when the user asks to", async () => {
    const { plan, tasks } = harness(() => 1_000);
    await carryCaches({ ...plan, stopped: () => tasks.length >= 3 });
    expect(tasks.filter((task) => task.machine === 1)).toHaveLength(3);
  });
});
