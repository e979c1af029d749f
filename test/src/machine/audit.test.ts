/** The audit: it passes for a sound machine, and each kind of fault makes it fail, by name. */
import { describe, expect, it } from "vitest";
import { type AuditReport, auditMachine } from "../../../src/machine/audit.js";
import type { Machine } from "../../../src/machine/machine.js";
import {
  drainHere,
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

/** Boots a machine, runs packets both ways, lets `damage` change its bytes, and audits it. */
async function audited(
  image: string,
  damage: (machine: Machine, small: Small) => void,
  walkTables = true,
): Promise<AuditReport> {
  const small = await smallExperiment([image]);
  const machine = machineOf(small, 0);
  setWorkload(small, "internet-mix");
  runPackets(machine, "forwardPackets", 2_048);
  runPackets(machine, "sendPackets", 2_048);
  damage(machine, small);
  const { world, routesByNexthop } = small;
  const drain = (): Promise<void> => drainHere(machine);
  return auditMachine({ machine, world, routesByNexthop, drain, walkTables });
}

describe("auditMachine", () => {
  const DESIGNS = ["linux-3.10", "no-cache", "nexthop-direct", "linux-3.10+fib=hash"];
  it.each(DESIGNS)("balances for %s", async (design) => {
    for (const flavour of ["release", "debug"]) {
      const report = await audited(`${design}.${flavour}`, () => {});
      expect(report.failures).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.checks).toBeGreaterThan(40);
    }
  });

  it("leaves tables to the machine that walks them, which is one equation", async () => {
    const [own, other] = [true, false].map((walk) => audited("no-cache.release", () => {}, walk));
    expect((await own)?.checks).toBe(((await other)?.checks ?? 0) + 1);
  });

  it("finds a counter that is off by one", async () => {
    const report = await audited("nexthop-direct.release", (machine) => {
      const at = (machine.areaOf(0) + machine.layout.at("PCPU_MIB")) / 4;
      machine.u32[at] = (machine.u32[at] ?? 0) + 1;
    });
    expect(report.ok).toBe(false);
    expect(report.failures).toEqual(["packets accounted for: found 4096, expected 4097"]);
  });

  it("finds a leaked reference on a dst", async () => {
    const report = await audited("linux-3.10.release", (machine) => {
      const control = machine.cpu(machine.controlCpu);
      const infos = Array.from({ length: machine.word("FIB_INFOS_NEXT") }, (_, i) => i);
      const route = infos.map((i) => control.call("slotRouteOf", i, 0)).find((at) => at !== 0);
      control.call("dstHold", route ?? 0);
    });
    expect(report.failures.join("\n")).toMatch(/^refcnt of the slotted rtable at \d+: found 1, /m);
  });

  it.each(["garbage", "busy"])("finds an entry in a slot and on the %s list", async (list) => {
    const report = await audited("linux-3.10.release", (machine) => {
      const control = machine.cpu(machine.controlCpu);
      const infos = Array.from({ length: machine.word("FIB_INFOS_NEXT") }, (_, i) => i);
      const route = infos.map((i) => control.call("slotRouteOf", i, 0)).find((at) => at !== 0);
      control.call("dstHold", route ?? 0);
      control.call("dstFree", route ?? 0);
      if (list === "busy") control.call("dstGcTask");
    });
    expect(report.failures).toContain("rtables that are in two places: found 1, expected 0");
  });

  it("finds a leaked reference on a device", async () => {
    const report = await audited("linux-3.10.release", (machine) => {
      machine.cpu(machine.controlCpu).call("devHold", machine.deviceAt(6));
    });
    expect(report.failures).toEqual([expect.stringMatching(/^references on tx0: found/)]);
  });

  it("finds a word in the guard page", async () => {
    const report = await audited("nexthop-direct.release", (machine) => {
      machine.u32[100] = 1;
    });
    expect(report.failures).toEqual([
      "words of the guard page that are not zero: found 1, expected 0",
    ]);
  });

  it.each([
    ["trie", 5],
    ["hash", 16],
  ])("finds a table that is out of order, fib=%s", async (fib, rule) => {
    const report = await audited(`nexthop-direct+fib=${fib}.release`, (machine) => {
      // Main is at 448 of the part. Its root: 8 on, and then the count of full children. Its
      // first zone: at 64 + 264, and then the number of buckets.
      const table = machine.table.base + 448;
      const at = machine.u32[(table + (fib === "hash" ? 64 + 264 : 8)) / 4] ?? 0;
      const word = (at + (fib === "hash" ? 20 : 16)) / 4;
      machine.u32[word] = (machine.u32[word] ?? 0) + 1;
    });
    expect(report.failures).toEqual([`validity of the tables: found ${rule}, expected 0`]);
  });

  it("finds a count of routes that is wrong", async () => {
    const report = await audited("nexthop-direct.release", (machine, small) => {
      const first = machine.word("SB_FLOOR_FIB_INFO");
      const at = machine.word("FIB_INFOS_AT") + first * machine.word("FIB_INFOS_STRIDE");
      const treeref = (at + machine.layout.at("FIB_INFO_TREEREF")) / 4;
      expect(machine.u32[treeref]).toBe((small.routesByNexthop[0] ?? 0) + 1);
      machine.u32[treeref] = 1;
    });
    expect(report.failures.join("\n")).toMatch(/^treeref of next hop 0: found 1, expected \d+$/m);
  });
});
