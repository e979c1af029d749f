/** Rounds of a collector, when they are an equilibrium, and what its runs take of a packet. */
import { describe, expect, it } from "vitest";
import type { CacheCounters } from "../../../src/machine/routeCache.js";
import { carriedFigures, runsOf } from "../../../src/measure/carriedFigures.js";
import type { CarriedCache } from "../../../src/result/cacheSchema.js";

/** Rounds of four pieces of 100 packets; the collector runs in the last one, which takes `gcNs`
 * more a packet than the 10 ns of the others. `entries`: mean of each round. */
function carriedOf(entries: readonly number[], gcNs = 20, cpus = 1): CarriedCache {
  const pieces = entries.flatMap((mean) => [mean - 300, mean - 100, mean + 100, mean + 300]);
  const last = pieces.map((_, piece) => piece % 4 === 3);
  return {
    cpus,
    piecePackets: 100,
    ns: last.map((isLast) => (100 / cpus) * (isLast ? 10 + gcNs : 10)),
    entries: pieces,
    runs: last.map(Number),
  };
}

const stateOf = (...rounds: number[]) => carriedFigures(carriedOf(rounds))?.state;

describe("carriedFigures", () => {
  it("knows nothing before the first piece, and no round before the third run", () => {
    expect(carriedFigures(carriedOf([]))).toBeNull();
    expect(stateOf(5_000)).toBe("no run");
    expect(stateOf(5_000, 5_000)).toBe("no run");
    expect(stateOf(5_000, 5_000, 5_000)).not.toBe("no run");
  });

  it("calls two rounds and the two before them alike within 2 %", () => {
    expect(stateOf(900, 5_000, 5_000, 5_100, 5_090)).toBe("equilibrium");
    expect(stateOf(900, 5_000, 5_000, 5_110, 5_110)).toBe("still growing");
    expect(stateOf(900, 5_110, 5_110, 5_000, 5_000)).toBe("still shrinking");
    // The collector's own ups and downs, wider than that.
    expect(stateOf(900, 5_000, 5_300, 5_010, 5_310)).toBe("equilibrium");
    // Alike, but too few.
    expect(stateOf(900, 5_000, 5_000, 5_000)).not.toBe("equilibrium");
  });

  it("looks at the last four rounds alone", () => {
    expect(stateOf(900, 2_000, 3_000, 5_000, 5_000, 5_000, 5_000)).toBe("equilibrium");
    expect(stateOf(900, 5_000, 5_000, 5_000, 5_000, 6_000)).toBe("still growing");
  });

  it.each([1, 2])("takes a packet's time apart, %i CPUs", (cpus) => {
    const rounds = [700, 5_000, 5_000, 5_000, 5_000];
    const figures = carriedFigures(carriedOf(rounds, 20, cpus));
    expect(figures).toMatchObject({
      packets: 2_000,
      lastPackets: 1_600,
      lastRuns: 4,
      rounds: [5_000, 5_000, 5_000, 5_000],
    });
    expect(figures?.baseNs).toBeCloseTo(10);
    // 20 ns in one piece of four.
    expect(figures?.collectorNs).toBeCloseTo(5);
  });

  it("is not moved by a disturbance of a piece without a run", () => {
    const carried = carriedOf([700, 5_000, 5_000, 5_000, 5_000]);
    const ns = carried.ns.map((time, piece) => (piece === 9 ? 50 * time : time));
    expect(carriedFigures({ ...carried, ns })?.collectorNs).toBeCloseTo(5);
  });

  it("has no base where the collector runs in every piece", () => {
    const carried = carriedOf([5_000, 5_000, 5_000, 5_000, 5_000]);
    const always = { ...carried, runs: carried.runs.map(() => 1) };
    const figures = carriedFigures(always);
    expect(figures).toMatchObject({ baseNs: null, collectorNs: null });
  });
});

describe("runsOf", () => {
  it("is calls without those that were ignored, also where a counter wraps", () => {
    const at = (gcTotal: number, gcIgnored: number) => ({ gcTotal, gcIgnored }) as CacheCounters;
    expect(runsOf(at(10, 5), at(25, 18))).toBe(2);
    expect(runsOf(at(2 ** 32 - 1, 2 ** 32 - 3), at(9, 4))).toBe(3);
  });
});
