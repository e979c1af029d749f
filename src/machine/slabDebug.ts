/**
 * The slab checks of debug images, from outside: which are made, how long freed objects are kept
 * back, and what an image has noted about an object (`assembly/mm/slabDebug.ts`, `slabOwner.ts`,
 * `slabQuarantine.ts`).
 *
 * Offsets here are those of the image's sources, and not of its layout table: release images have
 * nothing of this, their tables included. The compiler or a test compares each.
 */
import { UsageError } from "../reference/usageError.js";
import type { CacheObjects } from "./accountsObjects.js";
import { phaseText } from "./faults.js";
import type { Machine } from "./machine.js";

/** Letters of slub_debug, and the bit that turns each check off. */
const OFF_BITS: Readonly<Record<string, number>> = { F: 1, Z: 2, P: 4, U: 8 };
export const SLAB_DEBUG_LETTERS = "FZPU";
/** Most objects that a CPU keeps back for each cache. */
export const QUARANTINE_MAX = 1024;

/** Boot words. */
export const SLAB_DEBUG_WORDS = { off: 112, quarantine: 116 } as const;
/** In line 0 of a cache's block of a CPU. */
export const QUARANTINE_WORDS = { head: 16, count: 24 } as const;
/** From an object's link word: its state, and who had it. */
const OWNERS = { alloc: 8, free: 16 } as const;
const DOING = { callback: 0x100, work: 0x200 } as const;

/** Callers of the slab, by the numbers of `assembly/mm/slabOwner.ts`. */
const SITES: Readonly<Record<number, string>> = {
  1: "dst_alloc",
  2: "dst_destroy",
  3: "neigh_alloc",
  4: "neigh_destroy",
  5: "neigh_hh_init",
  6: "hh_cache_put",
  7: "alloc_skb",
  8: "kfree_skb",
  9: "inet_getpeer",
  10: "peer_unlink_unused",
};

/** RCU callbacks and deferred work, by the ids of `assembly/calls/`. */
const CALLBACKS: Readonly<Record<number, string>> = {
  1: "a test's callback",
  2: "free_fib_info_rcu",
  3: "freeing a leaf",
  4: "freeing a leaf_info",
  5: "freeing a fib_alias",
  6: "freeing a tnode",
  7: "dst_destroy_rcu",
  8: "dst_rcu_free",
  9: "neigh_destroy_rcu",
};
const WORKS: Readonly<Record<number, string>> = {
  1: "a test's work",
  2: "dst_gc_task",
  3: "neigh_periodic_work",
  4: "neigh_timer_handler",
  5: "the timer of dst_gc_task",
  16: "rt_run_flush",
  17: "rt_secret_rebuild",
  18: "rt_check_expire",
  19: "rt_worker_func",
};

/** What a debug machine checks. */
export interface SlabDebug {
  /** Letters of `SLAB_DEBUG_LETTERS`. */
  readonly checks: string;
  /** Objects that each CPU keeps back for each cache; 0: none. */
  readonly quarantine: number;
}

/** All checks, and objects are used again at once. */
export const SLAB_DEBUG_DEFAULT: SlabDebug = { checks: SLAB_DEBUG_LETTERS, quarantine: 0 };

/** The value of `--slab-debug`. @throws {UsageError} that names what is allowed */
export function parseSlabDebug(text: string): string {
  const letters = [...text];
  const known = letters.every((letter) => OFF_BITS[letter] !== undefined);
  if (text === "-") return "";
  if (known && letters.length > 0 && new Set(letters).size === letters.length) return text;
  throw new UsageError(
    `--slab-debug ${text}; allowed: letters of ${SLAB_DEBUG_LETTERS}, each once, or - for none`,
  );
}

/** The boot word that turns all checks off but these. */
export function slabDebugOff(checks: string): number {
  let off = 0;
  for (const [letter, bit] of Object.entries(OFF_BITS)) if (!checks.includes(letter)) off |= bit;
  return off;
}

/** Writes the boot words of the machine whose superblock is at `base`; debug images read them. */
export function writeSlabDebug(u32: Uint32Array, base: number, debug: SlabDebug): void {
  u32[(base + SLAB_DEBUG_WORDS.off) / 4] = slabDebugOff(debug.checks);
  u32[(base + SLAB_DEBUG_WORDS.quarantine) / 4] = debug.quarantine;
}

/** Whether the machine makes the check of this letter. */
export function slabChecks(machine: Machine, letter: string): boolean {
  const at = machine.plan.superblock.base + SLAB_DEBUG_WORDS.off;
  if (machine.image.flavour !== "debug") return false;
  return ((machine.u32[at / 4] ?? 0) & (OFF_BITS[letter] ?? 0)) === 0;
}

/** What ran: a callback, a work item, or what the phase says. */
function runningText(who: number): string {
  const doing = who & 0xfff;
  const id = doing & 0xff;
  if ((doing & DOING.callback) !== 0) return CALLBACKS[id] ?? `callback ${id}`;
  if ((doing & DOING.work) !== 0) return WORKS[id] ?? `work ${id}`;
  return phaseText((who >>> 12) & 0xf);
}

/** A record as it is told: `what` was done, the record's two words. */
export function recordText(what: string, who: number, tick: number): string {
  const site = (who >>> 16) & 0xff;
  const where = SITES[site] ?? "a caller without a name";
  const cpu = (who >>> 24) - 1;
  return `${what} on CPU ${cpu} by ${where} (${runningText(who)}) at tick ${tick}`;
}

/** Who had the object at `at` last: empty where nothing is noted. */
export function ownerText(machine: Machine, cache: CacheObjects, at: number): string {
  if (!slabChecks(machine, "U")) return "";
  const word = (offset: number): number => machine.u32[(at + cache.linkOffset + offset) / 4] ?? 0;
  const told = (["alloc", "free"] as const).flatMap((what) => {
    const who = word(OWNERS[what]);
    if (who === 0) return [];
    return [recordText(what === "alloc" ? "allocated" : "freed", who, word(OWNERS[what] + 4))];
  });
  return told.length === 0 ? "never handed out" : told.join(", ");
}
