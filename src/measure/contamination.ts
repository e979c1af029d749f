/**
 * Which windows were disturbed, told by what was counted beside them and never by how long they
 * took: time for which a CPU of the cell was runnable and did not run, time the host took away, and
 * a control that runs none of the code under test. What a system does not count is unknown.
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import { median } from "./statistics.js";
import { armOfRole, byProcess, logNsPerPacket, spanNs } from "./windowFigures.js";

/** A CPU that waited for its core for more than this share of a window did not measure the code. */
export const RUN_DELAY_SHARE_MAX = 0.05;
/** Nor did a window of which the host took more than this. */
export const STEAL_SHARE_MAX = 0.02;
/** The control may differ by this much from its median of the process. */
export const CONTROL_DRIFT_SHARE_MAX = 0.1;
/** The control runs in the first of so many blocks, and speaks for them all. */
export const CONTROL_BLOCKS = 3;
/** Slots are measured again at most this often. */
export const REDOS_MAX = 2;

/** What a window's own counters say; both null where the system does not tell. */
export interface Covariates {
  readonly runDelayNs: readonly number[] | null;
  readonly stealMs: number | null;
}

/**
 * Whether a window of `windowNs` was disturbed. Where CPUs take turns on cores, waiting is what is
 * measured, and only steal counts.
 */
export function isDisturbed(
  { runDelayNs, stealMs }: Covariates,
  windowNs: number,
  oversubscribed: boolean,
): boolean {
  const delayed = runDelayNs?.some((ns) => ns > RUN_DELAY_SHARE_MAX * windowNs) ?? false;
  const stolen = stealMs !== null && stealMs * 1e6 > STEAL_SHARE_MAX * windowNs;
  return stolen || (delayed && !oversubscribed);
}

/** As {@link isDisturbed}, of a window as the document keeps it. */
export function isWindowDisturbed(cell: Cell, window: CellWindow): boolean {
  return isDisturbed(window, spanNs(window), cell.oversubscribed);
}

/** The first of the blocks that a control in this block speaks for. */
function spokenFor(block: number): number {
  return block - (block % CONTROL_BLOCKS);
}

/** Blocks of one process whose control ran at another speed than in the rest of the process. */
export function driftedBlocks(cell: Cell, windows: readonly CellWindow[]): Set<number> {
  const control = armOfRole(cell, "control");
  const own = windows.filter((window) => window.arm === control && window.retried !== true);
  if (own.length === 0) return new Set();
  const middle = median(own.map(logNsPerPacket));
  const limit = Math.log1p(CONTROL_DRIFT_SHARE_MAX);
  const drifted = own.filter((window) => Math.abs(logNsPerPacket(window) - middle) > limit);
  const blocks = Array.from({ length: CONTROL_BLOCKS }, (_, i) => i);
  return new Set(drifted.flatMap(({ block }) => blocks.map((i) => spokenFor(block) + i)));
}

/** The windows of a cell as two analyses take them. */
export interface Selection {
  /** Last attempts that were not disturbed, in blocks whose control held its speed. */
  readonly clean: readonly CellWindow[];
  /** First attempts of all slots: as if nothing were known of disturbances. */
  readonly everything: readonly CellWindow[];
  /** Final attempts that are left out of `clean`. */
  readonly leftOut: number;
  /** Processes so disturbed that they count with all their final attempts. */
  readonly keptWhole: readonly number[];
}

function firstAttempts(windows: readonly CellWindow[]): CellWindow[] {
  const seen = new Set<string>();
  return windows.filter(({ process, block, arm }) => {
    const slot = `${process} ${block} ${arm}`;
    if (seen.has(slot)) return false;
    seen.add(slot);
    return true;
  });
}

/** Sorts a cell's windows into those with which figures are made, and all of them. */
export function selectWindows(cell: Cell): Selection {
  const clean: CellWindow[] = [];
  const keptWhole: number[] = [];
  let leftOut = 0;
  for (const [process, windows] of byProcess(cell.windows)) {
    const final = windows.filter((window) => window.retried !== true);
    const drifted = driftedBlocks(cell, windows);
    const good = final.filter(
      (window) => !drifted.has(window.block) && !isWindowDisturbed(cell, window),
    );
    // A choice among few good windows would be a choice by luck.
    if (2 * good.length < final.length) {
      keptWhole.push(process);
      clean.push(...final);
    } else {
      leftOut += final.length - good.length;
      clean.push(...good);
    }
  }
  return { clean, everything: firstAttempts(cell.windows), leftOut, keptWhole };
}
