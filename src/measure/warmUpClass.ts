/**
 * Whether a design had come to rest while it was measured. Nothing is dropped for it: the class is
 * printed beside the figure, which is of the windows as they were.
 *
 *   steady            in most processes the medians of its parts lie within 5 %
 *   growing           in most processes the time rises from part to part, by more than 5 % in all
 *   drifting          it moves by more than that, but not one way
 *   no steady state   and it was not steady before the first block either
 *   unknown           fewer than 4 windows in every process
 *
 * The windows of a process are cut into four parts, or into fewer so that each has two windows.
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import { median } from "./statistics.js";
import { byProcess, logNsPerPacket } from "./windowFigures.js";

export type WarmUpClass = "steady" | "growing" | "drifting" | "no steady state" | "unknown";

/** Windows and quarters that lie this close are alike. */
export const STEADY_SHARE = 0.05;
const PARTS_MAX = 4;
const PART_WINDOWS_MIN = 2;
const WINDOWS_MIN = 4;

/** Whether the last `count` of some times lie within {@link STEADY_SHARE} of each other. */
export function isSettled(times: readonly number[], count: number): boolean {
  if (times.length < count) return false;
  const last = times.slice(-count);
  return Math.max(...last) <= (1 + STEADY_SHARE) * Math.min(...last);
}

/** How the parts of one process behave. */
function shapeOf(windows: readonly CellWindow[]): "steady" | "rising" | "moving" {
  const logs = windows.map(logNsPerPacket);
  const count = Math.min(PARTS_MAX, Math.floor(logs.length / PART_WINDOWS_MIN));
  const parts = Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * logs.length) / count);
    return median(logs.slice(from, Math.floor(((part + 1) * logs.length) / count)));
  });
  const spread = Math.max(...parts) - Math.min(...parts);
  if (spread <= Math.log1p(STEADY_SHARE)) return "steady";
  const rises = parts.every((value, i) => i === 0 || value > (parts[i - 1] ?? 0));
  return rises ? "rising" : "moving";
}

/**
 * The class of an arm.
 * @param windows the cell's final attempts, of all arms
 */
export function warmUpClass(cell: Cell, arm: number, windows: readonly CellWindow[]): WarmUpClass {
  const own = [...byProcess(windows.filter((window) => window.arm === arm)).entries()].filter(
    ([, list]) => list.length >= WINDOWS_MIN,
  );
  if (own.length === 0) return "unknown";
  const shapes = own.map(([, list]) => shapeOf(list));
  const share = (shape: string): number => shapes.filter((s) => s === shape).length / own.length;
  if (share("steady") > 0.5) return "steady";
  if (share("rising") > 0.5) return "growing";
  const unsettled = own.filter(([process]) => {
    const facts = cell.processes.find((one) => one.process === process);
    return facts?.warmUp[arm]?.settled === false;
  });
  return 2 * unsettled.length > own.length ? "no steady state" : "drifting";
}
