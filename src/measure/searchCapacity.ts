/**
 * Capacities of the designs of a cell: a search for each, trials in turns, so that what the machine
 * does meanwhile comes to all of them.
 *
 *   turn    every design whose search is not over, in an order drawn anew: one trial of each
 *   goals   no late burst at all          exceed ratio 0: what a queue of the bound's length takes
 *           0.5 % of the bursts late      exceed ratio 0.5: a stall now and then is tolerated
 *   again   a trial in which a CPU waited for its core longer than a burst may take, twice at most;
 *           where CPUs outnumber cores, waiting is part of what is measured
 *
 * Between the two is what seldom stalls cost: for a route cache, runs of its collector.
 */
import type { CapacityPlan, CapacitySearch, CapacityTrial } from "../result/capacitySchema.js";
import { isDisturbed, loadTrialOf } from "../result/capacitySchema.js";
import type { LatencyTrial } from "../result/latencyDocument.js";
import { type LoadRange, MlrSearch } from "./mlrSearch.js";
import { BURST_PACKETS, RATE_MAX, RATE_MIN } from "./openLoop.js";
import { shuffled } from "./statisticsBlocks.js";
import type { RandomSource } from "./statisticsRandom.js";

/** Full trials at a load that decide about it. */
const TRIALS_PER_SUM = 5;
/** The first trials are shorter by this much, and no shorter than the second. */
const INITIAL_PART = 4;
const INITIAL_MS_MIN = 10;
/** Far more than a search takes that ends by itself. */
const TRIALS_MAX = 200;
/**
 * Loads that are tried: from so many bursts in the shortest trial to so often a closed loop, which
 * may have been a disturbed one: a search steps out from there only as far as loads are taken.
 */
const BURSTS_MIN = 16;
const CLOSED_LOOPS_MAX = 8;
/** The second goal: tolerated share of late bursts, and of the time that may be worse. */
const TOLERATED_SHARE = 0.005;
const EXCEED_SHARE = 0.5;
/** A disturbed trial is run again so often; then it counts. */
const REPEATS_MAX = 2;

/** The goals of a search and how it goes on, from what a user says. */
export function capacityPlan(asked: {
  readonly trialMs: number;
  readonly widthShare: number;
  readonly searchMs: number;
}): CapacityPlan {
  const { trialMs, widthShare, searchMs } = asked;
  const same = { finalMs: trialMs, sumMs: TRIALS_PER_SUM * trialMs, widthShare };
  return {
    goals: [
      { lateShare: 0, exceedShare: 0, ...same },
      { lateShare: TOLERATED_SHARE, exceedShare: EXCEED_SHARE, ...same },
    ],
    initialMs: Math.max(INITIAL_MS_MIN, trialMs / INITIAL_PART),
    trialsMax: TRIALS_MAX,
    searchMs,
  };
}

/** Loads that may be tried, of a design with `closedRate` packets a second in a closed loop. */
export function loadRange(closedRate: number, initialMs: number): LoadRange {
  const min = Math.max(RATE_MIN, Math.ceil((BURSTS_MIN * BURST_PACKETS * 1_000) / initialMs));
  const max = Math.min(RATE_MAX, Math.round(CLOSED_LOOPS_MAX * closedRate));
  return { min, max: Math.max(min, max), first: closedRate };
}

/** A trial of a latency run as a search keeps it. */
export function capacityTrial(
  asked: { readonly packetsPerSecond: number; readonly ms: number },
  { packets, cpus, runDelayNs, stealMs }: LatencyTrial,
): Omit<CapacityTrial, "isRepeated"> {
  return {
    ...asked,
    packets,
    cpus: cpus.map(({ startNs, endNs, bursts, late, unrun, maxNs }) => {
      return { startNs, endNs, bursts, late, unrun, maxNs };
    }),
    runDelayNs,
    stealMs,
  };
}

/** What the searches of a cell need to go on. */
export interface SearchHooks {
  readonly process: number;
  readonly random: RandomSource;
  readonly stopped: () => boolean;
  readonly progress: (text: string) => void;
  /** A trial in which a CPU waited longer is disturbed; null: waiting is what is measured. */
  readonly disturbedNs: number | null;
  /** Milliseconds from anywhere. */
  readonly nowMs: () => number;
  /** Runs a trial of a design. */
  readonly trial: (
    design: number,
    asked: { readonly packetsPerSecond: number; readonly ms: number },
  ) => Promise<Omit<CapacityTrial, "isRepeated">>;
}

interface Begun {
  /** Times that the trial asked for has been disturbed. */
  repeats: number;
  readonly one: MlrSearch;
  readonly search: CapacitySearch;
}

function beginSearch(plan: CapacityPlan, range: LoadRange, at: [number, number]): Begun {
  const [process, design] = at;
  const search: CapacitySearch = {
    process,
    design,
    loadMin: range.min,
    loadMax: range.max,
    spentMs: 0,
    end: "stopped",
    trials: [],
    results: [],
  };
  return { repeats: 0, one: new MlrSearch(plan, range), search };
}

/** Runs the next trial of a search; false where it is over. */
async function step(begun: Begun, plan: CapacityPlan, hooks: SearchHooks): Promise<boolean> {
  const { one, search } = begun;
  const asked = one.next();
  if (asked === null || search.spentMs >= plan.searchMs) {
    const isFull = one.trials.length >= plan.trialsMax;
    search.end = asked !== null ? "time" : isFull ? "trials" : "done";
    return false;
  }
  const startMs = hooks.nowMs();
  const ran = await hooks.trial(search.design, asked);
  search.spentMs += hooks.nowMs() - startMs;
  const { disturbedNs } = hooks;
  const isRepeated =
    disturbedNs !== null && begun.repeats < REPEATS_MAX && isDisturbed(ran, disturbedNs);
  const trial = { ...ran, isRepeated };
  search.trials.push(trial);
  begun.repeats = isRepeated ? begun.repeats + 1 : 0;
  if (!isRepeated) one.note(loadTrialOf(trial));
  return true;
}

/**
 * Searches for the capacity of every design. @param rates packets per second that each forwards in
 * a closed loop, where its search begins
 */
export async function searchCapacities(
  plan: CapacityPlan,
  rates: readonly number[],
  hooks: SearchHooks,
): Promise<CapacitySearch[]> {
  const begun = rates.map((rate, design) =>
    beginSearch(plan, loadRange(rate, plan.initialMs), [hooks.process, design]),
  );
  let active = [...begun.keys()];
  for (let turn = 1; active.length > 0 && !hooks.stopped(); turn++) {
    hooks.progress(`capacity, turn ${turn}, ${active.length} of ${rates.length} to be found`);
    const left: number[] = [];
    for (const design of shuffled(active, hooks.random)) {
      const one = begun[design];
      if (one !== undefined && (await step(one, plan, hooks))) left.push(design);
    }
    active = left;
  }
  return begun.map(({ one, search }) => ({ ...search, results: one.results() }));
}
