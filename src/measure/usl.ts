/**
 * The universal scalability law, fitted (Gunther, Guerrilla Capacity Planning, 2007):
 *
 *   X(N) = λ N / (1 + σ (N − 1) + κ N (N − 1))
 *
 *   λ   rate of one CPU       σ ≥ 0   share that is done one at a time (contention)
 *                             κ ≥ 0   price of each pair of CPUs that must agree (coherence)
 *
 * N / X is linear in a = 1/λ, b = σ/λ, c = κ/λ, so the least squares with b, c ≥ 0 are exact: of
 * the four choices of which of b and c are 0, the best one that keeps the others positive.
 * Residuals are relative, since a rate's error grows with the rate. No start values, no iteration,
 * no seed.
 */
import { studentCritical } from "./statisticsBeta.js";

/** Distinct numbers of CPUs that a fit of three parameters needs at least. */
export const USL_POINTS_MIN = 4;

/** A rate at a number of CPUs; the unit of the rate is that of λ. */
export interface UslPoint {
  readonly cpus: number;
  readonly rate: number;
}

/** The parameters of a fit. */
export interface UslParameters {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

/** X(N) of some parameters. */
export function uslRate({ lambda, sigma, kappa }: UslParameters, cpus: number): number {
  return (lambda * cpus) / (1 + sigma * (cpus - 1) + kappa * cpus * (cpus - 1));
}

/** The row of one point: what its a, b and c are multiplied with to give 1. */
function rowOf({ cpus, rate }: UslPoint): number[] {
  const scale = rate / cpus;
  return [scale, scale * (cpus - 1), scale * cpus * (cpus - 1)];
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
}

/**
 * Least squares of `columns` · x = 1 by orthogonal columns (Gram and Schmidt, twice over), or null
 * where the columns depend on each other.
 */
function solveOnes(columns: readonly (readonly number[])[]): number[] | null {
  const basis: number[][] = [];
  const upper: number[][] = [];
  for (const column of columns) {
    let rest = [...column];
    const shares = basis.map(() => 0);
    for (let pass = 0; pass < 2; pass++) {
      for (const [k, unit] of basis.entries()) {
        const share = dot(unit, rest);
        shares[k] = (shares[k] ?? 0) + share;
        rest = rest.map((value, i) => value - share * (unit[i] ?? 0));
      }
    }
    const length = Math.sqrt(dot(rest, rest));
    if (!(length > 1e-10 * Math.sqrt(dot(column, column)))) return null;
    basis.push(rest.map((value) => value / length));
    upper.push([...shares, length]);
  }
  const x = columns.map(() => 0);
  for (let k = columns.length - 1; k >= 0; k--) {
    let value = (basis[k] ?? []).reduce((sum, unit) => sum + unit, 0);
    for (let j = k + 1; j < columns.length; j++) value -= (upper[j]?.[k] ?? 0) * (x[j] ?? 0);
    x[k] = value / (upper[k]?.[k] ?? 1);
  }
  return x;
}

/**
 * Fits the law.
 * @param points of at least {@link USL_POINTS_MIN} distinct numbers of CPUs, rates above 0
 * @throws {RangeError} for fewer, or for a rate that is not positive
 */
export function fitUsl(points: readonly UslPoint[]): UslParameters {
  const distinct = new Set(points.map(({ cpus }) => cpus)).size;
  if (distinct < USL_POINTS_MIN) {
    throw new RangeError(`${distinct} numbers of CPUs; allowed: ${USL_POINTS_MIN} or more`);
  }
  const bad = points.find(({ rate }) => !(rate > 0 && Number.isFinite(rate)));
  if (bad !== undefined) throw new RangeError(`a rate of ${bad.rate}; allowed: more than 0`);
  const rows = points.map(rowOf);
  let best: UslParameters | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const free of [[0, 1, 2], [0, 1], [0, 2], [0]]) {
    const x = solveOnes(free.map((column) => rows.map((row) => row[column] ?? 0)));
    if (x === null || x.some((value) => !(value >= 0)) || !((x[0] ?? 0) > 0)) continue;
    const all = [0, 0, 0];
    for (const [i, column] of free.entries()) all[column] = x[i] ?? 0;
    const error = rows.reduce((sum, row) => sum + (dot(row, all) - 1) ** 2, 0);
    if (error >= least) continue;
    least = error;
    const [a = 1, b = 0, c = 0] = all;
    best = { lambda: 1 / a, sigma: b / a, kappa: c / a };
  }
  // The choice with a alone is always possible: a mean of positive numbers.
  if (best === null) throw new RangeError("no fit");
  return best;
}

/** A parameter with its 95 % interval; bounds are null with one process. */
export interface UslEstimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A fit over processes. */
export interface UslFit {
  readonly lambda: UslEstimate;
  readonly sigma: UslEstimate;
  readonly kappa: UslEstimate;
  /** The farthest that a rate lies from the curve, as a share of the curve. */
  readonly worstShare: number;
  /**
   * Number of CPUs with the highest rate, or null where the curve has none: √((1 − σ) / κ), at
   * least 1.
   */
  readonly peakCpus: number | null;
}

/** The geometric means of rates over processes, by number of CPUs. */
function meanPoints(processes: readonly (readonly UslPoint[])[]): UslPoint[] {
  const logs = new Map<number, number[]>();
  for (const { cpus, rate } of processes.flat()) {
    logs.set(cpus, [...(logs.get(cpus) ?? []), Math.log(rate)]);
  }
  return [...logs].map(([cpus, list]) => ({
    cpus,
    rate: Math.exp(list.reduce((sum, log) => sum + log, 0) / list.length),
  }));
}

/** The jackknife over processes: a fit without each of them, Student's t; cut off at 0. */
function estimateOf(value: number, without: readonly number[]): UslEstimate {
  const n = without.length;
  if (n < 2) return { value, low: null, high: null };
  const mean = without.reduce((sum, one) => sum + one, 0) / n;
  const squares = without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const half = studentCritical(0.05, n - 1) * Math.sqrt(((n - 1) / n) * squares);
  return { value, low: Math.max(0, value - half), high: value + half };
}

/**
 * Fits the law to the mean of all processes, with intervals by the jackknife over them.
 * @param processes the points of each process; every one has the same numbers of CPUs
 * @throws {RangeError} as {@link fitUsl}
 */
export function fitUslOverProcesses(processes: readonly (readonly UslPoint[])[]): UslFit {
  const points = meanPoints(processes);
  const whole = fitUsl(points);
  const without =
    processes.length < 2
      ? []
      : processes.map((_, p) => fitUsl(meanPoints(processes.filter((_one, i) => i !== p))));
  const { sigma, kappa } = whole;
  const estimate = (name: keyof UslParameters): UslEstimate =>
    estimateOf(
      whole[name],
      without.map((one) => one[name]),
    );
  return {
    lambda: estimate("lambda"),
    sigma: estimate("sigma"),
    kappa: estimate("kappa"),
    worstShare: Math.max(
      ...points.map(({ cpus, rate }) => Math.abs(rate / uslRate(whole, cpus) - 1)),
    ),
    peakCpus: kappa > 0 ? Math.max(1, Math.sqrt(Math.max(0, 1 - sigma) / kappa)) : null,
  };
}
