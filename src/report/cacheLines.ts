/**
 * What the route caches of a cell did, one line for each design that has one: whether they are at
 * equilibrium, how full they are, what share of the packets they answered, and what their garbage
 * collector did.
 */
import { type CacheFigures, cacheFigures } from "../measure/equilibrium.js";
import type { CellCache } from "../result/cacheSchema.js";
import type { Cell } from "../result/cellSchema.js";
import { formatBytes, formatCount, formatPercent, formatSignificant } from "./numbers.js";

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

/** Bytes of a chain pointer: one for each bucket, and gc_thresh buckets. */
const BUCKET_BYTES = 8;

/** What the entries take now, and what a full cache would: by the slab's own sizes. */
function memoryText({ entryBytes, maxSize, gcThresh }: CellCache, entries: number): string {
  const now = formatBytes(entries * entryBytes);
  const full = formatBytes(maxSize * entryBytes + gcThresh * BUCKET_BYTES);
  return `${now} in entries of ${entryBytes} bytes, ${full} when full with its buckets`;
}

/** A cache in one line, without the name of its design; null where it has no figures. */
export function cacheLine(cache: CellCache): string | null {
  const figures = cacheFigures(cache);
  if (figures === null) return null;
  const { entries, hits, searched } = figures;
  const full = formatPercent(entries / cache.maxSize);
  const thresh = `gc_thresh ${formatCount(cache.gcThresh)}`;
  return [
    `route cache ${trendText(figures)}`,
    `${formatCount(entries)} entries (${thresh}; ${full} of max_size)`,
    `${formatPercent(hits)} of packets hit`,
    `${formatSignificant(searched)} entries searched in vain a packet`,
    memoryText(cache, entries),
    collectorText(figures),
  ].join("; ");
}

/** The lines of a cell, designs with the same one together; none where no design has a cache. */
export function cacheLines(cell: Cell): string[] {
  const designsByLine = new Map<string, string[]>();
  for (const { design, cache } of cell.arms) {
    const line = cache === undefined ? null : cacheLine(cache);
    if (line !== null) designsByLine.set(line, [...(designsByLine.get(line) ?? []), design]);
  }
  return [...designsByLine].map(([line, designs]) => `${designs.join(", ")}: ${line}`);
}
