/** A slab check that fires in a whole machine: the line names the object and who had it. */
import { describe, expect, it } from "vitest";
import { AccountBook, hex } from "../../../src/machine/accountsBook.js";
import { SlabObjects } from "../../../src/machine/accountsObjects.js";
import { TrapError } from "../../../src/machine/faults.js";
import type { Machine } from "../../../src/machine/machine.js";
import { slabFault, slabFaultText } from "../../../src/machine/slabFault.js";
import {
  drainHere,
  machineOf,
  runPackets,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

/** A machine whose packets each have a route of their own, freed after a grace period. */
async function used(): Promise<{ machine: Machine; freed: number }> {
  const small = await smallExperiment(["no-cache+free=rcu.debug"]);
  setWorkload(small, "internet-mix");
  const machine = machineOf(small, 0);
  runPackets(machine, "torturePackets", 256);
  await drainHere(machine);
  const cache = machine.layout.at("KMEM_CACHE_RTABLE");
  const block = machine.areaOf(0) + machine.layout.at("PCPU_SLAB") + cache * 128;
  return { machine, freed: machine.u32[block / 4] ?? 0 };
}

describe("slabFault", () => {
  it("names the object that was written to while it was free, and dumps its slot", async () => {
    const { machine, freed } = await used();
    expect(slabFault(machine, 0)).toBeNull();
    machine.u32[(freed + 8) / 4] = 0x12345678;
    expect(() => runPackets(machine, "torturePackets", 64)).toThrow(TrapError);
    const fault = slabFault(machine, 0);
    expect(fault?.text).toMatch(
      new RegExp(
        `^ip_dst_cache object ${hex(freed)} \\(page of CPU 0\\), ` +
          "allocated on CPU 0 by dst_alloc \\(idle\\) at tick \\d+, " +
          "freed on CPU 0 by dst_destroy \\(dst_destroy_rcu\\) at tick \\d+$",
      ),
    );
    expect(fault?.dump.join("\n")).toMatch(/12345678/);
    expect(slabFaultText(machine, 0)).toBe(`: ${fault?.text}`);
  });

  it("is part of the line that a trap leaves", async () => {
    const { machine, freed } = await used();
    machine.u32[(freed + 8) / 4] = 1;
    expect(() => runPackets(machine, "torturePackets", 64)).toThrow(
      /CPU 0 trapped in no-cache\+free=rcu \(torturePackets\): a free object was .*: ip_dst_cache/,
    );
  });

  it("tells of an address that is no object", async () => {
    const { machine } = await used();
    const objects = new SlabObjects(machine, new AccountBook());
    expect(objects.caches.size).toBeGreaterThan(2);
    const head = machine.areaOf(0) / 4;
    machine.u32[head + 5] = 304;
    machine.u32[head + 9] = 12;
    expect(slabFault(machine, 0)).toEqual({ text: "0x0000000c, which is no object", dump: [] });
    machine.u32[head + 5] = 203;
    expect(slabFault(machine, 0)).toBeNull();
  });
});
