/**
 * A sweep for a terminal: for each series (what varies along one axis, all else equal) a table with
 * a line for each point, then for each design a sentence about where it crosses the first one.
 */
import { type Crossing, findCrossing } from "../measure/crossing.js";
import type { Verdict } from "../measure/statisticsVerdict.js";
import { type SweepDocument, sweepNotes } from "../result/sweepDocument.js";
import { formatCount, formatPerPacket, formatRatio, formatSignificant } from "./numbers.js";
import { createPaint, type Paint } from "./paint.js";
import { type SweepRow, sweepRows } from "./sweepRows.js";
import { drawTable, type TableColumn } from "./tableText.js";
import { verdictMark } from "./verdictMark.js";

/** Rows that differ in one axis only: the parameter of a workload, or the size of the table. */
interface Series {
  readonly title: string;
  /** What the axis is called, and a row's place on it. */
  readonly axis: string;
  readonly xOf: (row: SweepRow) => number;
  readonly rows: readonly SweepRow[];
}

const NONE = "–";

/** What a sweep along a workload's parameter goes along, in words. */
const AXES: Readonly<Record<string, string>> = {
  "internet-mix": "exponent",
  "hit-share": "share of hits",
  flows: "number of flows",
};
const ROUTES_AXIS = "number of routes";

function groupBy(rows: readonly SweepRow[], keyOf: (row: SweepRow) => string): SweepRow[][] {
  const groups = new Map<string, SweepRow[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups.values()];
}

function cpusText(cpus: number): string {
  return `${cpus} CPU${cpus === 1 ? "" : "s"}`;
}

/** Series along a parameter where it varies, else along the size of the table. */
function seriesOf(rows: readonly SweepRow[]): Series[] {
  return groupBy(rows, (row) => `${row.base} ${row.cpus}`).flatMap((group): Series[] => {
    const [first] = group;
    if (first === undefined) return [];
    const parameters = new Set(group.map((row) => row.parameter));
    if (parameters.size > 1) {
      return groupBy(group, (row) => row.routes).map((table) => ({
        title: `${first.base}, ${table[0]?.routeCount} routes, ${cpusText(first.cpus)}`,
        axis: AXES[first.base] ?? first.base,
        xOf: (row) => row.parameter ?? 0,
        rows: table,
      }));
    }
    const title = `${first.workload}, ${cpusText(first.cpus)}`;
    return [{ title, axis: ROUTES_AXIS, xOf: (row) => row.routeCount, rows: group }];
  });
}

function ratioText(row: SweepRow): string {
  if (row.ratio === null) return NONE;
  const { ratio, interval } = formatRatio(row.ratio, row.low, row.high);
  return interval === null ? ratio : `${ratio} ${interval}`;
}

function axisText(x: number): string {
  return Number.isInteger(x) && x >= 1_000 ? formatCount(x) : String(x);
}

/** One line for each point: times of all designs, then ratio and verdict of each but the first. */
function columnsOf(series: Series, designs: readonly string[]): TableColumn[] {
  const points = groupBy(series.rows, (row) => String(series.xOf(row)));
  const at = (point: readonly SweepRow[], design: string) =>
    point.find((row) => row.design === design);
  const column = (head: string, of: (point: readonly SweepRow[]) => string, right = true) => ({
    head,
    cells: points.map(of),
    right,
  });
  const ns = (row: SweepRow | undefined): string =>
    row === undefined || row.nsPerPacket === null ? NONE : formatSignificant(row.nsPerPacket);
  const hits = (row: SweepRow | undefined): string =>
    row === undefined || row.hits === null ? NONE : formatPerPacket(row.hits);
  return [
    column(series.axis, ([row]) => (row === undefined ? NONE : axisText(series.xOf(row)))),
    ...designs.map((design) => column(`${design} ns`, (point) => ns(at(point, design)))),
    ...designs.slice(0, 1).map((d) => column("hits/packet", (point) => hits(at(point, d)))),
    ...designs.slice(1).flatMap((design) => [
      column(`${design} ratio`, (point) => {
        const row = at(point, design);
        return row === undefined ? NONE : ratioText(row);
      }),
      column(
        "verdict",
        (point) => {
          const verdict = at(point, design)?.verdict ?? "";
          return verdict === "" ? NONE : verdictMark(verdict as Verdict);
        },
        false,
      ),
    ]),
  ];
}

/** `0.42 [0.37, 0.48]`; a bound that the sweep does not reach is told as such. */
function placeText(crossing: Crossing & { kind: "crossing" }): string {
  const place = (x: number): string =>
    Math.abs(x) >= 1_000 ? formatCount(x) : String(Number(x.toPrecision(3)));
  const [low, high] = [crossing.low, crossing.high];
  const from = low === null ? "below the sweep" : place(low);
  const to = high === null ? "above the sweep" : place(high);
  return `${place(crossing.at)} [${from}, ${to}]`;
}

/** The sentence about one design along one series. */
export function crossingSentence(
  design: string,
  first: string,
  axis: string,
  crossing: Crossing,
): string {
  if (crossing.kind === "crossing") {
    const often = crossing.passes === 1 ? "" : `, the first of ${crossing.passes} places`;
    return `${design} takes as long as ${first} at ${axis} ${placeText(crossing)}${often}.`;
  }
  const words = {
    above: `${design} takes longer than ${first}, or no difference is shown`,
    below: `${design} takes less time than ${first}, or no difference is shown`,
    unclear: `no difference between ${design} and ${first} is shown`,
  };
  return `No crossing: ${words[crossing.side]}, at every ${axis} that was measured.`;
}

function seriesText(series: Series, designs: readonly string[], paint: Paint): string {
  const sentences = designs.slice(1).flatMap((design) => {
    const points = series.rows
      .filter((row) => row.design === design)
      .flatMap((row) => {
        const { ratio, low, high } = row;
        return ratio === null ? [] : [{ x: series.xOf(row), ratio, low, high }];
      });
    if (points.length < 2) return [];
    return [crossingSentence(design, designs[0] ?? "", series.axis, findCrossing(points))];
  });
  const failures = series.rows.flatMap((row) =>
    row.failure === "" ? [] : [`! ${row.workload}, ${row.routes} routes: ${row.failure}`],
  );
  return [
    paint.strong(series.title),
    drawTable(columnsOf(series, designs), paint),
    ...[...new Set(failures)].map((line) => paint.warning(line)),
    ...sentences,
  ].join("\n");
}

/** The report of a sweep, with a line feed at its end. */
export function sweepReport(sweep: SweepDocument, options: { readonly colour: boolean }): string {
  const paint = createPaint(options.colour);
  const rows = sweepRows(sweep);
  const errors = sweep.runs.flatMap(({ routes, document }) =>
    document.errors.map((error) => paint.error(`not valid: ${routes} routes: ${error}`)),
  );
  const head = `${sweep.tool.name} ${sweep.tool.version}, ${sweep.createdAt}: ${sweep.command}`;
  const series = seriesOf(rows).map((one) => seriesText(one, sweep.designs, paint));
  const parts = [
    paint.dim(head),
    ...(errors.length === 0 ? [] : [errors.join("\n")]),
    ...(series.length === 0 ? [paint.error("no result: no cell was measured.")] : series),
    ...sweepNotes(sweep).map((note) => `note: ${note}`),
    paint.dim(
      "ns: median time of a packet on one CPU. Ratios: 95 % intervals of each point by itself; a\n" +
        "crossing lies on straight lines between the points.",
    ),
    paint.dim(`What this is: ${sweep.disclaimer}.`),
  ];
  return `${parts.join("\n\n")}\n`;
}
