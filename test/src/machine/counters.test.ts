/** Counters: the names stand in the order of the image's indices, and sums are over all CPUs. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";
import {
  COST_NAMES,
  clearCosts,
  IMAGE_DROPS,
  readCosts,
  readMib,
  readRtStat,
} from "../../../src/machine/counters.js";
import type { Machine } from "../../../src/machine/machine.js";
import {
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

/** Constants of an assembly source, by name: `export const NAME: usize = 8;`. */
function constantsOf(file: string, prefix: string): Map<string, number> {
  const text = readFileSync(path.join(packageRoot, file), "utf8");
  const pattern = new RegExp(`export const ${prefix}_(\\w+): usize = (\\d+);`, "g");
  return new Map([...text.matchAll(pattern)].map(([, name = "", value]) => [name, Number(value)]));
}

/** `no-route` as the image's constant spells it. */
function constantName(name: string): string {
  return name.replace(/[A-Z]/g, "-$&").replaceAll("-", "_").toUpperCase();
}

describe("counters", () => {
  let small: Small;
  let machine: Machine;

  beforeAll(async () => {
    small = await smallExperiment(["no-cache.debug"], 2);
    machine = machineOf(small, 0);
    setWorkload(small, "internet-mix", 2);
  });

  it("names each drop counter as the image does", () => {
    const drops = constantsOf("assembly/net/core/mib.ts", "DROP");
    const first = machine.layout.at("MIB_DROPS");
    expect(IMAGE_DROPS).toHaveLength(drops.size);
    // Behind them is one counter that is no drop: ARP frames that were sent.
    expect(first + IMAGE_DROPS.length).toBe(machine.layout.at("MIB_ARP_SENT"));
    IMAGE_DROPS.forEach((name, i) => {
      expect(drops.get(constantName(name)), name).toBe(first + i);
    });
  });

  it("names as many costs as debug images count", () => {
    const costs = constantsOf("assembly/arch/costs.ts", "COST");
    expect(COST_NAMES).toHaveLength(machine.layout.at("COSTS"));
    expect(COST_NAMES.indexOf("lookups")).toBe(costs.get("LOOKUP"));
    expect(COST_NAMES.indexOf("slotHits")).toBe(costs.get("SLOT_HIT"));
    expect(COST_NAMES.indexOf("rcuCallbacks")).toBe(costs.get("RCU_CALLBACK"));
    expect(COST_NAMES.indexOf("packets")).toBe(costs.get("PACKET"));
  });

  it("adds CPUs: packets, and what became of them", () => {
    const before = readMib(machine);
    runPackets(machine, "forwardPackets", 128, 0);
    runPackets(machine, "forwardPackets", 192, 1);
    const after = readMib(machine);
    expect(after.inReceives - before.inReceives).toBe(320);
    expect(after.outTransmits - before.outTransmits).toBe(320);
    expect(after.drops).toEqual(before.drops);
  });

  it("counts costs from zero after they were cleared, and rt_cache_stat on", () => {
    clearCosts(machine);
    expect(Object.values(readCosts(machine)).every((n) => n === 0)).toBe(true);
    const slow = readRtStat(machine, 1);
    runPackets(machine, "forwardPackets", 64, 0);
    runPackets(machine, "forwardPackets", 64, 1);
    const costs = readCosts(machine);
    expect(costs.packets).toBe(128);
    // no-cache: a dst is made for every packet.
    expect(costs.dstAllocations).toBe(128);
    expect(readRtStat(machine, 1) - slow).toBe(128);
  });

  it("reads a counter beyond 32 bits", () => {
    const at = (machine.areaOf(1) + machine.layout.at("PCPU_MIB")) / 4;
    const low = machine.u32[at] ?? 0;
    const before = readMib(machine).inReceives;
    machine.u32[at + 1] = 3;
    expect(readMib(machine).inReceives).toBe(before + 3 * 2 ** 32);
    machine.u32[at + 1] = 0;
    expect(machine.u32[at]).toBe(low);
  });
});
