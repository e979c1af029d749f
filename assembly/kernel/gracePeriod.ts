/**
 * Grace periods over quiescent states (QSBR), one machinery for both flavours.
 *
 *   G_RCU + 256 * flavour   line 0: gpSeq        the grace period last started     0, 2, 4, …
 *                           line 1: gpCompleted  the last that ended             gpSeq or gpSeq - 2
 *   CPU area, PCPU_RCU + 128 * flavour
 *                           line 0: qs           0 = offline, else gpSeq last seen | 1
 *
 * Sequence numbers are even and `qs` has bit 0 set, so an online word is never 0, zeroed memory is
 * a machine at rest with all CPUs offline, and the numbers wrap by themselves.
 *
 *   start   gpSeq: s → s + 2 by cmpxchg, only while gpCompleted == s
 *   note    qs = gpSeq | 1, by the CPU itself, at a quiescent state; no store if it is that
 *   end     every possible CPU has qs == 0 or qs == (gpSeq | 1): gpCompleted: s → s + 2 by cmpxchg
 *
 * Whoever wants a grace period over starts it, looks, and ends it; there is no RCU thread.
 *
 * Why it is safe. All words are accessed by Wasm atomics, which have one total order S. Take an
 * object, unlinked by U (an atomic store), and a grace period n wanted afterwards: its ticket was
 * made from gpSeq read after U, so U < start(n) in S. Let end(n) have found CPU c …
 *   with qs == n | 1: c stored it after it read gpSeq == n, at a quiescent state. Its sections
 *     before that store have ended, and what they read plainly comes before the store, which the
 *     scan read. Its sections after it load pointers after start(n), so after U: they find the
 *     new pointer.
 *   with qs == 0: c was offline then. When it comes online it stores qs != 0 (an xchg) before it
 *     loads its first pointer. The scan read 0, so scan < store < that load in S, and U < scan:
 *     again the new pointer. This is the step that a plain store would break: it could sit in the
 *     store buffer while the load passes it. That c may store an old gpSeq only makes it wait for:
 *     qs != (n | 1) blocks.
 * A slow scan for n that sees qs of a later period finds them different and does nothing; one that
 * ends late fails its cmpxchg, for gpCompleted has moved.
 *
 * Who may touch it: `qs` is stored by its own CPU only, read by all. The two global words, anybody,
 * as above.
 */
import { atomicCmpxchg32, atomicLoad32, atomicStore32, plainLoad32 } from "../arch/atomic";
import { PCPU_RCU, thisCpuArea } from "../arch/percpu";
import { cpuAreaOf, G_RCU, isBusted, possibleCpus, superBlockAt } from "../arch/superblock";
import { SITE_RCU_DEADLINE } from "../arch/trap";
import { BUSTED, BUSTED_QSBR } from "../config";
import { spinPause } from "../lib/spinlock";

/** The kernel's rcu (rcu_sched where readers cannot be preempted), and rcu_bh. */
export const RCU_FLAVOUR: u32 = 0;
export const RCU_BH_FLAVOUR: u32 = 1;
export const RCU_FLAVOURS: u32 = 2;

/** From one grace period to the next. */
const GP_STEP: u32 = 2;
const QS_ONLINE: u32 = 1;
const QS_OFFLINE: u32 = 0;

function gpSeqAt(flavour: u32): usize {
  return superBlockAt() + G_RCU + ((<usize>flavour) << 8);
}

function gpCompletedAt(flavour: u32): usize {
  return gpSeqAt(flavour) + 64;
}

function qsAt(area: usize, flavour: u32): usize {
  return area + PCPU_RCU + ((<usize>flavour) << 7);
}

/** The own word; only its owner writes it, so a plain load is enough. */
function qsOwn(flavour: u32): u32 {
  return plainLoad32(qsAt(thisCpuArea(), flavour));
}

