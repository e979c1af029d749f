/**
 * A sweep: the cells of a grid of routing tables and workloads, one comparison for each table. All
 * workloads of a table share its comparison, so its routes are loaded once.
 */
import type { RoutingTable } from "../inputs/routingTable.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import type { ResultDocument } from "../result/resultDocument.js";
import { SWEEP_SCHEMA, SWEEP_VERSION, type SweepDocument } from "../result/sweepDocument.js";
import { type Shard, type SweepPoint, shardPoints } from "../workloads/sweepPoints.js";
import { type CompareOptions, compare } from "./compare.js";

/** What to sweep: a comparison without its table and workloads, and the grid. */
export interface SweepOptions {
  readonly compare: Omit<CompareOptions, "table" | "workloads">;
  readonly points: readonly SweepPoint[];
  readonly shard: Shard;
  /** The table that `--routes` names. */
  readonly loadTable: (routes: string) => RoutingTable;
}

/** Measures one comparison; another one takes its place in tests. */
export type CompareTable = (options: CompareOptions) => Promise<ResultDocument>;

/**
 * Runs the shard's comparisons, one after the other, until the user asks to stop; the document grows
 * in `onPartial`'s hands. Fails as `compare` does.
 */
export async function sweep(
  options: SweepOptions,
  onPartial: (document: SweepDocument) => void = () => {},
  compareTable: CompareTable = compare,
): Promise<SweepDocument> {
  const { compare: common, points, shard } = options;
  const document: SweepDocument = {
    schema: SWEEP_SCHEMA,
    version: SWEEP_VERSION,
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version: common.version },
    createdAt: new Date().toISOString(),
    command: common.command,
    designs: [...common.designs],
    points: points.map((point) => ({ ...point })),
    shards: [{ ...shard }],
    runs: [],
    notes: [],
  };
  onPartial(document);
  const mine = shardPoints(points, shard);
  for (const routes of new Set(mine.map((point) => point.routes))) {
    if (common.stopped()) break;
    const workloads = mine.filter((p) => p.routes === routes).map((p) => p.workload);
    common.say(`table ${routes}: ${workloads.length} workloads`);
    const run = await compareTable({ ...common, workloads, table: options.loadTable(routes) });
    document.runs.push({ routes, document: run });
  }
  return document;
}
