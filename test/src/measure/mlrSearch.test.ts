/**
 * The search for a capacity, on simulated systems whose capacity is known: sharp, noisy, stalling,
 * never or always saturated, not monotone.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoadRange, MlrSearch, type SearchPlan } from "../../../src/measure/mlrSearch.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import type { GoalResult, LoadTrial } from "../../../src/result/loadBounds.js";

const BASE = { finalMs: 400, sumMs: 2_000, widthShare: 0.02 };
const PLAN: SearchPlan = {
  goals: [
    { ...BASE, lateShare: 0, exceedShare: 0 },
    { ...BASE, lateShare: 0.005, exceedShare: 0.5 },
  ],
  initialMs: 100,
  trialsMax: 150,
};
const RANGE: LoadRange = { min: 10_000, max: 4_000_000, first: 2_000_000 };

/** Share of late bursts in a trial. */
type System = (packetsPerSecond: number, ms: number) => number;

/** Above its capacity the backlog grows, and all but the first bursts of a trial are late. */
const sharp =
  (capacity: number): System =>
  (load) =>
    load > capacity ? 0.9 : 0;

interface Outcome {
  readonly strict: GoalResult;
  readonly tolerant: GoalResult;
  readonly trials: readonly LoadTrial[];
}

/** Runs a search to its end; bounds must be in order after every trial. */
function search(system: System, range = RANGE, plan = PLAN): Outcome {
  const one = new MlrSearch(plan, range);
  for (let asked = one.next(); asked !== null; asked = one.next()) {
    const { packetsPerSecond, ms } = asked;
    expect(packetsPerSecond).toBeGreaterThanOrEqual(range.min);
    expect(packetsPerSecond).toBeLessThanOrEqual(range.max);
    expect(Number.isInteger(packetsPerSecond)).toBe(true);
    one.note({ ...asked, lateShare: system(packetsPerSecond, ms) });
    for (const { lower, upper } of one.results()) {
      if (lower !== null && upper !== null) expect(lower).toBeLessThan(upper);
    }
    expect(one.trials.length).toBeLessThanOrEqual(plan.trialsMax);
  }
  const [strict, tolerant] = one.results();
  if (strict === undefined || tolerant === undefined) throw new RangeError("no results");
  return { strict, tolerant, trials: one.trials };
}

function expectAround({ lower, upper, isRegular }: GoalResult, capacity: number): void {
  expect(lower).toBeLessThanOrEqual(capacity);
  expect(upper).toBeGreaterThan(capacity);
  expect(isRegular).toBe(true);
}

/** How often a system has been searched with bounds that hold its capacity, of `runs` seeds. */
function found(
  systemOf: (unit: () => number) => System,
  capacity: number,
  runs = 100,
): { strict: number; tolerant: number; gaps: number } {
  const counts = { strict: 0, tolerant: 0, gaps: 0 };
  for (let seed = 0; seed < runs; seed++) {
    const { strict, tolerant } = search(systemOf(createRandom(seed).unit));
    const isAround = ({ lower, upper }: GoalResult): boolean =>
      lower !== null && upper !== null && lower <= capacity && upper > capacity;
    if (isAround(strict)) counts.strict++;
    if (isAround(tolerant)) counts.tolerant++;
    if ((strict.upper ?? Number.POSITIVE_INFINITY) < (tolerant.lower ?? 0)) counts.gaps++;
  }
  return counts;
}

