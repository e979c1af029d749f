/**
 * The figures of a sweep as rows: one for each point, number of CPUs and design. What the terminal
 * table and the CSV file print comes from here.
 */
import { analyseCell } from "../measure/analyse.js";
import type { AnalyseCell } from "../measure/analysis.js";
import { cacheFigures } from "../measure/equilibrium.js";
import type { Cell, CellArm } from "../result/cellSchema.js";
import { measuredPoints, type SweepDocument } from "../result/sweepDocument.js";
import { workloadParameter } from "../workloads/workload.js";

/** One design at one point. Times in ns; null: there is no such figure. */
export interface SweepRow {
  readonly routes: string;
  /** Routes that the table really had. */
  readonly routeCount: number;
  readonly workload: string;
  /** The workload's name without its parameter, and the parameter. */
  readonly base: string;
  readonly parameter: number | null;
  readonly cpus: number;
  readonly design: string;
  readonly nsPerPacket: number | null;
  readonly p10: number | null;
  /** Time over the first design's; the first has 1. */
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: string;
  readonly hits: number | null;
  readonly lookups: number | null;
  readonly entries: number;
  /** Why there are no figures, or an empty text. */
  readonly failure: string;
}

/** What a run, its routes and a cell of it are. */
interface Place {
  readonly routes: string;
  readonly routeCount: number;
  readonly cell: Cell;
}

/** Hits per packet: of the windows themselves where a cache of flows tells, else as counted. */
function hitsOf(arm: CellArm): number | null {
  const measured = arm.cache === undefined ? null : cacheFigures(arm.cache);
  return measured?.hits ?? arm.counted?.perPacket.hits ?? null;
}

function rowsOfCell({ routes, routeCount, cell }: Place, analyse: AnalyseCell): SweepRow[] {
  const analysis = analyse(cell);
  const parameter = workloadParameter(cell.workload);
  return cell.arms.map((arm, i): SweepRow => {
    const common = {
      routes,
      routeCount,
      workload: cell.workload,
      base: parameter?.base ?? cell.workload,
      parameter: parameter?.value ?? null,
      cpus: cell.cpus,
      design: arm.design,
      hits: hitsOf(arm),
      lookups: arm.counted?.perPacket.lookups ?? null,
      entries: arm.entries,
    };
    const none = { nsPerPacket: null, p10: null, ratio: null, low: null, high: null };
    if (analysis.kind === "failed") {
      return { ...common, ...none, verdict: "", failure: analysis.reason };
    }
    const ns = analysis.perArm[i]?.nsPerPacketPerCpu;
    const times = { nsPerPacket: ns?.median ?? null, p10: ns?.p10 ?? null, failure: "" };
    if (i === 0) return { ...common, ...times, ratio: 1, low: null, high: null, verdict: "first" };
    const pair = analysis.ratios[i - 1];
    const ratio = { ratio: pair?.ratio ?? null, low: pair?.low ?? null, high: pair?.high ?? null };
    return { ...common, ...times, ...ratio, verdict: pair?.verdict ?? "" };
  });
}

/** All rows of a sweep, in the order of its points. */
export function sweepRows(sweep: SweepDocument, analyse: AnalyseCell = analyseCell): SweepRow[] {
  return measuredPoints(sweep).flatMap(({ workload, runs }) =>
    runs.flatMap(({ routes, document }) =>
      document.cells
        .filter((cell) => cell.workload === workload)
        .flatMap((cell) =>
          rowsOfCell({ routes, routeCount: document.table.routes, cell }, analyse),
        ),
    ),
  );
}
