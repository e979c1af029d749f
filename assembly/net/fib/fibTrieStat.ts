/**
 * What a table looks like: the figures of /proc/net/fib_triestat, and what the accounts need.
 *
 *   0 leaves │ 4 prefixes │ 8 aliases │ 12 — │ 16 totalDepth u64 │ 24 maxDepth │ 28 tnodes
 *   32 pointers │ 36 nullPointers │ 40 bytes u64 (objects in the trie, with their rounding)
 *   48 … tnodes by bits: 33 words, word b counts those of 2^b children
 *
 * The host gives the address and reads the words. Depth of a leaf: tnodes above it. Under RTNL.
 */
import { fillBytes, plainLoad32, plainStore32 } from "../../arch/atomic";
import { hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { listNext } from "../../lib/listHead";
import { LeafInfo } from "./leafInfo";
import { CLASS_ALIAS, CLASS_LEAF, CLASS_TNODE, FibTable, tableClass } from "./tablePart";
import { Leaf, Tnode, TrieNode } from "./trieNode";

@unmanaged
export class FibTrieStat {
  leaves: u32;
  /** Leaf_infos that have a route, which is all of them. */
  prefixes: u32;
  aliases: u32;
  private _pad: u32;
  totalDepth: u64;
  maxDepth: u32;
  tnodes: u32;
  pointers: u32;
  nullPointers: u32;
  bytes: u64;

  /** Address of the count of tnodes of `bits`. */
  @inline ofBits(bits: u32): usize {
    return changetype<usize>(this) + offsetof<FibTrieStat>() + ((<usize>bits) << 2);
  }
}

/** Bytes that the host reserves for one FibTrieStat. */
export const FIB_TRIE_STAT_BYTES: usize = 48 + 33 * 4;

if (offsetof<FibTrieStat>() != 48) ERROR("FibTrieStat has 48 bytes before its histogram");

function countLeaf(leaf: Leaf, depth: u32, stat: FibTrieStat): void {
  const leafBytes: u64 = tableClass(CLASS_LEAF).stride;
  const aliasBytes: u64 = tableClass(CLASS_ALIAS).stride;
  stat.leaves += 1;
  stat.totalDepth += depth;
  if (depth > stat.maxDepth) stat.maxDepth = depth;
  stat.bytes += leafBytes;
  for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
    const falh = changetype<LeafInfo>(at).falh;
    stat.prefixes += 1;
    stat.bytes += leafBytes;
    for (let fa = listNext(falh); fa != falh; fa = listNext(fa)) {
      stat.aliases += 1;
      stat.bytes += aliasBytes;
    }
  }
}

function countNode(node: TrieNode, depth: u32, stat: FibTrieStat): void {
  if (node.none) return;
  if (node.isLeaf) {
    countLeaf(changetype<Leaf>(node), depth, stat);
    return;
  }
  const n = changetype<Tnode>(node);
  const length = n.length;
  stat.tnodes += 1;
  stat.pointers += length;
  stat.nullPointers += n.empty;
  stat.bytes += tableClass(CLASS_TNODE + <u32>n.bits - 1).stride;
  const at = stat.ofBits(n.bits);
  plainStore32(at, plainLoad32(at) + 1);
  for (let i: u32 = 0; i < length; i++) countNode(n.child(i), depth + 1, stat);
}

/** Fills `stat` with the figures of `table`. */
export function fibTrieStat(table: FibTable, stat: FibTrieStat): void {
  fillBytes(changetype<usize>(stat), 0, FIB_TRIE_STAT_BYTES);
  countNode(table.root, 0, stat);
}
