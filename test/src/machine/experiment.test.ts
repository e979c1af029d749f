/** An experiment: one memory, budget first, flow lists for every CPU of every machine. */
import { beforeAll, describe, expect, it } from "vitest";
import { Experiment } from "../../../src/machine/experiment.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { machineOf, type Small, setWorkload, smallExperiment } from "./smallExperiment.js";

describe("Experiment", () => {
  let small: Small;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release", "nexthop-direct.release"], 2);
  });

  it("has all machines in one memory, with the templates in front", () => {
    const { experiment } = small;
    expect(experiment.machines.map((m) => m.image.name)).toEqual(["linux-3.10", "nexthop-direct"]);
    expect(experiment.memory.buffer.byteLength).toBe(experiment.plan.bytes);
    small.templates.forEach((template, i) => {
      const at = experiment.plan.templates.base + 64 * i;
      expect(new Uint8Array(experiment.memory.buffer, at, 64).slice()).toEqual(template);
    });
    expect(experiment.budget).toContain("2 machines of");
    expect(experiment.loadMs).toBeGreaterThan(0);
  });

  it("puts the lists side by side and every CPU of every machine at its start", () => {
    const lists = setWorkload(small, "internet-mix", 2);
    const words = machineOf(small, 0).u32;
    for (const machine of small.machines) {
      machine.setRingsWord(1, "RINGS_FLOW_NEXT", 5);
    }
    small.experiment.setFlows(lists.perCpu);
    for (const machine of small.machines) {
      for (const [cpu, list] of lists.perCpu.entries()) {
        const at = machine.ringsWord(cpu, "RINGS_FLOWS_AT") / 4;
        expect(machine.ringsWord(cpu, "RINGS_FLOWS")).toBe(lists.packetsPerCpu);
        expect(machine.ringsWord(cpu, "RINGS_FLOW_NEXT")).toBe(0);
        expect(words.slice(at, at + list.length)).toEqual(list);
      }
    }
  });

  it("says that too much was asked for before anything is reserved", async () => {
    const machine = machineOf(small, 0);
    const images = Array.from({ length: 40 }, () => machine.image);
    const { world, table, nexthopOf, templates } = small;
    const boot = { ...machine.options, cpus: 64 };
    const request = { images, world, table, nexthopOf, templates, flowPairs: 64, boot };
    expect(() =>
      Experiment.plan(
        request,
        images.map(({ row }) => row),
      ),
    ).toThrow(UsageError);
    await expect(Experiment.create(request)).rejects.toThrow(/^memory \d+ MiB: .*; allowed: 4095/);
  });
});
