/**
 * Control plane of the hash FIB: zones, their growth, and nodes in and out (spec 4.3). Under RTNL;
 * what readers can reach is changed inside `fib_hash_lock` only, and memory is taken and given back
 * outside of it.
 *
 *   divisor   1 for length 0, else 16, then 256, 1024, and twice as many each time
 *   grows     when a route is added to a zone with nent > 2 × divisor, if divisor < FN_DIVISOR_MAX
 *             and the length has more than `divisor` prefixes (2^order, or order 32)
 *
 * Objects come from the pools of `tablePool.ts`, in kmalloc's sizes. They are freed at once: no
 * reader that entered before the change is inside any more when the writer leaves.
 */
import { plainLoad32 } from "../../arch/atomic";
import { hlistAddHeadRcu, hlistDelRcu } from "../../lib/hlist";
import { listInit } from "../../lib/listHead";
import { writeLock, writeUnlock } from "../../lib/rwlock";
import { FIB_NODE_BYTES, FibNode } from "./fibNode";
import { FnHash } from "./fnHash";
import { fibHashLockAt } from "./fnHashLookup";
import { FN_ZONE_BYTES, FnZone } from "./fnZone";
import { TABLE_KIND_HASH, tableClass, tablePartClear } from "./tablePart";
import { poolAlloc, poolFree } from "./tablePool";
import { maskOfLength } from "./trieNode";

/** Object classes of this kind of part, beside CLASS_ALIAS. */
export const CLASS_NODE: u32 = 0;
export const CLASS_ZONE: u32 = 2;
/** Arrays of 2^n buckets are of class CLASS_BUCKETS + n. */
export const CLASS_BUCKETS: u32 = 3;
/**
 * The largest array: the kernel's largest contiguous allocation, 4 MiB (order 10 of 4 KiB pages),
 * by 8 bytes a bucket.
 */
export const FN_DIVISOR_MAX: u32 = 524_288;
export const FN_DIVISOR_FIRST: u32 = 16;
const DIVISOR_BITS_MAX: u32 = 19;
/** The kernel's smallest kmalloc. */
const BUCKETS_BYTES_MIN: u32 = 32;

if ((<u32>1) << DIVISOR_BITS_MAX != FN_DIVISOR_MAX) ERROR("the classes end at FN_DIVISOR_MAX");

/** Makes an empty table part for hashes. False if the region is too small. */
export function fnHashInit(): bool {
  if (!tablePartClear(TABLE_KIND_HASH)) return false;
  tableClass(CLASS_NODE).stride = <u32>FIB_NODE_BYTES;
  tableClass(CLASS_ZONE).stride = <u32>FN_ZONE_BYTES;
  for (let n: u32 = 0; n <= DIVISOR_BITS_MAX; n++) {
    const bytes: u32 = (<u32>8) << n;
    tableClass(CLASS_BUCKETS + n).stride = bytes > BUCKETS_BYTES_MIN ? bytes : BUCKETS_BYTES_MIN;
  }
  return true;
}

function classOfBuckets(divisor: u32): u32 {
  return CLASS_BUCKETS + ctz<u32>(divisor);
}

/** `zone` takes its place in the list, behind the next longer one that exists. */
function linkZone(hash: FnHash, zone: FnZone): void {
  let longer = changetype<FnZone>(0);
  for (let at = hash.first; !at.none && at.order > zone.order; at = at.next) longer = at;
  if (longer.none) {
    zone.next = hash.first;
    hash.first = zone;
  } else {
    zone.next = longer.next;
    longer.next = zone;
  }
  hash.setZone(zone.order, zone);
}

