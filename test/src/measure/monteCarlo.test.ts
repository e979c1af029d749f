/**
 * The analysis against a machine that drifts, simulated with fixed seeds: how often it calls equal
 * designs different, finds true differences, and covers the truth. The last part shows that naive
 * rules fail here, so the first part can tell a good rule from a bad one.
 */
import { describe, expect, it } from "vitest";
import { binomialAtLeast } from "../../../src/measure/statisticsBeta.js";
import { estimateLocation } from "../../../src/measure/statisticsHodgesLehmann.js";
import { decidePairs, type PairDecision } from "../../../src/measure/statisticsProcesses.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { LOOKS, stopReason } from "../../../src/measure/stopping.js";
import {
  differencesOf,
  mannWhitney,
  noise,
  type Simulation,
  signedRank,
  thetasOf,
} from "./simulation.js";

const RUNS = 300;
const MARGIN = 0.02;

/** The least count that a rule of 5 % exceeds in one of a thousand tests. */
function mostAllowed(runs: number, share = 0.05): number {
  let most = 0;
  while (binomialAtLeast(most + 1, runs, share) >= 0.001) most++;
  return most;
}

function isClaim({ verdict }: PairDecision): boolean {
  return verdict === "slower" || verdict === "faster" || verdict === "tiny";
}

/** How often `happens` in seeded runs. */
function countOf(
  runs: number,
  seed: number,
  happens: (random: ReturnType<typeof createRandom>) => boolean,
): number {
  const random = createRandom(seed);
  let count = 0;
  for (let run = 0; run < runs; run++) if (happens(random)) count++;
  return count;
}

const EQUAL: Simulation = { truths: [0, 0, 0, 0], processes: 8, blocks: 8, betweenSd: 0.01 };

function withEffect(effect: number): Simulation {
  return { ...EQUAL, truths: [0, 0, 0, Math.log1p(effect)] };
}

describe("the bound of this test", () => {
  it("is the 99.9 % bound of a binomial distribution", () => {
    expect([50, 100, 200, 1000].map((runs) => mostAllowed(runs))).toEqual([8, 13, 21, 73]);
  });
});

describe("four equal designs, eight processes that differ by 1 %", () => {
  it("are called different in some pair no more often than 5 % allows", () => {
    const false_ = countOf(RUNS, 1, (random) =>
      decidePairs(thetasOf(EQUAL, random), MARGIN).some(isClaim),
    );
    expect(false_).toBeLessThanOrEqual(mostAllowed(RUNS));
    // A rule that never claims anything would pass too: it is not that timid.
    expect(false_).toBeGreaterThan(0);
  });

  it("are called faster or slower than the margin practically never", () => {
    const beyond = countOf(RUNS, 2, (random) =>
      decidePairs(thetasOf(EQUAL, random), MARGIN).some(
        ({ verdict }) => verdict === "slower" || verdict === "faster",
      ),
    );
    expect(beyond).toBeLessThanOrEqual(2);
  });

  it("have all their true ratios inside the intervals in 95 % of runs", () => {
    const missed = countOf(RUNS, 3, (random) =>
      decidePairs(thetasOf(withEffect(0.05), random), MARGIN).some(({ low, high }, pair) => {
        const truth = pair === 2 ? Math.log1p(0.05) : 0;
        return truth < low || truth > high;
      }),
    );
    expect(missed).toBeLessThanOrEqual(mostAllowed(RUNS));
  });
});

describe("a design that takes 5 % longer", () => {
  it("is told from the first with twelve processes in 95 % of runs", () => {
    const twelve = { ...withEffect(0.05), processes: 12 };
    const found = countOf(RUNS, 4, (random) => {
      const decision = decidePairs(thetasOf(twelve, random), MARGIN)[2];
      return decision !== undefined && isClaim(decision) && decision.estimate > 0;
    });
    expect(found).toBeGreaterThanOrEqual(0.95 * RUNS);
  });

  it("is never called faster", () => {
    const wrong = countOf(RUNS, 5, (random) => {
      const decision = decidePairs(thetasOf(withEffect(0.05), random), MARGIN)[2];
      return decision?.verdict === "faster";
    });
    expect(wrong).toBe(0);
  });
});

