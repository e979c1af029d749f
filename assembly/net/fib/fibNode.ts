/**
 * `fib_node`: the routes of one prefix in the hash FIB. In the table part, on the bucket of the
 * zone of its length that its key hashes to.
 *
 *   ╒═ 0 hlist node 16 ═╤═ 16 falh 16 ═╤═ 32 key │ 36 — ═╕   40 bytes
 *
 * The kernel's fields: hash chain, list of aliases, key (estimated). `key` is in host order here;
 * its bits behind the zone's length are zero. `falh` heads the list of its aliases and is not
 * empty outside of a writer's call.
 *
 * Shared, under `fib_hash_lock`: plain words that readers read inside it and a writer changes
 * inside it alone. `key` never changes while the node is linked.
 */
@unmanaged
export class FibNode {
  private _next: u32;
  private _nextHigh: u32;
  private _pprev: u64;
  private _falh0: u64;
  private _falh1: u64;
  /** Host order. */
  key: u32;
  private _pad: u32;

  @inline get none(): bool {
    return changetype<usize>(this) == 0;
  }
  /** The next node of the bucket, or none. */
  @inline get next(): FibNode {
    return changetype<FibNode>(<usize>this._next);
  }
  /** Head of the list of aliases. */
  @inline get falh(): usize {
    return changetype<usize>(this) + FIB_NODE_FALH;
  }
}

/** Offset of `falh`, for those who have it only. */
export const FIB_NODE_FALH: usize = 16;

/** Bytes of a fib_node. */
export const FIB_NODE_BYTES: usize = 40;

if (offsetof<FibNode>() != FIB_NODE_BYTES) ERROR("FibNode is 40 bytes");
if (offsetof<FibNode>("_falh0") != FIB_NODE_FALH) ERROR("FIB_NODE_FALH is stale");
