/**
 * A result document as text for a terminal. For each cell: the sentence, the cell's notes, the
 * table, how the ratios are to be read, and what to keep in mind; at the end what this is.
 */
import { analyseCell } from "../measure/analyse.js";
import type { AnalyseCell, CellAnalysis } from "../measure/analysis.js";
import type { Cell } from "../result/cellSchema.js";
import type { ResultDocument } from "../result/resultDocument.js";
import { cacheLines } from "./cacheLines.js";
import { cellSentence } from "./cellSentence.js";
import { cellTable } from "./cellTable.js";
import { formatBytes, formatCount, formatPercent, formatSignificant } from "./numbers.js";
import { createPaint, type Paint } from "./paint.js";
import { separationLines } from "./separation.js";

/** How a terminal report looks. */
export interface TerminalReportOptions {
  /** Whether to use colour; {@link isColourWanted} knows what the environment asks for. */
  readonly colour: boolean;
  /** Characters a line of a table may have. */
  readonly width: number;
  /** What turns windows into figures. @default analyseCell, within one process */
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
  ];
}

/** What the ratios and intervals are: without it the numbers claim more than they know. */
function readingText(cell: Cell, analysis: CellAnalysis): string {
  const ratio = analysis.ratios[0];
  const windows = analysis.perArm[0]?.windows ?? 0;
  const packets = formatCount(cell.windowPackets);
  const timed = `windows of ${packets} packets per CPU, ${windows} a design`;
  if (ratio === undefined) return `Times: ${timed}, ${analysis.scope}.`;
  const confidence = formatPercent(analysis.confidence);
  const pairs = `paired over ${ratio.blocks} block${ratio.blocks === 1 ? "" : "s"}`;
  const intervals = `${confidence} intervals, each by itself`;
  const ping =
    cell.pingPongNs === null ? "" : ` Ping-pong: ${formatSignificant(cell.pingPongNs)} ns.`;
  return `Ratios: ${pairs}, ${intervals}, ${analysis.scope}; ${timed}.${ping}`;
}

function cellText(cell: Cell, options: TerminalReportOptions, paint: Paint): string {
  const analysis = (options.analyse ?? analyseCell)(cell);
  // Left in one piece, however long: it is the line that people search for and quote.
  const sentence = cellSentence(cell, analysis);
  const notes = cell.notes.map((note) => wrapped(`note: ${note}`, options.width));
  const separated = separationLines(cell, options.analyse ?? analyseCell);
  const caches = cacheLines(cell).map((line) => wrapped(line, options.width));
  if (analysis.kind === "failed") return [paint.error(sentence), ...notes].join("\n");
  const flags = analysis.flags.map((flag) => paint.warning(wrapped(`! ${flag}`, options.width)));
  return [
    paint.strong(sentence),
    ...separated,
    ...notes,
    "",
    cellTable(cell, analysis, options.width, paint),
    "",
    ...caches,
    paint.dim(wrapped(readingText(cell, analysis), options.width)),
    ...flags,
  ].join("\n");
}

/** The report of a result document for a terminal, with a line feed at its end. */
export function terminalReport(document: ResultDocument, options: TerminalReportOptions): string {
  const paint = createPaint(options.colour);
  const errors = document.errors.map((error) =>
    paint.error(wrapped(`not valid: ${error}`, options.width)),
  );
  const notes = document.notes.map((note) => wrapped(`note: ${note}`, options.width));
  const cells = document.cells.map((cell) => cellText(cell, options, paint));
  const parts = [
    headText(document)
      .map((line) => paint.dim(wrapped(line, options.width)))
      .join("\n"),
    ...(errors.length === 0 ? [] : [errors.join("\n")]),
    ...(cells.length === 0 ? [paint.error("no result: no cell was measured.")] : cells),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
    paint.dim(wrapped(`What this is: ${document.disclaimer}.`, options.width)),
  ];
  return `${parts.join("\n\n")}\n`;
}
