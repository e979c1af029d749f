/**
 * Whether a route cache has come to an equilibrium in a cell, from its windows in their order.
 *
 *   last third of the windows, at least 8 of them, cut into an earlier and a later half
 *   equilibrium     the means of the entries differ by at most 2 % of gc_thresh, or by less than
 *                   half of the range they have within a half (a collector's ups and downs; steady
 *                   growth moves the mean by the whole range); and the shares of hits by 0.01
 *   still growing   the later half has more entries than that;   still shrinking: fewer
 *   still changing  entries are steady, the share of hits is not
 *
 * A cache that is far from its limits and whose flows have all come is at equilibrium too.
 */
import type { CellCache } from "../result/cacheSchema.js";

export const ENTRIES_SHARE_MAX = 0.02;
export const HITS_CHANGE_MAX = 0.01;
const WINDOWS_MIN = 8;

export type CacheTrend = "equilibrium" | "still growing" | "still shrinking" | "still changing";

/** What a cache did in the last third of a cell's windows. */
export interface CacheFigures {
  /** Null: too few windows to tell. */
  readonly trend: CacheTrend | null;
  /** Mean, and the means of the earlier and the later half. */
  readonly entries: number;
  readonly halves: readonly [number, number];
  /** Per packet. */
  readonly hits: number;
  readonly slow: number;
  readonly searched: number;
  readonly gcTotal: number;
  readonly gcIgnored: number;
  readonly gcGoalMiss: number;
  readonly gcOverflow: number;
}

function sumOf(values: readonly number[], from: number, to: number): number {
  return values.slice(from, to).reduce((sum, value) => sum + value, 0);
}

/** What values go up and down by. */
function rangeOf(values: readonly number[], from: number, to: number): number {
  const part = values.slice(from, to);
  return part.length === 0 ? 0 : Math.max(...part) - Math.min(...part);
}

/** Figures of the last third; null where no window was run. */
export function cacheFigures({ gcThresh, series }: CellCache): CacheFigures | null {
  const all = series.packets.length;
  if (all === 0) return null;
  const windows = Math.min(all, Math.max(Math.ceil(all / 3), WINDOWS_MIN));
  const from = all - windows;
  const middle = from + Math.floor(windows / 2);
  const per = (values: readonly number[], a = from, b = all): number =>
    sumOf(values, a, b) / Math.max(1, sumOf(series.packets, a, b));
  const entriesOf = (a: number, b: number): number => sumOf(series.entries, a, b) / (b - a);
  const halves: [number, number] =
    middle === from
      ? [entriesOf(from, all), entriesOf(from, all)]
      : [entriesOf(from, middle), entriesOf(middle, all)];
  const growth = halves[1] - halves[0];
  const hitsChange = Math.abs(per(series.hits, middle, all) - per(series.hits, from, middle));
  const range = Math.max(
    rangeOf(series.entries, from, middle),
    rangeOf(series.entries, middle, all),
  );
  const steady = Math.abs(growth) <= Math.max(ENTRIES_SHARE_MAX * gcThresh, range / 2);
  const moving = growth > 0 ? "still growing" : "still shrinking";
  const settled = hitsChange <= HITS_CHANGE_MAX ? "equilibrium" : "still changing";
  return {
    trend: windows < WINDOWS_MIN ? null : steady ? settled : moving,
    entries: entriesOf(from, all),
    halves,
    hits: per(series.hits),
    slow: per(series.slow),
    searched: per(series.searched),
    gcTotal: per(series.gcTotal),
    gcIgnored: per(series.gcIgnored),
    gcGoalMiss: per(series.gcGoalMiss),
    gcOverflow: per(series.gcOverflow),
  };
}
