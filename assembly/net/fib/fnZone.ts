/**
 * `fn_zone`: all prefixes of one length, as a hash of fib_nodes. In the table part.
 *
 *   zone     0 next 8 │ 8 hash 8 │ 16 nent │ 20 divisor │ 24 hashMask │ 28 order │ 32 mask │ 36 —
 *   buckets  divisor × 8 bytes: the first fib_node of each chain
 *
 * The kernel's fields (estimated, 40 bytes). `next` leads to the next shorter length that exists.
 * Invariants outside of a writer's call:
 *   divisor is a power of two: 1 for order 0, else 16, 256, 1024, 2048, … FN_DIVISOR_MAX
 *   hashMask == divisor - 1,  mask == maskOfLength(order)
 *   nent == nodes of all chains;  a node is on the chain that its key hashes to
 * A zone never shrinks and never disappears, empty or not.
 *
 * Shared, under `fib_hash_lock`: plain words that readers read inside it and a writer changes
 * inside it alone; `nent` is read by holders of RTNL only.
 */
import { plainLoad32 } from "../../arch/atomic";
import { FibNode } from "./fibNode";

@unmanaged
export class FnZone {
  private _next: u32;
  private _nextHigh: u32;
  /** Address of the buckets. */
  hashAt: u32;
  private _hashHigh: u32;
  /** Nodes of the zone. */
  nent: u32;
  /** Buckets. */
  divisor: u32;
  hashMask: u32;
  /** Prefix length. */
  order: u32;
  mask: u32;
  private _pad: u32;

  @inline get none(): bool {
    return changetype<usize>(this) == 0;
  }
  @inline get next(): FnZone {
    return changetype<FnZone>(<usize>this._next);
  }
  @inline set next(zone: FnZone) {
    this._next = <u32>changetype<usize>(zone);
  }
  /** Address of the bucket of `key`, which has no bits behind the zone's length. */
  @inline bucket(key: u32): usize {
    return this.bucketAt(fnHashOfKey(key, this.order, this.hashMask));
  }
  @inline bucketAt(number: u32): usize {
    return <usize>this.hashAt + ((<usize>number) << 3);
  }
  /** First node of bucket `number`, or none. */
  @inline first(number: u32): FibNode {
    return changetype<FibNode>(<usize>plainLoad32(this.bucketAt(number)));
  }
}

export const FN_ZONE_BYTES: usize = 40;

if (offsetof<FnZone>() != FN_ZONE_BYTES) ERROR("FnZone is 40 bytes");

/**
 * Bucket of `key` (host order) in a zone of length `order`. Follows `fn_hash`. Of order 0 the only
 * bucket: the shift, which Wasm takes modulo 32, does not matter there.
 */
export function fnHashOfKey(key: u32, order: u32, hashMask: u32): u32 {
  let h = key >> (<u32>32 - order);
  h ^= h >> 20;
  h ^= h >> 10;
  h ^= h >> 5;
  return h & hashMask;
}
