/** CSV of a sweep: a row for each point and design, read back as it was measured. */
import { describe, expect, it } from "vitest";
import { csvReport } from "../../../src/report/csvReport.js";
import { sweepRows } from "../../../src/report/sweepRows.js";
import { gridPoints } from "../../../src/workloads/sweepPoints.js";
import { buildSweep } from "../../helpers/sweepBuilder.js";

const SWEEP = buildSweep({
  designs: ['a,"x"', "b"],
  points: gridPoints(["1k"], ["flows:10", "scan"]),
  nsPerPacket: (_, arm) => 100 * (arm + 1),
});

describe("sweepRows", () => {
  const rows = sweepRows(SWEEP);

  it("has a row for each design at each point, the first with ratio 1", () => {
    expect(rows.map(({ workload, design }) => [workload, design])).toEqual([
      ["flows:10", 'a,"x"'],
      ["flows:10", "b"],
      ["scan", 'a,"x"'],
      ["scan", "b"],
    ]);
    expect(rows.map(({ base, parameter }) => [base, parameter])).toEqual([
      ["flows", 10],
      ["flows", 10],
      ["scan", null],
      ["scan", null],
    ]);
    expect(rows[0]).toMatchObject({ ratio: 1, low: null, verdict: "first", routeCount: 1_000 });
    expect(rows[1]?.ratio).toBeCloseTo(2, 6);
    expect(rows[1]).toMatchObject({ verdict: "slower", hits: 0.9, entries: 12_345, failure: "" });
  });

  it("has no figures where the cell gives none, but the reason", () => {
    const failed = sweepRows(SWEEP, () => ({ kind: "failed", reason: "no window" }));
    expect(failed[1]).toMatchObject({ nsPerPacket: null, ratio: null, failure: "no window" });
  });
});

describe("csvReport", () => {
  const lines = csvReport(SWEEP).split("\n");

  it("has a head and a row for each, quoted where it must be, numbers with all their digits", () => {
    expect(lines[0]).toMatch(/^routes,workload,parameter,cpus,design,ns_per_packet,/);
    expect(lines).toHaveLength(1 + 4 + 1);
    expect(lines.at(-1)).toBe("");
    expect(lines[1]).toMatch(/^1000,flows,10,1,"a,""x""",/);
    const ns = Number(lines[2]?.split(",")[5]);
    expect(ns).toBe(sweepRows(SWEEP)[1]?.nsPerPacket);
  });

  it("leaves a field empty that has no figure", () => {
    expect(lines[3]).toMatch(/^1000,scan,,1,/);
    expect(lines[1]).toMatch(/,1,,,first,/);
  });
});
