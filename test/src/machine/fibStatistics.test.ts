/** The figures of a table: of a small one by hand, and that both kinds hold the same routes. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  type HashStatistics,
  readFibStatistics,
  type TrieStatistics,
} from "../../../src/machine/fibStatistics.js";
import { machineOf, type Small, smallExperiment } from "./smallExperiment.js";

/** Prefix lengths of a small experiment's main table, longest first, with their number. */
function lengthsOf(small: Small): [length: number, prefixes: number][] {
  const counts = new Map<number, number>();
  const count = (length: number): void => {
    counts.set(length, (counts.get(length) ?? 0) + 1);
  };
  small.table.lengths.forEach(count);
  for (const { table, length } of small.world.routes) if (table === "main") count(length);
  return [...counts].sort(([a], [b]) => b - a);
}

describe("readFibStatistics", () => {
  let small: Small;
  let trie: TrieStatistics;
  let hash: HashStatistics;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release", "linux-3.10+fib=hash.release"]);
    const [one, other] = [0, 1].map((i) => readFibStatistics(machineOf(small, i), "main"));
    if (one?.kind !== "trie" || other?.kind !== "hash") throw new RangeError("kinds");
    trie = one;
    hash = other;
  });

  it("counts the same prefixes and routes in a trie and a hash", () => {
    const routes = lengthsOf(small).reduce((sum, [, count]) => sum + count, 0);
    expect([trie.prefixes, trie.aliases]).toEqual([routes, routes]);
    expect([hash.prefixes, hash.aliases]).toEqual([routes, routes]);
  });

  it("gives the zones longest first, each with its buckets by length of chain", () => {
    expect(hash.zones.map(({ order, entries }) => [order, entries])).toEqual(lengthsOf(small));
    for (const { divisor, entries, longestChain, chains } of hash.zones) {
      expect(chains.reduce((sum, buckets) => sum + buckets, 0)).toBe(divisor);
      if (longestChain >= chains.length - 1) continue;
      expect(chains.reduce((sum, buckets, nodes) => sum + buckets * nodes, 0)).toBe(entries);
      expect(chains.findLastIndex((buckets) => buckets > 0)).toBe(longestChain);
    }
    // 875 of 24 bits: 16, 256 from the 34th on, 1024 from the 514th.
    expect(hash.zones.find(({ order }) => order === 24)).toMatchObject({ divisor: 1024 });
  });

  it("gives a trie's shape as fib_triestat does, each pointer a child or null", () => {
    const nodes = trie.nodesByBits.reduce((sum, width) => sum + width.nodes, 0);
    const pointers = trie.nodesByBits.reduce(
      (sum, width) => sum + width.nodes * 2 ** width.bits,
      0,
    );
    expect([nodes, pointers]).toEqual([trie.internalNodes, trie.pointers]);
    // Every node but the root is some node's child.
    expect(trie.pointers - trie.nullPointers).toBe(trie.leaves + trie.internalNodes - 1);
    expect(trie.averageDepth).toBeGreaterThan(1);
    expect(trie.averageDepth).toBeLessThanOrEqual(trie.maxDepth);
    const parts = 40 * trie.leaves + 56 * trie.prefixes + 64 * nodes + 8 * pointers;
    expect(trie.totalBytes).toBe(parts);
    expect(trie.allocatedBytes).toBeGreaterThan(parts + 56 * trie.aliases);
  });

  it("adds what a hash takes: nodes of 40 bytes, aliases of 56, zones, buckets", () => {
    const buckets = hash.zones.reduce((sum, zone) => sum + Math.max(32, 8 * zone.divisor), 0);
    const objects = 40 * hash.prefixes + 56 * hash.aliases + 40 * hash.zones.length;
    expect(hash.allocatedBytes).toBe(objects + buckets);
  });

  it("tells the tables apart", () => {
    const routes = small.world.routes.filter(({ table }) => table === "local").length;
    for (const i of [0, 1])
      expect(readFibStatistics(machineOf(small, i), "local").aliases).toBe(routes);
  });
});
