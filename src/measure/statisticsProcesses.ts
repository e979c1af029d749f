/**
 * From one estimate per process to words about pairs. What differs from process to process (where
 * memory and code lie, what the machine did then) is in the spread of these estimates, so the
 * process is the unit: n windows of one process are not n observations.
 *
 *   θ[p]        Hodges–Lehmann of the paired log ratios of process p
 *   θ           mean of θ[p];  SE = sd(θ[p]) / √P;  interval θ ± t(P − 1; 1 − α/2m) SE
 *   m           pairs of a cell; the intervals hold together with 1 − α (Bonferroni)
 *   different   by Holm's procedure over the m p-values; where it tells a difference that the
 *               interval does not, the interval ends at no difference (Strassburger and Bretz,
 *               Statistics in Medicine 27(24), 2008), so that words and bounds never disagree
 *   equivalent  two one-sided tests at 5 %: the 90 % interval lies inside the margin
 */
import { studentCritical, studentTwoSided } from "./statisticsBeta.js";
import type { Verdict } from "./statisticsVerdict.js";

/** Chance of calling some pair of a cell different where none is. */
export const FAMILY_ERROR = 0.05;

/** More processes than this make the exact test of signs too long; none are run. */
export const SIGN_FLIP_PROCESSES_MAX = 24;

/** Mean of the processes' estimates, its standard error, and the p-value of "no difference". */
export interface ProcessMean {
  readonly estimate: number;
  readonly standardError: number;
  readonly degrees: number;
  readonly p: number;
}

/**
 * Student's t over processes.
 * @param thetas one log ratio per process, two or more
 * @throws {RangeError} for fewer
 */
export function overProcesses(thetas: readonly number[]): ProcessMean {
  const n = thetas.length;
  if (n < 2) throw new RangeError(`${n} processes; allowed: 2 or more`);
  const estimate = thetas.reduce((sum, theta) => sum + theta, 0) / n;
  const squares = thetas.reduce((sum, theta) => sum + (theta - estimate) ** 2, 0);
  const standardError = Math.sqrt(squares / (n - 1) / n);
  // Estimates that agree to the last bit leave no doubt, or no difference.
  const certain = estimate === 0 ? 1 : 0;
  const p = standardError === 0 ? certain : studentTwoSided(estimate / standardError, n - 1);
  return { estimate, standardError, degrees: n - 1, p };
}

/** Bounds of a mean at a confidence. */
export function boundsOf(mean: ProcessMean, confidence: number): { low: number; high: number } {
  const half = studentCritical(1 - confidence, mean.degrees) * mean.standardError;
  return { low: mean.estimate - half, high: mean.estimate + half };
}

/**
 * The exact two-sided p-value of the sum of θ[p] when every sign is equally likely: no distribution
 * is assumed but symmetry. Its least value is 2 / 2^P.
 */
export function signFlip(thetas: readonly number[]): number {
  const n = thetas.length;
  if (n < 1 || n > SIGN_FLIP_PROCESSES_MAX) {
    throw new RangeError(`${n} processes; allowed: 1 to ${SIGN_FLIP_PROCESSES_MAX}`);
  }
  const seen = Math.abs(thetas.reduce((sum, theta) => sum + theta, 0));
  // Sums of the same numbers in another order may differ in the last bits.
  const enough = seen * (1 - 1e-12);
  const signs = thetas.map(() => 1);
  let sum = thetas.reduce((all, theta) => all + theta, 0);
  let extreme = 0;
  const total = 2 ** n;
  // Gray code: from one combination to the next a single sign changes.
  for (let code = 0; code < total; code++) {
    if (Math.abs(sum) >= enough) extreme++;
    const bit = Math.min(n - 1, 31 - Math.clz32((code + 1) & -(code + 1)));
    const sign = signs[bit] ?? 1;
    signs[bit] = -sign;
    sum -= 2 * sign * (thetas[bit] ?? 0);
  }
  return extreme / total;
}

/** Holm's step-down: adjusted p-values, in the order given (Scand. J. Statistics 6(2), 1979). */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
  const adjusted = new Array<number>(ps.length).fill(1);
  let most = 0;
  for (const [rank, index] of order.entries()) {
    most = Math.max(most, Math.min(1, (ps[index] ?? 1) * (ps.length - rank)));
    adjusted[index] = most;
  }
  return adjusted;
}

/** Benjamini and Hochberg's step-up: adjusted p-values (J. R. Statist. Soc. B 57(1), 1995). */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((a, b) => (ps[b] ?? 0) - (ps[a] ?? 0));
  const adjusted = new Array<number>(ps.length).fill(1);
  let least = 1;
  for (const [rank, index] of order.entries()) {
    const place = ps.length - rank;
    least = Math.min(least, ((ps[index] ?? 1) * ps.length) / place);
    adjusted[index] = least;
  }
  return adjusted;
}

/** Whether the difference is shown to be inside the margin: two one-sided tests at 5 % each. */
export function isEquivalent(mean: ProcessMean, marginShare: number): boolean {
  const margin = Math.log(1 + marginShare);
  const { low, high } = boundsOf(mean, 0.9);
  return low >= -margin && high <= margin;
}

/** What is said of one pair of a cell. Numbers are natural logarithms. */
export interface PairDecision {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Of "no difference", by itself and as a member of the cell's family. */
  readonly p: number;
  readonly pHolm: number;
  /** Half the width of the interval, before it was cut at no difference: what stopping looks at. */
  readonly halfWidth: number;
  readonly verdict: Verdict;
}

function verdictOfPair(
  mean: ProcessMean,
  bounds: { low: number; high: number },
  isDifferent: boolean,
  marginShare: number,
): Verdict {
  const margin = Math.log(1 + marginShare);
  if (bounds.low > margin) return "slower";
  if (bounds.high < -margin) return "faster";
  if (isDifferent) return "tiny";
  return isEquivalent(mean, marginShare) ? "equivalent" : "inconclusive";
}

/**
 * Decides all pairs of a cell as one family.
 * @param thetasByPair for each pair its estimates, one per process, two or more of them
 * @param marginShare δ: differences inside it are called tiny or equivalent
 */
export function decidePairs(
  thetasByPair: readonly (readonly number[])[],
  marginShare: number,
): PairDecision[] {
  const means = thetasByPair.map(overProcesses);
  const adjusted = holm(means.map((mean) => mean.p));
  const confidence = 1 - FAMILY_ERROR / Math.max(1, means.length);
  return means.map((mean, pair) => {
    const { low, high } = boundsOf(mean, confidence);
    const pHolm = adjusted[pair] ?? 1;
    const isDifferent = pHolm <= FAMILY_ERROR;
    const bounds = {
      low: isDifferent && mean.estimate > 0 ? Math.max(0, low) : low,
      high: isDifferent && mean.estimate < 0 ? Math.min(0, high) : high,
    };
    return {
      estimate: mean.estimate,
      ...bounds,
      p: mean.p,
      pHolm,
      halfWidth: (high - low) / 2,
      verdict: verdictOfPair(mean, bounds, isDifferent, marginShare),
    };
  });
}
