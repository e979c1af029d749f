/**
 * What an analysis of a cell gives: the shape that reports take, whatever engine computed it.
 */
import type { Cell } from "../result/cellSchema.js";
import type { Verdict } from "./statisticsVerdict.js";
import type { WarmUpClass } from "./warmUpClass.js";

/** What the windows of one design say. Times in ns, rates in million packets per second. */
export interface ArmFigures {
  readonly design: string;
  /** Windows in the figures: redone and disturbed ones are not. */
  readonly windows: number;
  /**
   * Median over processes of the median over windows and CPUs without timers and deferred work;
   * and the tenth percentile of all windows and CPUs.
   */
  readonly nsPerPacketPerCpu: { readonly median: number; readonly p10: number };
  /** What timers and deferred work add per packet: the mean over processes. */
  readonly deferredNsPerPacket: number;
  /** 1000 / (nsPerPacketPerCpu.median + deferredNsPerPacket). */
  readonly mppsPerCpu: number;
  /** Of all CPUs from the first start to the last end, in the same two parts. */
  readonly mppsTotal: number;
  /** Share of a window in which all its CPUs ran; at most 0 where some window had no such time. */
  readonly overlap: { readonly median: number; readonly least: number };
  readonly warmUp: WarmUpClass;
}

/** A design's time per packet over the first design's. Bounds are null with too few blocks. */
export interface PairedRatio {
  readonly design: string;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Blocks that had both designs, in all processes. */
  readonly blocks: number;
  /** Processes behind the interval; 1: its blocks are. */
  readonly processes: number;
  /** p-values of "no difference": alone, in the family, by exact signs. Null: one process. */
  readonly p: { readonly alone: number; readonly holm: number; readonly signs: number } | null;
  /** Half the width of the interval as a logarithm, null where there is none. */
  readonly halfWidth: number | null;
  readonly verdict: Verdict;
}

/** The figures of a cell. */
export interface CellAnalysis {
  readonly kind: "analysed";
  /** What the intervals cover, in words. */
  readonly scope: string;
  readonly processes: number;
  readonly confidence: number;
  readonly marginShare: number;
  /** In the order of the cell's arms; the first is what the ratios are to. */
  readonly perArm: readonly ArmFigures[];
  /** One for each arm after the first. */
  readonly ratios: readonly PairedRatio[];
  /** The first design against its placebo: what this run shows where there is nothing. */
  readonly noiseFloor: PairedRatio | null;
  /** What a reader must know beside the figures, one sentence each. */
  readonly flags: readonly string[];
}

/** A cell that gives no figures, with the reason in one line. The run is invalid. */
export interface CellFailure {
  readonly kind: "failed";
  readonly reason: string;
}

/** An analysis of a cell: what reports take, and what another engine replaces. */
export type AnalyseCell = (cell: Cell, marginShare?: number) => CellAnalysis | CellFailure;
