/** The terminal report of a sweep: a table for each series, and the sentence about the crossing. */
import { describe, expect, it } from "vitest";
import { crossingSentence, sweepReport } from "../../../src/report/sweepReport.js";
import { gridPoints } from "../../../src/workloads/sweepPoints.js";
import { buildSweep } from "../../helpers/sweepBuilder.js";

const HITS = gridPoints(["1k"], ["hit-share:0..1/5"]);

/** Caching costs 300 ns at no hit and 100 ns at all; without it, 180 always: equal at 0.6. */
function costs(point: { workload: string }, arm: number): number {
  return arm === 1 ? 180 : 300 - 200 * Number(point.workload.split(":")[1]);
}

function reportOf(points = HITS, nsPerPacket = costs): string {
  const sweep = buildSweep({ designs: ["cache", "none"], points, nsPerPacket });
  return sweepReport(sweep, { colour: false });
}

describe("sweepReport", () => {
  it("has a line for each point, and tells where the designs cross", () => {
    const lines = reportOf().split("\n");
    const at = lines.indexOf("hit-share, 1000 routes, 1 CPU");
    expect(lines[at + 1]).toMatch(
      /^share of hits {2}cache ns {2}none ns {2}hits\/packet +none ratio {2}verdict$/,
    );
    expect(lines.slice(at + 2, at + 7).map((line) => line.trim().split(/ +/)[0])).toEqual([
      "0",
      "0.25",
      "0.5",
      "0.75",
      "1",
    ]);
    const place = /^none takes as long as cache at share of hits (\S+) \[(\S+), (\S+)\]\.$/;
    const [, at6 = "", low = "", high = ""] = place.exec(lines[at + 7] ?? "") ?? [];
    // Between 0.5 and 0.75 the logarithm is taken for a line: not 0.6 exactly.
    expect(Number(at6)).toBeCloseTo(0.6, 1);
    expect(Number(low)).toBeLessThanOrEqual(Number(at6));
    expect(Number(high)).toBeGreaterThanOrEqual(Number(at6));
  });

  it("goes along the table where no parameter varies", () => {
    const text = reportOf(gridPoints(["1k", "2k", "4k"], ["scan"]), (_, arm) => 100 + 50 * arm);
    expect(text).toContain("scan, 1 CPU\nnumber of routes");
    expect(text).toMatch(/^ +4,000 /m);
    expect(text).toContain(
      "No crossing: none takes longer than cache, or no difference is shown, at every number of",
    );
  });

  it("has a series for each table where both vary", () => {
    const text = reportOf(gridPoints(["1k", "2k"], ["hit-share:0..1/5"]));
    expect(text).toContain("hit-share, 1000 routes, 1 CPU");
    expect(text).toContain("hit-share, 2000 routes, 1 CPU");
    expect(text.match(/takes as long as/g)).toHaveLength(2);
  });

  it("tells of cells without a result, invalid runs and an empty sweep", () => {
    const sweep = buildSweep({ designs: ["cache", "none"], points: HITS, nsPerPacket: costs });
    const [run] = sweep.runs;
    const cell = run?.document.cells[0];
    if (run === undefined || cell?.arms[0] === undefined) throw new RangeError("no cell");
    cell.arms[0].audit = { ok: false, checks: 1, failures: ["a leak"] };
    run.document.errors.push("audit of cache: a leak");
    const text = sweepReport(sweep, { colour: false });
    expect(text).toContain("! hit-share:0, 1k routes: cache failed its audit: a leak");
    expect(text).toContain("not valid: 1k routes: audit of cache: a leak");
    expect(sweepReport({ ...sweep, runs: [] }, { colour: false })).toContain("no result: no cell");
  });
});

describe("crossingSentence", () => {
  it("says what a bound outside of the sweep means", () => {
    const crossing = { kind: "crossing", at: 0.42, low: null, high: 0.5, passes: 2 } as const;
    expect(crossingSentence("b", "a", "share of hits", crossing)).toBe(
      "b takes as long as a at share of hits 0.42 [below the sweep, 0.5], the first of 2 places.",
    );
    const none = (side: "above" | "below" | "unclear") =>
      crossingSentence("b", "a", "exponent", { kind: "none", side });
    expect(none("above")).toContain("b takes longer than a");
    expect(none("below")).toContain("b takes less time than a");
    expect(none("unclear")).toContain("no difference between b and a is shown");
  });
});
