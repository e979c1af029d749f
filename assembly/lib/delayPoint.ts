/**
 * Delay points: in images with planted defects, a place where a CPU lingers so that another meets
 * it in the window that the defect opens. Mostly a moment, one time in eight for long. Which, is
 * drawn by each CPU's own generator from the machine's seed. In other images nothing of this file
 * is left.
 */
import { atomicLoad32 } from "../arch/atomic";
import { smpProcessorId, thisCpuHead } from "../arch/percpu";
import { isBusted, superBlock, superBlockAt } from "../arch/superblock";
import { prngMix, xorshift32 } from "./prng";

/** Looks at a word: a moment, and about 10 µs. */
const SHORT_MASK: u32 = 63;
const LONG: u32 = 20_000;

/** Lingers if planted defect `which` (`BUSTED_…`) breaks here. Behind `if (BUSTED)` only. */
export function delayPoint(which: u32): void {
  if (!isBusted(which)) return;
  const head = thisCpuHead();
  const state = head.delaySeed;
  const drawn = state == 0 ? prngMix(superBlock().seed ^ (smpProcessorId() + 1)) | 1 : state;
  head.delaySeed = xorshift32(drawn);
  const looks = (drawn & 7) == 0 ? LONG : (drawn >> 8) & SHORT_MASK;
  for (let i: u32 = 0; i < looks; i++) atomicLoad32(superBlockAt());
}
