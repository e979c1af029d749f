/**
 * From an interval to a word. The ratio is time over time of the first design: above 1 is slower.
 *
 *        1/(1+δ)        1         1+δ
 *   ──────┼─────────────┼──────────┼──────
 *   [───] │             │          │         faster         all of it beyond the margin
 *      [──┼───]  [────] │          │         tiny           without 1, but not beyond the margin
 *         │      [──────┼──]       │         equivalent     with 1, inside the margin
 *   [─────┼─────────────┼──]       │         inconclusive   with 1, reaching past the margin
 *
 * The margin is symmetric in logarithms, so that exchanging two designs exchanges the words.
 */

export type Verdict = "faster" | "slower" | "tiny" | "equivalent" | "inconclusive";

/** Differences inside this share either way are called tiny or equivalent. */
export const MARGIN_SHARE = 0.02;

/**
 * The word for an interval of a log ratio.
 * @param low @param high bounds as natural logarithms; null where there is no interval
 * @param marginShare δ above, as in 0.02 for two percent
 */
export function verdictOf(low: number | null, high: number | null, marginShare: number): Verdict {
  if (low === null || high === null) return "inconclusive";
  const margin = Math.log(1 + marginShare);
  if (low > margin) return "slower";
  if (high < -margin) return "faster";
  if (low > 0 || high < 0) return "tiny";
  return low >= -margin && high <= margin ? "equivalent" : "inconclusive";
}
