/**
 * What the route caches of a cell did, one line for each design that has one: whether they are at
 * equilibrium, how full they are, what share of the packets they answered, and what their garbage
 * collector did.
 */
import { type CarriedFigures, carriedFigures } from "../measure/carriedFigures.js";
import { type CacheFigures, cacheFigures } from "../measure/equilibrium.js";
import type { CellCache } from "../result/cacheSchema.js";
import type { Cell } from "../result/cellSchema.js";
import { formatBytes, formatCount, formatPercent, formatSignificant } from "./numbers.js";

/** By the rounds of its collector, where it was filled; else by the windows. */
function trendText({ trend, halves }: CacheFigures, carried: CarriedFigures | null): string {
  // A round takes longer than the windows: they see a part of its ups and downs.
  if (carried?.state === "equilibrium") return "at equilibrium";
  if (trend === null) return "too few windows to tell whether it is at equilibrium";
  if (trend === "equilibrium") return "at equilibrium";
  if (trend === "still changing") return "its share of hits still changing";
  return `${trend}, from ${formatCount(halves[0])} to ${formatCount(halves[1])} entries`;
}

/** So many in a thousand packets. */
function perThousand(value: number): string {
  return value === 0 ? "0" : formatSignificant(1_000 * value);
}

/** `runs` in a packet: of the windows, or of more packets than they have. */
function collectorText(figures: CacheFigures, runs: number): string {
  if (figures.gcTotal === 0) return "garbage collector not called";
  const parts = [
    `${perThousand(figures.gcTotal)} calls`,
    `${perThousand(runs)} runs`,
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

function formatNs(ns: number): string {
  return `${formatSignificant(ns)} ns`;
}

const STATES: Readonly<Record<CarriedFigures["state"], string>> = {
  equilibrium: "to its equilibrium",
  "still growing": "in vain, still growing",
  "still shrinking": "in vain, still shrinking",
  "no run": "in vain, its collector hardly ran",
};

/** How the cache was filled before the windows, and what its collector takes of a packet. */
function carriedText(carried: CarriedFigures): string {
  const { state, packets, rounds, lastPackets, lastRuns, baseNs, collectorNs } = carried;
  const filled = `filled before timing ${STATES[state]} in ${formatCount(packets)} packets`;
  if (baseNs === null || collectorNs === null) return filled;
  const share = formatPercent(Math.max(0, collectorNs) / (baseNs + collectorNs));
  const last =
    `last ${rounds.length} rounds of its collector: ${formatCount(lastRuns)} runs in ` +
    `${formatCount(lastPackets)} packets`;
  const parts = `${formatNs(baseNs)} and ${formatNs(collectorNs)} (${share}) for its runs`;
  return `${filled}; ${last}, a packet takes ${parts}`;
}

/** A cache in one line, without the name of its design; null where it has no figures. */
export function cacheLine(cache: CellCache): string | null {
  const figures = cacheFigures(cache);
  if (figures === null) return null;
  const carried = cache.carried === undefined ? null : carriedFigures(cache.carried);
  const runs =
    carried === null || carried.lastPackets === 0
      ? figures.gcTotal - figures.gcIgnored
      : carried.lastRuns / carried.lastPackets;
  const { entries, hits, searched } = figures;
  const full = formatPercent(entries / cache.maxSize);
  const thresh = `gc_thresh ${formatCount(cache.gcThresh)}`;
  return [
    `route cache ${trendText(figures, carried)}`,
    `${formatCount(entries)} entries (${thresh}; ${full} of max_size)`,
    `${formatPercent(hits)} of packets hit`,
    `${formatSignificant(searched)} entries searched in vain a packet`,
    memoryText(cache, entries),
    collectorText(figures, runs),
    ...(carried === null ? [] : [carriedText(carried)]),
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
