/** An experiment: one memory, budget first, flow lists for every CPU of every machine. */
import { beforeAll, describe, expect, it } from "vitest";
import { auditMachine } from "../../../src/machine/audit.js";
import { Experiment } from "../../../src/machine/experiment.js";
import { adoptTablePart, prefixRoute } from "../../../src/machine/loadTable.js";
import { BootError } from "../../../src/machine/machine.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import { UsageError } from "../../../src/reference/usageError.js";
import {
  drainHere,
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

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

  it("gives a table part of its own to each of the first machines that ask for one", async () => {
    const { world, table, nexthopOf, templates } = small;
    const images = small.machines.map((machine) => machine.image);
    const { options: boot } = machineOf(small, 0);
    const base = { world, table, nexthopOf, templates, flowPairs: 8_192, boot };
    const request = { ...base, images: [...images, ...images], ownTables: 2, updateBytes: 192 };
    const { machines, plan, budget } = await Experiment.create(request);
    expect(budget).toContain("and once more for each of 2 designs that change it");
    const tables = machines.map((machine) => machine.word("SB_TABLE_AT"));
    expect(new Set(tables).size).toBe(3);
    expect(tables.slice(2)).toEqual([plan.tables.trie?.base, plan.tables.trie?.base]);
    for (const machine of machines) {
      const control = machine.cpu(machine.controlCpu);
      expect(control.call("fibTablesCheck", world.nexthops.length)).toBe(0);
      expect(control.call("tablePartBytes")).toBeGreaterThan(0);
    }
    // A change in one part is not in another, nor in the shared one.
    const [one, two, shared] = machines;
    const route = prefixRoute(world, table.prefixes[0] ?? 0, table.lengths[0] ?? 0, nexthopOf(0));
    const RT_TABLE_MAIN = 254;
    for (const machine of [one, two]) machine?.writeRequest(route, 0);
    expect(one?.cpu(2).callSigned("routeDelete", RT_TABLE_MAIN)).toBe(0);
    expect(one?.cpu(2).callSigned("routeDelete", RT_TABLE_MAIN)).toBeLessThan(0);
    expect(two?.cpu(2).callSigned("routeDelete", RT_TABLE_MAIN)).toBe(0);
    shared?.writeRequest(route, 0x600);
    const EEXIST = -17;
    expect(shared?.cpu(2).callSigned("routeNew", RT_TABLE_MAIN)).toBe(EEXIST);
  });

  it("has a table part for each kind of FIB, loaded by the first of its kind", async () => {
    const designs = ["linux-3.10", "linux-3.10+fib=hash", "no-cache", "no-cache+fib=hash"];
    const mixed = await smallExperiment(designs.map((design) => `${design}.release`));
    setWorkload(mixed, "internet-mix");
    const { trie, hash } = mixed.experiment.plan.tables;
    const parts = mixed.machines.map((machine) => machine.word("SB_TABLE_AT"));
    expect(parts).toEqual([trie?.base, hash?.base, trie?.base, hash?.base]);
    expect(mixed.experiment.budget).toMatch(/: table as trie \d+ MiB and as hash \d+ MiB for /);
    const [first, ...others] = mixed.machines.map((machine) => {
      runPackets(machine, "forwardPackets", 64);
      return sentFrames(machine, 0, 0);
    });
    expect(first).toHaveLength(64);
    for (const other of others) expect(other).toEqual(first);
    for (const machine of mixed.machines) {
      const { world, routesByNexthop } = mixed;
      const drain = (): Promise<void> => drainHere(machine);
      const report = await auditMachine({ machine, world, routesByNexthop, drain });
      expect(report.failures).toEqual([]);
    }
  });

  it("refuses a part of the other kind", async () => {
    const both = await smallExperiment(["linux-3.10.release", "linux-3.10+fib=hash.release"]);
    const machine = machineOf(both, 0);
    expect(() => adoptTablePart(machine, both.world, machineOf(both, 1))).toThrow(BootError);
    machine.setWord("SB_TABLE_AT", machineOf(both, 1).word("SB_TABLE_AT"));
    expect(() => adoptTablePart(machine, both.world)).toThrow(BootError);
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
