/** Sweep documents: read back as written, merged from shards, and what is refused. */
import { describe, expect, it } from "vitest";
import {
  measuredPoints,
  mergeSweeps,
  parseSweep,
  type SweepDocument,
  sweepNotes,
} from "../../../src/result/sweepDocument.js";
import { gridPoints } from "../../../src/workloads/sweepPoints.js";
import { buildSweep } from "../../helpers/sweepBuilder.js";

const POINTS = gridPoints(["1k", "2k"], ["hit-share:0..1/3"]);
const WHOLE = { designs: ["a", "b"], points: POINTS, nsPerPacket: () => 100 };

function shard(index: number, of = 2): SweepDocument {
  return buildSweep({ ...WHOLE, shard: { index, of } });
}

function partsOf(...sweeps: SweepDocument[]) {
  return sweeps.map((sweep, i) => ({ file: `${i}.json`, sweep }));
}

describe("parseSweep", () => {
  it("gives back what was written", () => {
    const sweep = shard(1);
    expect(parseSweep(JSON.stringify(sweep), "a.json")).toEqual(sweep);
  });

  it("refuses other texts in one line with the file", () => {
    expect(() => parseSweep("{", "a.json")).toThrow(/^a.json: not JSON; allowed: a file that/);
    expect(() => parseSweep("{}", "a.json")).toThrow(/^a.json: schema: [^\n]*; allowed: what/);
    const more = JSON.stringify({ ...shard(1), more: 1 });
    expect(() => parseSweep(more, "a.json")).toThrow(/^a.json: /);
  });
});

describe("mergeSweeps", () => {
  it("puts shards in their order, whatever the order of the files, and every point is there", () => {
    const merged = mergeSweeps(partsOf(shard(2), shard(1)));
    expect(merged.shards.map(({ index }) => index)).toEqual([1, 2]);
    expect(measuredPoints(merged).map(({ runs }) => runs.length)).toEqual(POINTS.map(() => 1));
    expect(sweepNotes(merged)).toEqual([]);
    expect(parseSweep(JSON.stringify(merged), "m.json")).toEqual(merged);
  });

  it("tells which shards are missing, and keeps notes once", () => {
    const one = { ...shard(2, 3), notes: ["ended early by SIGINT"] };
    expect(sweepNotes(mergeSweeps(partsOf(one)))).toEqual([
      "ended early by SIGINT",
      "shards that are missing: 1, 3 of 3",
    ]);
  });

  it("tells of different machines", () => {
    const other = shard(2);
    const [run] = other.runs;
    if (run !== undefined) run.document.environment.cpuModel = "another";
    expect(sweepNotes(mergeSweeps(partsOf(shard(1), other)))[0]).toMatch(/different machines: .*;/);
  });

  it.each([
    ["a shard twice", partsOf(shard(1), shard(1)), "1.json: shard 1/2 is in 0.json too"],
    [
      "other designs",
      partsOf(shard(1), { ...shard(2), designs: ["a", "c"] }),
      "1.json: its designs are not those of 0.json",
    ],
    ["other points", partsOf(shard(1), { ...shard(2), points: [] }), "its points are not those"],
    ["other numbers of shards", partsOf(shard(1), shard(2, 3)), "its numbers of shards are not"],
    [
      "another version",
      partsOf(shard(1), { ...shard(2), tool: { name: "dstbench", version: "9" } }),
      "its versions of dstbench are not",
    ],
    ["nothing", [], "nothing to merge; allowed: one file or more"],
  ])("refuses %s", (_, parts, message) => {
    expect(() => mergeSweeps(parts)).toThrow(message);
  });

  it("refuses other seeds", () => {
    const other = shard(2);
    for (const run of other.runs) run.document.seed = 99;
    expect(() => mergeSweeps(partsOf(shard(1), other))).toThrow("its seeds are not those of");
  });
});
