/**
 * The analysis against a machine that drifts, simulated: identical designs must seldom be called
 * different when blocks interleave them, and must often be when they run one after the other. The
 * second half shows that this test can see the error which the first half excludes.
 */
import { describe, expect, it } from "vitest";
import { blockOrder } from "../../../src/measure/statisticsBlocks.js";
import { estimateLocation } from "../../../src/measure/statisticsHodgesLehmann.js";
import { createRandom, type RandomSource } from "../../../src/measure/statisticsRandom.js";
import { verdictOf } from "../../../src/measure/statisticsVerdict.js";

const BLOCKS = 30;
const RUNS = 600;

function normal(random: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
  return radius * Math.cos(2 * Math.PI * random.unit());
}

/**
 * Log times of `slots` windows in order of time: a drift of 3 % that forgets itself over some 30
 * windows, 1.2 % of its own for each window, and 4 % of windows longer by 30 % on average.
 */
function noise(slots: number, random: RandomSource): number[] {
  const keep = 0.97;
  let drift = 0.03 * normal(random);
  return Array.from({ length: slots }, () => {
    drift = keep * drift + 0.03 * Math.sqrt(1 - keep * keep) * normal(random);
    const spike = random.unit() < 0.04 ? -0.3 * Math.log(1 - random.unit()) : 0;
    return drift + 0.012 * normal(random) + Math.log1p(spike);
  });
}

/** Differences of two arms, the second slower by `effect`; slotOf says when an arm's window ran. */
function differencesOf(
  effect: number,
  random: RandomSource,
  slotOf: (arm: number, block: number) => number,
): number[] {
  const logs = noise(2 * BLOCKS, random);
  return Array.from({ length: BLOCKS }, (_, block) => {
    const first = logs[slotOf(0, block)] ?? Number.NaN;
    return (logs[slotOf(1, block)] ?? Number.NaN) + Math.log1p(effect) - first;
  });
}

interface Rates {
  readonly claims: number;
  readonly slower: number;
  readonly covered: number;
}

function simulate(effect: number, interleaved: boolean, seed: number): Rates {
  const random = createRandom(seed);
  const truth = Math.log1p(effect);
  let claims = 0;
  let slower = 0;
  let covered = 0;
  for (let run = 0; run < RUNS; run++) {
    const order = blockOrder(2, BLOCKS, seed * RUNS + run);
    const slotOf = interleaved
      ? (arm: number, block: number) => 2 * block + (order[block]?.indexOf(arm) ?? Number.NaN)
      : (arm: number, block: number) => arm * BLOCKS + block;
    const { low, high } = estimateLocation(differencesOf(effect, random, slotOf), 0.95);
    const verdict = verdictOf(low, high, 0.02);
    if (verdict === "slower" || verdict === "faster" || verdict === "tiny") claims++;
    if (verdict === "slower") slower++;
    if (low !== null && high !== null && low <= truth && truth <= high) covered++;
  }
  return { claims: claims / RUNS, slower: slower / RUNS, covered: covered / RUNS };
}

describe("identical designs on a drifting machine", () => {
  it("are called different in at most 8 % of interleaved runs", () => {
    const { claims, covered } = simulate(0, true, 1);
    expect(claims).toBeLessThanOrEqual(0.08);
    expect(covered).toBeGreaterThanOrEqual(0.92);
  });

  it("are called different in more than 20 % of runs one after the other", () => {
    expect(simulate(0, false, 2).claims).toBeGreaterThan(0.2);
  });
});

describe("a design that takes 5 % longer", () => {
  it("is called slower in at least 95 % of interleaved runs; the interval holds the truth", () => {
    const { slower, covered } = simulate(0.05, true, 3);
    expect(slower).toBeGreaterThanOrEqual(0.95);
    expect(covered).toBeGreaterThanOrEqual(0.92);
  });
});
