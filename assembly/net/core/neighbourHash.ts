/**
 * The hash of the neighbour table, which grows by two and is keyed anew each time.
 *
 *   NeighHashTable   0 shift │ 4 secret │ 64 buckets, 8 bytes each            one for each shift
 *
 * A table of every size up to that for gc_thresh3 entries is laid out at boot, and each is used
 * once, for the table never shrinks: so an old one needs no freeing, and readers may still walk it.
 * They follow chains that are being turned over to the new table and may miss an entry, never loop;
 * who misses asks again under the table's lock before it adds one (`neighCreate`).
 *
 * Shift and secret are written before the table is published, buckets under the table's lock.
 */
import { plainLoad32, plainStore32, publish32, readOnce32 } from "../../arch/atomic";
import { bootAlloc } from "../../arch/regions";
import { hash32, jhashNew2Words, jhashOld2Words } from "../../lib/hash";
import { Neighbour } from "./neighbour";
import { NEIGH_JHASH_NEW, NEIGH_JHASH_OLD } from "./neighbourEra";
import { NEIGH_HASH_GROWS, neighStatInc } from "./neighbourStat";
import { NetDevice } from "./netDevice";

@unmanaged
export class NeighHashTable {
  shift: u32;
  secret: u32;

  @inline get bucketsAt(): usize {
    return changetype<usize>(this) + 64;
  }
}

/** Buckets at the start: 8. */
export const NEIGH_SHIFT_MIN: u32 = 3;
const NEIGH_SHIFT_MAX: u32 = 17;

/** Lays out tables for up to `entries` entries at a load of one; their first, or 0: no memory. */
export function neighHashReserve(entries: u32): usize {
  let shift = NEIGH_SHIFT_MIN;
  let bytes: usize = 64 + ((<usize>8) << shift);
  while (shift < NEIGH_SHIFT_MAX && (<u32>1) << shift < entries) {
    shift++;
    bytes += 64 + ((<usize>8) << shift);
  }
  const at = bootAlloc(bytes + 64, 64);
  if (!at) return 0;
  let next = at;
  for (let s = NEIGH_SHIFT_MIN; s <= shift; s++) {
    changetype<NeighHashTable>(next).shift = s;
    next += 64 + ((<usize>8) << s);
  }
  return at;
}

/** The table of twice the size, or 0 where none was laid out. */
function nextTable(t: NeighHashTable): usize {
  const at = t.bucketsAt + ((<usize>8) << t.shift);
  return changetype<NeighHashTable>(at).shift == t.shift + 1 ? at : 0;
}

/** Address of the bucket of (dev, key). Follows 3.10's `arp_hashfn`: (key XOR hash32(dev)) ·
 * secret, top bits; in 2.6 `arp_hash`: Jenkins' hash of key and ifindex, low bits. */
export function neighBucketAt(t: NeighHashTable, dev: usize, key: u32): usize {
  if (NEIGH_JHASH_OLD || NEIGH_JHASH_NEW) {
    const ifindex = changetype<NetDevice>(dev).ifindex;
    const j = NEIGH_JHASH_OLD
      ? jhashOld2Words(key, ifindex, t.secret)
      : jhashNew2Words(key, ifindex, t.secret);
    return t.bucketsAt + ((<usize>(j & (((<u32>1) << t.shift) - 1))) << 3);
  }
  const h = (key ^ hash32(<u32>dev, 32)) * t.secret;
  return t.bucketsAt + ((<usize>(h >> (32 - t.shift))) << 3);
}

/**
 * Moves all entries to the table of twice the size, under another secret, and publishes it in the
 * word at `nhtAt`. Under the table's lock. Nothing where no larger one was laid out. Follows
 * `neigh_hash_grow`.
 */
export function neighHashGrow(nhtAt: usize, secret: u32): void {
  const old = changetype<NeighHashTable>(<usize>plainLoad32(nhtAt));
  const at = nextTable(old);
  if (!at) return;
  neighStatInc(NEIGH_HASH_GROWS);
  const grown = changetype<NeighHashTable>(at);
  grown.secret = secret | 1;
  for (let i: usize = 0; i < (<usize>1) << old.shift; i++) {
    let n: usize = plainLoad32(old.bucketsAt + (i << 3));
    while (n) {
      const neigh = changetype<Neighbour>(n);
      const next: usize = plainLoad32(neigh.nextAt);
      const bucket = neighBucketAt(grown, neigh.dev, neigh.primaryKey);
      publish32(neigh.nextAt, plainLoad32(bucket));
      plainStore32(bucket, <u32>n);
      n = next;
    }
  }
  publish32(nhtAt, <u32>at);
}

/** Entry of (dev, key) in this table or 0. In an RCU-bh section, or under the table's lock. */
export function neighHashFind(t: NeighHashTable, dev: usize, key: u32): usize {
  let at: usize = readOnce32(neighBucketAt(t, dev, key));
  while (at) {
    const n = changetype<Neighbour>(at);
    if (n.primaryKey == key && <usize>n.dev == dev) return at;
    at = readOnce32(n.nextAt);
  }
  return 0;
}
