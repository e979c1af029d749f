/**
 * Columns of text as a table without lines: what every report for a terminal draws its tables with.
 */
import Table from "cli-table3";
import type { Paint } from "./paint.js";

/** A column: its head, and its cells from the first design to the last. */
export interface TableColumn {
  readonly head: string;
  readonly cells: readonly string[];
  readonly right: boolean;
}

/** Characters a table of these columns takes: contents, and two between neighbours. */
export function tableWidth(columns: readonly TableColumn[]): number {
  return columns.reduce((sum, column) => {
    return sum + Math.max(column.head.length, ...column.cells.map((cell) => cell.length)) + 2;
  }, -2);
}

/** The table as text, its head dim and verdicts coloured; no line feed at the end. */
export function drawTable(columns: readonly TableColumn[], paint: Paint): string {
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
