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
