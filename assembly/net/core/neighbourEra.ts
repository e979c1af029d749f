/**
 * What the knob `neighbour` means for the table and its entries: the only file below net/ipv4 that
 * reads it. Above, `net/ipv4/neighbourOutput.ts` does.
 *
 *                        2.6.18 (bound-rwlock)   2.6.39 (bound-seqlock)   3.10 (lookup)
 *   hash                 jhash-old & mask        jhash-new & mask         (key ^ hash32(dev)) · rnd
 *   lookup with count    table's reader lock     RCU, inc-not-zero        RCU, inc-not-zero
 *   header copy          hh reader lock, per dst seqlock, per dst         seqlock, per neighbour
 *   packets that wait    3                       3                        64 KiB
 *   first request        a tick later            a tick later             at once
 *   periodic collection  any number of entries   any number               from gc_thresh1 on
 */
import {
  NEIGHBOUR,
  NEIGHBOUR_BOUND_RWLOCK,
  NEIGHBOUR_BOUND_SEQLOCK,
  NEIGHBOUR_LOOKUP,
} from "../../config";

/** Entries of dst are bound to neighbours, and hardware headers to entries. */
export const NEIGH_BOUND: bool = NEIGHBOUR != NEIGHBOUR_LOOKUP;
/** Reader locks: on the table for lookups, on a hardware header for each packet. */
export const NEIGH_RWLOCK: bool = NEIGHBOUR == NEIGHBOUR_BOUND_RWLOCK;
/** The hash of this era. */
export const NEIGH_JHASH_OLD: bool = NEIGHBOUR == NEIGHBOUR_BOUND_RWLOCK;
export const NEIGH_JHASH_NEW: bool = NEIGHBOUR == NEIGHBOUR_BOUND_SEQLOCK;
/** Packets that may wait, 0: bytes are counted instead. */
export const UNRES_QLEN: u32 = NEIGHBOUR == NEIGHBOUR_LOOKUP ? 0 : 3;
/** The first request is sent at once, and not by the timer a tick later. */
export const PROBE_AT_ONCE: bool = NEIGHBOUR == NEIGHBOUR_LOOKUP;
/** The periodic collection does nothing below gc_thresh1. */
export const GC_FROM_THRESH1: bool = NEIGHBOUR == NEIGHBOUR_LOOKUP;

if (NEIGHBOUR < NEIGHBOUR_BOUND_RWLOCK || NEIGHBOUR > NEIGHBOUR_LOOKUP) ERROR("unknown neighbour");
