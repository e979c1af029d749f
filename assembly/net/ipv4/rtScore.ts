/**
 * What an entry of the route cache is worth, and whether it may go (spec §3.5). Pure reads of an
 * entry in a chain; `lastuse` and `use` are racy-ok, the caller holds the bucket's lock.
 */
import { readOnce32 } from "../../arch/atomic";
import { jiffies, timeAfterEq } from "../../kernel/jiffies";
import { refcountRead } from "../../lib/refcount";
import { DST_METRICS_COPIED } from "../core/dstEntry";
import {
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
  RTCF_NOTIFY,
  RTCF_REDIRECTED,
  Rtable,
} from "./rtable";
import { rtIsOutput } from "./rtHash";

/** Bits of a score above those of the age. */
export const RT_SCORE_VALUABLE: u32 = 0x80000000;
export const RT_SCORE_UNICAST: u32 = 0x40000000;

/**
 * A broadcast or multicast input entry that is not the last of its chain: rebuilt cheaply.
 * Follows `rt_fast_clean`.
 */
export function rtFastClean(rt: Rtable): bool {
  return (
    (rt.rtFlags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0 &&
    !rtIsOutput(rt) &&
    readOnce32(rt.nextAt) != 0
  );
}

/**
 * The entry knows what a new one would not: a redirect, a watcher, or where metrics are private
 * (2.6.18) anything that expires. Where they are shared that is the peer's path MTU, and there are
 * no peers yet. Follows `rt_valuable`.
 */
export function rtValuable(rt: Rtable): bool {
  if ((rt.rtFlags & (RTCF_REDIRECTED | RTCF_NOTIFY)) != 0) return true;
  if (DST_METRICS_COPIED) return rt.expires != 0;
  return false;
}

/**
 * Worth of an entry at insertion, the lowest goes first: newest use in bits 0 to 29, bit 30 for all
 * but broadcast, multicast and local input, bit 31 where valuable. Follows `rt_score`.
 */
export function rtScore(rt: Rtable): u32 {
  let score = ~(jiffies() - rt.lastuse) & ~(RT_SCORE_VALUABLE | RT_SCORE_UNICAST);
  if (rtValuable(rt)) score |= RT_SCORE_VALUABLE;
  if (rtIsOutput(rt) || (rt.rtFlags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL)) == 0) {
    score |= RT_SCORE_UNICAST;
  }
  return score;
}

/**
 * Whether an entry may go that was last used more than `tmo1` ticks ago, or, where it is valuable,
 * more than `tmo2`. A referenced one may not; one whose time is over (2.6.18) may. Follows
 * `rt_may_expire`.
 */
export function rtMayExpire(rt: Rtable, tmo1: u32, tmo2: u32): bool {
  if (refcountRead(rt.refcntAt) != 0) return false;
  if (DST_METRICS_COPIED && rt.expires != 0 && timeAfterEq(jiffies(), rt.expires)) return true;
  const age = jiffies() - rt.lastuse;
  if (age <= tmo1 && !rtFastClean(rt)) return false;
  return !(age <= tmo2 && rtValuable(rt));
}
