/**
 * hh_cache: the hardware header that entries of dst share, to 3.0; one for each neighbour and
 * protocol, made by the first packet that goes by an entry.
 *
 *    0 next (neighbour's list)   8 refcnt   12 type   16 len   20 output
 *   24 lock (2.6.18: rwlock @24; 2.6.39: sequence @24, spinlock @28)
 *   32 data: 2 pad + 14 bytes Ethernet
 *
 * Size 64, a line, estimated: the kernel's is 72 to 80 bytes by its fields.
 *
 * Invariant at rest: refcnt == 1 while its neighbour lists it, + dsts whose `hh` points here.
 * `next` is under the neighbour's lock, the data and `output` under the header's own; `output` is
 * read atomically without it. Freed at 0: a dst is destroyed a grace period after its last packet.
 */
import {
  atomicAdd32,
  atomicLoad32,
  atomicLoad64,
  atomicStore32,
  atomicStore64,
  atomicSub32,
  fillBytes,
  plainStore64,
} from "../../arch/atomic";
import { bugOn, SITE_NEIGH_REFCOUNT } from "../../arch/trap";
import { DEBUG } from "../../config";
import { localBhDisable, localBhEnable } from "../../kernel/softirq";
import { readLock, readUnlock, writeLock, writeUnlock } from "../../lib/rwlock";
import { readSeqbegin, readSeqretry, writeSeqlock, writeSequnlock } from "../../lib/seqlock";
import { KMEM_CACHE_HH } from "../../mm/caches";
import { kmemCacheAlloc, kmemCacheFree } from "../../mm/slab";
import { SLAB_HH_PUT, SLAB_NEIGH_HH_INIT, slabSite } from "../../mm/slabOwner";
import { ETH_HLEN, Neighbour, NUD_CONNECTED } from "./neighbour";
import { NEIGH_RWLOCK } from "./neighbourEra";

/** `hh_output`: sends at once, asks the neighbour first, drops. */
export const HH_OUTPUT_XMIT: u32 = 1;
export const HH_OUTPUT_RESOLVE: u32 = 2;
export const HH_OUTPUT_BLACKHOLE: u32 = 3;

@unmanaged
export class HhCache {
  next: u32;
  private _nextHigh: u32;
  private _refcnt: u32;
  /** EtherType of the header. */
  type: u32;
  len: u32;
  private _output: u32;
  private _lock: u32;
  private _lockSpin: u32;
  private _data: u64;
  private _data1: u64;

  /** HH_OUTPUT_*. */
  @inline get output(): u32 {
    return atomicLoad32(changetype<usize>(this) + offsetof<HhCache>("_output"));
  }
  @inline set output(v: u32) {
    atomicStore32(changetype<usize>(this) + offsetof<HhCache>("_output"), v);
  }
  @inline get refcntAt(): usize {
    return changetype<usize>(this) + offsetof<HhCache>("_refcnt");
  }
  @inline get lockAt(): usize {
    return changetype<usize>(this) + offsetof<HhCache>("_lock");
  }
  @inline get dataAt(): usize {
    return changetype<usize>(this) + offsetof<HhCache>("_data");
  }
}

export const HH_CACHE_BYTES: usize = 64;
if (offsetof<HhCache>() > HH_CACHE_BYTES) ERROR("HhCache overflows its line");
if (offsetof<HhCache>("_data") != 32) ERROR("the drawing of HhCache is wrong");

/** Takes a reference. */
export function hhHold(hh: HhCache): void {
  atomicAdd32(hh.refcntAt, 1);
}

/** Drops a reference; the last one frees the header. */
export function hhPut(hh: HhCache): void {
  const old = atomicSub32(hh.refcntAt, 1);
  bugOn(old == 0 || old > 0x7fffffff, SITE_NEIGH_REFCOUNT);
  if (old == 1) {
    if (DEBUG) slabSite(SLAB_HH_PUT);
    kmemCacheFree(KMEM_CACHE_HH, changetype<usize>(hh));
  }
}

