/**
 * What a reader must know beside a cell's figures: one sentence for each condition that was seen,
 * from the windows and the cell's facts, never from the size of a difference.
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import type { ArmFigures, PairedRatio } from "./analysis.js";

/** Below this share of common time the total rate is noticeably less than the sum of the CPUs. */
const OVERLAP_SHARE_MIN = 0.8;

/** A design is timed only after the judge has seen at least this many of its packets. */
const JUDGED_PACKETS_MIN = 10_000;

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Facts of the cell that hold for all its designs. */
function cellConditions(cell: Cell): string[] {
  const flags: string[] = [];
  if (cell.oversubscribed) {
    const where = `${plural(cell.cpus, "CPU")} on ${plural(cell.cores, "core")}`;
    flags.push(`${where}: CPUs take turns, so times hold waiting as well`);
  }
  if (cell.pinned === false) flags.push("CPUs were not pinned to cores");
  if (cell.pinned === null) flags.push("whether CPUs were pinned to cores is not known");
  const redone = cell.windows.filter((window) => window.retried === true).length;
  if (redone > 0)
    flags.push(`${plural(redone, "window")} measured again; the first attempts count nowhere`);
  return flags;
}

function overlapConditions(
  cell: Cell,
  figures: ArmFigures,
  windows: readonly CellWindow[],
): string[] {
  if (cell.cpus === 1) return [];
  const apart = windows.filter(
    (window) => Math.min(...window.endNs) <= Math.max(...window.startNs),
  ).length;
  if (apart > 0) {
    return [`in ${apart} of ${plural(windows.length, "window")} the CPUs do not overlap in time`];
  }
  if (figures.overlap.median >= OVERLAP_SHARE_MIN) return [];
  const percent = Math.round(figures.overlap.median * 100);
  return [`all CPUs run at once in ${percent} % of a window only, which lowers the total rate`];
}

/** Conditions of one design, each without its name. */
function armConditions(cell: Cell, arm: number, figures: ArmFigures): string[] {
  const windows = cell.windows.filter((window) => window.arm === arm && window.retried !== true);
  const flags = overlapConditions(cell, figures, windows);
  const all = plural(windows.length, "window");
  const timed = windows.filter((window) => window.timersRun > 0);
  if (timed.length > 0) {
    const runs = timed.reduce((sum, window) => sum + window.timersRun, 0);
    const what = `timers and deferred work ran in ${timed.length} of ${all} (${runs} in all)`;
    flags.push(`${what}; a median leaves most of such rare cost out`);
  }
  const growths = windows
    .map((window) => window.rcuBacklogAfter - window.rcuBacklogBefore)
    .filter((growth) => growth > 0);
  if (growths.length > 0) {
    const most = plural(Math.max(...growths), "callback");
    flags.push(`the RCU backlog grew in ${growths.length} of ${all}, by ${most} at most`);
  }
  const judged = cell.arms[arm]?.judge.packets ?? 0;
  if (judged < JUDGED_PACKETS_MIN) {
    flags.push(`judged on ${plural(judged, "packet")} only; the rule is ${JUDGED_PACKETS_MIN}`);
  }
  if (cell.arms[arm]?.counted === null) flags.push("costs per packet were not counted");
  return flags;
}

/** Pairs that have fewer blocks than the cell, or too few for an interval. */
function pairConditions(cell: Cell, ratios: readonly PairedRatio[]): string[] {
  const flags: string[] = [];
  const few = ratios.filter((ratio) => ratio.low === null);
  if (few.length > 0) {
    const names = few.map((ratio) => ratio.design).join(", ");
    const most = plural(Math.max(...few.map((ratio) => ratio.blocks)), "block");
    flags.push(`${names}: ${most} at most, too few for an interval`);
  }
  const blocks = new Set(cell.windows.map((window) => window.block)).size;
  for (const { design, blocks: paired } of ratios) {
    const missing = blocks - paired;
    if (missing > 0) flags.push(`${design}: ${missing} of ${plural(blocks, "block")} lack a pair`);
  }
  return flags;
}

/** The flags of a cell, one sentence each; those of one design begin with its name. */
export function cellFlags(
  cell: Cell,
  perArm: readonly ArmFigures[],
  ratios: readonly PairedRatio[],
): string[] {
  const flags = cellConditions(cell);
  for (const [arm, figures] of perArm.entries()) {
    for (const text of armConditions(cell, arm, figures)) flags.push(`${figures.design}: ${text}`);
  }
  return [...flags, ...pairConditions(cell, ratios)];
}
