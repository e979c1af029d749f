/** The grid of a sweep: ranges, order, shards, and what is refused. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/reference/usageError.js";
import { gridPoints, parseShard, shardPoints } from "../../../src/workloads/sweepPoints.js";

function workloadsOf(...items: string[]): string[] {
  return gridPoints(["all"], items).map((point) => point.workload);
}

describe("gridPoints", () => {
  it("spaces a range evenly, five points where no number is given, both ends among them", () => {
    expect(workloadsOf("internet-mix:0.8..1.4/4")).toEqual([
      "internet-mix:0.8",
      "internet-mix:1",
      "internet-mix:1.2",
      "internet-mix:1.4",
    ]);
    expect(workloadsOf("hit-share:0..1")).toEqual(
      [0, 0.25, 0.5, 0.75, 1].map((share) => `hit-share:${share}`),
    );
  });

  it("spaces numbers of flows by ratio, in whole numbers with units", () => {
    expect(workloadsOf("flows:1k..1m/3")).toEqual(["flows:1000", "flows:31623", "flows:1000000"]);
    expect(workloadsOf("flows:1..3/5")).toEqual(["flows:1", "flows:2", "flows:3"]);
  });

  it("is every table times every workload, tables first, each once", () => {
    const points = gridPoints(["1k", "all", "1k"], ["scan", "hit-share:0.5", "scan"]);
    expect(points).toEqual([
      { routes: "1k", workload: "scan" },
      { routes: "1k", workload: "hit-share:0.5" },
      { routes: "all", workload: "scan" },
      { routes: "all", workload: "hit-share:0.5" },
    ]);
  });

  it.each([
    "hit-share:1..0",
    "hit-share:0..1/1",
    "hit-share:0..1/102",
    "flows:0..5",
    "hit-share:a..b",
  ])("refuses %s with an example", (text) => {
    expect(() => workloadsOf(text)).toThrow(UsageError);
    expect(() => workloadsOf(text)).toThrow(/^--workload .*; allowed: .*hit-share:0..1\/11/);
  });

  it("refuses a range beyond what its workload takes, and unknown workloads", () => {
    expect(() => workloadsOf("hit-share:0..2")).toThrow('"1.5" is no share');
    expect(() => workloadsOf("scan:0..1")).toThrow('unknown workload "scan:0"');
    expect(() => workloadsOf("flood")).toThrow('unknown workload "flood"');
  });
});

describe("shards", () => {
  const points = gridPoints(["1k", "2k"], ["hit-share:0..1/11"]);

  it("share the points out, each to one", () => {
    const parts = [1, 2, 3].map((index) => shardPoints(points, { index, of: 3 }));
    expect(parts.map((part) => part.length)).toEqual([8, 7, 7]);
    const keys = parts.flat().map(({ routes, workload }) => `${routes} ${workload}`);
    expect(new Set(keys).size).toBe(points.length);
  });

  it("are read as I/N", () => {
    expect(parseShard("2/4")).toEqual({ index: 2, of: 4 });
    for (const text of ["", "0/4", "5/4", "1", "1/0", "1/1001", "a/b", "1/2/3"]) {
      expect(() => parseShard(text)).toThrow("allowed: I/N with I from 1 to N, as 1/4");
    }
  });
});
