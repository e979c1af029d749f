/**
 * A machine that drifts, simulated: what the tests of the analysis draw their windows from. Log
 * times; the numbers are guesses at a shared virtual machine, the same for all tests.
 */
import { blockOrder } from "../../../src/measure/statisticsBlocks.js";
import { hodgesLehmann, normalQuantile } from "../../../src/measure/statisticsHodgesLehmann.js";
import type { RandomSource } from "../../../src/measure/statisticsRandom.js";

/** A standard normal number. */
export function normal(random: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
  return radius * Math.cos(2 * Math.PI * random.unit());
}

/**
 * Log times of `slots` windows in order of time: a drift of 3 % that forgets itself over some 30
 * windows, 1.2 % of its own for each window, and 4 % of windows longer by 30 % on average.
 */
export function noise(slots: number, random: RandomSource): number[] {
  const keep = 0.97;
  let drift = 0.03 * normal(random);
  return Array.from({ length: slots }, () => {
    drift = keep * drift + 0.03 * Math.sqrt(1 - keep * keep) * normal(random);
    const spike = random.unit() < 0.04 ? -0.3 * Math.log(1 - random.unit()) : 0;
    return drift + 0.012 * normal(random) + Math.log1p(spike);
  });
}

/** What is simulated: arms with their true log times, and how much a process favours an arm. */
export interface Simulation {
  readonly truths: readonly number[];
  readonly processes: number;
  readonly blocks: number;
  /** Standard deviation between processes of an arm's log time: layout, placement. */
  readonly betweenSd: number;
}

/** Paired differences of each arm to the first, by process: [pair][process][block]. */
export function differencesOf(simulation: Simulation, random: RandomSource): number[][][] {
  const { truths, processes, blocks, betweenSd } = simulation;
  const pairs: number[][][] = truths.slice(1).map(() => []);
  for (let process = 0; process < processes; process++) {
    const levels = truths.map((truth) => truth + betweenSd * normal(random));
    const logs = noise(truths.length * blocks, random);
    const values: number[][] = truths.map(() => []);
    const orders = blockOrder(truths.length, blocks, random.below(2 ** 32));
    let slot = 0;
    for (const order of orders) {
      for (const arm of order) values[arm]?.push((levels[arm] ?? 0) + (logs[slot++] ?? 0));
    }
    for (const [i, pair] of pairs.entries()) {
      pair.push((values[i + 1] ?? []).map((value, block) => value - (values[0]?.[block] ?? 0)));
    }
  }
  return pairs;
}

/** One estimate per process for each pair: what decisions are made from. */
export function thetasOf(simulation: Simulation, random: RandomSource): number[][] {
  return differencesOf(simulation, random).map((pair) => pair.map(hodgesLehmann));
}

/** The two-sided p-value of a z. */
function tails(z: number): number {
  let [low, high] = [0, 0.5];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (normalQuantile(1 - middle) > z) low = middle;
    else high = middle;
  }
  return low + high;
}

/** Mann and Whitney's test by its normal approximation, two-sided: a naive rule. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((value) => ({ value, own: true })),
    ...b.map((value) => ({ value, own: false })),
  ];
  all.sort((x, y) => x.value - y.value);
  const ranks = all.reduce((sum, { own }, i) => (own ? sum + i + 1 : sum), 0);
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const half = (a.length * b.length) / 2;
  const deviation = Math.sqrt((half * (a.length + b.length + 1)) / 6);
  return tails(Math.max(0, Math.abs(u - half) - 0.5) / deviation);
}

/** Wilcoxon's signed-rank test by its normal approximation, two-sided. */
export function signedRank(differences: readonly number[]): number {
  const n = differences.length;
  const sorted = [...differences].sort((a, b) => Math.abs(a) - Math.abs(b));
  const sum = sorted.reduce((all, d, i) => (d > 0 ? all + i + 1 : all), 0);
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
  return tails(Math.max(0, Math.abs(sum - (n * (n + 1)) / 4) - 0.5) / deviation);
}
