/** `show fib`: a trie as a kernel prints it, a hash by its zones. */
import { describe, expect, it } from "vitest";
import { fibLines } from "../../../src/report/showFib.js";

const SIZES = { leafBytes: 40, tnodeBytes: 40 };

const TRIE = {
  kind: "trie",
  averageDepth: 2.679,
  maxDepth: 5,
  leaves: 11,
  prefixes: 12,
  internalNodes: 9,
  nodesByBits: [
    { bits: 1, nodes: 6 },
    { bits: 2, nodes: 2 },
    { bits: 4, nodes: 1 },
  ],
  pointers: 36,
  nullPointers: 17,
  totalBytes: 1025,
  aliases: 12,
  allocatedBytes: 2048,
} as const;

const HASH = {
  kind: "hash",
  zones: [
    { order: 32, divisor: 16, entries: 12, aliases: 12, longestChain: 2, chains: [6, 8, 2, 0] },
    { order: 0, divisor: 1, entries: 1, aliases: 2, longestChain: 1, chains: [0, 1, 0, 0] },
  ],
  prefixes: 13,
  aliases: 14,
  allocatedBytes: 3000,
} as const;

describe("fibLines", () => {
  it("prints a trie by the lines of /proc/net/fib_triestat", () => {
    expect(fibLines([{ name: "Main", statistics: TRIE }], SIZES)).toEqual([
      "Basic info: size of leaf: 40 bytes, size of tnode: 40 bytes.",
      "Main:",
      "\tAver depth:     2.67",
      "\tMax depth:      5",
      "\tLeaves:         11",
      "\tPrefixes:       12",
      "\tInternal nodes: 9",
      "\t  1: 6  2: 2  4: 1",
      "\tPointers: 36",
      "Null ptrs: 17",
      "Total size: 2  kB",
    ]);
  });

  it("prints a hash by its zones, longest prefixes first, with the lengths of chains", () => {
    const tables = [
      { name: "Local", statistics: HASH },
      { name: "Main", statistics: { ...HASH, zones: [] } },
    ];
    expect(fibLines(tables, SIZES)).toEqual([
      "Local:",
      "\tzone  divisor  entries  longest  buckets with a chain of 0, 1, …",
      "\t  32       16       12        2  6 8 2",
      "\t   0        1        1        1  0 1",
      "\tPrefixes: 13",
      "\tAliases: 14",
      "Total size: 3  kB",
      "Main:",
      "\tzone  divisor  entries  longest  buckets with a chain of 0, 1, …",
      "\tPrefixes: 13",
      "\tAliases: 14",
      "Total size: 3  kB",
    ]);
  });
});
