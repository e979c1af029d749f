/**
 * Classes of loads, relevant bounds and conditional throughput: against the example search of
 * RFC 9971, and against its definitions in other words.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classifyLoad,
  conditionalThroughput,
  goalResult,
  isNarrow,
  type LoadTrial,
  relevantBounds,
  type SearchGoal,
} from "../../../src/result/loadBounds.js";

const LOAD = 1_000_000;
const goal = (
  finalS: number,
  sumS: number,
  latePercent: number,
  exceedPercent: number,
): SearchGoal => ({
  finalMs: finalS * 1_000,
  sumMs: sumS * 1_000,
  lateShare: latePercent / 100,
  exceedShare: exceedPercent / 100,
  widthShare: 0.01,
});
const trials = (n: number, seconds: number, latePercent: number): LoadTrial[] =>
  new Array(n).fill({
    packetsPerSecond: LOAD,
    ms: seconds * 1_000,
    lateShare: latePercent / 100,
  });

// Goals and points in time of the appendix "Example Search".
const GOALS = [goal(60, 60, 0, 0), goal(60, 120, 0, 50), goal(1, 120, 0.5, 50)];
const STRICTER = goal(60, 60, 0.5, 20);
const ADDED = [
  trials(59, 1, 0),
  trials(1, 1, 1),
  trials(59, 1, 1),
  trials(1, 1, 0),
  trials(1, 60, 0.1),
  trials(1, 60, 0),
];

/** Trials of one load in which a third is bad for some goals. */
const someTrials = fc.array(
  fc.record({
    packetsPerSecond: fc.constant(LOAD),
    ms: fc.constantFrom(75, 150, 300, 600),
    lateShare: fc.constantFrom(0, 0.001, 0.004, 0.02, 1),
  }),
  { maxLength: 12 },
);
const someGoal = fc.record({
  lateShare: fc.constantFrom(0, 0.002, 0.01),
  exceedShare: fc.constantFrom(0, 0.25, 0.5, 0.75),
  finalMs: fc.constantFrom(150, 300),
  sumMs: fc.constantFrom(300, 900, 1_500),
  widthShare: fc.constant(0.02),
});

/** The section "Load Classification Logic", term by term. */
function classInWords(of: readonly LoadTrial[], g: SearchGoal): string {
  let fullHigh = 0;
  let fullLow = 0;
  let shortHigh = 0;
  let shortLow = 0;
  for (const { ms, lateShare } of of) {
    if (ms >= g.finalMs && lateShare > g.lateShare) fullHigh += ms;
    else if (ms >= g.finalMs) fullLow += ms;
    else if (lateShare > g.lateShare) shortHigh += ms;
    else shortLow += ms;
  }
  const coefficient = g.exceedShare / (1 - g.exceedShare);
  const effectiveHigh = fullHigh + Math.max(0, shortHigh - shortLow * coefficient);
  const effectiveFull = effectiveHigh + fullLow;
  const effectiveWhole = Math.max(effectiveFull, g.sumMs);
  const missing = effectiveWhole - effectiveFull;
  if (effectiveHigh / effectiveWhole > g.exceedShare) return "upper";
  if ((effectiveHigh + missing) / effectiveWhole <= g.exceedShare) return "lower";
  return "undecided";
}

describe("the class of a load", () => {
  // The RFC's table has "Lower Bound" for the last goal at the last two points, and ratios of 43 %
  // and 27 % beside it, above the goal's 20 %: by its own rule and code these are upper bounds.
  it("is that of the RFC's example at each of its points", () => {
    const marks = { lower: "L", upper: "U", undecided: "-" };
    const classes = ADDED.map((_, point) => {
      const all = ADDED.slice(0, point + 1).flat();
      return [...GOALS, STRICTER].map((g) => marks[classifyLoad(all, g)]).join("");
    });
    expect(classes).toEqual(["----", "U---", "U--U", "U-LU", "U-LU", "ULLU"]);
  });

  it("is that of the RFC's logic, whatever the trials", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(someTrials, someGoal, (of, g) => {
        const found = classifyLoad(of, g);
        seen.add(found);
        expect(found).toBe(classInWords(of, g));
      }),
      { numRuns: 2_000 },
    );
    expect(seen.size).toBe(3);
  });

  it("holds whatever the full trials to come are, up to the sum", () => {
    fc.assert(
      fc.property(someTrials, someGoal, fc.boolean(), (of, g, isBad) => {
        const found = classifyLoad(of, g);
        const run = of.reduce((sum, { ms }) => sum + (ms >= g.finalMs ? ms : 0), 0);
        const bad = { packetsPerSecond: LOAD, ms: g.finalMs, lateShare: isBad ? 1 : 0 };
        const missing = Math.floor(Math.max(0, g.sumMs - run) / g.finalMs);
        const later = classifyLoad([...of, ...new Array<LoadTrial>(missing).fill(bad)], g);
        // Short bad trials stand for time that was not run: what comes may still clear a load.
        if (found !== "undecided" && of.every(({ ms }) => ms >= g.finalMs)) {
          expect(later).toBe(found);
        }
        if (run + missing * g.finalMs >= g.sumMs) expect(later).not.toBe("undecided");
      }),
    );
  });

  it("is undecided without a trial", () => {
    for (const g of GOALS) expect(classifyLoad([], g)).toBe("undecided");
  });
});

