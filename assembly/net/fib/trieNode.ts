/**
 * Nodes of the trie: `rt_trie_node`, which every node begins with, `leaf` and `tnode`. Table part.
 *
 *   node    0 parent 8 │ 8 key │ 12 pos │ 13 bits │ 14 fresh │ 15 —                        16 bytes
 *   leaf    node │ 16 list of leaf_info 8 │ 24 rcu 16                                      40 bytes
 *   tnode   node │ 16 full │ 20 empty │ 24 rcu 16 │ 40 — │ 64 child[0] 8 │ 72 child[1] 8 │ …
 *
 *   key bits, from the top:   0 ……… pos ………… pos + bits ………… 31
 *                             prefix │ index    │ below
 *
 * Sizes (estimated): a leaf has the kernel's fields, parent 8, key 4 (+4), list 8, rcu_head 16. A
 * tnode has parent 8, key 4, pos and bits 1 each (+2), full and empty 4 each, then the union that
 * defers its free; the kernel's header is 40 to 56 bytes, depending on that union. 64 here gives
 * the same kmalloc sizes for every `bits` up to 4 (96, 96, 128, 192).
 *
 * The kernel tells a leaf by the low bit of `parent`; here by bits == 0, on the word that the
 * lookup reads anyway.
 *
 * Invariants of a published tnode n, RTNL free:
 *   bits >= 1, pos + bits <= 32, key & ~maskPfx(pos) == 0
 *   full  == |{ i: child[i] is a tnode with child.pos == pos + bits }|
 *   empty == |{ i: child[i] == 0 }|,  2^bits - empty >= 2
 *   child[i].parent == n, child[i].key agrees with n.key in pos bits and has i in the next `bits`
 *
 * Who may touch it: `parent` and children are published words; key, pos and bits are complete
 * before and never change; full, empty and fresh are the writer's (RTNL).
 */
import { plainStore32, publish32, readOnce32 } from "../../arch/atomic";

@unmanaged
export class TrieNode {
  private _parent: u32;
  private _parentHigh: u32;
  /** Host order. */
  key: u32;
  /** Bits before the index, counted from the top. */
  pos: u8;
  /** Bits of the index; 0 is a leaf. */
  bits: u8;
  /** Not reachable for readers yet: may be freed at once. Always 0 in a leaf. */
  fresh: u8;
  private _pad: u8;

  @inline get none(): bool {
    return changetype<usize>(this) == 0;
  }
  @inline get isLeaf(): bool {
    return this.bits == 0;
  }
  @inline get parent(): Tnode {
    return changetype<Tnode>(
      <usize>readOnce32(changetype<usize>(this) + offsetof<TrieNode>("_parent")),
    );
  }
  @inline set parent(value: Tnode) {
    publish32(
      changetype<usize>(this) + offsetof<TrieNode>("_parent"),
      <u32>changetype<usize>(value),
    );
  }
  /** Sets the parent of a node that no reader can reach yet. */
  @inline initParent(value: Tnode): void {
    plainStore32(
      changetype<usize>(this) + offsetof<TrieNode>("_parent"),
      <u32>changetype<usize>(value),
    );
  }
}

@unmanaged
export class Leaf extends TrieNode {
  private _list: u32;
  private _listHigh: u32;
  private _rcu0: u64;
  private _rcu1: u64;

  /** Head of the list of leaf_info. */
  @inline get list(): usize {
    return changetype<usize>(this) + offsetof<Leaf>("_list");
  }
  @inline get rcuHead(): usize {
    return changetype<usize>(this) + offsetof<Leaf>("_rcu0");
  }
}

@unmanaged
export class Tnode extends TrieNode {
  full: u32;
  empty: u32;
  /**
   * Chain of nodes that a change replaced, until it is published: the first word of the rcu_head.
   */
  deadNext: u32;
  private _deadNextHigh: u32;
  private _rcu1: u64;
  private _pad0: u64;
  private _pad1: u64;
  private _pad2: u64;

  /** Child slots. */
  @inline get length(): u32 {
    return (<u32>1) << (<u32>this.bits);
  }
  @inline get used(): u32 {
    return this.length - this.empty;
  }
  /** Address of child slot `i`. */
  @inline slot(i: u32): usize {
    return changetype<usize>(this) + TNODE_CHILDREN + ((<usize>i) << 3);
  }
  @inline child(i: u32): TrieNode {
    return changetype<TrieNode>(<usize>readOnce32(this.slot(i)));
  }
  /** The slot for `key`. */
  @inline indexOf(key: u32): u32 {
    return (key << (<u32>this.pos)) >> (<u32>32 - <u32>this.bits);
  }
  @inline get rcuHead(): usize {
    return changetype<usize>(this) + TNODE_RCU;
  }
}

export const TNODE_CHILDREN: usize = 64;
export const TNODE_RCU: usize = 24;
export const LEAF_RCU: usize = 24;

/** Bytes of a leaf by its fields. */
export const LEAF_BYTES: usize = 40;

if (offsetof<TrieNode>() != 16) ERROR("TrieNode is 16 bytes");
if (offsetof<Leaf>() != LEAF_BYTES) ERROR("Leaf is 40 bytes");
if (offsetof<Leaf>("_rcu0") != LEAF_RCU) ERROR("LEAF_RCU is stale");
if (offsetof<Tnode>() != TNODE_CHILDREN) ERROR("the children follow the header");
if (offsetof<Tnode>("deadNext") != TNODE_RCU) ERROR("TNODE_RCU is stale");

/** The first `bits` bits, 0 to 31. */
export function maskPfx(bits: u32): u32 {
  return ~(<u32>0xffffffff >> bits);
}

/** The mask of prefix length `plen`, 0 to 32. */
export function maskOfLength(plen: u32): u32 {
  return plen == 0 ? 0 : (<u32>0xffffffff) << (<u32>32 - plen);
}

/** Whether `child` is an internal node that skips no bits below `n`: the kernel's `tnode_full`. */
export function isFullChild(n: Tnode, child: TrieNode): bool {
  return !child.none && !child.isLeaf && <u32>child.pos == <u32>n.pos + <u32>n.bits;
}
