/**
 * The analysis against the simulated machine once more, with a thousand runs a figure: the bounds
 * are those that a rule of just 5 % keeps in all but one of a thousand tests, either way.
 */
import { describe, expect, it } from "vitest";
import { decidePairs, type PairDecision } from "../../../src/measure/statisticsProcesses.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { type Simulation, thetasOf } from "./simulation.js";

const RUNS = 1_000;
/** P(X > 73) and P(X < 30) of a binomial distribution of 1,000 at 5 % are about 1 in 1,000. */
const MOST = 73;

function isClaim({ verdict }: PairDecision): boolean {
  return verdict === "slower" || verdict === "faster" || verdict === "tiny";
}

function simulate(simulation: Simulation, seed: number): PairDecision[][] {
  const random = createRandom(seed);
  return Array.from({ length: RUNS }, () => decidePairs(thetasOf(simulation, random), 0.02));
}

describe.each([
  [8, 8, 0.005],
  [8, 8, 0.01],
  [8, 8, 0.02],
  [12, 8, 0.01],
  [6, 20, 0.01],
])("%i processes of %i blocks that differ by %d", (processes, blocks, betweenSd) => {
  const plan = { processes, blocks, betweenSd };
  const seed = 1_000 * processes + 10 * blocks + Math.round(1_000 * betweenSd);

  it("call some of four equal designs different in 5 % of runs at most, and not in none", () => {
    const claims = simulate({ ...plan, truths: [0, 0, 0, 0] }, seed).filter((run) =>
      run.some(isClaim),
    );
    expect(claims.length).toBeLessThanOrEqual(MOST);
    // Pairs that share their first design depend on each other, so a sound rule may stay lower.
    expect(claims.length).toBeGreaterThanOrEqual(10);
  });

  it("cover all true ratios together in 95 % of runs", () => {
    const truths = [0, 0.01, -0.02, Math.log1p(0.05)];
    const missed = simulate({ ...plan, truths }, seed + 1).filter((run) =>
      run.some(({ low, high }, i) => low > (truths[i + 1] ?? 0) || high < (truths[i + 1] ?? 0)),
    );
    expect(missed.length).toBeLessThanOrEqual(MOST);
  });
});

describe("power", () => {
  const found = (effect: number, plan: Omit<Simulation, "truths">, seed: number): number =>
    simulate({ ...plan, truths: [0, 0, 0, Math.log1p(effect)] }, seed).filter((run) => {
      const decision = run[2];
      return decision !== undefined && isClaim(decision) && decision.estimate * effect > 0;
    }).length;

  it("finds ±5 % with 12 processes that differ by 1 %", () => {
    const plan = { processes: 12, blocks: 8, betweenSd: 0.01 };
    expect(found(0.05, plan, 71)).toBeGreaterThanOrEqual(0.95 * RUNS);
    expect(found(-0.05, plan, 72)).toBeGreaterThanOrEqual(0.95 * RUNS);
  });

  it("finds 2 % in more than half of runs, where processes differ by half a percent", () => {
    expect(found(0.02, { processes: 8, blocks: 8, betweenSd: 0.005 }, 73)).toBeGreaterThanOrEqual(
      0.5 * RUNS,
    );
  });
});
