/**
 * What a route cache did while it was carried to its equilibrium: from the pieces that
 * `carryCaches` ran, in their order. A run of the collector ends a round.
 *
 *   equilibrium    the mean entries of the last two rounds and of the two before them lie within
 *                  2 % of each other: the collector's law makes rounds go up and down by themselves
 *   base           median time of the pieces of these rounds in which the collector did not run
 *   collector      what those in which it ran took beyond the base, divided by all packets
 *
 * Times are of a packet on one CPU. A median cannot show a run that one piece in ten holds, and a
 * mean would take every disturbance in: hence the two parts.
 */
import type { CacheCounters } from "../machine/routeCache.js";
import type { CarriedCache } from "../result/cacheSchema.js";
import { median } from "./statistics.js";

/** Rounds that are looked at, and figures told of. */
const ROUNDS = 4;
const ENTRIES_SHARE_MAX = 0.02;

/** What carrying came to. */
export interface CarriedFigures {
  readonly state: "equilibrium" | "still growing" | "still shrinking" | "no run";
  /** From an empty cache on. */
  readonly packets: number;
  /** Of the last rounds, ROUNDS at most: packets, runs, mean entries by round. */
  readonly lastPackets: number;
  readonly lastRuns: number;
  readonly rounds: readonly number[];
  /** Null where the collector ran in every piece, or in none that ends a round. */
  readonly baseNs: number | null;
  readonly collectorNs: number | null;
}

/** Runs of the collector between two readings: its calls without those that ended at once. */
export function runsOf(before: CacheCounters, after: CacheCounters): number {
  const grown = (name: "gcTotal" | "gcIgnored"): number =>
    (after[name] - before[name] + 2 ** 32) % 2 ** 32;
  return grown("gcTotal") - grown("gcIgnored");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Piece numbers at which the last rounds end, and before them the one at which they begin. */
function lastEnds(runs: readonly number[]): number[] {
  return [...runs.keys()].filter((piece) => (runs[piece] ?? 0) > 0).slice(-(ROUNDS + 1));
}

function stateOf(rounds: readonly number[]): CarriedFigures["state"] {
  if (rounds.length < 2) return "no run";
  const half = rounds.length >> 1;
  const growth = mean(rounds.slice(half)) - mean(rounds.slice(0, half));
  const steady = Math.abs(growth) <= ENTRIES_SHARE_MAX * mean(rounds);
  if (steady && rounds.length === ROUNDS) return "equilibrium";
  return growth > 0 ? "still growing" : "still shrinking";
}

/** Figures of what was carried; null before the first piece. */
export function carriedFigures(carried: CarriedCache): CarriedFigures | null {
  const { cpus, piecePackets, ns, entries, runs } = carried;
  if (ns.length === 0) return null;
  const perPacket = (pieces: readonly number[]): number | null =>
    pieces.length === 0 ? null : (median(pieces) * cpus) / piecePackets;
  const ends = lastEnds(runs);
  const rounds = ends.slice(1).map((end, i) => mean(entries.slice((ends[i] ?? 0) + 1, end + 1)));
  const [from, to] = [(ends[0] ?? -1) + 1, (ends.at(-1) ?? -1) + 1];
  const pieces = ns.slice(from, to);
  const ran = (piece: number): boolean => (runs[from + piece] ?? 0) > 0;
  const baseNs = perPacket(pieces.filter((_, piece) => !ran(piece)));
  const lastPackets = pieces.length * piecePackets;
  const beyond = pieces.reduce(
    (sum, time, piece) => (ran(piece) ? sum + time * cpus - (baseNs ?? 0) * piecePackets : sum),
    0,
  );
  return {
    state: stateOf(rounds),
    packets: ns.length * piecePackets,
    lastPackets,
    lastRuns: runs.slice(from, to).reduce((sum, count) => sum + count, 0),
    rounds,
    baseNs,
    collectorNs: baseNs === null ? null : beyond / lastPackets,
  };
}
