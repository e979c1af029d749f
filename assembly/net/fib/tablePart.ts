/**
 * The table part: a region of bytes with tables, what finds their routes, and aliases, that
 * machines of one kind of FIB share.
 *
 *   tableAt ─▶ ╒═ 0 TablePart ═╤═ 64 local ═╤═ 448 main ═╤═ 832 26 × TableClass ═╤═ 4096 pages … ═╕
 *   a table    ╒═ 0 FibTable ══╤═ 64 its data: `fn_hash`, 272 bytes; a trie needs the root only ═╕
 *
 * It is loaded once, saved, and put back at the same offset by one copy; so it holds nothing of a
 * machine: fib_infos by number, no lock, no counts of the design part. Before it is saved or shared
 * no object may wait for RCU (`waiting == 0` for all classes).
 *
 * Owner: the CPU that holds RTNL of the one machine that may change it; `root` is published, and
 * `returned` and `returns` of a class are shared with RCU callbacks.
 */
import { fillBytes, readOnce32 } from "../../arch/atomic";
import { superBlock } from "../../arch/superblock";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { TNODE_CHILDREN, TrieNode } from "./trieNode";

export const TABLE_MAGIC: u32 = 0x66696274;
export const TABLE_KIND_TRIE: u32 = 0;
export const TABLE_KIND_HASH: u32 = 1;

@unmanaged
export class TablePart {
  magic: u32;
  bytes: u32;
  /** Next page that no class has taken. */
  nextPageAt: u32;
  /** 1: no reader can be in a table (boot, bulk load): what is replaced is freed at once. */
  loading: u32;
  /** Nodes that the change in progress has replaced, linked by `deadNext`. */
  deadHead: u32;
  /** Bytes of nodes given to RCU since the last forced grace period. */
  deadBytes: u32;
  /** Times an inflate or halve was given up for want of memory: `resize_node_skipped`. */
  resizeSkipped: u32;
  /** TABLE_KIND_…: what finds the routes. */
  kind: u32;
  private _pad1: u64;
  private _pad2: u64;
  private _pad3: u64;
  private _pad4: u64;
}

/** `fib_table` of one id. */
@unmanaged
export class FibTable {
  id: u32;
  /** Routes of length 0: the kernel's `tb_num_default`. */
  numDefault: u32;
  private _root: u32;
  private _rootHigh: u32;
  private _line0: u64;
  private _line1: u64;
  private _line2: u64;
  private _line3: u64;
  private _line4: u64;
  private _line5: u64;

  @inline get rootAt(): usize {
    return changetype<usize>(this) + offsetof<FibTable>("_root");
  }
  @inline get root(): TrieNode {
    return changetype<TrieNode>(<usize>readOnce32(this.rootAt));
  }
}

/** A cache of objects of one size; what a `kmem_cache` is, for one writer. */
@unmanaged
export class TableClass {
  /** Bytes from one object to the next. */
  stride: u32;
  /** Free objects, linked by their first word. Owner only. */
  freeHead: u32;
  /** Objects never used yet: [nextAt, endAt). */
  nextAt: u32;
  endAt: u32;
  /** Objects that exist: used once or more. */
  carved: u32;
  /** Objects in a trie, or new. */
  live: u32;
  /** Objects ever given to RCU, and (shared) ever come back. Both wrap. */
  retired: u32;
  private _returns: u32;
  /**
   * Came back from RCU, linked by their first word. Shared: push by any CPU, taken by the owner.
   */
  private _returned: u32;
  private _pad: u32;

  @inline get returnsAt(): usize {
    return changetype<usize>(this) + offsetof<TableClass>("_returns");
  }
  @inline get returnedAt(): usize {
    return changetype<usize>(this) + offsetof<TableClass>("_returned");
  }
}

