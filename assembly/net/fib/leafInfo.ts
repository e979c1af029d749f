/**
 * `leaf_info`: the routes of one prefix length at a leaf. In the table part.
 *
 *   ╒═ 0 hlist node 16 ═╤═ 16 plen │ 20 mask ═╤═ 24 falh 16 ═╤═ 40 rcu 16 ═╕   56 bytes
 *
 * On the leaf's list, longest prefix first; `falh` heads the list of its aliases.
 * Invariants: mask == maskPfx(plen), leaf.key & mask == leaf.key, falh is not empty but inside a
 * writer's call. Published by the list; `plen` and `mask` are complete before.
 */
@unmanaged
export class LeafInfo {
  private _node0: u64;
  private _node1: u64;
  plen: u32;
  /** The prefix length as a mask: spares a lookup the shift. */
  maskPlen: u32;
  private _falh0: u64;
  private _falh1: u64;
  private _rcu0: u64;
  private _rcu1: u64;

  /** Head of the list of aliases. */
  @inline get falh(): usize {
    return changetype<usize>(this) + offsetof<LeafInfo>("_falh0");
  }
  @inline get rcuHead(): usize {
    return changetype<usize>(this) + offsetof<LeafInfo>("_rcu0");
  }
}

/** Offsets of `falh` and `rcuHead`, for those who have one of them. */
export const LEAF_INFO_FALH: usize = 24;
export const LEAF_INFO_RCU: usize = 40;

/** Bytes of a leaf_info. */
export const LEAF_INFO_BYTES: usize = 56;

if (offsetof<LeafInfo>() != LEAF_INFO_BYTES) ERROR("LeafInfo is 56 bytes");
if (offsetof<LeafInfo>("_falh0") != LEAF_INFO_FALH) ERROR("LEAF_INFO_FALH is stale");
if (offsetof<LeafInfo>("_rcu0") != LEAF_INFO_RCU) ERROR("LEAF_INFO_RCU is stale");
