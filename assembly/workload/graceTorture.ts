/**
 * Grace periods and locks put to the test, beside traffic. Grace periods: every CPU publishes
 * probes, takes them back and lets RCU tell when nobody can see them any more; and every CPU looks
 * whether one that it found at the beginning of a burst is still its own at the end. After
 * rcutorture, whose readers look at the age of what they hold.
 *
 * Locks: every CPU adds to a word under a spinlock, without an atomic; after locktorture.
 *
 *   G_TORTURE     current ─▶ probe │ lock @8 │ word @12      what readers find; what a lock guards
 *   CPU area      8 probes of 32 bytes │ reads │ stale │ published │ exhausted │ added
 *   probe         RcuHead 16 │ age │ version                age 1: a grace period is over
 *
 * Invariants: word == Σ added; stale == 0 for ever: age goes to 1 a grace period after the probe
 * was taken back, and a burst is one read section, so who found it before sees age 0 and the same
 * version.
 *
 * `age` is shared (RCU's callback adds to it), `version` published with the probe; the figures are
 * owner-only. Of both flavours: probes of odd versions go through RCU-bh.
 */
import {
  atomicLoad32,
  atomicStore32,
  atomicXchg32,
  plainLoad32,
  plainStore32,
  readOnce32,
} from "../arch/atomic";
import { PCPU_TORTURE, thisCpuArea } from "../arch/percpu";
import { G_TORTURE, superBlockAt } from "../arch/superblock";
import { RCU_FUNC_COUNT } from "../calls/rcu";
import { BUSTED, BUSTED_LOCK } from "../config";
import { callRcu, callRcuBh, RCU_HEAD_BYTES } from "../kernel/callRcu";
import { delayPoint } from "../lib/delayPoint";
import { spinLock, spinUnlock } from "../lib/spinlock";

const PROBES: usize = 8;
const PROBE_BYTES: usize = 32;
const AGE: usize = RCU_HEAD_BYTES;
const VERSION: usize = RCU_HEAD_BYTES + 4;
/** Figures of a CPU, in its area. */
export const TORTURE_READS: usize = PCPU_TORTURE + PROBES * PROBE_BYTES;
export const TORTURE_STALE: usize = TORTURE_READS + 4;
export const TORTURE_PUBLISHED: usize = TORTURE_READS + 8;
export const TORTURE_EXHAUSTED: usize = TORTURE_READS + 12;
export const TORTURE_ADDED: usize = TORTURE_READS + 16;
/** What the lock guards, in the superblock. */
export const TORTURE_WORD: usize = G_TORTURE + 12;
const LOCK: usize = G_TORTURE + 8;

function count(offset: usize): void {
  const at = thisCpuArea() + offset;
  plainStore32(at, plainLoad32(at) + 1);
}

/** The probe that is there now, 0 before the first. In a read section. */
export function tortureFind(): usize {
  return readOnce32(superBlockAt() + G_TORTURE);
}

/** Version of a probe that was found. */
export function tortureVersion(probe: usize): u32 {
  return probe ? plainLoad32(probe + VERSION) : 0;
}

/** Looks again at what was found, in the same read section: whether its time was over. */
export function tortureCheck(probe: usize, version: u32): void {
  if (!probe) return;
  count(TORTURE_READS);
  if (atomicLoad32(probe + AGE) != 0 || plainLoad32(probe + VERSION) != version) {
    count(TORTURE_STALE);
  }
}

/** Adds 1 to the word that the lock guards. */
export function tortureLock(): void {
  const at = superBlockAt() + TORTURE_WORD;
  spinLock(superBlockAt() + LOCK);
  const word = plainLoad32(at);
  if (BUSTED) delayPoint(BUSTED_LOCK);
  plainStore32(at, word + 1);
  spinUnlock(superBlockAt() + LOCK);
  count(TORTURE_ADDED);
}

/** A probe of this CPU that nobody can see: a new one, or one whose grace period is over. */
function unused(): usize {
  for (let i: usize = 0; i < PROBES; i++) {
    const probe = thisCpuArea() + PCPU_TORTURE + i * PROBE_BYTES;
    if (plainLoad32(probe + VERSION) == 0 || atomicLoad32(probe + AGE) == 1) return probe;
  }
  return 0;
}

/** Publishes another probe and gives the one before to RCU. Outside read sections. */
export function torturePublish(): void {
  const probe = unused();
  if (!probe) {
    count(TORTURE_EXHAUSTED);
    return;
  }
  plainStore32(probe + VERSION, plainLoad32(probe + VERSION) + 1);
  atomicStore32(probe + AGE, 0);
  const before: usize = atomicXchg32(superBlockAt() + G_TORTURE, <u32>probe);
  count(TORTURE_PUBLISHED);
  if (!before) return;
  if ((plainLoad32(before + VERSION) & 1) != 0) callRcuBh(before, RCU_FUNC_COUNT);
  else callRcu(before, RCU_FUNC_COUNT);
}