describe("equal designs in processes that differ by half a percent", () => {
  it("are shown to be equivalent in most runs of twelve processes", () => {
    const alike = { truths: [0, 0], processes: 12, blocks: 8, betweenSd: 0.005 };
    const found = countOf(
      RUNS,
      6,
      (random) => decidePairs(thetasOf(alike, random), MARGIN)[0]?.verdict === "equivalent",
    );
    expect(found).toBeGreaterThanOrEqual(0.8 * RUNS);
  });

  it("are not called equivalent at a true difference of the margin", () => {
    const edge = { truths: [0, Math.log1p(MARGIN)], processes: 12, blocks: 8, betweenSd: 0.005 };
    const wrong = countOf(
      RUNS,
      7,
      (random) => decidePairs(thetasOf(edge, random), MARGIN)[0]?.verdict === "equivalent",
    );
    expect(wrong).toBeLessThanOrEqual(mostAllowed(RUNS));
  });
});

/** Decides after as many processes as the stopping rule wants. */
function decideWithLooks(
  simulation: Simulation,
  random: ReturnType<typeof createRandom>,
): PairDecision[] {
  const thetas = thetasOf({ ...simulation, processes: 20 }, random);
  for (const processes of LOOKS) {
    const decisions = decidePairs(
      thetas.map((pair) => pair.slice(0, processes)),
      MARGIN,
    );
    const widest = Math.max(...decisions.map(({ halfWidth }) => halfWidth));
    const state = {
      processes,
      processesMax: 20,
      widest,
      target: MARGIN / 2,
      elapsedMs: 0,
      lastMs: 0,
      budgetMs: 1,
    };
    if (stopReason(state) !== null) return decisions;
  }
  return [];
}

describe("stopping on width", () => {
  it("keeps the family error, although it looks five times", () => {
    const false_ = countOf(RUNS, 8, (random) => decideWithLooks(EQUAL, random).some(isClaim));
    expect(false_).toBeLessThanOrEqual(mostAllowed(RUNS));
  });
});

describe("naive rules on equal designs", () => {
  const PAIR: Simulation = { truths: [0, 0], processes: 1, blocks: 30, betweenSd: 0 };

  it("fail: one design after the other, Mann and Whitney's test", () => {
    const false_ = countOf(RUNS, 9, (random) => {
      const logs = noise(60, random);
      return mannWhitney(logs.slice(0, 30), logs.slice(30)) < 0.05;
    });
    expect(false_).toBeGreaterThan(0.2 * RUNS);
  });

  it("fail: one process taken for all, where processes differ", () => {
    const false_ = countOf(RUNS, 10, (random) => {
      const [pair] = differencesOf({ ...PAIR, betweenSd: 0.02 }, random);
      const { low, high } = estimateLocation(pair?.[0] ?? [], 0.95);
      return (low ?? 0) > 0 || (high ?? 0) < 0;
    });
    expect(false_).toBeGreaterThan(0.2 * RUNS);
  });

  it("fail: blocks of several processes pooled as if they were of one", () => {
    const false_ = countOf(RUNS, 11, (random) => {
      const [pair] = differencesOf({ ...PAIR, processes: 6, blocks: 10, betweenSd: 0.02 }, random);
      const { low, high } = estimateLocation((pair ?? []).flat(), 0.95);
      return (low ?? 0) > 0 || (high ?? 0) < 0;
    });
    expect(false_).toBeGreaterThan(0.2 * RUNS);
  });

  it("fail: looking at a p-value until it is small", () => {
    const false_ = countOf(RUNS, 12, (random) => {
      const [pair] = differencesOf({ ...PAIR, blocks: 100 }, random);
      for (let blocks = 10; blocks <= 100; blocks += 5) {
        if (signedRank((pair?.[0] ?? []).slice(0, blocks)) < 0.05) return true;
      }
      return false;
    });
    expect(false_).toBeGreaterThan(0.15 * RUNS);
  });

  it("fail: no adjustment over the pairs of six designs", () => {
    const six = { truths: [0, 0, 0, 0, 0, 0], processes: 8, blocks: 8, betweenSd: 0.01 };
    const false_ = countOf(RUNS, 13, (random) =>
      decidePairs(thetasOf(six, random), MARGIN).some(({ p }) => p <= 0.05),
    );
    expect(false_).toBeGreaterThan(mostAllowed(RUNS));
  });
});

describe("one process whose designs keep their places", () => {
  it("calls equal designs different in few runs, and 5 % slower ones in nearly all", () => {
    const quick = (effect: number, seed: number): number =>
      countOf(RUNS, seed, (random) => {
        const truths = [0, Math.log1p(effect)];
        const [pair] = differencesOf({ truths, processes: 1, blocks: 30, betweenSd: 0 }, random);
        const { low, high } = estimateLocation(pair?.[0] ?? [], 0.95);
        return (low ?? 0) > 0 || (high ?? 0) < 0;
      });
    expect(quick(0, 14)).toBeLessThanOrEqual(mostAllowed(RUNS));
    expect(quick(0.05, 15)).toBeGreaterThanOrEqual(0.95 * RUNS);
  });
});
