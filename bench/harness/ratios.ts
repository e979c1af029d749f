/**
 * From ordered samples to the figures of a row.
 *
 * Arms are timed one after the other within a round, so what a round's two windows have in common
 * (clock level, neighbours on the host) cancels in their ratio: the figure is the median of the
 * rounds' ratios, not the ratio of two medians. Quartiles of the same ratios say how far to trust it.
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
  /** Rounds in which neither window was disturbed; where there are none, all are used. */
  readonly rounds: number;
  readonly aim: string | null;
  readonly met: boolean | null;
}

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

/** The pairs of a row, of rounds without a disturbed window where there are any. */
function pairsOf(samples: Samples, plan: RowPlan): [number, number][] {
  const yardsticks = windowsOf(samples, plan.yardstick);
  const pairs = windowsOf(samples, plan.arm).flatMap((window, round) => {
    const yardstick = yardsticks[round];
    return yardstick === undefined ? [] : [{ window, yardstick }];
  });
  const calm = pairs.filter((pair) => !pair.window.disturbed && !pair.yardstick.disturbed);
  return (calm.length > 0 ? calm : pairs).map((pair) => [pair.window.ns, pair.yardstick.ns]);
}

/** Works out one row. */
export function rowOf(samples: Samples, plan: RowPlan): Row {
  const pairs = pairsOf(samples, plan);
  const ratios = pairs.map(([arm, yardstick]) =>
    plan.inverse ? yardstick / arm : arm / yardstick,
  );
  const ratio = median(ratios);
  const armNs = median(pairs.map(([arm]) => arm));
  return {
    arm: plan.arm,
    yardstick: plan.yardstick,
    ratio,
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    armNs,
    yardstickNs: median(pairs.map(([, yardstick]) => yardstick)),
    rounds: pairs.length,
    aim: plan.aim === undefined ? null : aimText(plan.aim),
    met: plan.aim === undefined ? null : isMet(ratio, armNs, plan.aim),
  };
}
