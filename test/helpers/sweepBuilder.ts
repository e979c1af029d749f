/** Builds sweep documents for tests, with times that the test chooses for each point and design. */
import { DISCLAIMER } from "../../src/result/disclaimer.js";
import type { SweepDocument } from "../../src/result/sweepDocument.js";
import { type Shard, type SweepPoint, shardPoints } from "../../src/workloads/sweepPoints.js";
import { buildCell, buildResult } from "./resultBuilder.js";

export interface SweepPlan {
  readonly designs: readonly string[];
  readonly points: readonly SweepPoint[];
  readonly shard?: Shard;
  /** ns per packet of a design at a point; blocks differ by up to 1 %. */
  readonly nsPerPacket: (point: SweepPoint, arm: number) => number;
}

const BLOCKS = 8;

/** A sweep, or one shard of it, as `sweep` would have saved it. */
export function buildSweep(plan: SweepPlan): SweepDocument {
  const { designs, points, nsPerPacket } = plan;
  const shard = plan.shard ?? { index: 1, of: 1 };
  const mine = shardPoints(points, shard);
  const runs = [...new Set(mine.map((point) => point.routes))].map((routes) => {
    const cells = mine
      .filter((point) => point.routes === routes)
      .map((point) => ({
        ...buildCell({
          designs,
          blocks: BLOCKS,
          nsPerPacket: (arm, block) => nsPerPacket(point, arm) * (1 + ((block * 7) % 5) / 500),
        }),
        workload: point.workload,
      }));
    const document = buildResult(...cells);
    const count = Number(routes.replace("k", "000"));
    return { routes, document: { ...document, table: { ...document.table, routes: count } } };
  });
  return {
    schema: "dstbench-sweep",
    version: 1,
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version: "0.1.0" },
    createdAt: "2026-01-02T03:04:05Z",
    command: "dstbench sweep",
    designs: [...designs],
    points: points.map((point) => ({ ...point })),
    shards: [{ ...shard }],
    runs,
    notes: [],
  };
}
