/**
 * Pearson's statistic of counts against a law, as a standard normal score (Wilson and Hilferty's
 * cube root): beyond 4 is one chance in 30,000.
 * @param weights the law, up to a factor; the same length as `counts`
 */
export function chiSquareScore(counts: ArrayLike<number>, weights: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const weight = Array.from(weights).reduce((sum, one) => sum + one, 0);
  const statistic = Array.from(weights).reduce((sum, one, index) => {
    const expected = (total * one) / weight;
    return sum + ((counts[index] ?? 0) - expected) ** 2 / expected;
  }, 0);
  const spread = 2 / (9 * (counts.length - 1));
  return (Math.cbrt(statistic / (counts.length - 1)) - (1 - spread)) / Math.sqrt(spread);
}
