/** A sweep as calls of `compare`: one for each table of the shard, with its workloads. */
import { describe, expect, it } from "vitest";
import type { CompareOptions } from "../../../src/measure/compare.js";
import { type SweepOptions, sweep } from "../../../src/measure/sweep.js";
import { sweepDocumentSchema } from "../../../src/result/sweepDocument.js";
import { gridPoints } from "../../../src/workloads/sweepPoints.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";
import { smallTable } from "../machine/smallExperiment.js";

const POINTS = gridPoints(["1k", "2k"], ["hit-share:0..1/3"]);

function setUp(change: { stopAfter?: number; index?: number; of?: number } = {}) {
  const asked: { routes: number; workloads: readonly string[] }[] = [];
  const common = {
    designs: ["a", "b"],
    cpus: [1],
    command: "dstbench sweep",
    version: "0.1.0",
    say: () => {},
    stopped: () => asked.length >= (change.stopAfter ?? 99),
  } as unknown as SweepOptions["compare"];
  const options: SweepOptions = {
    compare: common,
    points: POINTS,
    shard: { index: change.index ?? 1, of: change.of ?? 1 },
    loadTable: (routes) => smallTable(routes === "1k" ? 1_000 : 2_000),
  };
  const compareTable = async ({ table, workloads }: CompareOptions) => {
    asked.push({ routes: table.count, workloads });
    const cell = buildCell({ designs: ["a", "b"], blocks: 2, nsPerPacket: () => 100 });
    return buildResult(...workloads.map((workload) => ({ ...cell, workload })));
  };
  return { asked, run: () => sweep(options, () => {}, compareTable) };
}

describe("sweep", () => {
  it("compares once for each table, and the document is whole", async () => {
    const { asked, run } = setUp();
    const document = await run();
    const workloads = ["hit-share:0", "hit-share:0.5", "hit-share:1"];
    expect(asked).toEqual([
      { routes: 1_000, workloads },
      { routes: 2_000, workloads },
    ]);
    expect(sweepDocumentSchema.parse(document)).toEqual(document);
    expect(document.runs.map(({ routes }) => routes)).toEqual(["1k", "2k"]);
  });

  it("takes the points of its shard only, but tells of all", async () => {
    const { asked, run } = setUp({ index: 2, of: 4 });
    const document = await run();
    expect(asked).toEqual([
      { routes: 1_000, workloads: ["hit-share:0.5"] },
      { routes: 2_000, workloads: ["hit-share:1"] },
    ]);
    expect(document.points).toEqual(POINTS);
    expect(document.shards).toEqual([{ index: 2, of: 4 }]);
  });

  it("stops between tables", async () => {
    const { asked, run } = setUp({ stopAfter: 1 });
    expect((await run()).runs).toHaveLength(1);
    expect(asked).toHaveLength(1);
  });
});
