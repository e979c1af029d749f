/**
 * The plain sentence about a cell: what the first design does, then each other design by the words
 * that its verdict allows, no stronger.
 *
 *   slower, faster   takes 1.04 times [1.02, 1.06] as long
 *   tiny             the same, after: a difference that may be less than 2 %
 *   equivalent       takes as long, within 2 %: 1.00 times [0.99, 1.01]
 *   inconclusive     no difference is shown: 1.02 times [0.97, 1.07]
 */
import type { CellAnalysis, CellFailure, PairedRatio } from "../measure/analysis.js";
import type { Verdict } from "../measure/statisticsVerdict.js";
import type { Cell } from "../result/cellSchema.js";
import { formatPercent, formatRatio, formatSignificant } from "./numbers.js";

const VERBS: Record<Cell["path"], string> = {
  forward: "forwards",
  "local-receive": "delivers",
  "local-send": "sends",
};

/** `internet-mix, 2 CPUs`: how a cell is called everywhere. */
export function cellName(cell: Cell): string {
  return `${cell.workload}, ${cell.cpus} CPU${cell.cpus === 1 ? "" : "s"}`;
}

/** `1.04 times [1.02, 1.06]`, or without the interval, and saying so, where there is none. */
function timesText(ratio: PairedRatio): string {
  const text = formatRatio(ratio.ratio, ratio.low, ratio.high);
  return `${text.ratio} times ${text.interval ?? "(no interval)"}`;
}

/** One clause for the designs of like verdicts; the first one carries the words for all. */
function clauseOf(ratios: readonly PairedRatio[], say: (ratio: PairedRatio) => string): string {
  return ratios
    .map((ratio, index) => (index === 0 ? say(ratio) : `${ratio.design} ${timesText(ratio)}`))
    .join(", ");
}

/** The cell in one line, without colour and without a line feed. */
export function cellSentence(cell: Cell, analysis: CellAnalysis | CellFailure): string {
  const name = cellName(cell);
  if (analysis.kind === "failed") return `${name}: no result: ${analysis.reason}.`;
  const first = analysis.perArm[0];
  if (first === undefined) return `${name}: no result: no design was measured.`;
  const ns = formatSignificant(first.nsPerPacketPerCpu.median);
  const mpps = formatSignificant(first.mppsTotal);
  const perCpu = cell.cpus === 1 ? "" : ` on each CPU, ${mpps} million packets a second in all`;
  const margin = formatPercent(analysis.marginShare);
  const pick = (...verdicts: Verdict[]): PairedRatio[] =>
    analysis.ratios.filter((ratio) => verdicts.includes(ratio.verdict));
  const takes = (ratio: PairedRatio) => `${ratio.design} takes ${timesText(ratio)} as long`;
  const clauses = [
    clauseOf(pick("slower", "faster"), takes),
    clauseOf(
      pick("tiny"),
      (ratio) => `a difference that may be less than ${margin}: ${takes(ratio)}`,
    ),
    clauseOf(
      pick("equivalent"),
      (ratio) => `${ratio.design} takes as long within ${margin}: ${timesText(ratio)}`,
    ),
    clauseOf(
      pick("inconclusive"),
      (ratio) => `no difference is shown for ${ratio.design}: ${timesText(ratio)}`,
    ),
  ].filter((clause) => clause !== "");
  const claim = `${first.design} ${VERBS[cell.path]} a packet in ${ns} ns${perCpu}`;
  return `${name}: ${[claim, ...clauses].join("; ")}.`;
}
