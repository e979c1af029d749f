/**
 * What the ping-pong between CPUs 0 and 1 says of where they ran. By the time alone: what a virtual
 * machine says of its sockets and siblings is the hypervisor's word, and two runs on one machine
 * may lie on different cores. Bounds are between what is usual; a time near one tells little.
 */
import type { Cell } from "../result/cellSchema.js";
import { median } from "./statistics.js";

/** A hand-over that takes so long is none between caches. */
const TURNS_NS = 1_000;

/** Classes with the one-way time in ns below which they end; the last has no end. */
const CLASSES = [
  { belowNs: 25, name: "as between SMT siblings" },
  { belowNs: 70, name: "as between cores of one core complex" },
  { belowNs: 120, name: "as between complexes of one socket" },
  { belowNs: TURNS_NS, name: "as between sockets, or virtual cores far apart" },
  { belowNs: Number.POSITIVE_INFINITY, name: "no cache line takes so long: they took turns" },
] as const;

/**
 * The class of a one-way time. `siblings`: the system names the two as threads of one core, which
 * counts for more than the time; null: it is silent, or was not asked.
 */
export function pingPongClass(ns: number, siblings: boolean | null = null): string {
  if (siblings === true && ns < TURNS_NS) return CLASSES[0].name;
  return CLASSES.find(({ belowNs }) => ns < belowNs)?.name ?? CLASSES[4].name;
}

/** Ping-pong of a cell: the median over its processes, and the farthest of them. */
export interface PingPong {
  readonly ns: number;
  readonly leastNs: number;
  readonly mostNs: number;
  readonly processes: number;
  /** Of the median. */
  readonly className: string;
  /** Whether some process is of another class than the median. */
  readonly mixed: boolean;
}

/** Null where it was not measured, as with one CPU. */
export function pingPongOf(cell: Cell): PingPong | null {
  const all = cell.processes.flatMap(({ pingPongNs }) => (pingPongNs === null ? [] : [pingPongNs]));
  if (all.length === 0) return null;
  const ns = median(all);
  const className = pingPongClass(ns);
  return {
    ns,
    leastNs: Math.min(...all),
    mostNs: Math.max(...all),
    processes: all.length,
    className,
    mixed: all.some((one) => pingPongClass(one) !== className),
  };
}
