/**
 * The flow lists of every workload: seeds, shares of CPUs, laws, addresses.
 */
import { describe, expect, it } from "vitest";
import { netmask, swapBytes } from "../../../src/reference/ipv4Address.js";
import { zipfWeights } from "../../../src/workloads/aliasTable.js";
import { buildFlowLists, type FlowLists } from "../../../src/workloads/flows.js";
import { RoutedSpace } from "../../../src/workloads/routedSpace.js";
import { rssCpu } from "../../../src/workloads/rss.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { chiSquareScore } from "./chiSquare.js";
import { bigTable, tableOf } from "./tables.js";

const world = standardWorld();
const table = bigTable(2000);
const PACKETS = 20_000;

function lists(name: string, cpus = 1, seed = 1, from = table, packets = PACKETS): FlowLists {
  return buildFlowLists(findWorkload(name), from, { cpus, packets, seed, world });
}

/** All pairs of a list, in host order. */
function pairsOf(list: Uint32Array): [number, number][] {
  return Array.from({ length: list.length / 2 }, (_, pair) => [
    swapBytes(list[2 * pair] ?? 0),
    swapBytes(list[2 * pair + 1] ?? 0),
  ]);
}

describe.each(["internet-mix", "scan", "local-send", "single-flow", "hit-share"])("%s", (name) => {
  it("is the same for the same seed and another for another", () => {
    expect(lists(name, 2, 5)).toEqual(lists(name, 2, 5));
    expect(lists(name, 2, 5).perCpu).not.toEqual(lists(name, 2, 6).perCpu);
  });

  it.each([1, 2, 3, 64])("gives each of %i CPUs as many packets, and only its own", (cpus) => {
    const { perCpu, packetsPerCpu } = lists(name, cpus, 1, table, 10_000);
    expect(packetsPerCpu).toBe(Math.floor(10_000 / cpus));
    expect(perCpu.map((list) => list.length)).toEqual(Array(cpus).fill(2 * packetsPerCpu));
    const foreign = perCpu.flatMap((list, cpu) =>
      pairsOf(list).filter(([saddr, daddr]) => rssCpu(saddr, daddr, cpus) !== cpu),
    );
    expect(foreign).toEqual([]);
  });

  it("counts its flows and destinations, and uses routed addresses only", () => {
    const made = lists(name, 2);
    const pairs = made.perCpu.flatMap(pairsOf);
    expect(made.flows).toBe(new Set(pairs.map((pair) => pair.join())).size);
    const destinations = new Set(pairs.map(([, daddr]) => daddr));
    expect(made.distinctDestinations).toBe(destinations.size);
    const space = new RoutedSpace(table, world);
    const routed = new Set(table.prefixes.filter((_, row) => table.lengths[row] === 24));
    const used = [...destinations, ...pairs.map(([saddr]) => saddr)];
    const bad = used.filter((at) => !space.isUsable(at) || !routed.has((at & netmask(24)) >>> 0));
    expect(bad).toEqual([]);
  });
});

describe("internet-mix", () => {
  it("follows Zipf's law over prefixes, ranks not in address order", () => {
    // Prefixes that do not nest, so a destination tells its row.
    const flat = bigTable(7);
    const [list] = lists("internet-mix", 1, 3, flat).perCpu;
    const counts = new Float64Array(7);
    for (const [, daddr] of pairsOf(list ?? new Uint32Array())) {
      const row = flat.prefixes.indexOf((daddr & netmask(24)) >>> 0);
      counts[row] = (counts[row] ?? 0) + 1;
    }
    expect(Math.abs(chiSquareScore(counts.toSorted().reverse(), zipfWeights(7, 1)))).toBeLessThan(
      4,
    );
    expect(counts).not.toEqual(counts.toSorted().reverse());
    expect(counts).not.toEqual(counts.toSorted());
  });

  it("has four hosts in a prefix and four sources for a host, out of 4096", () => {
    const made = lists("internet-mix", 1, 3, bigTable(7));
    expect(made.distinctDestinations).toBe(28);
    expect(made.flows).toBeGreaterThan(4 * 28 * 0.9);
    expect(made.flows).toBeLessThanOrEqual(4 * 28);
    // 60,000 draws miss one of 4096 sources with a chance of 4096 * exp(-14.6), 1 in 500.
    const [list] = lists("scan", 1, 1, table, 60_000).perCpu;
    const sources = new Set(pairsOf(list ?? new Uint32Array()).map(([saddr]) => saddr));
    expect(sources.size).toBe(4096);
  });

  it("is flatter with a smaller exponent", () => {
    const flows = ["0", "0.8", "1", "1.4"].map((text) => lists(`internet-mix:${text}`).flows);
    expect(flows).toEqual(flows.toSorted((one, other) => other - one));
    expect(new Set(flows).size).toBe(4);
  });

  it("keeps each CPU's packets in the order drawn: one CPU's list holds those of two", () => {
    const [all] = lists("internet-mix", 1).perCpu;
    const [first] = lists("internet-mix", 2).perCpu;
    const own = pairsOf(all ?? new Uint32Array()).filter(([s, d]) => rssCpu(s, d, 2) === 0);
    const shared = Math.min(own.length, PACKETS / 2);
    expect(pairsOf(first ?? new Uint32Array()).slice(0, shared)).toEqual(own.slice(0, shared));
  });

  it("says what RSS offered", () => {
    const { offeredShare } = lists("internet-mix", 2);
    expect(offeredShare.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(Math.abs((offeredShare[0] ?? 0) - 0.5)).toBeLessThan(0.1);
  });
});

describe("scan", () => {
  it("hardly sees a flow twice", () => {
    const made = lists("scan");
    expect(made.flows / PACKETS).toBeGreaterThan(0.99);
  });
});

describe("local-send", () => {
  it("has the list of internet-mix", () => {
    expect(lists("local-send", 2).perCpu).toEqual(lists("internet-mix", 2).perCpu);
  });
});

describe("single-flow", () => {
  it("is one destination from one source for each CPU", () => {
    const { perCpu, flows } = lists("single-flow", 64);
    expect(flows).toBe(64);
    const pairs = perCpu.map((list) => new Set(pairsOf(list).map((pair) => pair.join())));
    expect(pairs.every((different) => different.size === 1)).toBe(true);
    expect(new Set(perCpu.flatMap(pairsOf).map(([, daddr]) => daddr)).size).toBe(1);
  });
});

describe("buildFlowLists", () => {
  it.each([
    [
      "internet-mix",
      tableOf("20.0.0.1/32"),
      64,
      6400,
      /too few flows for CPU \d+ .*; allowed: fewer/,
    ],
    ["single-flow", tableOf("20.0.0.1/32"), 64, 64, /^single-flow: none of 1 sources .*; allowed:/],
    ["scan", tableOf("20.0.0.0/8"), 3, 2, /^2 packets for 3 CPUs; allowed: one or more/],
    ["scan", tableOf("240.0.0.0/4"), 1, 9, /; allowed: prefixes outside of 0\/8/],
    ["single-flow", tableOf("10.1.0.0/24"), 1, 9, /; allowed: prefixes outside of 0\/8/],
  ])("refuses what cannot be drawn, in one line: %s %#", (name, from, cpus, packets, message) => {
    expect(() => lists(name, cpus, 1, from, packets)).toThrow(message);
  });
});
