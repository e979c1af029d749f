/**
 * What the route caches of a cell did, one line for each design that has one: whether they are at
 * equilibrium, how full they are, what share of the packets they answered, and what their garbage
 * collector did.
 */
import { type CacheFigures, cacheFigures } from "../measure/equilibrium.js";
import type { CellCache } from "../result/cacheSchema.js";
import type { Cell } from "../result/cellSchema.js";
import { formatCount, formatPercent, formatSignificant } from "./numbers.js";

function trendText({ trend, halves }: CacheFigures): string {
  if (trend === null) return "too few windows to tell whether it is at equilibrium";
  if (trend === "equilibrium") return "at equilibrium";
  if (trend === "still changing") return "its share of hits still changing";
  return `${trend}, from ${formatCount(halves[0])} to ${formatCount(halves[1])} entries`;
}

/** So many in a thousand packets. */
function perThousand(value: number): string {
  return value === 0 ? "0" : formatSignificant(1_000 * value);
}

function collectorText(figures: CacheFigures): string {
  if (figures.gcTotal === 0) return "garbage collector not called";
  const parts = [
    `${perThousand(figures.gcTotal)} calls`,
    `${perThousand(figures.gcTotal - figures.gcIgnored)} runs`,
    `${perThousand(figures.gcGoalMiss)} goals missed`,
    `${perThousand(figures.gcOverflow)} overflows`,
  ];
  return `garbage collector, in 1,000 packets: ${parts.join(", ")}`;
}

/** One design's cache in one line. */
export function cacheLine(design: string, cache: CellCache): string | null {
  const figures = cacheFigures(cache);
  if (figures === null) return null;
  const { entries, hits, searched } = figures;
  const full = formatPercent(entries / cache.maxSize);
  const thresh = `gc_thresh ${formatCount(cache.gcThresh)}`;
  return [
    `${design}: route cache ${trendText(figures)}`,
    `${formatCount(entries)} entries (${thresh}; ${full} of max_size)`,
    `${formatPercent(hits)} of packets hit`,
    `${formatSignificant(searched)} entries searched in vain a packet`,
    collectorText(figures),
  ].join("; ");
}

/** The lines of a cell; none where no design has a route cache. */
export function cacheLines(cell: Cell): string[] {
  return cell.arms.flatMap((arm) => {
    const line = arm.cache === undefined ? null : cacheLine(arm.design, arm.cache);
    return line === null ? [] : [line];
  });
}
