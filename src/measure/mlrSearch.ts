/**
 * A search for the highest load at which bursts are seldom late, in the manner of MLRsearch
 * (RFC 9971), for several goals at once. Pure: it says which trial to run next and is told what
 * came of it; what trials say of loads is in `loadBounds.ts`.
 *
 *   steps    short trials, one a load, wide:   goal 1, goal 2, …
 *            twice as long, half as wide:      goal 1, goal 2, …
 *            …
 *            the goals themselves, over again until none asks for a trial
 *   a step   a load it has begun and that is undecided; else out from the bound it has, by steps
 *            that double; between two bounds the middle of their logarithms
 *
 * All trials count for all goals. A load takes sumMs ÷ finalMs trials of a step at most, rounded
 * up, so a step ends; `trialsMax` bounds the search where later trials change what earlier ones
 * said. The RFC leaves the choice of loads to whoever searches.
 */
import {
  classifyLoad,
  type GoalResult,
  goalResult,
  isNarrow,
  type LoadBounds,
  type LoadTrial,
  relevantBounds,
  type SearchGoal,
  trialsByLoad,
} from "../result/loadBounds.js";

/** How a search goes on. */
export interface SearchPlan {
  /** In the order in which they are searched for; better with one `finalMs` (RFC 9971). */
  readonly goals: readonly SearchGoal[];
  /** Length of the shortest trials: the initial trial duration. */
  readonly initialMs: number;
  readonly trialsMax: number;
}

/** Packets per second that may be offered, whole numbers, and what is offered first. */
export interface LoadRange {
  readonly min: number;
  readonly max: number;
  readonly first: number;
}

/** Widths are no wider than this: halves. */
const WIDTH_MAX = 0.5;
/** Significant digits of a load. */
const LOAD_DIGITS = 5;

function stepsOf({ goals, initialMs }: SearchPlan): SearchGoal[] {
  const finalMs = Math.max(...goals.map((goal) => goal.finalMs));
  const steps: SearchGoal[] = [];
  for (let ms = initialMs; ms < finalMs; ms *= 2) {
    for (const goal of goals) {
      if (ms >= goal.finalMs) continue;
      const widthShare = Math.min(WIDTH_MAX, (goal.widthShare * goal.finalMs) / ms);
      steps.push({ ...goal, finalMs: ms, sumMs: ms, widthShare });
    }
  }
  return steps;
}

/** One search. */
export class MlrSearch {
  readonly trials: LoadTrial[] = [];
  private readonly steps: readonly SearchGoal[];
  private step = 0;

  constructor(
    private readonly plan: SearchPlan,
    private readonly range: LoadRange,
  ) {
    this.steps = [...stepsOf(plan), ...plan.goals];
  }

  /** Tells what came of a trial. */
  note(trial: LoadTrial): void {
    this.trials.push(trial);
  }

  /** The trial that says most now; null: the search is over. */
  next(): { packetsPerSecond: number; ms: number } | null {
    if (this.trials.length >= this.plan.trialsMax) return null;
    for (; this.step < this.steps.length - this.plan.goals.length; this.step++) {
      const asked = this.ask(this.step);
      if (asked !== null) return asked;
    }
    for (let last = this.step; last < this.steps.length; last++) {
      const asked = this.ask(last);
      if (asked !== null) return asked;
    }
    return null;
  }

  /** What all trials so far say, by goal. */
  results(): GoalResult[] {
    return this.plan.goals.map((goal) => goalResult(this.trials, goal));
  }

  private ask(step: number): { packetsPerSecond: number; ms: number } | null {
    const goal = this.steps[step];
    if (goal === undefined) return null;
    const bounds = relevantBounds(this.trials, goal);
    const load = this.isSettled(bounds, goal) ? null : this.loadOf(step, goal, bounds);
    return load === null ? null : { packetsPerSecond: load, ms: goal.finalMs };
  }

  /** Whether no load is left to be tried: near enough, or at an end of the range. */
  private isSettled(bounds: LoadBounds, goal: SearchGoal): boolean {
    const { lower, upper } = bounds;
    if (upper !== null && upper <= this.range.min) return true;
    if (upper === null && lower !== null) return lower >= this.range.max;
    return isNarrow(bounds, goal.widthShare);
  }

  private loadOf(step: number, goal: SearchGoal, bounds: LoadBounds): number | null {
    const begun = this.begun(goal, bounds);
    if (begun !== null) return begun;
    const { lower, upper } = bounds;
    if (lower !== null && upper !== null) {
      const middle = this.allowed(Math.sqrt(lower * upper));
      return middle > lower && middle < upper ? middle : null;
    }
    if (lower !== null) return this.outward(goal, lower, 1);
    if (upper !== null) return this.outward(goal, upper, -1);
    return this.origin(step);
  }

  /** The lowest load between the bounds that full trials of this step have not decided yet. */
  private begun(goal: SearchGoal, { lower, upper }: LoadBounds): number | null {
    for (const [load, trials] of trialsByLoad(this.trials)) {
      if (load <= (lower ?? 0) || load >= (upper ?? Number.POSITIVE_INFINITY)) continue;
      const isBegun = trials.some(({ ms }) => ms >= goal.finalMs);
      if (isBegun && classifyLoad(trials, goal) === "undecided") return load;
    }
    return null;
  }

  /** Where a step begins that knows no bound: where the goal stood before, or the one before it. */
  private origin(step: number): number {
    const earlier = this.steps[step - this.plan.goals.length] ?? this.steps[step - 1];
    const first = this.allowed(this.range.first);
    if (earlier === undefined) return first;
    const { lower, upper } = relevantBounds(this.trials, earlier);
    return lower ?? upper ?? first;
  }

  /**
   * A load away from the only bound: one that another step has tried, where it is half a width away
   * at least; else twice as far as the bound is from the trial before it, and a width at least.
   */
  private outward(goal: SearchGoal, from: number, direction: 1 | -1): number {
    const width = -Math.log1p(-goal.widthShare);
    const away = trialsByLoad(this.trials)
      .map(([load]) => ({ load, distance: direction * Math.log(load / from) }))
      .sort((a, b) => a.distance - b.distance);
    const known = away.find(({ distance }) => distance >= width / 2);
    if (known !== undefined) return known.load;
    const behind = away.filter(({ distance }) => distance < 0).at(-1)?.distance ?? 0;
    const step = Math.max(width, -2 * behind);
    return this.allowed(from * Math.exp(direction * step));
  }

  /** The load that is tried in its place: whole, of few digits, and within the range. */
  private allowed(load: number): number {
    const { min, max } = this.range;
    return Math.min(max, Math.max(min, Math.round(Number(load.toPrecision(LOAD_DIGITS)))));
  }
}
