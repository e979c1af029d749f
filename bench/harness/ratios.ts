/**
 * From ordered samples to the figures of a row.
 *
 * Arms are timed one after the other within a round, so what a round's two windows have in common
 * (clock level, neighbours on the host) cancels in their ratio: the figure is the median of the
 * rounds' ratios, not the ratio of two medians. Quartiles of the same ratios say how far to
 * trust it.
 */
import type { Aim, RowPlan, Window } from "./arm.js";

/** Windows of each arm, by name, in the order of the rounds. */
export type Samples = ReadonlyMap<string, readonly Window[]>;

/** A comparison with its figures. */
export interface Row {
  readonly arm: string;
  readonly yardstick: string;
  readonly ratio: number;
  /** First and third quartile of the rounds' ratios. */
  readonly quartiles: readonly [number, number];
  /** Medians of ns for one operation. */
  readonly armNs: number;
  readonly yardstickNs: number;
  /** Rounds that the figures are of. */
  readonly rounds: number;
  /** False where most windows lost their core: the figures are of disturbed ones too. */
  readonly calm: boolean;
  readonly aim: string | null;
  readonly verdict: Verdict | null;
}

/** `not judged`: most windows lost their core, so the figure says nothing about an aim. */
export type Verdict = "met" | "not met" | "not judged";

/** Part of the rounds that must be calm for a verdict. */
const CALM_SHARE_MIN = 0.25;

/** Value below which the part `q` (0 to 1) of the samples lies, by linear interpolation. */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new RangeError("no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Middle of the samples. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Whether a ratio, or the time behind it, is as wanted. */
export function isMet(ratio: number, armNs: number, aim: Aim): boolean {
  if ("atMost" in aim) return ratio <= aim.atMost;
  return "atLeast" in aim ? ratio >= aim.atLeast : armNs < aim.secondsAtMost * 1e9;
}

/** An aim as it is printed. */
export function aimText(aim: Aim): string {
  if ("atMost" in aim) return `≤ ${aim.atMost}`;
  return "atLeast" in aim ? `≥ ${aim.atLeast}` : `< ${aim.secondsAtMost} s`;
}

function windowsOf(samples: Samples, arm: string): readonly Window[] {
  const windows = samples.get(arm);
  if (windows === undefined) throw new RangeError(`no arm named "${arm}"`);
  return windows;
}

interface Pairs {
  readonly pairs: readonly (readonly [number, number])[];
  readonly calm: boolean;
}

/** The pairs of a row: of rounds without a disturbed window, or of all where those are too few. */
function pairsOf(samples: Samples, plan: RowPlan): Pairs {
  const yardsticks = windowsOf(samples, plan.yardstick);
  const all = windowsOf(samples, plan.arm).flatMap((window, round) => {
    const yardstick = yardsticks[round];
    return yardstick === undefined ? [] : [{ window, yardstick }];
  });
  const calmOnes = all.filter((pair) => !pair.window.disturbed && !pair.yardstick.disturbed);
  const calm = calmOnes.length >= all.length * CALM_SHARE_MIN;
  const pairs = (calm ? calmOnes : all).map(
    ({ window, yardstick }) => [window.ns, yardstick.ns] as const,
  );
  return { pairs, calm };
}

/** Works out one row. */
export function rowOf(samples: Samples, plan: RowPlan): Row {
  const { pairs, calm } = pairsOf(samples, plan);
  const ratios = pairs.map(([arm, yardstick]) =>
    plan.inverse ? yardstick / arm : arm / yardstick,
  );
  const ratio = median(ratios);
  const armNs = median(pairs.map(([arm]) => arm));
  let verdict: Verdict | null = null;
  if (plan.aim !== undefined) {
    verdict = calm ? (isMet(ratio, armNs, plan.aim) ? "met" : "not met") : "not judged";
  }
  return {
    arm: plan.arm,
    yardstick: plan.yardstick,
    ratio,
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    armNs,
    yardstickNs: median(pairs.map(([, yardstick]) => yardstick)),
    rounds: pairs.length,
    calm,
    aim: plan.aim === undefined ? null : aimText(plan.aim),
    verdict,
  };
}
