/**
 * inet_peer: what is known of a destination, whatever routes lead there (2.6.39): metrics that
 * transports have written, and a path MTU that somebody has learned.
 *
 *   G_INET_PEER  line 0  lock │ buckets, mask, peers      line 1  peer generation
 *   bucket ─▶ peer ─▶ peer      chains by address
 *
 *   0 │ next │ address │ refcnt │ pmtu_expires │ pmtu_orig │ pmtu_learned │ pad
 *  64 │ metrics: 16 words, the first is NEW until somebody has copied to them
 *
 * Invariant: refcnt == entries whose `peer` points here. A peer without references stays, because
 * what it knows outlives routes; where there are more than the threshold, one without references
 * makes room in its own chain.
 *
 * Who may touch it: chains and `peers` under the lock; `refcnt`, `pmtu_expires` and the generation
 * are shared (atomic); `pmtu_orig`, `pmtu_learned` and metrics are racy-ok: writers do not lock, in
 * the kernel either.
 *
 * Departs from the kernel: a hash instead of an AVL tree; no times to live, no redirects, no IP
 * ids. Only images with DST_METRICS_COW have peers.
 */
import {
  atomicAdd32,
  atomicCmpxchg32,
  atomicLoad32,
  atomicStore32,
  atomicSub32,
  plainLoad32,
  plainStore32,
} from "../../arch/atomic";
import { bootAlloc } from "../../arch/regions";
import { G_INET_PEER, superBlockAt } from "../../arch/superblock";
import { bugOn, SITE_PEER_REFCOUNT } from "../../arch/trap";
import { DEBUG } from "../../config";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { hash32 } from "../../lib/hash";
import { KMEM_CACHE_INET_PEER } from "../../mm/caches";
import { Slab } from "../../mm/slab";
import { SLAB_INET_GETPEER, SLAB_UNLINK_UNUSED, slabSite } from "../../mm/slabOwner";

/** First metric of a peer that has none yet. */
const INETPEER_METRICS_NEW: u32 = 0xffffffff;
/** `inet_peer_threshold`: peers above which one without references makes room. */
const INET_PEER_THRESHOLD: u32 = 65536 + 128;
const BUCKET_BITS: u32 = 10;

@unmanaged
export class InetPeer {
  next: u32;
  /** Network byte order. */
  daddr: u32;
  private _refcnt: u32;
  private _pmtuExpires: u32;
  /** MTU metric before `pmtuLearned` took its place. */
  pmtuOrig: u32;
  pmtuLearned: u32;
  private _pad0: u64;
  private _pad1: u64;
  private _pad2: u64;
  private _pad3: u64;
  private _pad4: u64;
  private _metric0: u64;
  private _metric2: u64;
  private _metric4: u64;
  private _metric6: u64;
  private _metric8: u64;
  private _metric10: u64;
  private _metric12: u64;
  private _metric14: u64;

  @inline get refcntAt(): usize {
    return changetype<usize>(this) + offsetof<InetPeer>("_refcnt");
  }
  /** Jiffies until which `pmtuLearned` holds; 0 = nothing learned. */
  @inline get pmtuExpires(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<InetPeer>("_pmtuExpires"));
  }
  @inline set pmtuExpires(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<InetPeer>("_pmtuExpires"), v);
  }
  @inline get metricsAt(): usize {
    return changetype<usize>(this) + offsetof<InetPeer>("_metric0");
  }
}

/** Bytes of a peer. */
export const INET_PEER_BYTES: usize = 128;
if (offsetof<InetPeer>() != INET_PEER_BYTES) ERROR("a peer has two lines");
if (offsetof<InetPeer>("_metric0") != 64) ERROR("a peer's metrics have a line of their own");

const LOCK: usize = 0;
const BUCKETS: usize = 8;
const PEERS: usize = 12;
const GENID: usize = 64;

/** For walkers: buckets of the hash, and in the superblock their place and the number of peers. */
export const INET_PEER_BUCKETS: u32 = (<u32>1) << BUCKET_BITS;
export const INET_PEERS_BUCKETS_AT: usize = G_INET_PEER + BUCKETS;
export const INET_PEERS: usize = G_INET_PEER + PEERS;
export const PEER_REFCNT: usize = offsetof<InetPeer>("_refcnt");

function section(): usize {
  return superBlockAt() + G_INET_PEER;
}

