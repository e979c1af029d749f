/**
 * What the table did, and what the cache did: two designs of the cell that differ in the FIB alone,
 * and two on the same FIB of which one keeps a cache of flows and the other none.
 *
 * Both ratios come from the cell's own windows, paired as all others are; neither is a quotient of
 * two printed ratios. Their intervals are those of the pair alone: the joint ones of the cell are
 * about its first design, and wider.
 */
import { type Design, parseDesign } from "../image/designs.js";
import { KNOBS } from "../image/knobs.js";
import type { CellAnalysis, CellFailure, PairedRatio } from "../measure/analysis.js";
import type { Cell } from "../result/cellSchema.js";
import { formatRatio } from "./numbers.js";

/** The design of an arm, or null for a name that this version does not know. */
function designOf(name: string): Design | null {
  try {
    return parseDesign(name);
  } catch {
    return null;
  }
}

function knobsApart(one: Design, other: Design): string[] {
  return KNOBS.filter(({ name }) => one.row[name] !== other.row[name]).map(({ name }) => name);
}

/** Two arms by number: `base` is what `other` is held against. */
interface ArmPair {
  readonly base: number;
  readonly other: number;
}

/** The first two designs that differ in their FIB and in nothing else. */
export function findTablePair(designs: readonly (Design | null)[]): ArmPair | null {
  for (const [base, one] of designs.entries()) {
    const other = designs.findIndex(
      (two, i) => i > base && one !== null && two !== null && knobsApart(one, two).join() === "fib",
    );
    if (other > 0) return { base, other };
  }
  return null;
}

/**
 * A cache of flows and a design that caches nothing, on the same FIB: of the same kernel where
 * there is one.
 */
export function findCachePair(designs: readonly (Design | null)[]): ArmPair | null {
  const pairs = designs.flatMap((one, base) =>
    designs.flatMap((two, other) => {
      if (one?.row["route-cache"] !== "hash" || two?.row["route-cache"] !== "none") return [];
      if (one.row.fib !== two.row.fib) return [];
      return [{ base, other, apart: knobsApart(one, two).length }];
    }),
  );
  return pairs.toSorted((a, b) => a.apart - b.apart)[0] ?? null;
}

/**
 * The cell with two of its arms only, the first of which is what the other is compared to. The
 * control stays, because it tells of disturbance whatever is compared; the placebo is one of the
 * cell's first design, and stays where the pair has that one first.
 */
function cellOfPair(cell: Cell, { base, other }: ArmPair): Cell {
  const arms = [base, other].flatMap((arm) => cell.arms.slice(arm, arm + 1));
  const beside = cell.extras.flatMap((extra, i) =>
    extra.role === "control" || base === 0 ? [{ extra, arm: cell.arms.length + i }] : [],
  );
  const kept = [base, other, ...beside.map(({ arm }) => arm)];
  const windows = cell.windows
    .filter((window) => kept.includes(window.arm))
    .map((window) => ({ ...window, arm: kept.indexOf(window.arm) }));
  const processes = cell.processes.map((process) => ({
    ...process,
    warmUp: kept.flatMap((arm) => process.warmUp.slice(arm, arm + 1)),
  }));
  return { ...cell, arms, extras: beside.map(({ extra }) => extra), processes, windows };
}

function pairedRatio(
  cell: Cell,
  pair: ArmPair,
  analyse: (cell: Cell) => CellAnalysis | CellFailure,
): PairedRatio | null {
  const analysis = analyse(cellOfPair(cell, pair));
  return analysis.kind === "failed" ? null : (analysis.ratios[0] ?? null);
}

/** `b takes 1.04 times [1.02, 1.06] as long as a`. */
function timesText(pair: PairedRatio, base: string): string {
  const { ratio, interval } = formatRatio(pair.ratio, pair.low, pair.high);
  const unsure = pair.verdict === "inconclusive" ? ", which shows no difference" : "";
  const times = `${ratio} times ${interval ?? "(no interval)"}`;
  return `${pair.design} takes ${times} as long as ${base}${unsure}`;
}

/**
 * One line for what the table did and one for what the cache did, as far as the cell's designs can
 * tell.
 */
export function separationLines(
  cell: Cell,
  analyse: (cell: Cell) => CellAnalysis | CellFailure,
): string[] {
  const designs = cell.arms.map((arm) => designOf(arm.design));
  const nameOf = (arm: number): string => cell.arms[arm]?.design ?? "";
  const lines: string[] = [];
  const table = findTablePair(designs);
  const byTable = table === null ? null : pairedRatio(cell, table, analyse);
  if (table !== null && byTable !== null) {
    lines.push(`What the table did: ${timesText(byTable, nameOf(table.base))}.`);
  }
  const cache = findCachePair(designs);
  const byCache = cache === null ? null : pairedRatio(cell, cache, analyse);
  if (cache !== null && byCache !== null) {
    const fib = designs[cache.base]?.row.fib ?? "same";
    const what = timesText(byCache, nameOf(cache.base));
    const one = designs[cache.base];
    const two = designs[cache.other];
    const apart = one == null || two == null ? 1 : knobsApart(one, two).length;
    const others = apart > 1 ? ` (${apart - 1} other knobs differ too)` : "";
    lines.push(`What the cache did, both with fib=${fib}: ${what}${others}.`);
  }
  return lines;
}
