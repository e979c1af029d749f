/** Whether a cache is at equilibrium: by the last third of the windows, and by a stated rule. */
import { describe, expect, it } from "vitest";
import { cacheFigures } from "../../../src/measure/equilibrium.js";
import { buildCache } from "../../helpers/cacheBuilder.js";

function trendOf(
  windows: number,
  entries: (w: number) => number,
  hits?: (w: number) => number,
): string | null | undefined {
  return cacheFigures(buildCache(windows, entries, hits))?.trend;
}

describe("cacheFigures", () => {
  it("calls a cache steady whose entries change by 2 % of gc_thresh at most", () => {
    // The last 30 windows of 90 are judged: the means of 60 … 74 and 75 … 89 lie 15 windows apart.
    expect(trendOf(90, (w) => 5_000 + (w * 20) / 15)).toBe("equilibrium");
    expect(trendOf(90, (w) => 5_000 + Math.round((w * 24) / 15))).toBe("still growing");
    expect(trendOf(90, (w) => 5_000 - Math.round((w * 24) / 15))).toBe("still shrinking");
  });

  it("does not mind how the cache got there, nor a collector's ups and downs", () => {
    expect(trendOf(90, (w) => (w < 60 ? w * 100 : 6_000))).toBe("equilibrium");
    expect(trendOf(90, (w) => 5_000 + (w % 2) * 800)).toBe("equilibrium");
  });

  it("wants a steady share of hits as well", () => {
    expect(
      trendOf(
        90,
        () => 5_000,
        (w) => (w < 75 ? 900 : 905),
      ),
    ).toBe("equilibrium");
    expect(
      trendOf(
        90,
        () => 5_000,
        (w) => (w < 75 ? 900 : 915),
      ),
    ).toBe("still changing");
  });

  it("does not tell from fewer than eight windows", () => {
    expect(trendOf(7, () => 5_000)).toBeNull();
    expect(trendOf(8, () => 5_000)).toBe("equilibrium");
    expect(trendOf(8, (w) => w * 100)).toBe("still growing");
    expect(trendOf(1, () => 5_000)).toBeNull();
    expect(cacheFigures(buildCache(0, () => 0))).toBeNull();
  });

  it("gives figures of the last third, per packet", () => {
    const figures = cacheFigures(
      buildCache(
        30,
        (w) => w,
        (w) => (w < 20 ? 0 : 800),
      ),
    );
    expect(figures).toMatchObject({ hits: 0.8, slow: 0.2, searched: 1.5, entries: 24.5 });
    expect(figures).toMatchObject({ gcTotal: 0.01, gcIgnored: 0.009, gcGoalMiss: 0.002 });
    expect(figures).toMatchObject({ gcOverflow: 0, halves: [22, 27] });
  });
});
