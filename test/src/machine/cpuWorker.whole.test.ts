/** The worker: what a window does around the measured loop, seen through its reports. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../src/machine/counters.js";
import { Cpus } from "../../../src/machine/cpus.js";
import type { CpuTask } from "../../../src/machine/cpuTask.js";
import { withRandomOrder } from "../../../src/measure/processImages.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { machineOf, type Small, setWorkload, smallExperiment } from "./smallExperiment.js";

type WindowTask = Extract<CpuTask, { kind: "window" }>;

describe("a window on a worker", () => {
  let small: Small;
  let cpus: Cpus;

  beforeAll(async () => {
    small = await smallExperiment(["no-cache+free=rcu.release", "nexthop-direct.release"], 1);
    setWorkload(small, "internet-mix");
    cpus = await Cpus.start(small.machines, { cpus: 1 });
  });

  afterAll(() => cpus?.close());

  const window = (machine: number, packets: number, leadIn: number): WindowTask => {
    return { kind: "window", machine, loop: "forwardPackets", cpus: 1, packets, leadIn };
  };

  it("runs the lead-in and the packets, and counts what ran inside the window only", async () => {
    const machine = machineOf(small, 0);
    const before = readMib(machine);
    const [report] = await cpus.onAll(window(0, 10_048, 4_096), "a window");
    expect(readMib(machine).inReceives - before.inReceives).toBe(14_144);
    // A dst is freed for every packet by a callback; grace periods end inside the window.
    expect(report?.callbacksRun).toBeGreaterThan(9_000);
    expect(report?.callbacksRun).toBeLessThanOrEqual(14_144);
    // One packet of CPU 0 is a microsecond: 10,048 are ten ticks of 1,000 Hz.
    expect(report?.ticks).toBeGreaterThanOrEqual(10);
    expect(report?.ticks).toBeLessThanOrEqual(11);
  });

  it("tells the backlog before and after, and a drain leaves none", async () => {
    const [report] = await cpus.onAll(window(0, 640, 64), "a window");
    const ran = report?.callbacksRun ?? 0;
    expect(report?.backlogAfter).toBe((report?.backlogBefore ?? 0) + 640 - ran);
    await cpus.onAll({ kind: "drain", machine: 0 }, "draining");
    expect(machineOf(small, 0).cpu(0).call("rcuBacklog")).toBe(0);
  });

  it("leaves the CPU idle and offline: another machine's window follows", async () => {
    for (const number of [1, 0, 1]) {
      const [report] = await cpus.onAll(window(number, 640, 64), "a window");
      expect(report?.ran).toBe(true);
      const machine = machineOf(small, number);
      const phase = machine.layout.at("CPU_PHASE");
      expect(machine.u32[(machine.areaOf(0) + phase) / 4]).toBe(0);
    }
  });

  it("runs the layout that is asked for, on the same machine", async () => {
    const laidOut = await smallExperiment(["no-cache.release"], 1, (image) =>
      withRandomOrder(image, createRandom(1), 3),
    );
    setWorkload(laidOut, "internet-mix");
    const own = await Cpus.start(laidOut.machines, { cpus: 1 });
    try {
      for (const layout of [0, 1, 2]) await own.onAll({ ...window(0, 640, 0), layout }, "a window");
      expect(readMib(machineOf(laidOut, 0)).inReceives).toBe(3 * 640);
      const none = own.onAll({ ...window(0, 640, 0), layout: 3 }, "a window");
      await expect(none).rejects.toThrow(/no machine 0 with layout 3$/);
    } finally {
      await own.close();
    }
  });

  it("has one clock for all windows", async () => {
    const first = await cpus.onAll(window(1, 640, 64), "a window");
    const second = await cpus.onAll(window(0, 640, 64), "a window");
    expect(second[0]?.startNs).toBeGreaterThan(first[0]?.endNs ?? 0);
    expect(first[0]?.startNs).toBeGreaterThan(0);
  });

  it("names a machine and a function that are not there", async () => {
    const call: CpuTask = { kind: "call", machine: 0, name: "nothing", args: [] };
    await expect(cpus.onControl(call, "a call")).rejects.toThrow(
      /^the control plane failed while a call .*: the image exports no function nothing$/,
    );
    await expect(cpus.onAll(window(7, 64, 64), "a window")).rejects.toThrow(
      /^CPU 0 failed while a window .*: no machine 7 with layout 0$/,
    );
  });
});