/** No peers. Called once by `boot()`; false if the boot region is too small. */
export function inetPeerInit(): bool {
  const buckets = bootAlloc((<usize>4) << BUCKET_BITS, 64);
  if (!buckets) return false;
  plainStore32(section() + BUCKETS, <u32>buckets);
  return true;
}

/** Generation of what peers have learned; entries compare it with their own at each check.
 * Follows `rt_peer_genid`. */
export function rtPeerGenid(): u32 {
  return atomicLoad32(section() + GENID);
}

/** A peer has learned something: entries look again. */
export function rtPeerGenidBump(): void {
  atomicAdd32(section() + GENID, 1);
}

function bucketOf(daddr: u32): usize {
  return <usize>plainLoad32(section() + BUCKETS) + ((<usize>hash32(daddr, BUCKET_BITS)) << 2);
}

/**
 * The peer of `daddr` (network order) with one more reference, made if `create`; 0 if there is none
 * or no memory. Follows `inet_getpeer`.
 */
export function inetGetpeer(daddr: u32, create: bool): usize {
  const bucket = bucketOf(daddr);
  spinLockBh(section() + LOCK);
  let at: usize = plainLoad32(bucket);
  while (at && changetype<InetPeer>(at).daddr != daddr) at = changetype<InetPeer>(at).next;
  if (!at && create) at = peerNew(bucket, daddr);
  if (at) atomicAdd32(changetype<InetPeer>(at).refcntAt, 1);
  spinUnlockBh(section() + LOCK);
  return at;
}

/** A new peer at the head of its chain, without references. Under the lock. */
function peerNew(bucket: usize, daddr: u32): usize {
  if (plainLoad32(section() + PEERS) >= INET_PEER_THRESHOLD) peerUnlinkUnused(bucket);
  if (DEBUG) slabSite(SLAB_INET_GETPEER);
  const at = Slab.alloc(KMEM_CACHE_INET_PEER);
  if (!at) return 0;
  const peer = changetype<InetPeer>(at);
  peer.next = plainLoad32(bucket);
  peer.daddr = daddr;
  atomicStore32(peer.refcntAt, 0);
  peer.pmtuExpires = 0;
  peer.pmtuOrig = 0;
  peer.pmtuLearned = 0;
  plainStore32(peer.metricsAt, INETPEER_METRICS_NEW);
  plainStore32(bucket, <u32>at);
  plainStore32(section() + PEERS, plainLoad32(section() + PEERS) + 1);
  return at;
}

/** Frees the first peer of a chain that nothing refers to. Under the lock, which whoever takes a
 * reference holds. */
function peerUnlinkUnused(bucket: usize): void {
  let link = bucket;
  for (let at: usize = plainLoad32(link); at; at = plainLoad32(link)) {
    const peer = changetype<InetPeer>(at);
    if (atomicLoad32(peer.refcntAt) == 0) {
      plainStore32(link, peer.next);
      plainStore32(section() + PEERS, plainLoad32(section() + PEERS) - 1);
      if (DEBUG) slabSite(SLAB_UNLINK_UNUSED);
      Slab.free(KMEM_CACHE_INET_PEER, at);
      return;
    }
    link = at;
  }
}

/** One more reference for who copies an entry that has one. */
export function inetHoldpeer(at: usize): void {
  atomicAdd32(changetype<InetPeer>(at).refcntAt, 1);
}

/** Drops a reference; the peer stays. Follows `inet_putpeer`. */
export function inetPutpeer(at: usize): void {
  const old = atomicSub32(changetype<InetPeer>(at).refcntAt, 1);
  bugOn(old == 0, SITE_PEER_REFCOUNT);
}

/** True if nobody has given this peer metrics yet. Follows `inet_metrics_new`. */
export function inetMetricsNew(peer: InetPeer): bool {
  return plainLoad32(peer.metricsAt) == INETPEER_METRICS_NEW;
}

/** What the peer has learned is not to be used any more; false if another CPU said so first, or
 * it has learned anew since `expires` was read. */
export function inetPeerForget(peer: InetPeer, expires: u32): bool {
  const at = changetype<usize>(peer) + offsetof<InetPeer>("_pmtuExpires");
  return atomicCmpxchg32(at, expires, 0) == expires;
}

/** Peers that there are, for walkers. */
export function inetPeers(): u32 {
  return plainLoad32(section() + PEERS);
}
