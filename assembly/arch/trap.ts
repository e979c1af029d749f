/**
 * Traps: how a CPU stops. The site number is stored in the head of the CPU area, where the host
 * reads it after the worker died; `src/machine/faults.ts` turns it into words.
 *
 * Three tiers: limits that guard memory are always on (`trapAt` behind an if); `bugOn` is there in
 * debug images; walkers (`…IsValid`, `walk…`) run when the host asks.
 */
import { DEBUG } from "../config";
import { thisCpuHead } from "./percpu";

/** Sites: 100 a level, so a number tells the layer. Never renumbered, only added. */
export const SITE_SPIN_DEADLINE: u32 = 201;
export const SITE_SPIN_OWNER: u32 = 202;
export const SITE_SEQLOCK_DEADLINE: u32 = 203;
export const SITE_REFCOUNT_UNDERFLOW: u32 = 204;
export const SITE_LIST_CORRUPT: u32 = 205;
export const SITE_COUNTER_ID: u32 = 206;
export const SITE_RWLOCK_DEADLINE: u32 = 207;
export const SITE_RWLOCK_STATE: u32 = 208;
export const SITE_SLAB_DOUBLE_FREE: u32 = 301;
export const SITE_SLAB_REDZONE: u32 = 302;
export const SITE_SLAB_POISON: u32 = 303;
export const SITE_SLAB_FOREIGN: u32 = 304;
export const SITE_SLAB_CACHE: u32 = 305;
export const SITE_RCU_DEADLINE: u32 = 401;
export const SITE_RCU_NESTING: u32 = 402;
export const SITE_TIMER_CORRUPT: u32 = 403;
export const SITE_RCU_OFFLINE: u32 = 404;
export const SITE_DST_REFCOUNT: u32 = 501;
export const SITE_DST_FREED: u32 = 502;
export const SITE_SKB_NOREF: u32 = 503;
export const SITE_DEV_REFCOUNT: u32 = 504;
export const SITE_CALL_ID: u32 = 505;
export const SITE_NEIGH_REFCOUNT: u32 = 506;
export const SITE_TRIE_CORRUPT: u32 = 601;
export const SITE_FIB_INFO: u32 = 602;
export const SITE_RTNL: u32 = 603;
export const SITE_ROUTE_STATE: u32 = 701;
export const SITE_PEER_REFCOUNT: u32 = 702;
export const SITE_GATE_DEADLINE: u32 = 901;
export const SITE_CONTROL_DEADLINE: u32 = 902;
export const SITE_CONTROL_RECORD: u32 = 903;
export const SITE_BURST_DEADLINE: u32 = 904;
export const SITE_ON_PURPOSE: u32 = 999;

/** Phases of a CPU, for stall reports: what it was doing when it was last seen. */
export const PHASE_IDLE: u32 = 0;
export const PHASE_GATE: u32 = 1;
export const PHASE_LEAD_IN: u32 = 2;
export const PHASE_WINDOW: u32 = 3;
export const PHASE_CONTROL: u32 = 4;
export const PHASE_DRAIN: u32 = 5;

/** What runs between two packets: an RCU callback, or a timer or work item; plus its id. */
export const DOING_CALLBACK: u32 = 0x100;
export const DOING_WORK: u32 = 0x200;

/** Records `site` and stops this CPU. The other CPUs find out at their next deadline. */
export function trapAt(site: u32): void {
  thisCpuHead().faultSite = site;
  unreachable();
}

/** The same, about the slab object at `object`, which the host will name. In debug images. */
export function trapOnObject(object: usize, site: u32): void {
  thisCpuHead().faultObject = <u32>object;
  trapAt(site);
}

/**
 * Notes the callback or work item (DOING_… and its id) that this CPU runs from now on, 0 for none:
 * what records of owners say. Behind `if (DEBUG)` only.
 */
export function noteDoing(what: u32): void {
  thisCpuHead().doing = what;
}

/** Traps at `site` if `broken`. Vanishes from release images. */
export function bugOn(broken: bool, site: u32): void {
  if (DEBUG) {
    if (broken) trapAt(site);
  }
}
