/** What `show` reads from a machine's bytes is what the image itself answers. */
import { beforeAll, describe, expect, it } from "vitest";
import { readRtStat } from "../../../src/machine/counters.js";
import { RT_STAT_NAMES, readRtCacheStat, readSlabs } from "../../../src/machine/kernelViews.js";
import type { Machine } from "../../../src/machine/machine.js";
import {
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

const RTABLES = 0;
const NEIGHBOURS = 2;
const CPUS = 2;

describe.each(["release", "debug"])("views of a machine with a %s image", (flavour) => {
  let small: Small;
  let machine: Machine;
  const ask = (name: string, ...args: number[]): number =>
    machine.cpu(machine.controlCpu).call(name, ...args);

  beforeAll(async () => {
    small = await smallExperiment([`linux-3.10.${flavour}`], CPUS);
    machine = machineOf(small, 0);
    setWorkload(small, "internet-mix", CPUS);
    runPackets(machine, "forwardPackets", 2_048, 0);
    runPackets(machine, "forwardPackets", 512, 1);
  });

  it("counts each slab's objects, held and free, as the image's walkers do", () => {
    const rows = readSlabs(machine);
    expect(rows.map(({ name }) => name)).toEqual([
      "ip_dst_cache",
      "arp_cache",
      "skbuff_head_cache",
      "skbuff_large_cache",
      "hh_cache",
    ]);
    for (const [i, id] of [RTABLES, NEIGHBOURS].entries()) {
      const row = rows[i];
      expect(row?.activeObjects).toBe(ask("slabInUse", id));
      expect(row?.activeObjects).toBeGreaterThan(0);
      expect(row?.objects).toBe(ask("slabObjects", id));
      expect(row?.objects).toBe((row?.slabs ?? 0) * (row?.objectsPerSlab ?? 0));
      expect(row?.activeSlabs).toBe(row?.slabs);
    }
    const pages = rows.reduce((sum, row) => sum + row.slabs, 0);
    expect(pages).toBe(ask("slabPagesUsed"));
    const isRelease = flavour === "release";
    const bytes = rows.map((row) => row.objectBytes);
    if (isRelease) expect(bytes).toEqual([192, 384, 512, 2304, 64]);
    else for (const size of bytes) expect(size).toBeGreaterThan(64);
  });

  it("sees an object that is freed, on the list of its CPU or on the remote one", () => {
    const before = readSlabs(machine)[0]?.activeObjects ?? 0;
    const dev = machine.deviceAt(6);
    const at = machine.cpu(0).call("dstAlloc", 1, dev, 1, 0, 0x10);
    expect(readSlabs(machine)[0]?.activeObjects).toBe(before + 1);
    const link = at + machine.layout.at("RTABLE_UNCACHED_OFFSET");
    machine.u32.set([link, 0, link, 0], link / 4);
    // Freed by another CPU: it lies on CPU 0's remote list until CPU 0 takes it.
    machine.cpu(1).call("rcuCpuOnline");
    machine.cpu(1).call("dstRelease", at);
    machine.cpu(1).call("rcuBarrierLocal");
    machine.cpu(1).call("rcuCpuOffline");
    expect(readSlabs(machine)[0]?.activeObjects).toBe(before);
  });

  it("ends at a list that loops instead of hanging", () => {
    const { layout, plan } = machine;
    const cache = (plan.superblock.base + layout.at("G_SLAB") + layout.at("SLAB_FIRST")) / 4;
    const link = machine.u32[cache + layout.at("SLAB_LINK") / 4] ?? 0;
    const head = machine.areaOf(0) + layout.at("PCPU_SLAB") + layout.at("SLAB_CPU_HEAD");
    const object = machine.u32[head / 4] ?? 0;
    const kept = machine.u32[(object + link) / 4] ?? 0;
    machine.u32[(object + link) / 4] = object;
    expect(readSlabs(machine)[0]?.activeObjects).toBeLessThanOrEqual(0);
    machine.u32[(object + link) / 4] = kept;
  });

  it("has the columns of every CPU and the entries of the machine", () => {
    const stat = readRtCacheStat(machine);
    expect(stat.rows).toHaveLength(CPUS);
    expect(stat.entries).toBe(ask("dstEntriesOf", 1, 0));
    expect(stat.entries).toBe(ask("slabInUse", RTABLES));
    RT_STAT_NAMES.forEach((_, column) => {
      const sum = stat.rows.reduce((all, row) => all + (row[column] ?? 0), 0);
      expect(sum).toBe(readRtStat(machine, column));
    });
    const slow = RT_STAT_NAMES.indexOf("in_slow_tot");
    expect(stat.rows[0]?.[slow]).toBeGreaterThan(0);
  });
});