/** A new zone, linked; none if the part is full. Follows `fn_new_zone`. */
function newZone(hash: FnHash, order: u32): FnZone {
  const none = changetype<FnZone>(0);
  const divisor: u32 = order == 0 ? 1 : FN_DIVISOR_FIRST;
  const at = poolAlloc(CLASS_ZONE);
  if (at == 0) return none;
  const buckets = poolAlloc(classOfBuckets(divisor));
  if (buckets == 0) {
    poolFree(CLASS_ZONE, at);
    return none;
  }
  const zone = changetype<FnZone>(at);
  zone.hashAt = <u32>buckets;
  zone.divisor = divisor;
  zone.hashMask = divisor - 1;
  zone.order = order;
  zone.mask = maskOfLength(order);
  writeLock(fibHashLockAt());
  linkZone(hash, zone);
  writeUnlock(fibHashLockAt());
  return zone;
}

/** The zone of length `order`, made if it is missing; none if the part is full. */
export function fnZoneFor(hash: FnHash, order: u32): FnZone {
  const zone = hash.zone(order);
  return zone.none ? newZone(hash, order) : zone;
}

/** Buckets after the next growth. */
export function fnNextDivisor(divisor: u32): u32 {
  if (divisor == 16) return 256;
  if (divisor == 256) return 1024;
  return divisor << 1;
}

/** Whether a zone of so many nodes grows before the next route is added. */
export function fnGrowthIsDue(nent: u32, divisor: u32, order: u32): bool {
  if (nent <= divisor << 1 || divisor >= FN_DIVISOR_MAX) return false;
  return order == 32 || (<u32>1) << order > divisor;
}

/** Puts every node of `zone` into the `divisor` empty buckets at `buckets`. */
function rehash(zone: FnZone, buckets: usize, divisor: u32): void {
  const oldAt: usize = zone.hashAt;
  const oldDivisor = zone.divisor;
  zone.hashAt = <u32>buckets;
  zone.divisor = divisor;
  zone.hashMask = divisor - 1;
  for (let i: u32 = 0; i < oldDivisor; i++) {
    let node = changetype<FibNode>(<usize>plainLoad32(oldAt + ((<usize>i) << 3)));
    while (!node.none) {
      const next = node.next;
      hlistAddHeadRcu(changetype<usize>(node), zone.bucket(node.key));
      node = next;
    }
  }
}

/** Gives `zone` more buckets if they are due; without memory it stays as it is. Follows
 * `fn_rehash_zone`. */
export function fnGrow(zone: FnZone): void {
  if (!fnGrowthIsDue(zone.nent, zone.divisor, zone.order)) return;
  const old: usize = zone.hashAt;
  const oldDivisor = zone.divisor;
  const divisor = fnNextDivisor(oldDivisor);
  const buckets = poolAlloc(classOfBuckets(divisor));
  if (buckets == 0) return;
  writeLock(fibHashLockAt());
  rehash(zone, buckets, divisor);
  writeUnlock(fibHashLockAt());
  poolFree(classOfBuckets(oldDivisor), old);
}

/** The node of `key` in `zone`, or none. Follows `fib_find_node`. */
export function fnFindNode(zone: FnZone, key: u32): FibNode {
  let node = changetype<FibNode>(<usize>plainLoad32(zone.bucket(key)));
  while (!node.none && node.key != key) node = node.next;
  return node;
}

/** A node for `key` that nobody can see, without aliases; none if the part is full. */
export function fnNodeNew(key: u32): FibNode {
  const node = changetype<FibNode>(poolAlloc(CLASS_NODE));
  if (node.none) return node;
  node.key = key;
  listInit(node.falh);
  return node;
}

/** Frees a node that nobody can see. */
export function fnNodeFree(node: FibNode): void {
  poolFree(CLASS_NODE, changetype<usize>(node));
}

/** Links `node` into its chain; the writer is inside the lock. Follows `fib_insert_node`. */
export function fnLinkNode(zone: FnZone, node: FibNode): void {
  hlistAddHeadRcu(changetype<usize>(node), zone.bucket(node.key));
  zone.nent += 1;
}

/** Takes `node` out of its chain; the writer is inside the lock. */
export function fnUnlinkNode(zone: FnZone, node: FibNode): void {
  hlistDelRcu(changetype<usize>(node));
  zone.nent -= 1;
}
