/** The line about a route cache: what it says, and that it says nothing where there is none. */
import { describe, expect, it } from "vitest";
import { cacheLine, cacheLines } from "../../../src/report/cacheLines.js";
import { buildCache } from "../../helpers/cacheBuilder.js";
import { buildCell } from "../../helpers/resultBuilder.js";

describe("cacheLine", () => {
  it("tells state, entries, hits, searches and the collector", () => {
    const line = cacheLine(buildCache(30, () => 1_200));
    expect(line?.split("; ")).toEqual([
      "route cache at equilibrium",
      "1,200 entries (gc_thresh 1,000",
      "7.5 % of max_size)",
      "90 % of packets hit",
      "1.50 entries searched in vain a packet",
      "450 KiB in entries of 384 bytes, 5.87 MiB when full with its buckets",
      "garbage collector, in 1,000 packets: 10.0 calls, 1.00 runs, 2.00 goals missed, 0 overflows",
    ]);
  });

  it("tells where a cache is still going", () => {
    const growing = cacheLine(buildCache(30, (w) => w * 100));
    expect(growing).toContain("route cache still growing, from 2,200 to 2,700 entries;");
    expect(cacheLine(buildCache(3, () => 5))).toContain("too few windows to tell");
    const changing = buildCache(
      30,
      () => 5,
      (w) => w * 30,
    );
    expect(cacheLine(changing)).toContain("its share of hits still changing");
  });

  it("tells how it was filled, and what runs of the collector take of a packet", () => {
    // Windows see it grow: they are a part of a round.
    const cache = buildCache(30, (w) => w * 100);
    const runs = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1];
    const carried = {
      cpus: 2,
      piecePackets: 1_000,
      ns: runs.map((run, piece) => (piece === 0 ? 500_000 : 1_000_000 + 750_000 * run)),
      entries: runs.map((_, piece) => (piece === 0 ? 900 : 5_000)),
      runs,
    };
    const parts = cacheLine({ ...cache, carried })?.split("; ");
    expect(parts?.[0]).toBe("route cache at equilibrium");
    // One run in three pieces: 0.333 in 1,000 packets, where the windows have 1.
    expect(parts?.slice(-3)).toEqual([
      "garbage collector, in 1,000 packets: 10.0 calls, 0.333 runs, 2.00 goals missed, 0 overflows",
      "filled before timing to its equilibrium in 13,000 packets",
      "last 4 rounds of its collector: 4 runs in 12,000 packets, " +
        "a packet takes 2,000 ns and 500 ns (20 %) for its runs",
    ]);
    const short = { ...carried, ns: [5, 5], entries: [900, 900], runs: [0, 0] };
    const early = cacheLine({ ...cache, carried: short });
    expect(early).toContain("route cache still growing, from");
    expect(early).toContain("1.00 runs,");
    expect(early).toMatch(/timing in vain, its collector hardly ran in 2,000 packets$/);
  });

  it("says so where the collector was not called", () => {
    const cache = buildCache(30, () => 5);
    const none = cache.series.gcTotal.map(() => 0);
    const quiet = { ...cache, series: { ...cache.series, gcTotal: none } };
    expect(cacheLine(quiet)).toMatch(/garbage collector not called$/);
  });
});

describe("cacheLines", () => {
  it("tells the same of two designs once, and what differs apart", () => {
    const cell = buildCell({ designs: ["a", "b", "c"], blocks: 2, nsPerPacket: () => 100 });
    const arms = cell.arms.map((arm, i) => ({ ...arm, cache: buildCache(30, () => i >> 1) }));
    expect(cacheLines({ ...cell, arms }).map((line) => line.split(":")[0])).toEqual(["a, b", "c"]);
  });

  it("has a line for each design with a route cache, and no others", () => {
    const cell = buildCell({ designs: ["a", "b"], blocks: 2, nsPerPacket: () => 100 });
    expect(cacheLines(cell)).toEqual([]);
    const [a, b] = cell.arms;
    if (a === undefined || b === undefined) throw new RangeError("two arms");
    const arms = [a, { ...b, cache: buildCache(30, () => 5) }];
    expect(cacheLines({ ...cell, arms }).map((line) => line.split(":")[0])).toEqual(["b"]);
    const empty = [{ ...a, cache: buildCache(0, () => 5) }, b];
    expect(cacheLines({ ...cell, arms: empty })).toEqual([]);
  });
});