/** This CPU may read from now on. Outside read sections. */
export function gpOnline(flavour: u32): void {
  atomicStore32(qsAt(thisCpuArea(), flavour), atomicLoad32(gpSeqAt(flavour)) | QS_ONLINE);
}

/** This CPU does not read until gpOnline: nobody waits for it. Outside read sections. */
export function gpOffline(flavour: u32): void {
  atomicStore32(qsAt(thisCpuArea(), flavour), QS_OFFLINE);
}

/** True if grace periods wait for this CPU. */
export function gpIsOnline(flavour: u32): bool {
  return qsOwn(flavour) != QS_OFFLINE;
}

/** A quiescent state of this CPU. Two loads; a store only in a grace period not yet seen. */
export function gpNote(flavour: u32): void {
  const now = atomicLoad32(gpSeqAt(flavour)) | QS_ONLINE;
  const own = qsOwn(flavour);
  if (own != now && own != QS_OFFLINE) atomicStore32(qsAt(thisCpuArea(), flavour), now);
}

/**
 * Ticket for what was unlinked before the call: the first grace period that starts after it. One
 * that runs already may have begun too early, so it is always the next.
 */
export function gpTicket(flavour: u32): u32 {
  return atomicLoad32(gpSeqAt(flavour)) + GP_STEP;
}

/** True if the grace period of `ticket` is over. */
export function gpIsOver(flavour: u32, ticket: u32): bool {
  return <i32>(atomicLoad32(gpCompletedAt(flavour)) - ticket) >= 0;
}

/**
 * True if no CPU is online that has not seen grace period `seq`. Looks at other CPUs only if it
 * must.
 */
function allPassed(flavour: u32, seq: u32): bool {
  if (BUSTED && isBusted(BUSTED_QSBR)) return true;
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    const qs = atomicLoad32(qsAt(cpuAreaOf(cpu), flavour));
    if (qs != QS_OFFLINE && qs != (seq | QS_ONLINE)) return false;
  }
  return true;
}

/** One step towards the end of `ticket`; true if anything moved. */
function gpStep(flavour: u32): bool {
  const seq = atomicLoad32(gpSeqAt(flavour));
  const completed = atomicLoad32(gpCompletedAt(flavour));
  if (completed == seq) {
    return atomicCmpxchg32(gpSeqAt(flavour), seq, seq + GP_STEP) == seq;
  }
  // Read in this order, completed can only be ahead of what belongs to seq: then try again.
  if (completed != seq - GP_STEP) return true;
  if (!allPassed(flavour, seq)) return false;
  return atomicCmpxchg32(gpCompletedAt(flavour), completed, seq) == completed;
}

/**
 * Drives grace periods as far as they go without waiting, at a quiescent state of this CPU. True if
 * that of `ticket` is over. At most the one that runs, and the ticket's own: start, end, start,
 * end, and as many steps lost to CPUs that drive too.
 */
export function gpDrive(flavour: u32, ticket: u32): bool {
  for (let step = 0; step < 8; step++) {
    if (gpIsOver(flavour, ticket)) return true;
    gpNote(flavour);
    if (!gpStep(flavour)) break;
  }
  return gpIsOver(flavour, ticket);
}

/**
 * Waits for the grace period of `ticket`, at a quiescent state of this CPU in both flavours.
 * Reports both while it waits: two CPUs that wait for different flavours would else wait for each
 * other.
 * Bounded: a CPU that is online and does not report stops this one with SITE_RCU_DEADLINE.
 */
export function gpWait(flavour: u32, ticket: u32): void {
  const at = gpCompletedAt(flavour);
  let steps: u32 = 0;
  while (true) {
    const seen = atomicLoad32(at);
    gpNote(RCU_FLAVOUR);
    gpNote(RCU_BH_FLAVOUR);
    if (gpDrive(flavour, ticket)) return;
    steps = spinPause(at, seen, steps, SITE_RCU_DEADLINE);
  }
}
