/**
 * The packets that wait for a neighbour's address: `arp_queue`. At most so many bytes as skbs take
 * (3.10), or so many packets (2.6); the oldest goes first when one more comes.
 *
 * Under the neighbour's lock. Every packet in a queue is an skb of `neighbourSkb.ts` with its own
 * reference on its dst. Invariant: queueLen and queueBytes are those of the list.
 */

import { traceEvent } from "../../arch/trace";
import { BRANCH_PARKED, TRACE_CURRENT } from "../../arch/tracePoints";
import { DEBUG } from "../../config";
import { DROP_NO_BUFFER, DROP_UNRESOLVED, MIB_PARKED, MIB_UNPARKED, mibInc } from "./mib";
import { Neighbour } from "./neighbour";
import { UNRES_QLEN } from "./neighbourEra";
import { skbFree, skbTake, skbTruesize } from "./neighbourSkb";
import { NEIGH_UNRES_DISCARDS, neighStatInc } from "./neighbourStat";
import { kfreeSkb, SkBuff } from "./skbuff";

/** `unres_qlen_bytes` of 3.3 and later. */
const UNRES_QLEN_BYTES: u32 = 65536;

/** Takes the oldest packet off, or 0. It is still parked for the accounts. */
export function neighDequeue(n: Neighbour): usize {
  const at: usize = n.queueHead;
  if (!at) return 0;
  const skb = changetype<SkBuff>(at);
  n.queueHead = <u32>skb.next;
  if (n.queueHead == 0) n.queueTail = 0;
  n.queueLen--;
  n.queueBytes -= skbTruesize(skb);
  skb.next = 0;
  return at;
}

/** Ends a packet that waited: it counts as dropped for `reason`. Without the neighbour's lock or
 * with it. */
export function neighDropParked(at: usize, reason: usize): void {
  mibInc(MIB_UNPARKED);
  mibInc(reason);
  kfreeSkb(changetype<SkBuff>(at));
  skbFree(at);
}

/** True if a packet of `bytes` has no room behind those that wait. */
function isFull(n: Neighbour, bytes: u32): bool {
  return UNRES_QLEN != 0 ? n.queueLen >= UNRES_QLEN : n.queueBytes + bytes > UNRES_QLEN_BYTES;
}

/** Puts a packet at the end, and the oldest ones out until it fits. The caller's skb is over. */
export function neighEnqueue(n: Neighbour, skb: SkBuff): void {
  const at = skbTake(skb);
  if (!at) {
    mibInc(DROP_NO_BUFFER);
    kfreeSkb(skb);
    return;
  }
  const copy = changetype<SkBuff>(at);
  const bytes = skbTruesize(copy);
  while (n.queueLen != 0 && isFull(n, bytes)) {
    neighStatInc(NEIGH_UNRES_DISCARDS);
    neighDropParked(neighDequeue(n), DROP_UNRESOLVED);
  }
  mibInc(MIB_PARKED);
  if (n.queueTail) changetype<SkBuff>(<usize>n.queueTail).next = <u64>at;
  else n.queueHead = <u32>at;
  n.queueTail = <u32>at;
  n.queueLen++;
  n.queueBytes += bytes;
  if (DEBUG) traceEvent(TRACE_CURRENT, BRANCH_PARKED, n.primaryKey, n.queueLen, 0);
}

/** Drops all packets that wait: their neighbour goes. Under the lock. Returns how many. */
export function neighPurgeQueue(n: Neighbour): u32 {
  let purged: u32 = 0;
  while (n.queueHead) {
    neighDropParked(neighDequeue(n), DROP_UNRESOLVED);
    purged++;
  }
  return purged;
}