describe("relevant bounds", () => {
  const g = goal(1, 1, 0, 0);
  const at = (packetsPerSecond: number, latePercent: number): LoadTrial => {
    return { packetsPerSecond, ms: 1_000, lateShare: latePercent / 100 };
  };

  it("are the lowest upper bound and the highest lower bound below it", () => {
    const inverted = [at(400, 0), at(300, 1), at(100, 0), at(200, 0), at(500, 1)];
    expect(relevantBounds(inverted, g)).toEqual({ lower: 200, upper: 300 });
    expect(goalResult(inverted, g)).toEqual({
      lower: 200,
      upper: 300,
      throughput: 200,
      isRegular: false,
    });
  });

  it("may be missing", () => {
    expect(relevantBounds([], g)).toEqual({ lower: null, upper: null });
    expect(goalResult([at(100, 1)], g)).toEqual({
      lower: null,
      upper: 100,
      throughput: null,
      isRegular: false,
    });
    expect(goalResult([at(100, 0)], g)).toEqual({
      lower: 100,
      upper: null,
      throughput: 100,
      isRegular: false,
    });
  });

  it("never cross, and leave no upper bound below the upper one", () => {
    const loads = fc.array(
      fc.record({
        packetsPerSecond: fc.integer({ min: 1, max: 9 }),
        ms: fc.constantFrom(150, 300),
        lateShare: fc.constantFrom(0, 0.001, 1),
      }),
    );
    fc.assert(
      fc.property(loads, someGoal, (of, some) => {
        const { lower, upper } = relevantBounds(of, some);
        if (lower !== null && upper !== null) expect(lower).toBeLessThan(upper);
        for (let load = 1; load < (upper ?? 10); load++) {
          const ofLoad = of.filter(({ packetsPerSecond }) => packetsPerSecond === load);
          const kind = classifyLoad(ofLoad, some);
          expect(kind).not.toBe("upper");
          if (kind === "lower") expect(lower).toBeGreaterThanOrEqual(load);
        }
      }),
    );
  });

  it("are narrow from the goal's width on", () => {
    expect(isNarrow({ lower: 98, upper: 100 }, 0.02)).toBe(true);
    expect(isNarrow({ lower: 97, upper: 100 }, 0.02)).toBe(false);
    expect(isNarrow({ lower: null, upper: 100 }, 0.02)).toBe(false);
    expect(isNarrow({ lower: 98, upper: null }, 0.02)).toBe(false);
  });
});

describe("conditional throughput", () => {
  it("is that of the RFC's example", () => {
    const all = ADDED.flat();
    expect([...GOALS.slice(1), STRICTER].map((g) => conditionalThroughput(all, g))).toEqual([
      1_000_000, 1_000_000, 999_000,
    ]);
  });

  it("counts what was not run as late, and short trials not at all", () => {
    expect(conditionalThroughput(trials(2, 1, 0.1), goal(1, 3, 1, 0))).toBe(0);
    expect(conditionalThroughput(trials(3, 1, 0.1), goal(1, 3, 1, 0))).toBeCloseTo(999_000, 6);
    expect(conditionalThroughput(trials(9, 1, 0), goal(2, 2, 1, 0))).toBe(0);
  });

  it("of a lower bound is no less than its load without the late share of the goal", () => {
    fc.assert(
      fc.property(someTrials, someGoal, (of, g) => {
        if (classifyLoad(of, g) !== "lower") return;
        expect(conditionalThroughput(of, g)).toBeGreaterThanOrEqual(
          LOAD * (1 - g.lateShare) - 1e-6,
        );
      }),
    );
  });
});
