/**
 * What a hash table looks like: its zones with the lengths of their chains, and what the accounts
 * need.
 *
 *   0 zones │ 4 nodes │ 8 aliases │ 12 — │ 16 bytes u64 (objects of the table, with their rounding)
 *   24 … a record of 22 words for each zone, longest prefixes first:
 *        0 order │ 1 divisor │ 2 entries │ 3 longest chain │ 4 aliases
 *        5 … 21 buckets with a chain of 0, 1, … 15 nodes, and of 16 or more
 *
 * The host gives the address and reads the words. Under RTNL.
 */
import { fillBytes, plainLoad32, plainStore32 } from "../../arch/atomic";
import { listNext } from "../../lib/listHead";
import { FibNode } from "./fibNode";
import { FN_ZONES, fnHashOf } from "./fnHash";
import { CLASS_BUCKETS, CLASS_NODE, CLASS_ZONE } from "./fnHashBuild";
import { FnZone } from "./fnZone";
import { CLASS_ALIAS, FibTable, tableClass } from "./tablePart";

/** Lengths of chains that are told apart: 0 to 15, and more. */
export const FN_STAT_CHAINS: u32 = 17;
/** Bytes of a zone's record. */
export const FN_STAT_ZONE: usize = 20 + ((<usize>FN_STAT_CHAINS) << 2);

@unmanaged
export class FnHashStat {
  zones: u32;
  nodes: u32;
  aliases: u32;
  private _pad: u32;
  bytes: u64;
}

/** Where the first record begins. */
export const FN_STAT_ZONES: usize = 24;
/** Bytes that the host reserves for one FnHashStat. */
export const FN_HASH_STAT_BYTES: usize = FN_STAT_ZONES + <usize>FN_ZONES * FN_STAT_ZONE;

if (offsetof<FnHashStat>() != FN_STAT_ZONES) ERROR("the records follow the sums");

@unmanaged
class FnZoneStat {
  order: u32;
  divisor: u32;
  entries: u32;
  longest: u32;
  aliases: u32;
}

function aliasesOf(node: FibNode): u32 {
  let aliases: u32 = 0;
  for (let at = listNext(node.falh); at != node.falh; at = listNext(at)) aliases += 1;
  return aliases;
}

/** Counts one chain into the record at `zs`; `chains` is its histogram. */
function countChain(first: FibNode, zs: FnZoneStat, chains: usize): void {
  let length: u32 = 0;
  for (let node = first; !node.none; node = node.next) {
    length += 1;
    zs.aliases += aliasesOf(node);
  }
  if (length > zs.longest) zs.longest = length;
  const column = length < FN_STAT_CHAINS - 1 ? length : FN_STAT_CHAINS - 1;
  const at = chains + ((<usize>column) << 2);
  plainStore32(at, plainLoad32(at) + 1);
}

function countZone(zone: FnZone, zs: FnZoneStat): void {
  const chains = changetype<usize>(zs) + offsetof<FnZoneStat>();
  zs.order = zone.order;
  zs.divisor = zone.divisor;
  zs.entries = zone.nent;
  for (let i: u32 = 0; i < zone.divisor; i++) countChain(zone.first(i), zs, chains);
}

function bytesOf(zone: FnZone, zs: FnZoneStat): u64 {
  const buckets: u64 = tableClass(CLASS_BUCKETS + ctz<u32>(zone.divisor)).stride;
  const nodes = <u64>zs.entries * <u64>tableClass(CLASS_NODE).stride;
  const aliases = <u64>zs.aliases * <u64>tableClass(CLASS_ALIAS).stride;
  return <u64>tableClass(CLASS_ZONE).stride + buckets + nodes + aliases;
}

/** Fills `stat` with the figures of `table`. */
export function fnHashStat(table: FibTable, stat: FnHashStat): void {
  fillBytes(changetype<usize>(stat), 0, FN_HASH_STAT_BYTES);
  let at = changetype<usize>(stat) + FN_STAT_ZONES;
  for (let zone = fnHashOf(table).first; !zone.none; zone = zone.next) {
    const zs = changetype<FnZoneStat>(at);
    countZone(zone, zs);
    stat.zones += 1;
    stat.nodes += zs.entries;
    stat.aliases += zs.aliases;
    stat.bytes += bytesOf(zone, zs);
    at += FN_STAT_ZONE;
  }
}
