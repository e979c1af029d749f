/**
 * A result document as text for a terminal. For each cell: the sentence, the cell's notes, the
 * table, how the ratios are to be read, and what to keep in mind; then how workloads scale that
 * were measured on several numbers of CPUs; at the end what this is.
 */
import { acrossCells, FALSE_DISCOVERY_SHARE } from "../measure/acrossCells.js";
import { analyseCell } from "../measure/analyse.js";
import type { AnalyseCell, CellAnalysis, CellFailure } from "../measure/analysis.js";
import { pingPongOf } from "../measure/pingPongClass.js";
import { analyseScaling } from "../measure/scaling.js";
import type { WarmUpClass } from "../measure/warmUpClass.js";
import type { Cell } from "../result/cellSchema.js";
import type { ResultDocument, ResultPlan } from "../result/resultDocument.js";
import { cacheLines } from "./cacheLines.js";
import { cellName, cellSentence } from "./cellSentence.js";
import { cellTable } from "./cellTable.js";
import { formatBytes, formatCount, formatPercent, formatRatio } from "./numbers.js";
import { createPaint, type Paint } from "./paint.js";
import { pingPongText } from "./pingPongText.js";
import { scalingText } from "./scalingReport.js";
import { separationLines } from "./separation.js";

/** How a terminal report looks. */
export interface TerminalReportOptions {
  /** Whether to use colour; {@link isColourWanted} knows what the environment asks for. */
  readonly colour: boolean;
  /** Characters a line of a table may have. */
  readonly width: number;
  /** What turns windows into figures. @default analyseCell */
  readonly analyse?: AnalyseCell;
}

/** Breaks text between words at `width` characters; later lines are indented by two. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const indent = lines.length === 0 ? "" : "  ";
    if (line === "") line = indent + word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line].join("\n");
}

function headText(document: ResultDocument): string[] {
  const { tool, createdAt, seed, command, table, environment } = document;
  const routes = `${formatCount(table.routes)} routes, ${formatCount(table.nexthops)} next hops`;
  const memory = formatBytes(environment.memoryBytes);
  const cores = `${environment.cores} core${environment.cores === 1 ? "" : "s"}`;
  const machine = `${environment.cpuModel ?? "unknown CPU"}, ${cores}, ${memory}`;
  return [
    `${tool.name} ${tool.version}, ${createdAt}, seed ${seed}: ${command}`,
    `table: ${table.name}, ${routes} (${table.source}; ${table.licence})`,
    `machine: ${machine}, ${environment.platform}, Node ${environment.node}, V8 ${environment.v8}`,
    planText(document),
  ];
}

/** What the ratios and intervals are: without it the numbers claim more than they know. */
function readingText(cell: Cell, analysis: CellAnalysis): string {
  const ratio = analysis.ratios[0];
  const windows = analysis.perArm[0]?.windows ?? 0;
  const packets = formatCount(cell.windowPackets);
  const timed = `windows of ${packets} packets per CPU, ${windows} a design`;
  const found = pingPongOf(cell);
  const ping = found === null ? "" : ` Ping-pong: ${pingPongText(found)}.`;
  if (ratio === undefined) return `Times: ${timed}, ${analysis.scope}.${ping}`;
  const confidence = formatPercent(analysis.confidence);
  const blocks = `${ratio.blocks} block${ratio.blocks === 1 ? "" : "s"}`;
  const pairs =
    ratio.processes > 1
      ? `one estimate from each of ${ratio.processes} processes, ${blocks} in all`
      : `paired over ${blocks}`;
  const intervals = `${confidence} intervals, all of the cell together, ${analysis.scope}`;
  return `Ratios: ${pairs}; ${intervals}; ${timed}.${ping}`;
}

/** Beside joint intervals, those of the lines on table and cache. */
const OWN_INTERVALS = "What the table and the cache did: intervals of each pair by itself.";

/** What the run shows where there is nothing to show. */
function noiseText({ noiseFloor }: CellAnalysis): string[] {
  if (noiseFloor === null) return [];
  const { ratio, interval } = formatRatio(noiseFloor.ratio, noiseFloor.low, noiseFloor.high);
  const bounds = interval ?? "(no interval)";
  return [`Noise floor: the first design against its placebo: ${ratio} times ${bounds}.`];
}

/** What the words of the column "state" mean, of those that ask for a reader's care. */
const STATE_TEXTS: Readonly<Partial<Record<WarmUpClass, string>>> = {
  growing: "a packet took longer from part to part of the windows",
  drifting: "parts of the windows differ by more than 5 %, not one way",
  "no steady state": "it drifts, and had not settled before the first block either",
  unknown: "too few windows to tell",
};

