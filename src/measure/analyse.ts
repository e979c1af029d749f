/**
 * From the raw windows of a cell to its figures: pure, so that a result file alone gives them.
 *
 *   ns per packet of a CPU in a window    (endNs[c] − startNs[c]) / packets[c]
 *   Mpps of all CPUs in a window          1000 Σ packets / (max endNs − min startNs)
 *   ratio, interval, word                 analysePairs, over processes where there are several
 *
 * Everything is worked out twice: from the windows that nothing disturbed, and from the first
 * attempts of all slots. Figures come from the former; a word that the latter do not share is
 * "inconclusive". Against the placebo the same rules show what a run finds where there is nothing.
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import { cellFlags } from "./analyseFlags.js";
import { analysePairs } from "./analysePairs.js";
import type { AnalyseCell, ArmFigures, CellAnalysis, PairedRatio } from "./analysis.js";
import { type Selection, selectWindows } from "./contamination.js";
import { median, quantile } from "./statistics.js";
import { MARGIN_SHARE, type Verdict } from "./statisticsVerdict.js";
import { warmUpClass } from "./warmUpClass.js";
import {
  armOfRole,
  byProcess,
  overlapOf,
  packetsOf,
  spanNs,
  type TimedPackets,
  type TimeParts,
  timePartsOf,
} from "./windowFigures.js";

/** Confidence of the intervals of a cell, all together. */
const CONFIDENCE = 0.95;
/** Words that claim a difference. */
const CLAIMS: ReadonlySet<Verdict> = new Set(["faster", "slower", "tiny"]);
/** Below this p-value the placebo shows that something else than the designs was measured. */
const CONTAMINATED_P = 0.01;

