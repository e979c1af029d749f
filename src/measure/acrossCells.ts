/**
 * What the cells of a run say together: of many comparisons some differ by luck, so the claims of
 * all cells are adjusted as one list (Benjamini and Hochberg at 5 %: of the claims that stand, at
 * most one in twenty is expected to be wrong).
 */
import type { CellAnalysis } from "./analysis.js";
import { benjaminiHochberg } from "./statisticsProcesses.js";

/** Share of wrong claims among those that stand. */
export const FALSE_DISCOVERY_SHARE = 0.05;

/** A claim of one cell. */
export interface CellClaim {
  readonly cell: number;
  readonly design: string;
  readonly p: number;
}

/** The claims of a run. */
export interface AcrossCells {
  /** Comparisons that have a p-value: those made over processes. */
  readonly comparisons: number;
  /** Claims of a difference that stand among all comparisons, and that do not. */
  readonly standing: readonly CellClaim[];
  readonly falling: readonly CellClaim[];
}

/** Adjusts the claims of all cells together. `analyses[i]` is that of cell i; null: it failed. */
export function acrossCells(analyses: readonly (CellAnalysis | null)[]): AcrossCells {
  const all = analyses.flatMap((analysis, cell) =>
    (analysis?.ratios ?? []).flatMap((ratio) =>
      ratio.p === null ? [] : [{ cell, ratio, p: ratio.p.alone }],
    ),
  );
  const adjusted = benjaminiHochberg(all.map(({ p }) => p));
  const standing: CellClaim[] = [];
  const falling: CellClaim[] = [];
  for (const [i, { cell, ratio, p }] of all.entries()) {
    if (ratio.verdict === "equivalent" || ratio.verdict === "inconclusive") continue;
    const list = (adjusted[i] ?? 1) <= FALSE_DISCOVERY_SHARE ? standing : falling;
    list.push({ cell, design: ratio.design, p });
  }
  return { comparisons: all.length, standing, falling };
}
