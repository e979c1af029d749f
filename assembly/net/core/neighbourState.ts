/**
 * The NUD machine: what packets, answers and time do to a neighbour (spec §7).
 *
 *   NONE ─packet─▶ INCOMPLETE ─answer─▶ REACHABLE ─reachable_time─▶ STALE ─packet─▶ DELAY
 *                     │ 3 requests         ▲  ▲  └─used lately──────────────────────▶ │ 5 s
 *                     ▼ 1 s apart          │  └────────────answer──────── PROBE ◀─────┘
 *                  FAILED ─packet─▶ …      └─confirmed lately── DELAY       │ 3 requests ─▶ FAILED
 *
 * Requests of INCOMPLETE go to everybody, those of PROBE to the known address. Packets leave at
 * once in every VALID state and wait in INCOMPLETE; a failure drops them (`host-unreachable`).
 *
 * Under the neighbour's lock, which is not held while frames are sent. Timers run on the CPU that
 * armed them and hold a reference (`neighbourTimer.ts`).
 */
import { superBlock } from "../../arch/superblock";
import { neighSolicit } from "../../calls/neigh";
import { EINVAL, EPERM } from "../../errno";
import { jiffies, timeAfter, timeAfterEq } from "../../kernel/jiffies";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { neighNoteState, neighUpdateHhs } from "./hhCache";
import { DROP_HOST_UNREACHABLE, DROP_NO_NEIGHBOUR, MIB_UNPARKED, mibInc } from "./mib";
import {
  ETH_HLEN,
  Neighbour,
  NUD_CONNECTED,
  NUD_DELAY,
  NUD_FAILED,
  NUD_IN_TIMER,
  NUD_INCOMPLETE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
  NUD_VALID,
  neighHasAddress,
  neighHhCopy,
  neighSetAddress,
} from "./neighbour";
import { dstHhInitLocked } from "./neighbourDst";
import { NEIGH_BOUND, PROBE_AT_ONCE } from "./neighbourEra";
import { BASE_REACHABLE_SECONDS } from "./neighbourGc";
import { neighDequeue, neighDropParked, neighEnqueue } from "./neighbourQueue";
import { skbXmit } from "./neighbourSkb";
import { NEIGH_EVENTS, NEIGH_RES_FAILED, neighStatInc } from "./neighbourStat";
import { neighReachableTime, neighRelease } from "./neighbourTable";
import { neighAddTimer, neighDelTimer } from "./neighbourTimer";
import { kfreeSkb, SkBuff, skbDst } from "./skbuff";

/** `ucast_probes` and `mcast_probes`. */
export const NEIGH_UCAST_PROBES: u32 = 3;
const NEIGH_MCAST_PROBES: u32 = 3;
/** `delay_probe_time` and `retrans_time`, in seconds. */
const DELAY_PROBE_SECONDS: u32 = 5;
const RETRANS_SECONDS: u32 = 1;

/** Flags of `neighUpdate`: a known address may be replaced; the caller is the administrator. */
export const NEIGH_UPDATE_F_OVERRIDE: u32 = 1;
export const NEIGH_UPDATE_F_ADMIN: u32 = 0x80000000;

function seconds(n: u32): u32 {
  return n * superBlock().hz;
}

/** A state, and what it means for the headers that entries of dst share. Under the lock. */
function setState(n: Neighbour, state: u32): void {
  n.nudState = state;
  neighNoteState(n);
}

/** Requests after which the neighbour has failed. Follows `neigh_max_probes`. */
function maxProbes(n: Neighbour): u32 {
  return n.nudState & NUD_PROBE ? NEIGH_UCAST_PROBES : NEIGH_UCAST_PROBES + NEIGH_MCAST_PROBES;
}

/** Sends a request. Takes the lock's release over: it is not held afterwards. Follows
 * `neigh_probe`. */
function probeAndUnlock(n: Neighbour): void {
  const probes = n.probes;
  n.probes = probes + 1;
  spinUnlockBh(n.lockAt);
  neighSolicit(n, probes);
}

/**
 * A packet needs the address of an entry that is not CONNECTED. True: it may leave now; false: it
 * waits, or the entry is no more and it was dropped. Follows `neigh_event_send`.
 * Departs from 3.10 before 3.10.81: an entry that left the table takes no packet (as from 4.1 on).
 */