describe("a search", () => {
  it("finds a sharp capacity for both goals, wherever it is and wherever it starts", () => {
    const capacities = fc.integer({ min: 10_100, max: 3_900_000 });
    const firsts = fc.integer({ min: 1, max: 5_000_000 });
    fc.assert(
      fc.property(capacities, firsts, (capacity, first) => {
        const { strict, tolerant, trials } = search(sharp(capacity), { ...RANGE, first });
        expectAround(strict, capacity);
        expectAround(tolerant, capacity);
        expect(strict.throughput).toBe(strict.lower);
        expect(trials.length).toBeLessThan(60);
      }),
    );
  });

  it("keeps within its range, whatever that is", () => {
    const mins = fc.integer({ min: 1_000, max: 2_000_000 });
    const spans = fc.integer({ min: 0, max: 2_000_000 });
    const capacities = fc.integer({ min: 1, max: 5_000_000 });
    fc.assert(
      fc.property(mins, spans, capacities, fc.boolean(), (min, span, capacity, isFromBelow) => {
        const max = min + span;
        const range = { min, max, first: isFromBelow ? min / 2 : 2 * max };
        const { strict, trials } = search(sharp(capacity), range);
        expect(trials.length).toBeLessThan(60);
        if (capacity < min) expect(strict).toMatchObject({ lower: null, upper: min });
        else if (capacity >= max) expect(strict).toMatchObject({ lower: max, upper: null });
        else expectAround(strict, capacity);
      }),
    );
  });

  it("begins at the first load, with short trials, and ends with full ones", () => {
    const { trials, strict } = search(sharp(1_900_000));
    expect(trials[0]).toMatchObject({ packetsPerSecond: 2_000_000, ms: 100 });
    expect(trials.length).toBeLessThan(30);
    const atLower = trials.filter(({ packetsPerSecond }) => packetsPerSecond === strict.lower);
    expect(atLower.filter(({ ms }) => ms === 400)).toHaveLength(5);
  });

  it("needs no more trials than a load can take, where every trial is a coin", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, p) => {
        const { unit } = createRandom(Math.abs(seed));
        const plan = { ...PLAN, trialsMax: 10_000 };
        const { trials } = search(() => (unit() < p ? 0.3 : 0), RANGE, plan);
        expect(trials.length).toBeLessThan(300);
      }),
    );
  });

  it("finds a noisy threshold within its noise", () => {
    // From 0.95 to 1.05 Mpps the chance of a bad trial goes from 0 to 1.
    const noisy = (unit: () => number): System => {
      return (load) => (unit() < (load - 950_000) / 100_000 ? 0.5 : 0);
    };
    for (let seed = 0; seed < 50; seed++) {
      const { strict, tolerant } = search(noisy(createRandom(seed).unit));
      expect([strict.isRegular, tolerant.isRegular]).toEqual([true, true]);
      for (const { lower, upper } of [strict, tolerant]) {
        expect(upper).toBeGreaterThan(950_000);
        expect(lower).toBeLessThan(1_050_000);
        expect(lower).toBeGreaterThan(900_000);
      }
      expect(strict.upper).toBeLessThanOrEqual(tolerant.upper ?? 0);
    }
  });

  it("finds the capacity behind rare stalls by the goal that tolerates them", () => {
    // A stall of 20 ms each two seconds, at random.
    const stalling = (unit: () => number): System => {
      return (load, ms) => {
        const stall = unit() < 1 - Math.exp(-ms / 2_000) ? 20 / ms : 0;
        return Math.min(1, sharp(1_000_000)(load, ms) + stall);
      };
    };
    const counts = found(stalling, 1_000_000);
    // Five full trials without a stall have a chance of 1 in e.
    expect(counts.strict).toBeLessThan(20);
    expect(counts.gaps).toBeGreaterThan(60);
    expect(counts.tolerant).toBeGreaterThan(70);
  });

  it("finds the capacity where 2 % of trials are bad for no reason of the system", () => {
    const disturbed = (unit: () => number): System => {
      return (load, ms) => (unit() < 0.02 ? 0.3 : sharp(1_000_000)(load, ms));
    };
    const counts = found(disturbed, 1_000_000);
    expect(counts.tolerant).toBeGreaterThanOrEqual(95);
    expect(counts.strict).toBeGreaterThan(50);
    expect(counts.strict).toBeLessThan(100);
  });

  it("tolerates late bursts up to the share of the goal and no more", () => {
    const { strict, tolerant } = search((load) => (load > 1_000_000 ? 0.9 : 0.004));
    expectAround(tolerant, 1_000_000);
    expect(tolerant.throughput).toBeCloseTo((tolerant.lower ?? 0) * 0.996, 6);
    expect(strict).toMatchObject({ lower: null, upper: RANGE.min, isRegular: false });
    expect(search((load) => (load > 1_000_000 ? 0.9 : 0.006)).tolerant.lower).toBeNull();
  });

  it("says that there is no lower bound where a system is always saturated", () => {
    const { strict, tolerant, trials } = search(() => 1);
    const none = { lower: null, upper: RANGE.min, throughput: null, isRegular: false };
    expect([strict, tolerant]).toEqual([none, none]);
    expect(trials.length).toBeLessThan(30);
  });

  it("says that there is no upper bound where a system never is", () => {
    const { strict, tolerant } = search(() => 0);
    const none = { lower: RANGE.max, upper: null, throughput: RANGE.max, isRegular: false };
    expect([strict, tolerant]).toEqual([none, none]);
  });

  it("keeps below the lowest upper bound it has met where a system is not monotone", () => {
    // A resonance: loads from 0.5 to 0.8 Mpps are bad, the ones up to 1.5 are good again.
    const system: System = (load) =>
      load > 1_500_000 || (load > 500_000 && load < 800_000) ? 0.9 : 0;
    for (const first of [300_000, 1_000_000, 3_000_000]) {
      const { strict, trials } = search(system, { ...RANGE, first });
      expect(strict.isRegular).toBe(true);
      const bad = trials.filter(({ lateShare }) => lateShare > 0);
      expect(strict.upper).toBe(Math.min(...bad.map((trial) => trial.packetsPerSecond)));
      expect(system(strict.lower ?? 0, 1)).toBe(0);
    }
    expect(search(system, { ...RANGE, first: 700_000 }).strict.lower).toBeLessThanOrEqual(500_000);
  });

  it("finds what only long trials show: a queue that takes a while to fill", () => {
    // 50 ms of backlog are tolerated: at 1.1 of the capacity it takes 550 ms.
    const buffered: System = (load, ms) => {
      const overMs = ms * Math.max(0, load / 1_000_000 - 1);
      return overMs > 50 ? 0.5 : 0;
    };
    const { strict, trials } = search(buffered);
    expectAround(strict, 1_125_000);
    const shortGood = trials.filter(({ ms, lateShare }) => ms === 100 && lateShare === 0);
    expect(Math.max(...shortGood.map((t) => t.packetsPerSecond))).toBeGreaterThan(1_125_000);
  });

  it("ends at its greatest number of trials, and tells what it has", () => {
    const { trials, strict } = search(sharp(1e6), RANGE, { ...PLAN, trialsMax: 4 });
    expect(trials).toHaveLength(4);
    expect(strict.isRegular).toBe(false);
  });

  it("has one length of trials where the initial one is the final one", () => {
    const { strict, trials } = search(sharp(1e6), RANGE, { ...PLAN, initialMs: 400 });
    expectAround(strict, 1e6);
    expect(new Set(trials.map(({ ms }) => ms))).toEqual(new Set([400]));
  });
});
