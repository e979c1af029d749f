/**
 * neighbour: the link-layer address of a next hop, and the Ethernet header made from it.
 *
 * Fields of 3.10 at estimated offsets of a 384-byte object (the kernel's is about that with its
 * key; device and key come last there too, so a lookup touches the first and the last line):
 *
 *      0  next (hash chain)      24  confirmed, updated      40  lock      44  refcnt
 *     48  arp_queue: head, tail, length, bytes               80  timer    160  used, probes
 *    176  nud_state  180 dead   192  ha
 *    224  hh_len  228 hh_lock (sequence, spinlock)     240  hh_data (2 pad + 14 bytes Ethernet)
 *    336  rcu_head               352  dev       360  primary_key
 *
 * The hardware header is read by every packet under its seqlock and copied in front of the data as
 * 16 aligned bytes. Readers walk the chain under RCU-bh and take no reference (spec §7, era B).
 *
 * Kinds of field: `next` published, under the table's lock; `nud_state` and what the NUD machine
 * needs (queue, probes, `updated`) under `lock`, the state read atomically without it; `used` and
 * `confirmed` racy-ok: jiffies that packets note; refcnt shared; the rest is written before it is
 * seen.
 *
 * Invariant at rest: refcnt == 1 if it is in the table, + 1 if its timer is pending, + dsts that
 * are bound to it. Destroyed at 0: device reference and table entry go at once, the memory after a
 * grace period. Files: `neighbourTable.ts` (who is in it), `neighbourState.ts` (the NUD machine),
 * `neighbourQueue.ts` (packets that wait).
 */
import {
  atomicAdd32,
  atomicCmpxchg32,
  atomicLoad32,
  atomicLoad64,
  atomicStore32,
  atomicStore64,
  atomicSub32,
  plainStore32,
  plainStore64,
} from "../../arch/atomic";
import { bugOn, SITE_NEIGH_REFCOUNT } from "../../arch/trap";
import { readSeqbegin, readSeqretry, writeSeqlock, writeSequnlock } from "../../lib/seqlock";
import { NetDevice } from "./netDevice";

export const NUD_NONE: u32 = 0x00;
export const NUD_INCOMPLETE: u32 = 0x01;
export const NUD_REACHABLE: u32 = 0x02;
export const NUD_STALE: u32 = 0x04;
export const NUD_DELAY: u32 = 0x08;
export const NUD_PROBE: u32 = 0x10;
export const NUD_FAILED: u32 = 0x20;
export const NUD_NOARP: u32 = 0x40;
export const NUD_PERMANENT: u32 = 0x80;
/** A timer is running. */
export const NUD_IN_TIMER: u32 = NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE;
/** The hardware address is known: packets are sent. */
export const NUD_VALID: u32 =
  NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
/** It was confirmed lately: packets are sent by the cached header and ask nothing. */
export const NUD_CONNECTED: u32 = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE;

/** Bytes of the cached header: Ethernet's 14, aligned up to 16 with the padding in front. */
export const HH_DATA_MOD: usize = 16;
export const ETH_HLEN: u32 = 14;
/** EtherTypes IPv4 and ARP as a little-endian CPU loads them. */
export const ETH_P_IP_LE: u32 = 0x0008;
export const ETH_P_ARP_LE: u32 = 0x0608;