export function neighEventSend(n: Neighbour, skb: SkBuff): bool {
  const now = jiffies();
  if (n.used != now) n.used = now;
  if (n.nudState & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) return true;
  spinLockBh(n.lockAt);
  const state = n.nudState;
  if (state & (NUD_CONNECTED | NUD_DELAY | NUD_PROBE)) {
    spinUnlockBh(n.lockAt);
    return true;
  }
  if (n.dead) {
    spinUnlockBh(n.lockAt);
    mibInc(DROP_NO_NEIGHBOUR);
    kfreeSkb(skb);
    return false;
  }
  if (state == NUD_STALE) {
    setState(n, NUD_DELAY);
    n.updated = now;
    neighAddTimer(n, now + seconds(DELAY_PROBE_SECONDS));
    spinUnlockBh(n.lockAt);
    return true;
  }
  const isFirst = state != NUD_INCOMPLETE;
  if (isFirst) {
    n.probes = NEIGH_UCAST_PROBES;
    setState(n, NUD_INCOMPLETE);
    n.updated = now;
    neighAddTimer(n, now + (PROBE_AT_ONCE ? seconds(RETRANS_SECONDS) : 1));
  }
  neighEnqueue(n, skb);
  if (isFirst && PROBE_AT_ONCE) probeAndUnlock(n);
  else spinUnlockBh(n.lockAt);
  return false;
}

/** FAILED: packets that waited are unreachable. Under the lock. Follows `neigh_invalidate`. */
function neighInvalidate(n: Neighbour): void {
  neighStatInc(NEIGH_RES_FAILED);
  n.updated = jiffies();
  while (n.queueHead) neighDropParked(neighDequeue(n), DROP_HOST_UNREACHABLE);
}

/** REACHABLE is over: to DELAY if it was used lately, else STALE. Returns when the timer is due. */
function reachableIsOver(n: Neighbour, now: u32): u32 {
  const confirmedUntil = n.confirmed + neighReachableTime();
  if (!timeAfter(now, confirmedUntil)) return confirmedUntil;
  n.updated = now;
  if (!timeAfter(now, n.used + seconds(DELAY_PROBE_SECONDS))) setState(n, NUD_DELAY);
  else setState(n, NUD_STALE);
  neighStatInc(NEIGH_EVENTS);
  return now + seconds(DELAY_PROBE_SECONDS);
}

/** DELAY is over: confirmed meanwhile, or it must be asked. */
function delayIsOver(n: Neighbour, now: u32): u32 {
  n.updated = now;
  if (!timeAfter(now, n.confirmed + seconds(DELAY_PROBE_SECONDS))) {
    setState(n, NUD_REACHABLE);
    neighStatInc(NEIGH_EVENTS);
    return n.confirmed + neighReachableTime();
  }
  setState(n, NUD_PROBE);
  n.probes = 0;
  return now + seconds(RETRANS_SECONDS);
}

/** Time has come for an entry. Timer work, with the timer's reference. Follows
 * `neigh_timer_handler`. */
export function neighTimerHandler(at: usize): void {
  const n = changetype<Neighbour>(at);
  spinLockBh(n.lockAt);
  const now = jiffies();
  const before = n.nudState;
  if (!(before & NUD_IN_TIMER)) {
    spinUnlockBh(n.lockAt);
    neighRelease(n);
    return;
  }
  let next = now + seconds(RETRANS_SECONDS);
  if (before & NUD_REACHABLE) next = reachableIsOver(n, now);
  else if (before & NUD_DELAY) next = delayIsOver(n, now);
  if (n.nudState & (NUD_INCOMPLETE | NUD_PROBE) && n.probes >= maxProbes(n)) {
    setState(n, NUD_FAILED);
    neighStatInc(NEIGH_EVENTS);
    neighInvalidate(n);
  }
  if (n.nudState & NUD_IN_TIMER) {
    const soon = now + superBlock().hz / 2;
    neighAddTimer(n, timeAfter(soon, next) ? soon : next);
  }
  if (n.nudState & (NUD_INCOMPLETE | NUD_PROBE)) probeAndUnlock(n);
  else spinUnlockBh(n.lockAt);
  neighRelease(n);
}