/** The header is about to be written; nobody copies it meanwhile. */
function hhWriteBegin(hh: HhCache): void {
  localBhDisable();
  if (NEIGH_RWLOCK) writeLock(hh.lockAt);
  else writeSeqlock(hh.lockAt);
}

function hhWriteEnd(hh: HhCache): void {
  if (NEIGH_RWLOCK) writeUnlock(hh.lockAt);
  else writeSequnlock(hh.lockAt);
  localBhEnable();
}

/** Copies a neighbour's address into a header. Under the neighbour's lock. */
function hhWrite(hh: HhCache, n: Neighbour): void {
  hhWriteBegin(hh);
  atomicStore64(hh.dataAt, atomicLoad64(n.hhDataAt));
  atomicStore64(hh.dataAt + 8, atomicLoad64(n.hhDataAt + 8));
  hhWriteEnd(hh);
}

function outputOf(state: u32): u32 {
  return state & NUD_CONNECTED ? HH_OUTPUT_XMIT : HH_OUTPUT_RESOLVE;
}

/**
 * The header of `type` of a neighbour whose address is known, with one reference more for a dst; 0:
 * no memory. Under the neighbour's lock. Follows `neigh_hh_init`.
 */
export function neighHhInit(n: Neighbour, type: u32): usize {
  let at: usize = n.hh;
  while (at && changetype<HhCache>(at).type != type) at = changetype<HhCache>(at).next;
  if (!at) {
    if (DEBUG) slabSite(SLAB_NEIGH_HH_INIT);
    at = kmemCacheAlloc(KMEM_CACHE_HH);
    if (!at) return 0;
    fillBytes(at, 0, HH_CACHE_BYTES);
    const hh = changetype<HhCache>(at);
    hh.type = type;
    hh.len = ETH_HLEN;
    hhWrite(hh, n);
    hh.output = outputOf(n.nudState);
    hhHold(hh);
    hh.next = n.hh;
    n.hh = <u32>at;
  }
  hhHold(changetype<HhCache>(at));
  return at;
}

/** The state of a neighbour has changed: what its headers do. Under its lock. Follows
 * `neigh_connect` and `neigh_suspect`. */
export function neighNoteState(n: Neighbour): void {
  const output = outputOf(n.nudState);
  for (let at: usize = n.hh; at; at = changetype<HhCache>(at).next) {
    changetype<HhCache>(at).output = output;
  }
}

/** The address of a neighbour has changed: its headers are written anew. Under its lock. Follows
 * `neigh_update_hhs`. */
export function neighUpdateHhs(n: Neighbour): void {
  for (let at: usize = n.hh; at; at = changetype<HhCache>(at).next) {
    hhWrite(changetype<HhCache>(at), n);
  }
}

/** The neighbour is no more: entries that still have its headers drop. Follows `neigh_destroy`. */
export function neighDropHhs(n: Neighbour): void {
  while (n.hh) {
    const hh = changetype<HhCache>(<usize>n.hh);
    n.hh = hh.next;
    hh.next = 0;
    hhWriteBegin(hh);
    hh.output = HH_OUTPUT_BLACKHOLE;
    hhWriteEnd(hh);
    hhPut(hh);
  }
}

/** Copies the header in front of `data` (16-aligned): under the reader lock in 2.6.18, which is two
 * atomics for each packet, under a seqlock in 2.6.39. Follows `neigh_hh_output`. */
export function hhCopy(hh: HhCache, data: usize): void {
  if (NEIGH_RWLOCK) {
    readLock(hh.lockAt);
    plainStore64(data - 16, atomicLoad64(hh.dataAt));
    plainStore64(data - 8, atomicLoad64(hh.dataAt + 8));
    readUnlock(hh.lockAt);
    return;
  }
  let seq: u32;
  do {
    seq = readSeqbegin(hh.lockAt);
    plainStore64(data - 16, atomicLoad64(hh.dataAt));
    plainStore64(data - 8, atomicLoad64(hh.dataAt + 8));
  } while (readSeqretry(hh.lockAt, seq));
}