function stateText({ perArm }: CellAnalysis): string[] {
  const found = new Set(perArm.map(({ warmUp }) => warmUp));
  const texts = Object.entries(STATE_TEXTS).flatMap(([state, text]) =>
    found.has(state as WarmUpClass) ? [`${state}: ${text}`] : [],
  );
  return texts.length === 0 ? [] : [`State, ${texts.join("; ")}.`];
}

function cellText(
  cell: Cell,
  analysis: CellAnalysis | CellFailure,
  options: TerminalReportOptions,
  paint: Paint,
): string {
  // Left in one piece, however long: it is the line that people search for and quote.
  const sentence = cellSentence(cell, analysis);
  const notes = cell.notes.map((note) => wrapped(`note: ${note}`, options.width));
  if (analysis.kind === "failed") return [paint.error(sentence), ...notes].join("\n");
  const analyse = options.analyse ?? analyseCell;
  const separated = separationLines(cell, (pair) => analyse(pair, analysis.marginShare));
  const own = separated.length === 0 ? [] : [OWN_INTERVALS];
  const caches = cacheLines(cell).map((line) => wrapped(line, options.width));
  const flags = analysis.flags.map((flag) => paint.warning(wrapped(`! ${flag}`, options.width)));
  return [
    paint.strong(sentence),
    ...separated,
    ...notes,
    "",
    cellTable(cell, analysis, options.width, paint),
    "",
    ...caches,
    ...[readingText(cell, analysis), ...own, ...noiseText(analysis), ...stateText(analysis)].map(
      (text) => paint.dim(wrapped(text, options.width)),
    ),
    ...flags,
  ].join("\n");
}

const STOPPED: Record<NonNullable<ResultPlan["stoppedBy"]>, string> = {
  width: "stopped because all intervals are narrow enough",
  budget: "stopped by the budget",
  processes: "as many as were asked for",
  signal: "ended by a signal",
  failure: "ended by a failure",
};

/** How the run was measured, in a line. */
function planText({ plan, processes }: ResultDocument): string {
  const count = `${processes.length} process${processes.length === 1 ? "" : "es"}`;
  const margin = `margin ${formatPercent(plan.marginShare)}`;
  if (plan.mode === "quick") {
    const missing = "what differs between processes is not in the intervals";
    return `measured: quick, ${count}: ${missing}; ${margin}`;
  }
  const ended = plan.stoppedBy === null ? "not over" : STOPPED[plan.stoppedBy];
  const width = `intervals to ±${formatPercent(plan.halfWidthShare)} wanted`;
  return `measured: ${count}, ${ended}; ${width}, ${margin}`;
}

/** What of all cells' claims stands together, where there are several cells. */
function acrossText(
  document: ResultDocument,
  analyses: readonly (CellAnalysis | null)[],
): string[] {
  const { comparisons, standing, falling } = acrossCells(analyses);
  if (document.cells.length < 2 || comparisons === 0) return [];
  const share = formatPercent(FALSE_DISCOVERY_SHARE);
  const claims = `${standing.length} of ${standing.length + falling.length} claims`;
  const which = falling.map(({ cell, design }) => {
    const one = document.cells[cell];
    return `${design} on ${one === undefined ? cell : cellName(one)}`;
  });
  const fell = which.length === 0 ? "" : `; those that do not: ${which.join("; ")}`;
  const all = `all ${comparisons} comparisons of the cells taken together`;
  return [`Across cells: ${claims} stand with ${all} (Benjamini–Hochberg, ${share})${fell}.`];
}

/** The report of a result document for a terminal, with a line feed at its end. */
export function terminalReport(document: ResultDocument, options: TerminalReportOptions): string {
  const paint = createPaint(options.colour);
  const errors = document.errors.map((error) =>
    paint.error(wrapped(`not valid: ${error}`, options.width)),
  );
  const notes = document.notes.map((note) => wrapped(`note: ${note}`, options.width));
  const analyse = options.analyse ?? analyseCell;
  const analyses = document.cells.map((cell) => analyse(cell, document.plan.marginShare));
  const cells = document.cells.map((cell, i) => {
    const analysis = analyses[i] ?? { kind: "failed", reason: "it was not analysed" };
    return cellText(cell, analysis, options, paint);
  });
  const across = acrossText(
    document,
    analyses.map((analysis) => (analysis.kind === "failed" ? null : analysis)),
  );
  const scaling = analyseScaling(document.cells, analyses).map((one) =>
    scalingText(one, paint, (text) => wrapped(text, options.width)),
  );
  const parts = [
    headText(document)
      .map((line) => paint.dim(wrapped(line, options.width)))
      .join("\n"),
    ...(errors.length === 0 ? [] : [errors.join("\n")]),
    ...(cells.length === 0 ? [paint.error("no result: no cell was measured.")] : cells),
    ...scaling,
    ...across.map((line) => wrapped(line, options.width)),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
    paint.dim(wrapped(`What this is: ${document.disclaimer}.`, options.width)),
  ];
  return `${parts.join("\n\n")}\n`;
}
