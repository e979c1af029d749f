/** Searches of all designs of a cell, on simulated ones: turns, budgets, disturbed trials. */
import { describe, expect, it } from "vitest";
import {
  capacityPlan,
  capacityTrial,
  loadRange,
  type SearchHooks,
  searchCapacities,
} from "../../../src/measure/searchCapacity.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { searchFault } from "../../../src/result/capacitySchema.js";
import { capacityTrialOf, trialOf } from "../../helpers/latencyBuilder.js";

const PLAN = capacityPlan({ trialMs: 200, widthShare: 0.02, searchMs: 30_000 });

/** Designs with these capacities, on a clock that only trials move. */
function hooksOf(capacities: readonly number[], change: Partial<SearchHooks> = {}) {
  const ran: number[] = [];
  let ms = 5;
  const hooks: SearchHooks = {
    process: 3,
    random: createRandom(1),
    stopped: () => false,
    progress: () => {},
    disturbedNs: 1e6,
    nowMs: () => ms,
    trial: (design, asked) => {
      ran.push(design);
      ms += asked.ms + 1;
      const late = asked.packetsPerSecond > (capacities[design] ?? 0) ? 900 : 0;
      const { isRepeated: _, ...trial } = capacityTrialOf(asked.packetsPerSecond, late, asked);
      return Promise.resolve(trial);
    },
    ...change,
  };
  return { hooks, ran };
}

describe("searchCapacities", () => {
  it("finds the capacity of each design, in turns", async () => {
    const { hooks, ran } = hooksOf([700_000, 1_500_000]);
    const searches = await searchCapacities(PLAN, [1e6, 1e6], hooks);
    expect(searches.map(({ design, process, end }) => [design, process, end])).toEqual([
      [0, 3, "done"],
      [1, 3, "done"],
    ]);
    for (const [i, capacity] of [700_000, 1_500_000].entries()) {
      const search = searches[i];
      if (search === undefined) throw new RangeError("no search");
      expect(searchFault(search, PLAN, { cpus: 1, burstPackets: 64 })).toBeNull();
      expect(search.results).toHaveLength(2);
      for (const { lower, upper, isRegular } of search.results) {
        expect(isRegular).toBe(true);
        expect(lower).toBeLessThanOrEqual(capacity);
        expect(upper).toBeGreaterThan(capacity);
      }
      expect(search.spentMs).toBe(search.trials.reduce((sum, t) => sum + t.ms + 1, 0));
    }
    const turns = 2 * Math.min(...searches.map(({ trials }) => trials.length));
    for (let i = 0; i < turns; i += 2) expect(ran.slice(i, i + 2).sort()).toEqual([0, 1]);
  });

  it("starts no trial after its time, and says so", async () => {
    const { hooks } = hooksOf([700_000]);
    const [search] = await searchCapacities({ ...PLAN, searchMs: 300 }, [1e6], hooks);
    expect(search?.end).toBe("time");
    expect(search?.spentMs).toBeGreaterThanOrEqual(300);
    expect(search?.spentMs).toBeLessThan(300 + 201);
    expect(search?.results.map(({ isRegular }) => isRegular)).toEqual([false, false]);
  });

  it("says where it came to its greatest number of trials, or was stopped", async () => {
    const few = await searchCapacities({ ...PLAN, trialsMax: 3 }, [1e6], hooksOf([7e5]).hooks);
    expect([few[0]?.end, few[0]?.trials.length]).toEqual(["trials", 3]);
    let asked = 0;
    const stopped = (): boolean => ++asked > 2;
    const early = await searchCapacities(PLAN, [1e6], hooksOf([7e5], { stopped }).hooks);
    expect([early[0]?.end, early[0]?.trials.length]).toEqual(["stopped", 2]);
  });

  it("runs disturbed trials again, twice at most, whatever came of them", async () => {
    let n = 0;
    const runDelays = [[2e6], [2e6], [2e6], [0], [2e6], [0]];
    const trial: SearchHooks["trial"] = (_, asked) => {
      const runDelayNs = runDelays[n++] ?? [0];
      return Promise.resolve(capacityTrialOf(asked.packetsPerSecond, 0, { ...asked, runDelayNs }));
    };
    const { hooks } = hooksOf([], { trial });
    const [search] = await searchCapacities({ ...PLAN, trialsMax: 3 }, [1e6], hooks);
    const repeated = search?.trials.map(({ isRepeated }) => isRepeated);
    expect(repeated).toEqual([true, true, false, false, true, false]);
    const loads = search?.trials.map(({ packetsPerSecond }) => packetsPerSecond) ?? [];
    expect([loads[0], loads[1]]).toEqual([loads[2], loads[2]]);
    expect(loads[4]).toBe(loads[5]);
  });

  it("counts disturbed trials where CPUs outnumber cores", async () => {
    const { hooks } = hooksOf([], {
      disturbedNs: null,
      trial: (_, { packetsPerSecond }) =>
        Promise.resolve(capacityTrialOf(packetsPerSecond, 0, { runDelayNs: [9e9] })),
    });
    const [search] = await searchCapacities({ ...PLAN, trialsMax: 3 }, [1e6], hooks);
    expect(search?.trials.map(({ isRepeated }) => isRepeated)).toEqual([false, false, false]);
  });
});

describe("what a search is asked for", () => {
  it("are two goals of one length, and a first length that is no shorter than 10 ms", () => {
    const [strict, tolerant] = PLAN.goals;
    const same = { finalMs: 200, sumMs: 1_000, widthShare: 0.02 };
    expect(strict).toEqual({ lateShare: 0, exceedShare: 0, ...same });
    expect(tolerant).toEqual({ lateShare: 0.005, exceedShare: 0.5, ...same });
    expect(PLAN.initialMs).toBe(50);
    expect(capacityPlan({ trialMs: 10, widthShare: 0.02, searchMs: 1 }).initialMs).toBe(10);
  });

  it("are loads from sixteen bursts in the shortest trial to eight times a closed loop", () => {
    expect(loadRange(1e6, 50)).toEqual({ min: 20_480, max: 8e6, first: 1e6 });
    expect(loadRange(1_000, 50)).toEqual({ min: 20_480, max: 20_480, first: 1_000 });
    expect(loadRange(9e7, 2_000)).toEqual({ min: 1_000, max: 1e8, first: 9e7 });
  });

  it("keeps of a trial all but its histogram", () => {
    const trial = trialOf({ process: 0, design: 1, load: 0 }, [1_000, 2e6], 3);
    const kept = capacityTrial({ packetsPerSecond: 5e5, ms: 50 }, trial);
    expect(kept).toEqual({
      packetsPerSecond: 5e5,
      ms: 50,
      packets: 320,
      cpus: [{ startNs: 1_000, endNs: 129_000, bursts: 2, late: 1, unrun: 3, maxNs: 2e6 }],
      runDelayNs: [0],
      stealMs: null,
    });
  });
});
