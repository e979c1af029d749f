/**
 * The location of a list of paired differences, and an interval for it, that no few wild values can
 * move: Hodges and Lehmann's estimator (Annals of Mathematical Statistics 34(2), 1963) with the
 * interval that belongs to Wilcoxon's signed-rank test.
 *
 *   Walsh averages   (d[a] + d[b]) / 2 for all a <= b:  M = n (n + 1) / 2 of them
 *   estimate         their median
 *   interval         the k-th least and k-th greatest of them, where T is the signed-rank sum
 *                    and k is the greatest number with P(T <= k − 1) <= (1 − confidence) / 2
 *
 * Assumes that the differences are independent and symmetric about their centre. Ties make the
 * interval wider than asked, never narrower.
 */
import { quantileOfAscending } from "./statistics.js";

/** Up to here the distribution of T is computed exactly; above, it is taken as normal. */
export const EXACT_PAIRS_MAX = 60;

/** More pairs are refused: M grows with n², and 4,000 pairs already hold 64 MB of averages. */
export const PAIRS_MAX = 4000;

/** An estimate with its interval; bounds are null where so few pairs allow no such confidence. */
export interface LocationEstimate {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * All Walsh averages in ascending order.
 * @throws {RangeError} for no pairs, or more than {@link PAIRS_MAX}
 */
export function walshAverages(differences: readonly number[]): Float64Array {
  const n = differences.length;
  if (n === 0 || n > PAIRS_MAX) throw new RangeError(`${n} pairs; allowed: 1 to ${PAIRS_MAX}`);
  const averages = new Float64Array((n * (n + 1)) / 2);
  const values = Float64Array.from(differences);
  let next = 0;
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      averages[next++] = ((values[a] ?? Number.NaN) + (values[b] ?? Number.NaN)) / 2;
    }
  }
  return averages.sort();
}

/** The Hodges–Lehmann estimate: the median of the Walsh averages. */
export function hodgesLehmann(differences: readonly number[]): number {
  return quantileOfAscending(walshAverages(differences), 0.5);
}

/**
 * The exact probabilities of the signed-rank sum T = 0 … n(n+1)/2 when each of the ranks 1 … n
 * counts or does not with equal chance: what enumerating all 2^n signs gives, in n³ steps.
 */
export function signedRankProbabilities(pairs: number): Float64Array {
  const top = (pairs * (pairs + 1)) / 2;
  const chance = new Float64Array(top + 1);
  chance[0] = 1;
  for (let rank = 1; rank <= pairs; rank++) {
    for (let sum = top; sum >= 0; sum--) {
      const without = chance[sum] ?? 0;
      const withRank = sum >= rank ? (chance[sum - rank] ?? 0) : 0;
      chance[sum] = (without + withRank) / 2;
    }
  }
  return chance;
}

/** How many averages to leave out on each side, plus one: k above; 0 where no k fits. */
function rankOfBound(pairs: number, confidence: number): number {
  const tail = (1 - confidence) / 2;
  if (pairs > EXACT_PAIRS_MAX) {
    const mean = (pairs * (pairs + 1)) / 4;
    const deviation = Math.sqrt((pairs * (pairs + 1) * (2 * pairs + 1)) / 24);
    // Half a rank less, because T steps in whole numbers; rounded down, which widens the interval.
    return Math.floor(mean - 0.5 - normalQuantile(1 - tail) * deviation) + 1;
  }
  let below = 0;
  let rank = 0;
  for (const chance of signedRankProbabilities(pairs)) {
    below += chance;
    if (below > tail) break;
    rank++;
  }
  return rank;
}

/**
 * The point where the standard normal distribution reaches `share` (0 to 1, both excluded), found
 * by halving on its series; correct to 1e-9, which is finer than a rank.
 */
export function normalQuantile(share: number): number {
  let low = -9;
  let high = 9;
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/15 + …), which converges for every x used here. */
function normalShare(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The Hodges–Lehmann estimate of paired differences with its signed-rank interval.
 * @param differences one per pair; 1 to {@link PAIRS_MAX}
 * @param confidence above 0, below 1; 0.95 needs 6 pairs or more, else the bounds are null
 */
export function estimateLocation(
  differences: readonly number[],
  confidence: number,
): LocationEstimate {
  const averages = walshAverages(differences);
  const estimate = quantileOfAscending(averages, 0.5);
  const rank = rankOfBound(differences.length, confidence);
  if (rank < 1) return { estimate, low: null, high: null };
  const low = averages[rank - 1] ?? estimate;
  const high = averages[averages.length - rank] ?? estimate;
  return { estimate, low, high };
}
