/** A machine: what boot writes into its bytes, and what the host reads there. */
import { beforeAll, describe, expect, it } from "vitest";
import { BootError, Machine, macWords } from "../../../src/machine/machine.js";
import { machineOf, NEXTHOPS, type Small, smallExperiment } from "./smallExperiment.js";

describe("Machine", () => {
  let small: Small;
  let machine: Machine;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release"], 2);
    machine = machineOf(small, 0);
  });

  it("writes the boot words that its options and its plan say", () => {
    const { plan, memoryPlan } = machine;
    expect(machine.u32[plan.superblock.base / 4]).toBe(machine.layout.at("SUPERBLOCK_MAGIC"));
    expect(machine.word("SB_ABI_VERSION")).toBe(machine.layout.at("ABI_VERSION"));
    expect(machine.word("SB_CPUS")).toBe(2);
    expect(machine.word("SB_HZ")).toBe(1000);
    expect(machine.word("SB_PACKETS_PER_TICK")).toBe(1000);
    expect(machine.word("SB_FIB_TABLES")).toBe(2);
    expect(machine.word("SB_TABLE_AT")).toBe(machine.table.base);
    expect(machine.word("SB_TEMPLATES_AT")).toBe(memoryPlan.templates.base);
    expect(machine.word("SB_FIB_INFOS")).toBe(NEXTHOPS);
    const next = machine.word("SB_BOOT_NEXT_AT");
    expect(next).toBeGreaterThan(plan.boot.base);
    expect(next).toBeLessThanOrEqual(plan.boot.base + plan.boot.bytes);
    const request = machine.word("SB_REQUEST_AT");
    expect(request + machine.word("SB_REQUEST_BYTES")).toBeLessThanOrEqual(next);
  });

  it("sets a word and reads it back", () => {
    const seed = machine.word("SB_SEED");
    machine.setWord("SB_SEED", 77);
    expect(machine.word("SB_SEED")).toBe(77);
    machine.setWord("SB_SEED", seed);
  });

  it("takes another offered rate, of a packet a tick at least", () => {
    for (const [rate, perTick] of [
      [100_000, 100],
      [1_600, 2],
      [100, 1],
      [1e6, 1_000],
    ] as const) {
      machine.setRate(rate);
      expect(machine.word("SB_PACKETS_PER_TICK")).toBe(perTick);
    }
  });

  it("tells every CPU its number, its machine, its rings and where frames arrive", () => {
    const { superblock, rings } = machine.plan;
    const starts = [0, 1, 2].map((cpu) => {
      const area = machine.areaOf(cpu) / 4;
      expect([machine.u32[area], machine.u32[area + 1]]).toEqual([cpu, superblock.base]);
      expect(machine.ringsWord(cpu, "RINGS_RX_DEVICES")).toBe(4);
      expect(machine.ringsWord(cpu, "RINGS_RX_SLOT")).toBe(1);
      expect((machine.hostFrameAt(cpu) + 14) % 16).toBe(0);
      return machine.ringsWord(cpu, "RINGS_SKBS_AT");
    });
    expect(new Set(starts).size).toBe(3);
    for (const at of starts) expect(at).toBeGreaterThanOrEqual(rings.base);
    expect(Math.max(...starts)).toBeLessThan(rings.base + rings.bytes);
  });

  it("has every device and neighbour of the setup", () => {
    for (const device of small.world.devices) {
      const at = machine.deviceAt(device.ifindex);
      expect(at).toBeGreaterThan(0);
      const { low, high } = macWords(device.mac);
      expect(machine.u32[(at + machine.layout.at("DEV_MAC_LOW")) / 4]).toBe(low);
      expect(machine.u32[(at + machine.layout.at("DEV_MAC_HIGH")) / 4]).toBe(high);
      const forwarding = machine.u32[(at + machine.layout.at("DEV_FORWARDING")) / 4];
      expect(forwarding).toBe(device.forwarding ? 1 : 0);
    }
    expect(machine.deviceAt(60)).toBe(0);
    const control = machine.cpu(machine.controlCpu);
    expect(control.call("neighEntries")).toBe(small.world.neighbours.length);
  });

  it("writes a MAC as the words that a little-endian CPU loads", () => {
    expect(macWords(Uint8Array.of(1, 2, 3, 4, 5, 6))).toEqual({ low: 0x04030201, high: 0x0605 });
    const inside = Uint8Array.of(9, 9, 1, 2, 3, 4, 5, 6).subarray(2);
    expect(macWords(inside)).toEqual({ low: 0x04030201, high: 0x0605 });
  });

  it("refuses a machine that the plan has no place for, and a plan without room", async () => {
    const { image, memory, memoryPlan, options } = machine;
    await expect(Machine.boot(image, memory, memoryPlan, 5, options)).rejects.toThrow(
      "no place for machine 5 in the plan",
    );
    const place = memoryPlan.machines[0];
    if (place === undefined) throw new RangeError("the plan has no machine");
    const tight = { ...place, boot: { base: place.boot.base, bytes: 4_096 } };
    const memory2 = new WebAssembly.Memory({
      initial: memoryPlan.bytes / 65_536,
      maximum: memoryPlan.bytes / 65_536,
      shared: true,
    });
    const booted = Machine.boot(image, memory2, { ...memoryPlan, machines: [tight] }, 0, options);
    await expect(booted).rejects.toThrow(BootError);
    await expect(booted).rejects.toThrow(/^boot of linux-3.10 failed at step \d$/);
  });
});
