/**
 * Quantiles of merged histograms. Histograms of CPUs, trials and processes are added up first;
 * quantiles are never averaged. Pure.
 */
import { bucketBounds } from "../machine/burstLatency.js";

/** Buckets that are not empty, ascending: number and count. */
export type SparseHistogram = readonly (readonly [number, number])[];

/** What quantiles are taken from. */
export interface LatencyCounts {
  readonly bursts: number;
  readonly maxNs: number;
  readonly sumNs: number;
  readonly late: number;
  readonly unrun: number;
  readonly histogram: SparseHistogram;
}

/** The quantiles of a report. */
export const QUANTILES = [0.5, 0.9, 0.99, 0.999, 0.9999] as const;
/** A quantile needs so many bursts above it. */
export const BURSTS_ABOVE_MIN = 10;

/** All counts in one: sums, and the greatest of the greatest. */
export function mergeLatency(parts: readonly LatencyCounts[]): LatencyCounts {
  const counts = new Map<number, number>();
  for (const { histogram } of parts) {
    for (const [bucket, count] of histogram) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  const sum = (pick: (part: LatencyCounts) => number): number =>
    parts.reduce((total, part) => total + pick(part), 0);
  return {
    bursts: sum(({ bursts }) => bursts),
    maxNs: Math.max(0, ...parts.map(({ maxNs }) => maxNs)),
    sumNs: sum(({ sumNs }) => sumNs),
    late: sum(({ late }) => late),
    unrun: sum(({ unrun }) => unrun),
    histogram: [...counts].sort(([a], [b]) => a - b),
  };
}

/**
 * The latency that a share `q` of the bursts does not exceed, in nanoseconds: the upper bound of
 * the bucket in which burst number ceil(q·n) is, never above the maximum, so it is too high by less
 * than 1/128 and never too low. Null where fewer than ten bursts are above it.
 */
export function quantileNs({ bursts, maxNs, histogram }: LatencyCounts, q: number): number | null {
  // 1 − q is not exact: ten of 100,000 must not become 9.99….
  if (Math.round(bursts * (1 - q) * 1e6) / 1e6 < BURSTS_ABOVE_MIN) return null;
  const rank = Math.max(1, Math.ceil(Math.round(q * bursts * 1e6) / 1e6));
  let seen = 0;
  for (const [bucket, count] of histogram) {
    seen += count;
    if (seen >= rank) return Math.min(maxNs, bucketBounds(bucket).mostNs);
  }
  return null;
}
