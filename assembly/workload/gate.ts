/**
 * The gate of a window: all CPUs start measuring together.
 *
 *   arrived u32 @0 │ (own line) open u32 @64        set to 0 by the host before each window
 *
 * Whoever arrives last opens it. Waiting spins first and then sleeps, and past its deadline traps:
 * a CPU that never comes must not hang the others. A waiting CPU notes quiescent states: it holds
 * no reference to anything.
 */
import { atomicAdd32, atomicLoad32, publish32, waitOn32, wakeAll32 } from "../arch/atomic";
import { superBlock } from "../arch/superblock";
import { SITE_GATE_DEADLINE, trapAt } from "../arch/trap";
import { rcuNoteQs } from "../kernel/rcu";

const OPEN: usize = 64;
/** One sleep: 1 ms. */
const SLEEP_NS: i64 = 1_000_000;
/** Sleeps until the deadline: the spin limit's unit is too short for a worker that starts. */
const SLEEPS_MAX: u32 = 10_000;

/** The gate spins 64 times as long as a lock: nobody else needs the core meanwhile. */
const GATE_SPINS_SHIFT: u32 = 6;

/** One more has come to the gate at `at`. True if it was the last of `cpus`, and has opened it. */
function arrive(at: usize, cpus: u32): bool {
  if (atomicAdd32(at, 1) + 1 != cpus) return false;
  publish32(at + OPEN, 1);
  wakeAll32(at + OPEN);
  return true;
}

/** Waits until `cpus` CPUs have entered the gate at `at`. */
export function gateEnter(at: usize, cpus: u32): void {
  if (arrive(at, cpus)) return;
  // Lead-ins end up to a millisecond apart; who sleeps here starts late.
  const spins = superBlock().spinLimit << GATE_SPINS_SHIFT;
  for (let i: u32 = 0; i < spins; i++) {
    if (atomicLoad32(at + OPEN)) return;
  }
  for (let i: u32 = 0; i < SLEEPS_MAX; i++) {
    if (atomicLoad32(at + OPEN)) return;
    rcuNoteQs();
    waitOn32(at + OPEN, 0, SLEEP_NS);
  }
  trapAt(SITE_GATE_DEADLINE);
}

/**
 * Comes to the gate at `at` as one of `cpus`, and does not wait: the control plane, whose work goes
 * on meanwhile. The last to come opens it.
 */
export function gateArrive(at: usize, cpus: u32): void {
  arrive(at, cpus);
}
