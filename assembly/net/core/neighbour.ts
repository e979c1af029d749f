/**
 * neighbour: the link-layer address of a next hop, and the Ethernet header made from it.
 *
 * Fields of 3.10 at estimated offsets of a 384-byte object (the kernel's is about that with its
 * key; device and key come last there too, so a lookup touches the first and the last line):
 *
 *      0  next (hash chain)      44  refcnt     176  nud_state     192  ha
 *    224  hh_len  228 hh_lock (sequence, spinlock)     240  hh_data (2 pad + 14 bytes Ethernet)
 *    336  rcu_head               352  dev       360  primary_key
 *
 * The hardware header is read by every packet under its seqlock and copied in front of the data as
 * 16 aligned bytes. Readers walk the chain under RCU-bh and take no reference (spec §7, era B).
 *
 * Table at G_NEIGH: buckets @0, shift @4, entries @8, lock @12, hash secret @16. Writers hold the
 * lock.
 * Invariants: entries == Σ chain lengths; refcnt == 1 (the table's); one device reference
 * each. Static entries (PERMANENT) only: resolution, states and growth of the hash come later, so a
 * miss is a drop with its own counter and creates nothing.
 */
import {
  atomicLoad32,
  atomicStore32,
  plainLoad32,
  plainLoad64,
  plainStore16,
  plainStore32,
  plainStore64,
  publish32,
  readOnce32,
} from "../../arch/atomic";
import { COST_NEIGH_LOOKUP, countCost } from "../../arch/costs";
import { bootAlloc } from "../../arch/regions";
import { G_NEIGH, superBlock, superBlockAt } from "../../arch/superblock";
import { RCU_FUNC_NEIGH_FREE } from "../../calls/rcu";
import { DEBUG } from "../../config";
import { EEXIST, ENOBUFS } from "../../errno";
import { callRcuBh } from "../../kernel/callRcu";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { hash32 } from "../../lib/hash";
import { readSeqbegin, readSeqretry, writeSeqlock, writeSequnlock } from "../../lib/seqlock";
import { KMEM_CACHE_NEIGHBOUR } from "../../mm/caches";
import { kmemCacheAlloc, kmemCacheFree } from "../../mm/slab";
import { devHold, devPut, NetDevice } from "./netDevice";

export const NUD_REACHABLE: u32 = 0x02;
export const NUD_NOARP: u32 = 0x40;
export const NUD_PERMANENT: u32 = 0x80;
export const NUD_CONNECTED: u32 = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;

/** Bytes of the cached header: Ethernet's 14, aligned up to 16 with the padding in front. */
export const HH_DATA_MOD: usize = 16;
export const ETH_HLEN: u32 = 14;
/** EtherType IPv4 as a little-endian CPU loads it. */
export const ETH_P_IP_LE: u32 = 0x0008;

@unmanaged
export class Neighbour {
  private _next: u32;
  private _nextHigh: u32;
  tbl: u64;
  parms: u64;
  confirmed: u64;
  updated: u64;
  lock: u32;
  refcnt: u32;
  arpQueue: u64;
  private _queue1: u64;
  private _queue2: u64;
  private _queue3: u64;
  private _timer0: u64;
  private _timer1: u64;
  private _timer2: u64;
  private _timer3: u64;
  private _timer4: u64;
  private _timer5: u64;
  private _timer6: u64;
  private _timer7: u64;
  private _timer8: u64;
  private _timer9: u64;
  used: u64;
  probes: u64;
  private _nudState: u32;
  private _type: u32;
  private _haLock: u64;
  ha0: u64;
  ha1: u64;
  ha2: u64;
  ha3: u64;
  hhLen: u32;
  private _hhSequence: u32;
  private _hhSpin: u32;
  private _pad0: u32;
  private _hhData: u64;
  private _hhData1: u64;
  private _hhRoom0: u64;
  private _hhRoom1: u64;
  private _hhRoom2: u64;
  private _hhRoom3: u64;
  private _hhRoom4: u64;
  private _hhRoom5: u64;
  private _hhRoom6: u64;
  private _hhRoom7: u64;
  output: u64;
  ops: u64;
  private _rcuNext: u64;
  private _rcuFunc: u64;
  dev: u32;
  private _devHigh: u32;
  /** Next-hop address in network byte order. */
  primaryKey: u32;

  @inline get nextAt(): usize {
    return changetype<usize>(this);
  }
  @inline get nudState(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<Neighbour>("_nudState"));
  }
  @inline set nudState(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<Neighbour>("_nudState"), v);
  }
  @inline get hhLockAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("_hhSequence");
  }
  @inline get hhDataAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("_hhData");
  }
  @inline get rcuHeadAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("_rcuNext");
  }
}

export const NEIGHBOUR_BYTES: usize = 384;
if (offsetof<Neighbour>() > NEIGHBOUR_BYTES) ERROR("Neighbour overflows");
if (offsetof<Neighbour>("dev") != 352) ERROR("the drawing of Neighbour is wrong");
if (offsetof<Neighbour>("_nudState") != 176) ERROR("the drawing of Neighbour is wrong");
if (offsetof<Neighbour>("_hhData") % HH_DATA_MOD != 0) ERROR("hh_data must be 16-aligned");

@unmanaged
class NeighTable {
  buckets: u32;
  shift: u32;
  entries: u32;
  lock: u32;
  secret: u32;
}

function arpTbl(): NeighTable {
  return changetype<NeighTable>(superBlockAt() + G_NEIGH);
}

