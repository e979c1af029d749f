/**
 * What two CPUs are to each other, by the time a line takes from one to the other. Contention costs
 * a hand-over each time, so a figure of it means nothing without this one.
 *
 *   one way           class
 *   1,000 ns and up   same core            the threads took turns: they never ran side by side
 *   30 to 1,000 ns    other core
 *   20 to 30 ns       unknown              seen between threads of a core and between near cores
 *   below 20 ns       SMT                  two threads of one core
 *
 * Where the system names the two as threads of one core, that counts; that it does not name them so
 * counts for nothing: virtual machines are told what their host likes.
 */
import { readFileSync } from "node:fs";

/** How near two CPUs are. */
export type CpuClass = "same core" | "SMT" | "other core" | "unknown";

const TURNS_NS = 1000;
const OTHER_CORE_NS = 30;
const SMT_NS = 20;

/** Class of two CPUs. `siblings`: the system calls them threads of one core; null: it is silent. */
export function cpuClass(oneWayNs: number, siblings: boolean | null): CpuClass {
  if (!(oneWayNs > 0)) return "unknown";
  if (oneWayNs >= TURNS_NS) return "same core";
  if (siblings === true || oneWayNs < SMT_NS) return "SMT";
  return oneWayNs >= OTHER_CORE_NS ? "other core" : "unknown";
}

/** CPU numbers of a list as the kernel writes it: "0-1,4". */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** Whether the system calls CPUs 0 and 1 threads of one core; null where it does not say. */
export function areSiblings(): boolean | null {
  try {
    const file = "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list";
    return parseCpuList(readFileSync(file, "utf8")).includes(1);
  } catch {
    return null;
  }
}
