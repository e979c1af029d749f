/**
 * The quarantine of debug images, as KASAN's: what is freed is not used again at once, so that who
 * still writes to it writes to poison, and not to its next owner.
 *
 *   free ─▶ quarantineHead ─▶ object ─▶ … ─▶ quarantineTail     a queue for each cache and CPU,
 *                 │ when more than `quarantine` wait            by the links of free objects
 *                 └─▶ free list of the page's CPU
 *
 * Invariant: quarantined == length of the queue ≤ the boot word `quarantine`. Objects in it are
 * free, whosever page they are in. Owner only, plain.
 */
import { plainLoad32, plainStore32 } from "../arch/atomic";
import { superBlock } from "../arch/superblock";
import { KmemCacheCpu, kmemCacheThisCpu, linkOf } from "./kmemCache";
import { checkQuiet } from "./slabDebug";

/**
 * A freed object begins to wait. Returns the one that may be used again instead, which is the same
 * where nothing is kept back; 0: none yet.
 */
export function quarantinePush(id: u32, object: usize): usize {
  const most = superBlock().quarantine;
  if (most == 0) return object;
  const mine = kmemCacheThisCpu(id);
  plainStore32(linkOf(id, object), 0);
  if (mine.quarantineHead == 0) mine.quarantineHead = <u32>object;
  else plainStore32(linkOf(id, mine.quarantineTail), <u32>object);
  mine.quarantineTail = <u32>object;
  mine.quarantined++;
  return mine.quarantined > most ? quarantineShift(id, mine) : 0;
}

/** Takes the object that has waited longest out, 0 if none waits. Traps if it was written to. */
export function quarantineShift(id: u32, mine: KmemCacheCpu): usize {
  const first: usize = mine.quarantineHead;
  if (first == 0) return 0;
  mine.quarantineHead = plainLoad32(linkOf(id, first));
  mine.quarantined--;
  checkQuiet(id, first);
  return first;
}

/** The cache is destroyed: nothing of it waits any more. */
export function quarantineForget(block: KmemCacheCpu): void {
  block.quarantineHead = 0;
  block.quarantineTail = 0;
  block.quarantined = 0;
}
