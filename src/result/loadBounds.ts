/**
 * What the trials of a capacity search say: classes of loads, relevant bounds and conditional
 * throughput, as RFC 9971 (MLRsearch) has them, with late bursts in the place of lost frames. Pure.
 *
 *   bad trial     more than `lateShare` of its bursts were late or given up
 *   full trial    at least `finalMs` long; a shorter one is short
 *   lower bound   no trials to come, up to `sumMs`, can push bad time above `exceedShare`
 *   upper bound   none can bring it down to that
 *   undecided     either may be
 *
 * Short bad trials count against a load as far as they outweigh short good ones; short good ones
 * never count for it. A load may be a lower bound above an upper one; the lowest upper bound is
 * the relevant one, and the highest lower bound below it.
 */

/** What a search is for: the attributes of a search goal of RFC 9971. */
export interface SearchGoal {
  /** Goal loss ratio: a trial is bad above this share of late bursts. */
  readonly lateShare: number;
  /** Goal exceed ratio: share of the time at a load that may be bad, below 1. */
  readonly exceedShare: number;
  /** Goal final trial duration: length of a full trial. */
  readonly finalMs: number;
  /** Goal duration sum: time of full trials that decides about a load. */
  readonly sumMs: number;
  /** Goal width: 1 − lower / upper at which the bounds are near enough. */
  readonly widthShare: number;
}

/** A trial as its search sees it. */
export interface LoadTrial {
  /** Packets per second that each CPU was offered. */
  readonly packetsPerSecond: number;
  /** As asked: what a full trial is must not hang on a clock. */
  readonly ms: number;
  /** Bursts that were late or given up, of all. */
  readonly lateShare: number;
}

/** What its trials say of a load. */
export type LoadClass = "lower" | "upper" | "undecided";

/** Relevant bounds in packets per second; null: there is none. */
export interface LoadBounds {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What a search found for a goal. */
export interface GoalResult extends LoadBounds {
  /** Conditional throughput at `lower`, packets per second. */
  readonly throughput: number | null;
  /** Regular in the sense of the RFC: both bounds, no further apart than the goal's width. */
  readonly isRegular: boolean;
}

function timeOf(trials: readonly LoadTrial[]): number {
  return trials.reduce((sum, { ms }) => sum + ms, 0);
}

/** Class of the load that all these trials had; undecided without any. */
export function classifyLoad(trials: readonly LoadTrial[], goal: SearchGoal): LoadClass {
  const { exceedShare } = goal;
  const isBad = (trial: LoadTrial): boolean => trial.lateShare > goal.lateShare;
  const full = trials.filter(({ ms }) => ms >= goal.finalMs);
  const short = trials.filter(({ ms }) => ms < goal.finalMs);
  const good = timeOf(full.filter((trial) => !isBad(trial)));
  const goodShort = timeOf(short.filter((trial) => !isBad(trial)));
  const balance = goodShort * (exceedShare / (1 - exceedShare));
  const bad = timeOf(full.filter(isBad)) + Math.max(0, timeOf(short.filter(isBad)) - balance);
  const whole = Math.max(good + bad, goal.sumMs);
  if (bad > whole * exceedShare) return "upper";
  return whole - good <= whole * exceedShare ? "lower" : "undecided";
}

/** Trials by load, ascending. */
export function trialsByLoad<T extends LoadTrial>(trials: readonly T[]): [number, T[]][] {
  const byLoad = new Map<number, T[]>();
  for (const trial of trials) {
    const at = byLoad.get(trial.packetsPerSecond);
    if (at === undefined) byLoad.set(trial.packetsPerSecond, [trial]);
    else at.push(trial);
  }
  return [...byLoad].sort(([a], [b]) => a - b);
}

/**
 * The lowest upper bound, and the highest lower bound below it. Where no load is an upper bound,
 * the highest lower bound of all, which the RFC calls effective.
 */
export function relevantBounds(trials: readonly LoadTrial[], goal: SearchGoal): LoadBounds {
  let lower: number | null = null;
  for (const [load, ofLoad] of trialsByLoad(trials)) {
    const kind = classifyLoad(ofLoad, goal);
    if (kind === "upper") return { lower, upper: load };
    if (kind === "lower") lower = load;
  }
  return { lower, upper: null };
}

/** Whether both bounds are there and near enough. */
export function isNarrow({ lower, upper }: LoadBounds, widthShare: number): boolean {
  return lower !== null && upper !== null && upper - lower <= widthShare * upper;
}

/**
 * Packets per second in bursts that were in time, of the trials of one load: full ones by share of
 * late bursts, the one at which so much of the time is reached that what is left may be bad. Time
 * that is missing to `sumMs` counts as late altogether.
 */
export function conditionalThroughput(trials: readonly LoadTrial[], goal: SearchGoal): number {
  const full = trials
    .filter(({ ms }) => ms >= goal.finalMs)
    .sort((a, b) => a.lateShare - b.lateShare);
  let left = Math.max(timeOf(full), goal.sumMs) * (1 - goal.exceedShare);
  for (const { packetsPerSecond, ms, lateShare } of full) {
    left -= ms;
    if (left <= 0) return packetsPerSecond * (1 - lateShare);
  }
  return 0;
}

/** What all trials of a search say of a goal. */
export function goalResult(trials: readonly LoadTrial[], goal: SearchGoal): GoalResult {
  const bounds = relevantBounds(trials, goal);
  const at = trials.filter(({ packetsPerSecond }) => packetsPerSecond === bounds.lower);
  return {
    ...bounds,
    throughput: bounds.lower === null ? null : conditionalThroughput(at, goal),
    isRegular: isNarrow(bounds, goal.widthShare),
  };
}
