/**
 * Collections of the neighbour table: forced, when it is full, and periodic.
 *
 * Both take the table's lock and, for each entry, the entry's. What they take off the chains ends
 * when its last reference goes, which is at once: the table's was the last.
 */
import { atomicLoad32, plainLoad32 } from "../../arch/atomic";
import { superBlock } from "../../arch/superblock";
import { jiffies, timeAfter } from "../../kernel/jiffies";
import { modTimer } from "../../kernel/timer";
import { prngBelow, prngNext } from "../../lib/prng";
import { spinLock, spinUnlock } from "../../lib/spinlock";
import { Neighbour, NUD_FAILED, NUD_IN_TIMER, NUD_PERMANENT, neighRefRead } from "./neighbour";
import { GC_FROM_THRESH1 } from "./neighbourEra";
import { NEIGH_FORCED_GC_RUNS, NEIGH_PERIODIC_GC_RUNS, neighStatInc } from "./neighbourStat";
import {
  arpTbl,
  currentHash,
  NeighTable,
  neighRelease,
  neighUnlink,
  tableLock,
  tableUnlock,
} from "./neighbourTable";

/** `base_reachable_time`, in seconds. */
export const BASE_REACHABLE_SECONDS: u32 = 30;
/** `gc_staletime`: an entry nobody used for so long may go. */
const GC_STALE_SECONDS: u32 = 60;
/** How often `reachable_time` is drawn. */
const RANDOM_SECONDS: u32 = 300;

/** `neigh_rand_reach_time`: between half and three halves of the base, drawn anew. */
export function drawReachableTime(t: NeighTable): void {
  const base = BASE_REACHABLE_SECONDS * superBlock().hz;
  t.reachableTime = base / 2 + prngBelow(prngNext(t.randomAt), base);
  t.lastRand = jiffies();
}

/**
 * Removes every entry that only the table refers to, but PERMANENT ones: an entry with a timer has
 * a second reference. Returns true if any went. Follows `neigh_forced_gc`.
 */
export function neighForcedGc(t: NeighTable): bool {
  neighStatInc(NEIGH_FORCED_GC_RUNS);
  let shrunk = false;
  tableLock(t);
  const nht = currentHash();
  for (let i: usize = 0; i < (<usize>1) << nht.shift; i++) {
    let link = nht.bucketsAt + (i << 3);
    let at: usize = plainLoad32(link);
    while (at) {
      const n = changetype<Neighbour>(at);
      spinLock(n.lockAt);
      const goes = neighRefRead(n) == 1 && !(n.nudState & NUD_PERMANENT);
      if (goes) neighUnlink(link, n);
      else link = n.nextAt;
      spinUnlock(n.lockAt);
      if (goes) {
        neighRelease(n);
        shrunk = true;
      }
      at = plainLoad32(link);
    }
  }
  t.lastFlush = jiffies();
  tableUnlock(t);
  return shrunk;
}

/** True if the periodic collection takes the entry. Under its lock. */
function isForgotten(n: Neighbour, now: u32): bool {
  const state = n.nudState;
  if (state & (NUD_PERMANENT | NUD_IN_TIMER)) return false;
  if (timeAfter(n.confirmed, n.used)) n.used = n.confirmed;
  if (neighRefRead(n) != 1) return false;
  return state == NUD_FAILED || timeAfter(now, n.used + GC_STALE_SECONDS * superBlock().hz);
}

/**
 * The periodic collection: draws a new reachable_time every 300 s, and, at gc_thresh1 entries and
 * more, drops failed entries and those nobody used for 60 s. Timer work of CPU 0, every half
 * base_reachable_time. Returns how many went. Follows `neigh_periodic_work`.
 */
export function neighPeriodicWork(): u32 {
  const t = arpTbl();
  const now = jiffies();
  let removed: u32 = 0;
  neighStatInc(NEIGH_PERIODIC_GC_RUNS);
  tableLock(t);
  if (timeAfter(now, t.lastRand + RANDOM_SECONDS * superBlock().hz)) drawReachableTime(t);
  const nht = currentHash();
  let buckets = (<usize>1) << nht.shift;
  if (GC_FROM_THRESH1 && atomicLoad32(t.entriesAt) < t.gcThresh1) buckets = 0;
  for (let i: usize = 0; i < buckets; i++) {
    let link = nht.bucketsAt + (i << 3);
    let at: usize = plainLoad32(link);
    while (at) {
      const n = changetype<Neighbour>(at);
      spinLock(n.lockAt);
      const goes = isForgotten(n, now);
      if (goes) neighUnlink(link, n);
      else link = n.nextAt;
      spinUnlock(n.lockAt);
      if (goes) {
        neighRelease(n);
        removed++;
      }
      at = plainLoad32(link);
    }
  }
  tableUnlock(t);
  modTimer(t.timerAt, now + (BASE_REACHABLE_SECONDS / 2) * superBlock().hz, 0);
  return removed;
}
