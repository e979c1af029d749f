/** Builds what a route cache did, window by window, for tests. */
import type { CellCache } from "../../src/result/cacheSchema.js";

/** Entries and hits of each window of 1,000 packets; gc_thresh 1,000. */
export function buildCache(
  windows: number,
  entries: (w: number) => number,
  hits: (w: number) => number = () => 900,
): CellCache {
  const each = (of: (w: number) => number): number[] =>
    Array.from({ length: windows }, (_, w) => of(w));
  const series = {
    packets: each(() => 1_000),
    entries: each(entries),
    hits: each(hits),
    slow: each((w) => 1_000 - hits(w)),
    gcTotal: each(() => 10),
    gcIgnored: each(() => 9),
    gcGoalMiss: each(() => 2),
    gcOverflow: each(() => 0),
    searched: each(() => 1_500),
  };
  return { gcThresh: 1_000, maxSize: 16_000, series };
}
