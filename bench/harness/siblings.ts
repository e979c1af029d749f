/**
 * Whether the system calls two CPUs threads of one core. That it names them so counts; that it does
 * not counts for nothing: virtual machines are told what their host likes.
 */
import { readFileSync } from "node:fs";

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
