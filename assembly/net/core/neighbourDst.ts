/**
 * What an entry of dst has of a neighbour, to 3.5: a counted pointer to it, from when the entry is
 * made, and one to its hardware header, from the first packet on. Both are given back when the
 * entry is destroyed. In layouts without these fields nothing here does anything.
 */
import { publish32, readOnce32 } from "../../arch/atomic";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { DST_HAS_NEIGHBOUR, DST_NOCACHE, DstEntry } from "./dstEntry";
import { DST_HH_OFFSET, DST_NEIGHBOUR_OFFSET } from "./dstOffsets";
import { HhCache, hhPut, neighHhInit } from "./hhCache";
import { ETH_P_IP_LE, Neighbour, NUD_VALID } from "./neighbour";
import { neighRelease } from "./neighbourTable";

/** Neighbour that the entry is bound to, 0 for none. Written before the entry is seen. */
export function dstNeighbour(dst: usize): usize {
  return DST_HAS_NEIGHBOUR ? <usize>readOnce32(dst + DST_NEIGHBOUR_OFFSET) : 0;
}

/** Hardware header of the entry, 0 before its first packet. Published, by who has the neighbour's
 * lock. */
export function dstHh(dst: usize): usize {
  return DST_HAS_NEIGHBOUR ? <usize>readOnce32(dst + DST_HH_OFFSET) : 0;
}

/** Binds the entry to a neighbour; the caller's reference is the entry's from now on. */
export function dstSetNeighbour(dst: usize, neighbour: usize): void {
  if (DST_HAS_NEIGHBOUR) publish32(dst + DST_NEIGHBOUR_OFFSET, <u32>neighbour);
}

/**
 * Gives the entry its header, if its neighbour's address is known and it has none yet. An entry for
 * one use (NOCACHE) never gets one. Under the neighbour's lock.
 */
export function dstHhInitLocked(dst: usize, n: Neighbour): void {
  if (!DST_HAS_NEIGHBOUR) return;
  if (!(n.nudState & NUD_VALID) || changetype<DstEntry>(dst).flags & DST_NOCACHE) return;
  if (dstHh(dst) != 0 || dstNeighbour(dst) != changetype<usize>(n)) return;
  publish32(dst + DST_HH_OFFSET, <u32>neighHhInit(n, ETH_P_IP_LE));
}

/** The same, without the lock. */
export function dstHhInit(dst: usize, n: Neighbour): void {
  spinLockBh(n.lockAt);
  dstHhInitLocked(dst, n);
  spinUnlockBh(n.lockAt);
}

/** The entry lets its header and its neighbour go. For `dst_destroy`. */
export function dstDetachNeighbour(dst: usize): void {
  if (!DST_HAS_NEIGHBOUR) return;
  const hh = dstHh(dst);
  const neighbour = dstNeighbour(dst);
  publish32(dst + DST_HH_OFFSET, 0);
  publish32(dst + DST_NEIGHBOUR_OFFSET, 0);
  if (hh) hhPut(changetype<HhCache>(hh));
  if (neighbour) neighRelease(changetype<Neighbour>(neighbour));
}
