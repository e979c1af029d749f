/** The workload whose share of hits is chosen: shares, laws, and flows that never come again. */
import { describe, expect, it } from "vitest";
import { swapBytes } from "../../../src/reference/ipv4Address.js";
import { buildFlowLists, type FlowLists } from "../../../src/workloads/flows.js";
import { HitShareDrawer, powerOfTwoOf } from "../../../src/workloads/hitShare.js";
import { Prng } from "../../../src/workloads/prng.js";
import { rssCpu } from "../../../src/workloads/rss.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { bigTable } from "./tables.js";

const world = standardWorld();
const PACKETS = 40_000;

function lists(share: number, cpus = 1, seed = 1): FlowLists {
  const options = { cpus, packets: PACKETS, seed, world };
  return buildFlowLists(findWorkload(`hit-share:${share}`), bigTable(20_000), options);
}

function keysOf(list: Uint32Array | undefined): string[] {
  const words = list ?? new Uint32Array();
  return Array.from(
    { length: words.length / 2 },
    (_, i) => `${swapBytes(words[2 * i] ?? 0)} ${swapBytes(words[2 * i + 1] ?? 0)}`,
  );
}

/** How often each flow comes. */
function countsOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe("hit-share", () => {
  it.each([0, 0.25, 0.9, 1])("gives a share of %f to flows that come again", (share) => {
    const counts = countsOf(keysOf(lists(share).perCpu[0]));
    // 8,192 residents share the rest, so of these few come once only at shares above 0.
    const once = [...counts.values()].filter((count) => count === 1).length;
    const mean = (PACKETS * share) / 8_192;
    const residentsOnce = share === 0 ? 0 : 8_192 * mean * Math.exp(-mean);
    expect(once).toBeGreaterThan(PACKETS * (1 - share) + residentsOnce - 600);
    expect(once).toBeLessThan(PACKETS * (1 - share) + residentsOnce + 600);
    if (share === 1) expect(counts.size).toBeLessThanOrEqual(8_192);
    if (share === 0) expect(counts.size).toBe(PACKETS);
  });

  it("has the same sources and destinations in both kinds of flows", () => {
    const parts = [0, 1].map((share) => keysOf(lists(share).perCpu[0]).map((k) => k.split(" ")));
    const [fresh, resident] = parts.map((keys) =>
      [0, 1].map((i) => new Set(keys.map((k) => k[i]))),
    );
    for (const i of [0, 1]) {
      const all = new Set([...(fresh?.[i] ?? []), ...(resident?.[i] ?? [])]);
      expect(all.size).toBe(i === 0 ? 4_096 : 8_192);
    }
  });

  it("draws every flow but the residents once before any comes again", () => {
    const sources = Uint32Array.from({ length: 8 }, (_, i) => i);
    const destinations = Uint32Array.from({ length: 16 }, (_, i) => 100 + i);
    const options = { cpus: 1, packetsPerCpu: 1, seed: 3 };
    const resident = { share: 0, flows: 16 };
    const drawer = new HitShareDrawer({ sources, destinations }, resident, new Prng(1), options);
    const seen = new Set<string>();
    for (let i = 0; i < 8 * 16 - 16; i++) {
      drawer.draw();
      expect(drawer.saddr).not.toBe((drawer.daddr - 100) % 8);
      seen.add(`${drawer.saddr} ${drawer.daddr}`);
    }
    expect(seen.size).toBe(8 * 16 - 16);
  });

  it.each([1, 2])("renews what was fresh, there only, with flows of that CPU (%i CPUs)", (cpus) => {
    const made = lists(0.5, cpus);
    const before = made.perCpu.map((list) => keysOf(list));
    const all = new Set(before.flat());
    made.perCpu.forEach((list, cpu) => {
      const words = new Uint32Array(list.length + 10);
      words.set(list, 10);
      made.renewal?.renew(cpu, made.packetsPerCpu - 1_000, 2_000, words, 10);
      const after = keysOf(words.subarray(10));
      const changed = after.flatMap((key, at) => (key === before[cpu]?.[at] ? [] : [at]));
      expect(changed.length).toBeGreaterThan(850);
      expect(changed.length).toBeLessThan(1_150);
      for (const at of changed) {
        expect(at < 1_000 || at >= made.packetsPerCpu - 1_000).toBe(true);
        const [saddr = 0, daddr = 0] = (after[at] ?? "").split(" ").map(Number);
        expect(rssCpu(saddr, daddr, cpus)).toBe(cpu);
        expect(all.has(after[at] ?? "")).toBe(false);
        all.add(after[at] ?? "");
      }
    });
  });

  it.each([1, 1_000, 8_192, 20_000])("has %i flows where that many are asked for", (flows) => {
    const options = { cpus: 1, packets: 12 * flows, seed: 1, world };
    const made = buildFlowLists(findWorkload(`flows:${flows}`), bigTable(20_000), options);
    expect(made.flows).toBeGreaterThan(0.999 * flows - 1);
    expect(made.flows).toBeLessThanOrEqual(flows);
    expect(made.distinctDestinations).toBeLessThanOrEqual(Math.min(flows, 8_192));
  });

  it("keeps fresh flows apart from more residents than destinations", () => {
    const sources = Uint32Array.from({ length: 8 }, (_, i) => i);
    const destinations = Uint32Array.from({ length: 16 }, (_, i) => 100 + i);
    const options = { cpus: 1, packetsPerCpu: 1, seed: 3 };
    const drawn = (share: number): Set<string> => {
      const resident = { share, flows: 40 };
      const drawer = new HitShareDrawer({ sources, destinations }, resident, new Prng(1), options);
      const seen = new Set<string>();
      for (let i = 0; i < 2_000; i++) {
        drawer.draw();
        seen.add(`${drawer.saddr} ${drawer.daddr}`);
      }
      return seen;
    };
    const [fresh, resident] = [drawn(0), drawn(1)];
    expect(resident.size).toBe(40);
    expect([...fresh].filter((flow) => resident.has(flow))).toEqual([]);
  });

  it("refuses more flows than the table has", () => {
    const options = { cpus: 1, packets: 1_000, seed: 1, world };
    expect(() => buildFlowLists(findWorkload("flows:33554432"), bigTable(1), options)).toThrow(
      /this table has \d+ flows; allowed: as many or less/,
    );
  });

  it("takes as many addresses as the greatest power of two", () => {
    expect(powerOfTwoOf(new Uint32Array(4_096))).toHaveLength(4_096);
    expect(powerOfTwoOf(new Uint32Array(4_095))).toHaveLength(2_048);
    expect(powerOfTwoOf(new Uint32Array(1))).toHaveLength(1);
  });
});
