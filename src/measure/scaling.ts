/**
 * How the designs of a workload scale with CPUs: pure, from the cells of a document that measured
 * one workload on several numbers of CPUs.
 *
 *   X[p](N)      total rate of process p on N CPUs, as "Mpps total": from the first start of a
 *                window to its last end, with what deferred work adds
 *   S[p](N)      X[p](N) / X[p](N₀), N₀ the least number; within one process, so that what differs
 *                between processes falls out; S is their geometric mean, its interval Student's t
 *   efficiency   S N₀ / N
 *   fairness     of the CPUs' own rates r in a window: Jain's (Σr)² / (N Σr²), and min r / max r;
 *                the median over windows, then over processes
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import type { CellAnalysis, CellFailure } from "./analysis.js";
import { selectWindows } from "./contamination.js";
import { type PingPong, pingPongOf } from "./pingPongClass.js";
import { median } from "./statistics.js";
import { boundsOf, overProcesses } from "./statisticsProcesses.js";
import { fitUslOverProcesses, USL_POINTS_MIN, type UslFit } from "./usl.js";
import { byProcess, packetsOf, spanNs, timePartsOf } from "./windowFigures.js";

/** One design on one number of CPUs. */
export interface ScalingPoint {
  readonly cpus: number;
  readonly cores: number;
  /** More CPUs than cores: they take turns, and no speed-up can be expected. */
  readonly oversubscribed: boolean;
  /** The cell's own figure. */
  readonly mppsTotal: number;
  /** Over the least number of CPUs; bounds are null within one process. 1 for that number. */
  readonly speedUp: {
    readonly value: number;
    readonly low: number | null;
    readonly high: number | null;
  };
  /** Processes that measured both numbers. */
  readonly processes: number;
  readonly efficiency: number;
  /** 1: all CPUs equally fast; 1 / cpus: one does all. */
  readonly jain: number;
  /** Rate of the slowest CPU as a share of the fastest one's. */
  readonly slowestShare: number;
  readonly pingPong: PingPong | null;
}

/** One design. */
export interface DesignScaling {
  readonly design: string;
  /** By ascending number of CPUs, two or more. */
  readonly points: readonly ScalingPoint[];
  readonly usl: UslFit | null;
}

/** A workload on several numbers of CPUs. */
export interface WorkloadScaling {
  readonly workload: string;
  /** What speed-up is over. */
  readonly baseCpus: number;
  readonly designs: readonly DesignScaling[];
  /** Why no law was fitted, or null where one was. */
  readonly noFit: string | null;
}

/** Jain's index of some rates (DEC Research Report TR-301, 1984). */
export function jainIndex(rates: readonly number[]): number {
  const sum = rates.reduce((all, rate) => all + rate, 0);
  const squares = rates.reduce((all, rate) => all + rate * rate, 0);
  return (sum * sum) / (rates.length * squares);
}

function cpuRates({ packets, startNs, endNs }: CellWindow): number[] {
  return packets.map((count, cpu) => count / ((endNs[cpu] ?? 0) - (startNs[cpu] ?? 0)));
}

/** Total rate in million packets per second, with deferred work's part. */
function totalRate(windows: readonly CellWindow[]): number {
  const { baseNs, deferredNs } = timePartsOf(
    windows.map((window) => ({
      ns: spanNs(window),
      packets: packetsOf(window),
      deferred: window.timersRun > 0,
    })),
  );
  return 1_000 / (baseNs + deferredNs);
}

/** A cell with figures, its windows as the figures take them. */
interface ScaledCell {
  readonly cell: Cell;
  readonly analysis: CellAnalysis;
  readonly windows: readonly CellWindow[];
}

/** As {@link analyseCell} chooses: disturbed windows count only where some design has no others. */
function windowsOf(cell: Cell): readonly CellWindow[] {
  const { clean } = selectWindows(cell);
  const isWhole = cell.arms.every((_, arm) => clean.some((window) => window.arm === arm));
  return isWhole ? clean : cell.windows.filter((window) => window.retried !== true);
}

function armWindows({ cell, windows }: ScaledCell, design: string): Map<number, CellWindow[]> {
  const arm = cell.arms.findIndex((one) => one.design === design);
  return byProcess(windows.filter((window) => window.arm === arm));
}

function ratesOf(scaled: ScaledCell, design: string): Map<number, number> {
  const rates = [...armWindows(scaled, design)].map(
    ([process, windows]) => [process, totalRate(windows)] as const,
  );
  return new Map(rates);
}