@unmanaged
export class Neighbour {
  private _next: u32;
  private _nextHigh: u32;
  tbl: u64;
  parms: u64;
  /** Jiffies of the last proof that it can be reached. Racy-ok. */
  confirmed: u32;
  private _confirmedHigh: u32;
  /** Jiffies of the last change. Under the lock. */
  updated: u32;
  private _updatedHigh: u32;
  lock: u32;
  private _refcnt: u32;
  /** Packets that wait, oldest first, by `next`; how many, and their bytes. Under the lock. */
  queueHead: u32;
  queueTail: u32;
  queueLen: u32;
  queueBytes: u32;
  private _queue2: u64;
  private _queue3: u64;
  private _timer: u64;
  private _timer1: u64;
  private _timer2: u64;
  private _timer3: u64;
  private _timer4: u64;
  private _timer5: u64;
  private _timer6: u64;
  private _timer7: u64;
  private _timer8: u64;
  private _timer9: u64;
  /** Jiffies of the last packet that asked. Racy-ok. */
  used: u32;
  private _usedHigh: u32;
  /** Requests sent since the last answer. Under the lock. */
  probes: u32;
  private _probesHigh: u32;
  private _nudState: u32;
  private _dead: u32;
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
  /** First of the headers that entries share (`hhCache.ts`). Under the lock. */
  hh: u32;
  private _hhHigh: u32;
  private _ops: u64;
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
  /** Not in the table, not yet or no more. Written under the table's lock. */
  @inline get dead(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<Neighbour>("_dead"));
  }
  @inline set dead(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<Neighbour>("_dead"), v);
  }
  @inline get refcntAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("_refcnt");
  }
  @inline get lockAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("lock");
  }
  @inline get timerAt(): usize {
    return changetype<usize>(this) + offsetof<Neighbour>("_timer");
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

/** Offset of the rcu_head, for the callback. */
export const NEIGHBOUR_RCU_OFFSET: usize = offsetof<Neighbour>("_rcuNext");

/** Takes a reference; the caller has one, or a lock keeps the entry. Follows `neigh_hold`. */
export function neighHold(n: Neighbour): void {
  atomicAdd32(n.refcntAt, 1);
}

/** Takes a reference unless there is none left. What a lookup without the
 * table's lock does. */
export function neighHoldNotZero(n: Neighbour): bool {
  let seen = atomicLoad32(n.refcntAt);
  while (seen != 0) {
    const was = atomicCmpxchg32(n.refcntAt, seen, seen + 1);
    if (was == seen) return true;
    seen = was;
  }
  return false;
}

/** First reference of an entry that nobody else can see. */
export function neighRefInit(n: Neighbour): void {
  plainStore32(n.refcntAt, 1);
}

/** Drops a reference. True: it was the last one, and the caller destroys the entry. */
export function neighPut(n: Neighbour): bool {
  const old = atomicSub32(n.refcntAt, 1);
  bugOn(old == 0 || old > 0x7fffffff, SITE_NEIGH_REFCOUNT);
  return old == 1;
}

/** References; a snapshot. */
export function neighRefRead(n: Neighbour): u32 {
  return atomicLoad32(n.refcntAt);
}

/** True if the hardware address is the given one. Under the lock. */
export function neighHasAddress(n: Neighbour, macLow: u32, macHigh: u32): bool {
  return n.ha0 == (((<u64>macHigh) << 32) | <u64>macLow);
}

/**
 * Sets the hardware address and writes the header anew: destination, source, type. Under the lock,
 * or before the entry is seen. Follows `eth_header_cache` and `eth_header_cache_update`; departs:
 * the header is made when the address is learned, not by the first packet after that.
 */
export function neighSetAddress(n: Neighbour, macLow: u32, macHigh: u32): void {
  const dev = changetype<NetDevice>(<usize>n.dev);
  const mac = ((<u64>macHigh) << 32) | <u64>macLow;
  n.ha0 = mac;
  const source = ((<u64>dev.macHigh) << 32) | <u64>dev.macLow;
  writeSeqlock(n.hhLockAt);
  atomicStore64(n.hhDataAt, mac << 16);
  atomicStore64(n.hhDataAt + 8, source | ((<u64>ETH_P_IP_LE) << 48));
  writeSequnlock(n.hhLockAt);
  n.hhLen = ETH_HLEN;
}

/** Copies the cached header in front of `data` (16-aligned). Follows `neigh_hh_output`. */
export function neighHhCopy(n: Neighbour, data: usize): void {
  let seq: u32;
  do {
    seq = readSeqbegin(n.hhLockAt);
    plainStore64(data - 16, atomicLoad64(n.hhDataAt));
    plainStore64(data - 8, atomicLoad64(n.hhDataAt + 8));
  } while (readSeqretry(n.hhLockAt, seq));
}
