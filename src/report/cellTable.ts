/**
 * The table of a cell: first what was timed, then what was counted. One table where the width
 * allows all columns, else several with the design in front of each. No lines are drawn.
 */
import Table from "cli-table3";
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
import { verdictMark } from "./verdictMark.js";

/** Stands where a figure does not exist; 0 is a figure. */
const NONE = "–";

/** A column: its head, and its cells from the first design to the last. */
interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly right: boolean;
}

function ratioText(ratio: PairedRatio | undefined): string {
  if (ratio === undefined) return "1";
  const text = formatRatio(ratio.ratio, ratio.low, ratio.high);
  return text.interval === null ? text.ratio : `${text.ratio} ${text.interval}`;
}

function timedColumns(analysis: CellAnalysis): Column[] {
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
function deferredColumn(arms: readonly ArmFigures[]): Column[] {
  if (arms.every((arm) => arm.deferredNsPerPacket === 0)) return [];
  const cells = arms.map(({ deferredNsPerPacket: ns }) => {
    return `${ns < 0 ? "−" : "+"}${formatPerPacket(Math.abs(ns))}`;
  });
  return [{ head: "+ deferred", cells, right: true }];
}

function countedColumns(arms: readonly CellArm[]): Column[] {
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

/** Characters a table of these columns takes: contents, and two between neighbours. */
function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => {
    return sum + Math.max(column.head.length, ...column.cells.map((cell) => cell.length)) + 2;
  }, -2);
}

function draw(columns: readonly Column[], paint: Paint): string {
  const table = new Table({
    head: columns.map((column) => column.head),
    colAligns: columns.map((column) => (column.right ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
  });
  const rows = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < rows; row++) table.push(columns.map((column) => column.cells[row] ?? ""));
  const [head = "", ...body] = table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
  return [paint.dim(head), ...body.map((line) => paint.verdict(line))].join("\n");
}

/** Columns in as few tables as the width allows; each begins with the names. */
function packed(names: Column, columns: readonly Column[], width: number): Column[][] {
  const tables: Column[][] = [];
  let table = [names];
  for (const column of columns) {
    if (table.length > 1 && widthOf([...table, column]) > width) {
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
  const names: Column = {
    head: "design",
    cells: analysis.perArm.map((arm) => arm.design),
    right: false,
  };
  const timed = timedColumns(analysis);
  const counted = countedColumns(cell.arms);
  const whole = [...timed, ...counted];
  // Where all does not fit, time and cost are kept apart: a table is about one or the other.
  const tables =
    widthOf([names, ...whole]) <= width
      ? [[names, ...whole]]
      : [...packed(names, timed, width), ...packed(names, counted, width)];
  return tables.map((table) => draw(table, paint)).join("\n\n");
}
