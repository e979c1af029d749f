/**
 * `show fib`: the figures of the local and the main table. A trie as /proc/net/fib_triestat prints
 * it; a hash as its zones, for which 2.6 has no such file: order, divisor, entries, chains.
 */
import type {
  FibStatistics,
  HashStatistics,
  TrieStatistics,
  ZoneStatistics,
} from "../machine/fibStatistics.js";

/** The figures of a table, and what the kernel calls it. */
export interface ShownTable {
  readonly name: string;
  readonly statistics: FibStatistics;
}

const KIB = 1024;

/** Sizes as the kernel's file names them: bytes of a leaf and of an internal node. */
export interface NodeSizes {
  readonly leafBytes: number;
  readonly tnodeBytes: number;
}

/** Hundredths without rounding up, as the kernel's fixed-point arithmetic has them. */
function hundredths(value: number): string {
  const whole = Math.floor(value);
  return `${whole}.${String(Math.floor(value * 100) % 100).padStart(2, "0")}`;
}

function trieLines(trie: TrieStatistics): string[] {
  const widths = trie.nodesByBits.map(({ bits, nodes }) => `  ${bits}: ${nodes}`).join("");
  return [
    `\tAver depth:     ${hundredths(trie.averageDepth)}`,
    `\tMax depth:      ${trie.maxDepth}`,
    `\tLeaves:         ${trie.leaves}`,
    `\tPrefixes:       ${trie.prefixes}`,
    `\tInternal nodes: ${trie.internalNodes}`,
    `\t${widths}`,
    `\tPointers: ${trie.pointers}`,
    `Null ptrs: ${trie.nullPointers}`,
    `Total size: ${Math.ceil(trie.totalBytes / KIB)}  kB`,
  ];
}

function cells(zone: ZoneStatistics): string[] {
  const { order, divisor, entries, longestChain } = zone;
  const chains = zone.chains.slice(0, longestChain + 1);
  return [order, divisor, entries, longestChain, chains.join(" ")].map(String);
}

const ZONE_HEADS = ["zone", "divisor", "entries", "longest", "buckets with a chain of 0, 1, …"];

function zoneLines(hash: HashStatistics): string[] {
  const rows = [ZONE_HEADS, ...hash.zones.map(cells)];
  const widths = ZONE_HEADS.slice(0, 4).map((_, i) => {
    return Math.max(...rows.map((row) => (row[i] ?? "").length));
  });
  const lines = rows.map((row) => {
    const numbers = widths.map((width, i) => (row[i] ?? "").padStart(width));
    return `\t${numbers.join("  ")}  ${row[4] ?? ""}`;
  });
  const size = `Total size: ${Math.ceil(hash.allocatedBytes / KIB)}  kB`;
  return [...lines, `\tPrefixes: ${hash.prefixes}`, `\tAliases: ${hash.aliases}`, size];
}

/** The tables, one after the other; `sizes` are those of a trie's nodes. */
export function fibLines(tables: readonly ShownTable[], sizes: NodeSizes): string[] {
  const isTrie = tables.some(({ statistics }) => statistics.kind === "trie");
  const { leafBytes, tnodeBytes } = sizes;
  const head = isTrie
    ? [`Basic info: size of leaf: ${leafBytes} bytes, size of tnode: ${tnodeBytes} bytes.`]
    : [];
  const body = tables.flatMap(({ name, statistics }) => {
    return [
      `${name}:`,
      ...(statistics.kind === "trie" ? trieLines(statistics) : zoneLines(statistics)),
    ];
  });
  return [...head, ...body];
}
