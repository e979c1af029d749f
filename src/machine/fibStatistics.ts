/**
 * The figures of a routing table, read from a machine's bytes: the zones of a hash, or what
 * /proc/net/fib_triestat prints of a trie. While no window runs; the image writes them over the
 * request area (`assembly/net/fib/fibTrieStat.ts`, `assembly/net/fib/fnHashStat.ts`).
 */
import type { RouteTable } from "../reference/world.js";
import { type Machine, RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./machine.js";
import { fibKindOf } from "./plan.js";

/** Internal nodes of 2^bits children. */
export interface NodesOfBits {
  readonly bits: number;
  readonly nodes: number;
}

/** A trie, by the lines of /proc/net/fib_triestat and what they leave out. */
export interface TrieStatistics {
  readonly kind: "trie";
  /** Internal nodes above a leaf, on average; 0 without leaves. */
  readonly averageDepth: number;
  readonly maxDepth: number;
  readonly leaves: number;
  readonly prefixes: number;
  readonly internalNodes: number;
  /** Widths that occur, narrow ones first. */
  readonly nodesByBits: readonly NodesOfBits[];
  readonly pointers: number;
  readonly nullPointers: number;
  /** As the kernel adds it up: leaves, leaf_infos, tnodes and their pointers, without aliases. */
  readonly totalBytes: number;
  readonly aliases: number;
  /** Bytes of all objects as they were allocated, aliases among them. */
  readonly allocatedBytes: number;
}

/** All prefixes of one length. */
export interface ZoneStatistics {
  readonly order: number;
  readonly divisor: number;
  readonly entries: number;
  readonly aliases: number;
  readonly longestChain: number;
  /** Buckets with a chain of 0, 1, … nodes; the last column stands for its number and more. */
  readonly chains: readonly number[];
}

/** A hash: its zones, longest prefixes first, which is the order in which a lookup asks them. */
export interface HashStatistics {
  readonly kind: "hash";
  readonly zones: readonly ZoneStatistics[];
  readonly prefixes: number;
  readonly aliases: number;
  /** Bytes of all objects as they were allocated. */
  readonly allocatedBytes: number;
}

export type FibStatistics = TrieStatistics | HashStatistics;

/** Reads words of the record that an image has written. */
class Reader {
  constructor(
    private readonly machine: Machine,
    private readonly at: number,
  ) {}

  word(offset: number): number {
    return this.machine.u32[(this.at + offset) / 4] ?? 0;
  }

  field(name: string): number {
    return this.word(this.machine.layout.at(name));
  }

  wide(name: string): number {
    const offset = this.machine.layout.at(name);
    return this.word(offset) + this.word(offset + 4) * 2 ** 32;
  }
}

function readTrie(machine: Machine, reader: Reader): TrieStatistics {
  const size = (name: string): number => machine.layout.at(name);
  const leaves = reader.field("TRIE_STAT_LEAVES");
  const prefixes = reader.field("TRIE_STAT_PREFIXES");
  const internalNodes = reader.field("TRIE_STAT_TNODES");
  const pointers = reader.field("TRIE_STAT_POINTERS");
  const widths = Array.from({ length: 33 }, (_, bits) => {
    return { bits, nodes: reader.word(size("TRIE_STAT_OF_BITS") + 4 * bits) };
  });
  return {
    kind: "trie",
    averageDepth: leaves === 0 ? 0 : reader.wide("TRIE_STAT_TOTAL_DEPTH") / leaves,
    maxDepth: reader.field("TRIE_STAT_MAX_DEPTH"),
    leaves,
    prefixes,
    internalNodes,
    nodesByBits: widths.filter(({ nodes }) => nodes > 0),
    pointers,
    nullPointers: reader.field("TRIE_STAT_NULL_POINTERS"),
    totalBytes:
      leaves * size("LEAF_BYTES") +
      prefixes * size("LEAF_INFO_BYTES") +
      internalNodes * size("TNODE_CHILDREN") +
      pointers * 8,
    aliases: reader.field("TRIE_STAT_ALIASES"),
    allocatedBytes: reader.wide("TRIE_STAT_BYTES"),
  };
}

function readZone(machine: Machine, reader: Reader, number: number): ZoneStatistics {
  const at = machine.layout.at("FN_STAT_ZONES") + number * machine.layout.at("FN_STAT_ZONE");
  const [order = 0, divisor = 0, entries = 0, longestChain = 0, aliases = 0, ...chains] =
    Array.from({ length: 5 + machine.layout.at("FN_STAT_CHAINS") }, (_, i) =>
      reader.word(at + 4 * i),
    );
  return { order, divisor, entries, aliases, longestChain, chains };
}

function readHash(machine: Machine, reader: Reader): HashStatistics {
  const zones = Array.from({ length: reader.field("HASH_STAT_ZONES") }, (_, number) =>
    readZone(machine, reader, number),
  );
  return {
    kind: "hash",
    zones,
    prefixes: reader.field("HASH_STAT_NODES"),
    aliases: reader.field("HASH_STAT_ALIASES"),
    allocatedBytes: reader.wide("HASH_STAT_BYTES"),
  };
}

/** The figures of one table of a machine at rest. */
export function readFibStatistics(machine: Machine, table: RouteTable): FibStatistics {
  const id = table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
  machine.cpu(machine.controlCpu).call("fibStatRequest", id);
  const reader = new Reader(machine, machine.word("SB_REQUEST_AT"));
  const isHash = fibKindOf(machine.image.row) === "hash";
  return isHash ? readHash(machine, reader) : readTrie(machine, reader);
}