/** Why no figure may be given, or null. A wrong image's speed is of no interest, whatever it is. */
function findFailure(cell: Cell, windowsByArm: readonly CellWindow[][]): string | null {
  if (cell.windows.length === 0) return "no window was measured";
  const slot = (window: CellWindow): string => `${window.process} ${window.block}`;
  const firstSlots = new Set(windowsByArm[0]?.map(slot));
  for (const [index, arm] of cell.arms.entries()) {
    const windows = windowsByArm[index] ?? [];
    if (windows.length === 0) return `${arm.design} has no window`;
    if (!windows.some((window) => firstSlots.has(slot(window)))) {
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
  const placebo = cell.extras.find((extra) => !extra.audit.ok);
  if (placebo === undefined) return null;
  return `the ${placebo.role} failed its audit: ${placebo.audit.failures[0] ?? "no reason"}`;
}

/** What each CPU's own clock says of a window. */
function timedByCpu(window: CellWindow): TimedPackets[] {
  return window.packets.map((packets, cpu) => ({
    ns: (window.endNs[cpu] ?? 0) - (window.startNs[cpu] ?? 0),
    packets,
    deferred: window.timersRun > 0,
  }));
}

function timedWhole(window: CellWindow): TimedPackets[] {
  return [{ ns: spanNs(window), packets: packetsOf(window), deferred: window.timersRun > 0 }];
}

/** Both parts of a time per packet: each process by itself, then all of them. */
function partsOver(
  processes: readonly CellWindow[][],
  timed: (window: CellWindow) => TimedPackets[],
): TimeParts {
  const parts = processes.map((windows) => timePartsOf(windows.flatMap(timed)));
  return {
    baseNs: median(parts.map((part) => part.baseNs)),
    // Rare work is in few processes: a median would leave it out.
    deferredNs: parts.reduce((sum, part) => sum + part.deferredNs, 0) / parts.length,
  };
}

function figuresOf(cell: Cell, arm: number, selected: Selection): ArmFigures {
  const windows = selected.clean.filter((window) => window.arm === arm);
  const processes = [...byProcess(windows).values()];
  const own = partsOver(processes, timedByCpu);
  const whole = partsOver(processes, timedWhole);
  const perCpu = windows.flatMap((w) => timedByCpu(w).map(({ ns, packets }) => ns / packets));
  const overlaps = windows.map(overlapOf);
  return {
    design: cell.arms[arm]?.design ?? "",
    windows: windows.length,
    nsPerPacketPerCpu: { median: own.baseNs, p10: quantile(perCpu, 0.1) },
    deferredNsPerPacket: own.deferredNs,
    mppsPerCpu: 1000 / (own.baseNs + own.deferredNs),
    mppsTotal: 1000 / (whole.baseNs + whole.deferredNs),
    overlap: { median: median(overlaps), least: Math.min(...overlaps) },
    warmUp: warmUpClass(cell, arm, selected.clean),
  };
}

function ratiosOf(cell: Cell, windows: readonly CellWindow[], marginShare: number): PairedRatio[] {
  const pairs = cell.arms.slice(1).map(({ design }, i) => ({ first: 0, arm: i + 1, design }));
  return analysePairs(windows, pairs, marginShare);
}

function noiseFloorOf(
  cell: Cell,
  windows: readonly CellWindow[],
  marginShare: number,
): PairedRatio | null {
  const arm = armOfRole(cell, "placebo");
  if (arm === null) return null;
  const pair = { first: 0, arm, design: "placebo" };
  return analysePairs(windows, [pair], marginShare)[0] ?? null;
}

/** Whether the placebo differs from the design that it is. */
export function isContaminated(floor: PairedRatio | null): boolean {
  return floor?.p !== null && floor?.p !== undefined && floor.p.alone < CONTAMINATED_P;
}

/** The farthest that the placebo may be from its design, as a logarithm. */
function reachOf(floor: PairedRatio): number {
  return Math.max(Math.abs(Math.log(floor.low ?? 1)), Math.abs(Math.log(floor.high ?? 1)));
}

/** Whether all of a ratio's interval lies beyond what a contaminated run shows for nothing. */
function isBeyond(ratio: PairedRatio, floor: PairedRatio): boolean {
  const reach = reachOf(floor);
  return Math.log(ratio.low ?? 1) > reach || Math.log(ratio.high ?? 1) < -reach;
}

/** -1 or 1 where a word claims that a design is faster or slower, else 0. */
function directionOf({ verdict, ratio }: PairedRatio): number {
  return CLAIMS.has(verdict) ? Math.sign(Math.log(ratio)) : 0;
}

/** The word that two analyses share: the weaker of two claims that point the same way. */
function sharedVerdict(ratio: PairedRatio, other: PairedRatio | undefined): Verdict {
  if (other === undefined) return "inconclusive";
  if (other.verdict === ratio.verdict) return ratio.verdict;
  const direction = directionOf(ratio);
  return direction !== 0 && direction === directionOf(other) ? "tiny" : "inconclusive";
}

/** The word that both analyses share and that the placebo allows. */
function soberVerdict(
  ratio: PairedRatio,
  everything: PairedRatio | undefined,
  floor: PairedRatio | null,
): Verdict {
  if (floor !== null && isContaminated(floor) && !isBeyond(ratio, floor)) return "inconclusive";
  return sharedVerdict(ratio, everything);
}

function scopeOf(ratios: readonly PairedRatio[], processes: number): string {
  const behind = ratios.length === 0 ? processes : Math.min(...ratios.map((r) => r.processes));
  return behind > 1 ? `over ${behind} processes` : "within one process only";
}

/**
 * Analyses a cell.
 * A cell without windows, with a failed audit, with a window that took no time or with designs that
 * never shared a block is a {@link CellFailure}.
 * @param marginShare δ of the verdicts; the document's plan has it
 */
export const analyseCell: AnalyseCell = (cell, marginShare = MARGIN_SHARE) => {
  const final = cell.windows.filter((window) => window.retried !== true);
  const byArm = cell.arms.map((_, arm) => final.filter((window) => window.arm === arm));
  const failure = findFailure(cell, byArm);
  if (failure !== null) return { kind: "failed", reason: failure };
  let selected = selectWindows(cell);
  let ratios = ratiosOf(cell, selected.clean, marginShare);
  const isWhole = cell.arms.every((_, arm) => selected.clean.some((w) => w.arm === arm));
  if (ratios.length < cell.arms.length - 1 || !isWhole) {
    // Some design has only disturbed windows: then these are what there is.
    selected = { ...selected, clean: final, leftOut: 0 };
    ratios = ratiosOf(cell, final, marginShare);
  }
  const all = ratiosOf(cell, selected.everything, marginShare);
  const floor = noiseFloorOf(cell, selected.clean, marginShare);
  const perArm = cell.arms.map((_, arm) => figuresOf(cell, arm, selected));
  const sober = ratios.map((ratio, i) => ({
    ...ratio,
    verdict: soberVerdict(ratio, all[i], floor),
  }));
  const processes = new Set(selected.clean.map((window) => window.process)).size;
  const analysis: Omit<CellAnalysis, "flags"> = {
    kind: "analysed",
    scope: scopeOf(ratios, processes),
    processes,
    confidence: CONFIDENCE,
    marginShare,
    perArm,
    ratios: sober,
    noiseFloor: floor,
  };
  const flags = cellFlags({ cell, analysis, selected, before: ratios, everything: all });
  return { ...analysis, flags };
};