/** A state without an address: the timer stops; who waited for a failed entry is told. */
function updateToInvalid(n: Neighbour, before: u32, state: u32): void {
  neighDelTimer(n);
  setState(n, state);
  if (before & (NUD_INCOMPLETE | NUD_PROBE) && state & NUD_FAILED) neighInvalidate(n);
  if (before & NUD_VALID) neighStatInc(NEIGH_EVENTS);
}

/** The timer and state of an entry whose state changes. Under the lock. */
function changeState(n: Neighbour, state: u32): void {
  neighDelTimer(n);
  setState(n, state);
  if (state & NUD_IN_TIMER) {
    neighAddTimer(n, jiffies() + (state & NUD_REACHABLE ? neighReachableTime() : 0));
  }
  neighStatInc(NEIGH_EVENTS);
}

/** Takes the lock's release over and sends what waited, oldest first. */
function unlockAndSendQueue(n: Neighbour): void {
  while (n.nudState & NUD_VALID) {
    const at = neighDequeue(n);
    if (!at) break;
    if (NEIGH_BOUND) dstHhInitLocked(skbDst(changetype<SkBuff>(at)), n);
    spinUnlockBh(n.lockAt);
    mibInc(MIB_UNPARKED);
    neighHhPush(n, changetype<SkBuff>(at));
    skbXmit(at);
    spinLockBh(n.lockAt);
  }
  spinUnlockBh(n.lockAt);
}

/** Puts the cached header in front of a packet. */
export function neighHhPush(n: Neighbour, skb: SkBuff): void {
  neighHhCopy(n, skb.data);
  skb.data -= ETH_HLEN;
  skb.len += ETH_HLEN;
}

/**
 * What is now known of an entry: its address (or `hasMac` false: as it was) and state. 0, -EPERM
 * for entries that only the administrator may change, -EINVAL where no address is known.
 * The caller has a reference. Follows `neigh_update`, without weak overrides and routers' flags.
 */
export function neighUpdate(n: Neighbour, mac: u64, hasMac: bool, wanted: u32, flags: u32): i32 {
  let state = wanted;
  spinLockBh(n.lockAt);
  const before = n.nudState;
  const macLow = <u32>mac;
  const macHigh = <u32>(mac >> 32);
  let error: i32 = 0;
  if (!(flags & NEIGH_UPDATE_F_ADMIN) && before & (NUD_NOARP | NUD_PERMANENT)) error = -EPERM;
  else if (!(state & NUD_VALID)) updateToInvalid(n, before, state);
  else if (!hasMac && !(before & NUD_VALID)) error = -EINVAL;
  if (error != 0 || !(state & NUD_VALID)) {
    spinUnlockBh(n.lockAt);
    return error;
  }
  const isKnown = !hasMac || ((before & NUD_VALID) != 0 && neighHasAddress(n, macLow, macHigh));
  const now = jiffies();
  if (state & NUD_CONNECTED) n.confirmed = now;
  n.updated = now;
  if (before & NUD_VALID) {
    if (!isKnown && !(flags & NEIGH_UPDATE_F_OVERRIDE)) {
      spinUnlockBh(n.lockAt);
      return 0;
    }
    if (isKnown && state == NUD_STALE && before & NUD_CONNECTED) state = before;
  }
  if (!isKnown) {
    neighSetAddress(n, macLow, macHigh);
    neighUpdateHhs(n);
    if (!(state & NUD_CONNECTED)) n.confirmed = now - 2 * seconds(BASE_REACHABLE_SECONDS);
  }
  if (state != before) changeState(n, state);
  if (!(before & NUD_VALID)) unlockAndSendQueue(n);
  else spinUnlockBh(n.lockAt);
  return 0;
}

/** The upper layer has had an answer from behind it. Follows `neigh_confirm` as `dst_confirm`
 * brings it to `dst_neigh_output`. Racy-ok. */
export function neighConfirm(n: Neighbour): void {
  const now = jiffies();
  if (n.confirmed != now) n.confirmed = now;
}

/** True once an entry was changed more than `locktime` (1 s) ago, so that an answer may replace
 * its address. */
export function neighMayOverride(n: Neighbour): bool {
  return !timeAfterEq(n.updated + seconds(1), jiffies());
}
