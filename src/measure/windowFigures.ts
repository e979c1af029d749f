/**
 * What one window says, and how its time is taken apart: pure functions of raw windows.
 *
 *   span        max endNs − min startNs: what all CPUs together took
 *   y           ln(span × cpus / Σ packets): log of ns per packet and CPU
 *   overlap     (min endNs − max startNs) / span
 */
import type { Cell, CellWindow } from "../result/cellSchema.js";
import { median } from "./statistics.js";

/** Total time of a window in ns: from its first CPU's start to its last CPU's end. */
export function spanNs(window: CellWindow): number {
  return Math.max(...window.endNs) - Math.min(...window.startNs);
}

/** Packets of all CPUs. */
export function packetsOf(window: CellWindow): number {
  return window.packets.reduce((sum, packets) => sum + packets, 0);
}

/** Share of the window in which all CPUs ran; below 0 where there was no such time. */
export function overlapOf(window: CellWindow): number {
  return (Math.min(...window.endNs) - Math.max(...window.startNs)) / spanNs(window);
}

/** Natural logarithm of the window's ns per packet and CPU. */
export function logNsPerPacket(window: CellWindow): number {
  return Math.log((spanNs(window) * window.packets.length) / packetsOf(window));
}

/** Arm number of the cell's extra with this role, or null. */
export function armOfRole(cell: Cell, role: "placebo" | "control"): number | null {
  const at = cell.extras.findIndex((extra) => extra.role === role);
  return at < 0 ? null : cell.arms.length + at;
}

/** Time that some packets took, and whether timers or deferred work ran meanwhile. */
export interface TimedPackets {
  readonly ns: number;
  readonly packets: number;
  readonly deferred: boolean;
}

/** A time per packet in its two parts. */
export interface TimeParts {
  /** Median ns per packet without timers and deferred work. */
  readonly baseNs: number;
  /** What those added, divided by all packets; 0 where they ran in most windows: then the median
   * holds their cost. */
  readonly deferredNs: number;
}

/** Whether so many windows had deferred work that there is no median without it. */
export function isDeferredCommon(all: number, deferred: number): boolean {
  return 2 * deferred > all;
}

/**
 * Takes times apart: the median of those without deferred work, plus the excess of those with it
 * over that median, divided by all packets. A short window seldom holds a timer, so a median alone
 * would leave its cost out, and a mean would take every disturbance in.
 * @param timed one or more
 */
export function timePartsOf(timed: readonly TimedPackets[]): TimeParts {
  const without = timed.filter((one) => !one.deferred);
  const perPacket = (list: readonly TimedPackets[]): number =>
    median(list.map(({ ns, packets }) => ns / packets));
  if (isDeferredCommon(timed.length, timed.length - without.length)) {
    return { baseNs: perPacket(timed), deferredNs: 0 };
  }
  const baseNs = perPacket(without);
  let excess = 0;
  let packets = 0;
  for (const one of timed) {
    packets += one.packets;
    if (one.deferred) excess += one.ns - baseNs * one.packets;
  }
  return { baseNs, deferredNs: excess / packets };
}

/** Windows by process, in the order of the processes. */
export function byProcess(windows: readonly CellWindow[]): Map<number, CellWindow[]> {
  const map = new Map<number, CellWindow[]>();
  for (const window of windows) {
    const list = map.get(window.process);
    if (list === undefined) map.set(window.process, [window]);
    else list.push(window);
  }
  return map;
}
