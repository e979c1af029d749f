/**
 * Figures that describe one list of numbers. Pure functions; none changes its argument.
 */

/** The values in ascending order, as a new array. */
export function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * The quantile of a list by linear interpolation between order statistics (type 7 of Hyndman and
 * Fan, The American Statistician 50(4), 1996).
 * @param values in any order, at least one
 * @param share 0 (the least) to 1 (the greatest)
 * @throws {RangeError} for an empty list or a share outside 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("a quantile needs at least one value");
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a quantile of ${share}; allowed: 0 to 1`);
  return quantileOfAscending(ascending(values), share);
}

/** As {@link quantile}, of values that already ascend; at least one. */
export function quantileOfAscending(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  // Equal neighbours are returned as they are: interpolating them could round to another number.
  return low === high ? low : low + (at - below) * (high - low);
}

/**
 * The middle value, or the mean of the two middle ones.
 * @throws {RangeError} for an empty list
 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