/** Leaves and leaf_infos share a cache, as in the kernel. */
export const CLASS_LEAF: u32 = 0;
export const CLASS_ALIAS: u32 = 1;
/** tnodes of `bits` are of class CLASS_TNODE + bits - 1. */
export const CLASS_TNODE: u32 = 2;
/** Object size of the first two classes: the larger of leaf (40) and leaf_info (56); fib_alias. */
const LEAF_CLASS_BYTES: usize = 56;
/** A node of 2^24 children is 128 MiB: a wider one means a corrupted table. */
export const TNODE_BITS_MAX: u32 = 24;
export const CLASSES: u32 = CLASS_TNODE + TNODE_BITS_MAX;

/** From a FibTable to its data: the kernel's `tb_data`. */
export const TABLE_DATA: usize = 64;
/** Room for a FibTable and its data. */
const TABLE_BYTES: usize = 384;
const LOCAL_AT: usize = 64;
const MAIN_AT: usize = LOCAL_AT + TABLE_BYTES;
const CLASSES_AT: usize = MAIN_AT + TABLE_BYTES;
/** Unit in which classes take memory, and the size of the header. */
export const TABLE_PAGE: usize = 4096;

if (offsetof<TablePart>() != LOCAL_AT) ERROR("TablePart is one line");
if (offsetof<FibTable>() != TABLE_DATA) ERROR("FibTable is one line");
if (CLASSES_AT + <usize>CLASSES * offsetof<TableClass>() > TABLE_PAGE) ERROR("header overflows");

/** The table part of this machine. */
export function tablePart(): TablePart {
  return changetype<TablePart>(<usize>superBlock().tableAt);
}

/** Account of object class `id` (CLASS_…, below CLASSES) in the table part. */
export function tableClass(id: u32): TableClass {
  return changetype<TableClass>(
    <usize>superBlock().tableAt + CLASSES_AT + <usize>id * offsetof<TableClass>(),
  );
}

/** Address of the table of `id`, RT_TABLE_LOCAL or RT_TABLE_MAIN; 0 for another. */
export function fibTableAt(id: u32): usize {
  const base: usize = superBlock().tableAt;
  if (id == RT_TABLE_MAIN) return base + MAIN_AT;
  if (id == RT_TABLE_LOCAL) return base + LOCAL_AT;
  return 0;
}

/** Bytes of kmalloc's caches: a small tnode takes one of these, a large one whole pages. */
function kmallocBytes(bytes: usize): usize {
  if (bytes > TABLE_PAGE) return (bytes + TABLE_PAGE - 1) & ~(TABLE_PAGE - 1);
  if (bytes <= 96) return 96;
  if (bytes <= 128) return 128;
  if (bytes <= 192) return 192;
  let size: usize = 256;
  while (size < bytes) size <<= 1;
  return size;
}

/**
 * Makes an empty table part of `kind` in the bytes the superblock names, with two tables and no
 * class. False if they are too few.
 */
export function tablePartClear(kind: u32): bool {
  const sb = superBlock();
  if (<usize>sb.tableBytes < 2 * TABLE_PAGE) return false;
  fillBytes(sb.tableAt, 0, TABLE_PAGE);
  const part = tablePart();
  part.magic = TABLE_MAGIC;
  part.kind = kind;
  part.bytes = sb.tableBytes;
  part.nextPageAt = <u32>((<usize>sb.tableAt + 2 * TABLE_PAGE - 1) & ~(TABLE_PAGE - 1));
  changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)).id = RT_TABLE_LOCAL;
  changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)).id = RT_TABLE_MAIN;
  tableClass(CLASS_ALIAS).stride = <u32>LEAF_CLASS_BYTES;
  return true;
}

/** Makes an empty table part for tries. False if the region is too small. */
export function tablePartInit(): bool {
  if (!tablePartClear(TABLE_KIND_TRIE)) return false;
  tableClass(CLASS_LEAF).stride = <u32>LEAF_CLASS_BYTES;
  for (let bits: u32 = 1; bits <= TNODE_BITS_MAX; bits++) {
    const bytes: usize = TNODE_CHILDREN + ((<usize>8) << bits);
    tableClass(CLASS_TNODE + bits - 1).stride = <u32>kmallocBytes(bytes);
  }
  return true;
}
