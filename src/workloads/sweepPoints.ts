/**
 * The points of a sweep: routing tables times workloads, in one order, so that a shard of n takes
 * every n-th.
 *
 *   internet-mix:0.8..1.4     five points from 0.8 to 1.4, evenly spaced
 *   hit-share:0..1/11         eleven points
 *   flows:1k..1m/3            1,000, 31,623 and 1,000,000: numbers of flows are spaced by ratio
 */
import { UsageError } from "../reference/usageError.js";
import { findWorkload } from "./workload.js";

/** One point: a table, as `--routes` takes it, and a workload's name. */
export interface SweepPoint {
  readonly routes: string;
  readonly workload: string;
}

/** A part of a sweep: the `index`-th of `of`, from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

const DEFAULT_POINTS = 5;
const MAX_POINTS = 101;
const MAX_SHARDS = 1_000;
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1_000, m: 1_000_000 };

function numberOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text);
  return Number(match?.[1] ?? Number.NaN) * (UNITS[match?.[2]?.toLowerCase() ?? ""] ?? 1);
}

/** At most four decimals, and no zeros at the end. */
function textOf(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** `count` numbers from `from` to `to`: by equal steps, or whole numbers by equal ratios. */
function spaced(from: number, to: number, count: number, byRatio: boolean): string[] {
  const points = Array.from({ length: count }, (_, i) => {
    const share = count === 1 ? 0 : i / (count - 1);
    if (byRatio) return String(Math.round(from * (to / from) ** share));
    return textOf(from + (to - from) * share);
  });
  return [...new Set(points)];
}

function refused(text: string): UsageError {
  const counts = `2 to ${MAX_POINTS} points`;
  return new UsageError(
    `--workload ${text}; allowed: names, NAME:VALUE, or NAME:FROM..TO with ${counts} behind a / ` +
      "(internet-mix:0.8..1.4, hit-share:0..1/11, flows:1k..1m)",
  );
}

/**
 * The workloads of one item of `--workload`, each checked.
 * @throws {UsageError} one line with what is allowed
 */
function expandWorkload(text: string): string[] {
  const match = /^([^:]+):([^:]+)\.\.([^:/]+)(?:\/(\d+))?$/.exec(text);
  if (match === null) {
    findWorkload(text);
    return [text];
  }
  const [, base = "", fromText = "", toText = "", countText] = match;
  const [from, to] = [numberOf(fromText), numberOf(toText)];
  const count = countText === undefined ? DEFAULT_POINTS : Number(countText);
  const byRatio = base === "flows";
  const isRange = from < to && !(byRatio && from < 1);
  if (!isRange || count < 2 || count > MAX_POINTS) throw refused(text);
  const names = spaced(from, to, count, byRatio).map((value) => `${base}:${value}`);
  names.forEach(findWorkload);
  return names;
}

/**
 * All points of a grid: for each table every workload, each once.
 * @throws {UsageError} for a workload or a range that is none
 */
export function gridPoints(routes: readonly string[], workloads: readonly string[]): SweepPoint[] {
  const names = [...new Set(workloads.flatMap(expandWorkload))];
  return [...new Set(routes)].flatMap((table) =>
    names.map((workload) => ({ routes: table, workload })),
  );
}

/** Reads `1/4`. @throws {UsageError} */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const shard = { index: Number(match?.[1] ?? 0), of: Number(match?.[2] ?? 0) };
  if (shard.index < 1 || shard.index > shard.of || shard.of > MAX_SHARDS) {
    throw new UsageError(`--shard ${text}; allowed: I/N with I from 1 to N, as 1/4`);
  }
  return shard;
}

/** The points of a shard: point p belongs to shard p mod n. */
export function shardPoints(points: readonly SweepPoint[], shard: Shard): SweepPoint[] {
  return points.filter((_, at) => at % shard.of === shard.index - 1);
}
