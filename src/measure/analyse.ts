/**
 * From the raw windows of a cell to its figures: pure, so that a result file alone gives them.
 *
 *   ns per packet of a CPU in a window    (endNs[c] − startNs[c]) / packets[c]
 *   Mpps of all CPUs in a window          1000 Σ packets / (max endNs − min startNs)
 *   y of a window                         ln((max endNs − min startNs) cpus / Σ packets)
 *   d of a block                          y of a design − y of the first one (medians in it)
 *   ratio                                 exp of the Hodges–Lehmann estimate of all d
 *   overlap of a window                   (min endNs − max startNs) / (max endNs − min startNs)
 *
 * This form has one process behind it: what differs from process to process (layout, placement) is
 * not in its intervals. {@link AnalyseCell} is the door for an analysis that knows processes.
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import { cellFlags } from "./analyseFlags.js";
import type { AnalyseCell, ArmFigures, PairedRatio } from "./analysis.js";
import { median, quantile } from "./statistics.js";
import { type BlockValue, pairedLogRatios } from "./statisticsBlocks.js";
import { estimateLocation } from "./statisticsHodgesLehmann.js";
import { MARGIN_SHARE, verdictOf } from "./statisticsVerdict.js";

/** Confidence of each interval, one pair at a time. */
const CONFIDENCE = 0.95;

/** Total time of a window in ns: from its first CPU's start to its last CPU's end. */
function spanNs(window: CellWindow): number {
  return Math.max(...window.endNs) - Math.min(...window.startNs);
}

function packetsOf(window: CellWindow): number {
  return window.packets.reduce((sum, packets) => sum + packets, 0);
}

function overlapOf(window: CellWindow): number {
  return (Math.min(...window.endNs) - Math.max(...window.startNs)) / spanNs(window);
}

/** Why no figure may be given, or null. A wrong image's speed is of no interest, whatever it is. */
function findFailure(cell: Cell, windowsByArm: readonly CellWindow[][]): string | null {
  if (cell.windows.length === 0) return "no window was measured";
  const firstBlocks = new Set(windowsByArm[0]?.map((window) => window.block));
  for (const [index, arm] of cell.arms.entries()) {
    const windows = windowsByArm[index] ?? [];
    if (windows.length === 0) return `${arm.design} has no window`;
    if (!windows.some((window) => firstBlocks.has(window.block))) {
      return `${arm.design} shares no block with ${cell.arms[0]?.design}`;
    }
    if (!arm.audit.ok) {
      const why = arm.audit.failures[0] ?? "no equation is named";
      return `${arm.design} failed its audit: ${why}`;
    }
    for (const window of windows) {
      const still = window.endNs.findIndex((endNs, cpu) => !(endNs > (window.startNs[cpu] ?? 0)));
      if (still >= 0) {
        return `${arm.design}: window ${window.sequence} took no time on CPU ${still}`;
      }
    }
  }
  return null;
}

function figuresOf(design: string, windows: readonly CellWindow[]): ArmFigures {
  const perCpu = windows.flatMap((window) =>
    window.packets.map(
      (packets, cpu) => ((window.endNs[cpu] ?? 0) - (window.startNs[cpu] ?? 0)) / packets,
    ),
  );
  const nsPerPacket = median(perCpu);
  const overlaps = windows.map(overlapOf);
  return {
    design,
    windows: windows.length,
    nsPerPacketPerCpu: { median: nsPerPacket, p10: quantile(perCpu, 0.1) },
    mppsPerCpu: 1000 / nsPerPacket,
    // The median of times, not of rates: so that one CPU's total is its own rate to the last digit.
    mppsTotal: 1000 / median(windows.map((window) => spanNs(window) / packetsOf(window))),
    overlap: { median: median(overlaps), least: Math.min(...overlaps) },
  };
}

function ratiosOf(cell: Cell, windows: readonly CellWindow[]): PairedRatio[] {
  const values: BlockValue[] = windows.map((window) => ({
    block: window.block,
    arm: window.arm,
    logNs: Math.log((spanNs(window) * cell.cpus) / packetsOf(window)),
  }));
  return cell.arms.slice(1).map((arm, index) => {
    const differences = pairedLogRatios(values, 0, index + 1);
    const { estimate, low, high } = estimateLocation(differences, CONFIDENCE);
    return {
      design: arm.design,
      ratio: Math.exp(estimate),
      low: low === null ? null : Math.exp(low),
      high: high === null ? null : Math.exp(high),
      blocks: differences.length,
      verdict: verdictOf(low, high, MARGIN_SHARE),
    };
  });
}

/**
 * Analyses a cell whose windows come from one process.
 * A cell without windows, with a failed audit, with a window that took no time or with designs that
 * never shared a block is a {@link CellFailure}.
 */
export const analyseCell: AnalyseCell = (cell) => {
  const windows = cell.windows.filter((window) => window.retried !== true);
  const byArm = cell.arms.map((_, arm) => windows.filter((window) => window.arm === arm));
  const failure = findFailure(cell, byArm);
  if (failure !== null) return { kind: "failed", reason: failure };
  const perArm = cell.arms.map((arm, index) => figuresOf(arm.design, byArm[index] ?? []));
  const ratios = ratiosOf(cell, windows);
  return {
    kind: "analysed",
    scope: "within one process",
    confidence: CONFIDENCE,
    marginShare: MARGIN_SHARE,
    perArm,
    ratios,
    flags: cellFlags(cell, perArm, ratios),
  };
};
