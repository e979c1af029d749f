/**
 * The pairs of a cell: from windows to ratios, intervals and words. With two processes or more the
 * process is the unit; with one its blocks are, and the words say so.
 *
 *   d of a block       y of a design − y of the first one, both without deferred work
 *   θ of a process     Hodges–Lehmann of all d, plus the log ratio of what deferred work adds
 */
import type { CellWindow } from "../result/cellSchema.js";
import type { PairedRatio } from "./analysis.js";
import { type BlockValue, pairedLogRatios } from "./statisticsBlocks.js";
import { estimateLocation, hodgesLehmann } from "./statisticsHodgesLehmann.js";
import { decidePairs, FAMILY_ERROR, signFlip } from "./statisticsProcesses.js";
import { verdictOf } from "./statisticsVerdict.js";
import {
  byProcess,
  isDeferredCommon,
  logNsPerPacket,
  packetsOf,
  spanNs,
  timePartsOf,
} from "./windowFigures.js";

/** Two arms of a cell, by number, and the name of the second one. */
export interface ArmPair {
  readonly first: number;
  readonly arm: number;
  readonly design: string;
}

/** What one process says of a pair. */
interface ProcessPair {
  /** Paired log ratios of its blocks, without what deferred work adds. */
  readonly differences: readonly number[];
  /** Log ratio of what deferred work adds. */
  readonly deferred: number;
}

/** ln(1 + deferred / base) of an arm's windows. */
function deferredShare(windows: readonly CellWindow[]): number {
  const timed = windows.map((window) => ({
    ns: spanNs(window),
    packets: packetsOf(window),
    deferred: window.timersRun > 0,
  }));
  const { baseNs, deferredNs } = timePartsOf(timed);
  // Disturbed windows may make the excess negative, but never as large as the packets' own time.
  return Math.log1p(Math.max(-0.5, deferredNs / baseNs));
}

function withoutDeferred(windows: readonly CellWindow[]): readonly CellWindow[] {
  const without = windows.filter((window) => window.timersRun === 0);
  const common = isDeferredCommon(windows.length, windows.length - without.length);
  return common ? windows : without;
}

function processPair(windows: readonly CellWindow[], pair: ArmPair): ProcessPair | null {
  const first = windows.filter((window) => window.arm === pair.first);
  const other = windows.filter((window) => window.arm === pair.arm);
  if (first.length === 0 || other.length === 0) return null;
  const values: BlockValue[] = [...withoutDeferred(first), ...withoutDeferred(other)].map(
    (window) => ({ block: window.block, arm: window.arm, logNs: logNsPerPacket(window) }),
  );
  const differences = pairedLogRatios(values, pair.first, pair.arm);
  if (differences.length === 0) return null;
  return { differences, deferred: deferredShare(other) - deferredShare(first) };
}

/** The ratio of a pair from the blocks of one process, at the cell's joint confidence. */
function withinProcess(
  pair: ArmPair,
  found: ProcessPair,
  family: number,
  marginShare: number,
): PairedRatio {
  const confidence = 1 - FAMILY_ERROR / Math.max(1, family);
  const { estimate, low, high } = estimateLocation(found.differences, confidence);
  const move = (log: number | null): number | null => (log === null ? null : log + found.deferred);
  const [from, to] = [move(low), move(high)];
  return {
    design: pair.design,
    ratio: Math.exp(estimate + found.deferred),
    low: from === null ? null : Math.exp(from),
    high: to === null ? null : Math.exp(to),
    blocks: found.differences.length,
    processes: 1,
    p: null,
    halfWidth: from === null || to === null ? null : (to - from) / 2,
    verdict: verdictOf(from, to, marginShare),
  };
}

/** Ratios of some pairs as one family; a pair that shares no block anywhere is left out. */
export function analysePairs(
  windows: readonly CellWindow[],
  pairs: readonly ArmPair[],
  marginShare: number,
): PairedRatio[] {
  const lists = [...byProcess(windows).values()];
  const found = pairs.map((pair) =>
    lists.map((list) => processPair(list, pair)).filter((one) => one !== null),
  );
  if (found.some((list) => list.length < 2)) {
    return pairs.flatMap((pair, i) => {
      const only = found[i]?.[0];
      return only === undefined ? [] : [withinProcess(pair, only, pairs.length, marginShare)];
    });
  }
  const thetas = found.map((list) =>
    list.map(({ differences, deferred }) => hodgesLehmann(differences) + deferred),
  );
  return decidePairs(thetas, marginShare).map((decision, i) => ({
    design: pairs[i]?.design ?? "",
    ratio: Math.exp(decision.estimate),
    low: Math.exp(decision.low),
    high: Math.exp(decision.high),
    blocks: (found[i] ?? []).reduce((sum, one) => sum + one.differences.length, 0),
    processes: thetas[i]?.length ?? 0,
    p: { alone: decision.p, holm: decision.pHolm, signs: signFlip(thetas[i] ?? []) },
    halfWidth: decision.halfWidth,
    verdict: decision.verdict,
  }));
}