/** Speed-up of each process that measured both, as one figure. */
function speedUpOf(
  base: ReadonlyMap<number, number>,
  rates: ReadonlyMap<number, number>,
): Pick<ScalingPoint, "speedUp" | "processes"> | null {
  const logs = [...rates].flatMap(([process, rate]) => {
    const from = base.get(process);
    return from === undefined ? [] : [Math.log(rate / from)];
  });
  const [only] = logs;
  if (only === undefined) return null;
  if (logs.length === 1) {
    return { speedUp: { value: Math.exp(only), low: null, high: null }, processes: 1 };
  }
  const mean = overProcesses(logs);
  const { low, high } = boundsOf(mean, 0.95);
  const speedUp = { value: Math.exp(mean.estimate), low: Math.exp(low), high: Math.exp(high) };
  return { speedUp, processes: logs.length };
}

function pointOf(scaled: ScaledCell, base: ScaledCell, design: string): ScalingPoint[] {
  const { cell, analysis } = scaled;
  const figures = analysis.perArm.find((arm) => arm.design === design);
  const found = speedUpOf(ratesOf(base, design), ratesOf(scaled, design));
  if (figures === undefined || found === null) return [];
  const processes = [...armWindows(scaled, design).values()].map((list) => list.map(cpuRates));
  const fairness = (of: (rates: readonly number[]) => number): number =>
    median(processes.map((windows) => median(windows.map(of))));
  const isBase = scaled === base;
  return [
    {
      cpus: cell.cpus,
      cores: cell.cores,
      oversubscribed: cell.oversubscribed,
      mppsTotal: figures.mppsTotal,
      speedUp: isBase ? { value: 1, low: null, high: null } : found.speedUp,
      processes: found.processes,
      efficiency: isBase ? 1 : (found.speedUp.value * base.cell.cpus) / cell.cpus,
      jain: fairness(jainIndex),
      slowestShare: fairness((rates) => Math.min(...rates) / Math.max(...rates)),
      pingPong: pingPongOf(cell),
    },
  ];
}

/** The law of a design from the processes that measured every number of CPUs, or null. */
function uslOf(cells: readonly ScaledCell[], design: string): UslFit | null {
  const rates = cells.map((one) => ({ cpus: one.cell.cpus, rates: ratesOf(one, design) }));
  const processes = [...(rates[0]?.rates.keys() ?? [])]
    .map((process) =>
      rates.flatMap(({ cpus, rates: of }) => {
        const rate = of.get(process);
        return rate === undefined ? [] : [{ cpus, rate }];
      }),
    )
    .filter((points) => points.length === cells.length);
  return processes.length === 0 ? null : fitUslOverProcesses(processes);
}

function scalingOf(workload: string, cells: readonly ScaledCell[]): WorkloadScaling[] {
  const ordered = cells.toSorted((a, b) => a.cell.cpus - b.cell.cpus);
  const base = ordered[0];
  if (base === undefined) return [];
  const own = ordered.filter(({ cell }) => !cell.oversubscribed);
  const noFit =
    own.length >= USL_POINTS_MIN
      ? null
      : `${own.length} number${own.length === 1 ? "" : "s"} of CPUs with a core for each; ` +
        `it takes ${USL_POINTS_MIN}`;
  const designs = base.cell.arms.flatMap(({ design }) => {
    const points = ordered.flatMap((one) => pointOf(one, base, design));
    const usl = noFit === null ? uslOf(own, design) : null;
    return points.length < 2 ? [] : [{ design, points, usl }];
  });
  return designs.length === 0 ? [] : [{ workload, baseCpus: base.cell.cpus, designs, noFit }];
}

/**
 * The scaling of every workload that has figures on two numbers of CPUs or more.
 * @param analyses `analyses[i]` is that of cell i; failed cells are left out
 */
export function analyseScaling(
  cells: readonly Cell[],
  analyses: readonly (CellAnalysis | CellFailure)[],
): WorkloadScaling[] {
  const byWorkload = new Map<string, ScaledCell[]>();
  for (const [i, cell] of cells.entries()) {
    const analysis = analyses[i];
    if (analysis?.kind !== "analysed") continue;
    const list = byWorkload.get(cell.workload) ?? [];
    if (list.some((one) => one.cell.cpus === cell.cpus)) continue;
    byWorkload.set(cell.workload, [...list, { cell, analysis, windows: windowsOf(cell) }]);
  }
  return [...byWorkload].flatMap(([workload, list]) =>
    list.length < 2 ? [] : scalingOf(workload, list),
  );
}
