/**
 * What an analysis of a cell gives: the shape that reports take, whatever engine computed it.
 */
import type { Cell } from "../result/cellSchema.js";
import type { Verdict } from "./statisticsVerdict.js";

/** What the windows of one design say. Times in ns, rates in million packets per second. */
export interface ArmFigures {
  readonly design: string;
  /** Windows in the figures: redone attempts are not. */
  readonly windows: number;
  /** Over all windows and CPUs. */
  readonly nsPerPacketPerCpu: { readonly median: number; readonly p10: number };
  /** 1000 / nsPerPacketPerCpu.median. */
  readonly mppsPerCpu: number;
  /** Of the window with the median time for all packets. */
  readonly mppsTotal: number;
  /** Share of a window in which all its CPUs ran; at most 0 where some window had no such time. */
  readonly overlap: { readonly median: number; readonly least: number };
}

/** A design's time per packet over the first design's. Bounds are null with too few blocks. */
export interface PairedRatio {
  readonly design: string;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Blocks that had both designs. */
  readonly blocks: number;
  readonly verdict: Verdict;
}

/** The figures of a cell. */
export interface CellAnalysis {
  readonly kind: "analysed";
  /** What the intervals cover, in words. */
  readonly scope: string;
  readonly confidence: number;
  readonly marginShare: number;
  /** In the order of the cell's arms; the first is what the ratios are to. */
  readonly perArm: readonly ArmFigures[];
  /** One for each arm after the first. */
  readonly ratios: readonly PairedRatio[];
  /** What a reader must know beside the figures, one sentence each. */
  readonly flags: readonly string[];
}

/** A cell that gives no figures, with the reason in one line. The run is invalid. */
export interface CellFailure {
  readonly kind: "failed";
  readonly reason: string;
}

/** An analysis of a cell: what reports take, and what another engine replaces. */
export type AnalyseCell = (cell: Cell) => CellAnalysis | CellFailure;
