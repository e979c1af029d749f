/**
 * The table of a cell: first what was timed, then what was counted. One table where the width
 * allows all columns, else several with the design in front of each. No lines are drawn.
 */
import type { ArmFigures, CellAnalysis, PairedRatio } from "../measure/analysis.js";
import type { Cell, CellArm } from "../result/cellSchema.js";
import {
  formatBytes,
  formatCount,
  formatPerPacket,
  formatRatio,
  formatSignificant,
} from "./numbers.js";
import type { Paint } from "./paint.js";
import { drawTable, type TableColumn, tableWidth } from "./tableText.js";
import { verdictMark } from "./verdictMark.js";

/** Stands where a figure does not exist; 0 is a figure. */
const NONE = "–";

function ratioText(ratio: PairedRatio | undefined): string {
  if (ratio === undefined) return "1";
  const text = formatRatio(ratio.ratio, ratio.low, ratio.high);
  return text.interval === null ? text.ratio : `${text.ratio} ${text.interval}`;
}

function timedColumns(analysis: CellAnalysis): TableColumn[] {
  const arms = analysis.perArm;
  // The first design has no ratio; all others stand in the order of the arms.
  const ratios = arms.map((_, index) => analysis.ratios[index - 1]);
  return [
    {
      head: "ns/packet [p10]",
      cells: arms.map(({ nsPerPacketPerCpu: ns }) => {
        return `${formatSignificant(ns.median)} [${formatSignificant(ns.p10)}]`;
      }),
      right: true,
    },
    ...deferredColumn(arms),
    { head: "Mpps/CPU", cells: arms.map((arm) => formatSignificant(arm.mppsPerCpu)), right: true },
    { head: "Mpps total", cells: arms.map((arm) => formatSignificant(arm.mppsTotal)), right: true },
    { head: "time ratio to first", cells: ratios.map(ratioText), right: true },
    {
      head: "verdict",
      cells: ratios.map((ratio) => (ratio === undefined ? "first" : verdictMark(ratio.verdict))),
      right: false,
    },
    { head: "state", cells: arms.map((arm) => arm.warmUp), right: false },
  ];
}

/** The second part of a time per packet, where some design of the cell has one. */
function deferredColumn(arms: readonly ArmFigures[]): TableColumn[] {
  if (arms.every((arm) => arm.deferredNsPerPacket === 0)) return [];
  const cells = arms.map(({ deferredNsPerPacket: ns }) => {
    return `${ns < 0 ? "−" : "+"}${formatPerPacket(Math.abs(ns))}`;
  });
  return [{ head: "+ deferred", cells, right: true }];
}

function countedColumns(arms: readonly CellArm[]): TableColumn[] {
  const perPacket = (
    head: string,
    of: (costs: NonNullable<CellArm["counted"]>["perPacket"]) => number,
  ) => ({
    head,
    cells: arms.map((arm) =>
      arm.counted === null ? NONE : formatPerPacket(of(arm.counted.perPacket)),
    ),
    right: true,
  });
  return [
    perPacket("hits/packet", (costs) => costs.hits),
    perPacket("allocs/packet", (costs) => costs.allocations),
    perPacket("lookups/packet", (costs) => costs.lookups),
    perPacket(
      "atomics/packet",
      (costs) => costs.atomicStores + costs.atomicRmw + costs.atomicCmpxchg,
    ),
    perPacket("atomic loads", (costs) => costs.atomicLoads),
    { head: "entries", cells: arms.map((arm) => formatCount(arm.entries)), right: true },
    {
      head: "slab memory",
      cells: arms.map((arm) => formatBytes(arm.memory.slabBytes)),
      right: true,
    },
  ];
}

/** Columns in as few tables as the width allows; each begins with the names. */
function packed(
  names: TableColumn,
  columns: readonly TableColumn[],
  width: number,
): TableColumn[][] {
  const tables: TableColumn[][] = [];
  let table = [names];
  for (const column of columns) {
    if (table.length > 1 && tableWidth([...table, column]) > width) {
      tables.push(table);
      table = [names];
    }
    table.push(column);
  }
  return [...tables, table];
}

/**
 * The figures of a cell as text of one table or more, without a line feed at the end.
 * @param width characters a line may have; a single column that is wider than that stays so
 */
export function cellTable(cell: Cell, analysis: CellAnalysis, width: number, paint: Paint): string {
  const names: TableColumn = {
    head: "design",
    cells: analysis.perArm.map((arm) => arm.design),
    right: false,
  };
  const timed = timedColumns(analysis);
  const counted = countedColumns(cell.arms);
  const whole = [...timed, ...counted];
  // Where all does not fit, time and cost are kept apart: a table is about one or the other.
  const tables =
    tableWidth([names, ...whole]) <= width
      ? [[names, ...whole]]
      : [...packed(names, timed, width), ...packed(names, counted, width)];
  return tables.map((table) => drawTable(table, paint)).join("\n\n");
}
