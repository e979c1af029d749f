/**
 * Cost counters: what a packet cost, counted by debug images over the same packets as the release
 * image runs. 32 words in the CPU area (PCPU_COSTS); words 0 to 3 are written by `atomic.ts`.
 * Owner only; the host adds them over CPUs while no window runs. Word 31 is `smpMb`'s.
 */
export { countCost } from "./atomic";

export const COST_LOOKUP: usize = 4;
export const COST_SLAB_ALLOC: usize = 5;
export const COST_SLAB_FREE: usize = 6;
export const COST_DST_ALLOC: usize = 7;
export const COST_DST_DESTROY: usize = 8;
export const COST_SLOT_HIT: usize = 9;
export const COST_SLOT_INSTALL: usize = 10;
export const COST_SLOT_LOST: usize = 11;
export const COST_DST_HOLD: usize = 12;
export const COST_DST_RELEASE: usize = 13;
export const COST_UNCACHED_ADD: usize = 14;
export const COST_UNCACHED_DEL: usize = 15;
export const COST_DEV_HOLD: usize = 16;
export const COST_DEV_PUT: usize = 17;
export const COST_TRIE_NODE: usize = 18;
export const COST_TRIE_BACKTRACK: usize = 19;
export const COST_NEIGH_LOOKUP: usize = 20;
export const COST_RCU_CALLBACK: usize = 21;
export const COST_LOCK: usize = 22;
export const COST_PACKET: usize = 23;
export const COST_ZONE_PROBE: usize = 24;
/** Counters in use; the host reads this many words. */
export const COSTS: usize = 25;