/** Makes the table with room for `expected` entries at a load of at most one. False: no memory. */
export function neighTableInit(expected: u32): bool {
  let shift: u32 = 3;
  while (shift < 20 && (<u32>1) << shift < expected) shift++;
  const t = arpTbl();
  const at = bootAlloc((<usize>8) << shift, 64);
  if (!at) return false;
  t.buckets = <u32>at;
  t.shift = shift;
  t.entries = 0;
  t.secret = superBlock().seed | 1;
  return true;
}

/** 3.10's `arp_hashfn`: (key XOR hash32(dev)) · secret, top bits. */
function neighBucketAt(t: NeighTable, dev: usize, key: u32): usize {
  const h = (key ^ hash32(<u32>dev, 32)) * t.secret;
  return <usize>t.buckets + ((<usize>(h >> (32 - t.shift))) << 3);
}

/** Entry of (dev, key) or 0; no reference, caller is in an RCU-bh section.
 * Follows 3.10's `__ipv4_neigh_lookup_noref`. */
export function ipv4NeighLookupNoref(dev: usize, key: u32): usize {
  if (DEBUG) countCost(COST_NEIGH_LOOKUP);
  let at: usize = readOnce32(neighBucketAt(arpTbl(), dev, key));
  while (at) {
    const n = changetype<Neighbour>(at);
    if (n.primaryKey == key && <usize>n.dev == dev) return at;
    at = readOnce32(n.nextAt);
  }
  return 0;
}

/** Writes the hardware header: destination, source, type. Follows `eth_header_cache`. */
function neighHhInit(n: Neighbour, dev: NetDevice, macLow: u32, macHigh: u32): void {
  const at = n.hhDataAt;
  writeSeqlock(n.hhLockAt);
  plainStore16(at, 0);
  plainStore32(at + 2, macLow);
  plainStore16(at + 6, macHigh);
  plainStore32(at + 8, dev.macLow);
  plainStore16(at + 12, dev.macHigh);
  plainStore16(at + 14, ETH_P_IP_LE);
  writeSequnlock(n.hhLockAt);
  n.hhLen = ETH_HLEN;
}

/** Adds a PERMANENT entry. Returns 0, -EEXIST or -ENOBUFS. Takes a device reference. The entry is
 * made first and looked for under the lock, as `__neigh_create` does. */
export function neighAddPermanent(dev: usize, key: u32, macLow: u32, macHigh: u32): i32 {
  const t = arpTbl();
  const at = kmemCacheAlloc(KMEM_CACHE_NEIGHBOUR);
  if (!at) return -ENOBUFS;
  const n = changetype<Neighbour>(at);
  for (let i: usize = 0; i < NEIGHBOUR_BYTES; i += 8) plainStore64(at + i, 0);
  n.refcnt = 1;
  n.dev = <u32>dev;
  n.primaryKey = key;
  devHold(dev);
  neighHhInit(n, changetype<NetDevice>(dev), macLow, macHigh);
  n.nudState = NUD_PERMANENT;
  const bucket = neighBucketAt(t, dev, key);
  spinLockBh(changetype<usize>(t) + offsetof<NeighTable>("lock"));
  if (ipv4NeighLookupNoref(dev, key)) {
    spinUnlockBh(changetype<usize>(t) + offsetof<NeighTable>("lock"));
    devPut(dev);
    kmemCacheFree(KMEM_CACHE_NEIGHBOUR, at);
    return -EEXIST;
  }
  plainStore32(n.nextAt, plainLoad32(bucket));
  publish32(bucket, <u32>at);
  t.entries++;
  spinUnlockBh(changetype<usize>(t) + offsetof<NeighTable>("lock"));
  return 0;
}

/** Removes every entry of a device, PERMANENT ones too; each is freed after a grace period.
 * Returns how many. Follows `neigh_ifdown`. */
export function neighIfdown(dev: usize): u32 {
  const t = arpTbl();
  let removed: u32 = 0;
  spinLockBh(changetype<usize>(t) + offsetof<NeighTable>("lock"));
  for (let i: usize = 0; i < (<usize>1) << t.shift; i++) {
    let link: usize = <usize>t.buckets + (i << 3);
    let at: usize = plainLoad32(link);
    while (at) {
      const n = changetype<Neighbour>(at);
      if (<usize>n.dev == dev) {
        publish32(link, plainLoad32(n.nextAt));
        callRcuBh(n.rcuHeadAt, RCU_FUNC_NEIGH_FREE);
        removed++;
      } else {
        link = n.nextAt;
      }
      at = plainLoad32(link);
    }
  }
  t.entries -= removed;
  spinUnlockBh(changetype<usize>(t) + offsetof<NeighTable>("lock"));
  return removed;
}

/** Frees an entry whose rcu_head is at `head`, after the grace period. */
export function neighFreeRcu(head: usize): void {
  const at = head - offsetof<Neighbour>("_rcuNext");
  devPut(changetype<Neighbour>(at).dev);
  kmemCacheFree(KMEM_CACHE_NEIGHBOUR, at);
}

/** Entries in the table. */
export function neighEntries(): u32 {
  return arpTbl().entries;
}

/** Copies the cached header in front of `data` (16-aligned). Follows `neigh_hh_output`. */
export function neighHhCopy(n: Neighbour, data: usize): void {
  let seq: u32;
  do {
    seq = readSeqbegin(n.hhLockAt);
    plainStore64(data - 16, plainLoad64(n.hhDataAt));
    plainStore64(data - 8, plainLoad64(n.hhDataAt + 8));
  } while (readSeqretry(n.hhLockAt, seq));
}
