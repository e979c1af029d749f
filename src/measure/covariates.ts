/**
 * What the system says of other work on this machine: time that the host of a virtual machine took
 * (`/proc/stat`), and time that some task waited for a CPU (`/proc/pressure/cpu`). Both are running
 * sums; what happened in between is a difference of two. Where a source is missing the answer is
 * null, never a guess and never a failure.
 */
import { readFileSync } from "node:fs";

/** Gives a file's text, or throws. */
export type ReadText = (file: string) => string;

/** Ticks of /proc/stat a second (USER_HZ): 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

function readText(file: string): string {
  return readFileSync(file, "latin1");
}

/** What a file says, by a pattern whose first group is a number; null where it does not. */
function numberIn(read: ReadText, file: string, pattern: RegExp): number | null {
  try {
    const found = pattern.exec(read(file))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

/** Milliseconds that the host took from all cores since the system started; null: not known. */
export function stealMs(read: ReadText = readText): number | null {
  // user nice system idle iowait irq softirq steal: the eighth.
  const ticks = numberIn(read, "/proc/stat", /^cpu +(?:\d+ ){7}(\d+)/m);
  return ticks === null ? null : (ticks * 1_000) / TICKS_PER_SECOND;
}

/** Milliseconds in which some task waited for a CPU since the system started; null: not known. */
export function pressureMs(read: ReadText = readText): number | null {
  const us = numberIn(read, "/proc/pressure/cpu", /^some .*total=(\d+)/m);
  return us === null ? null : us / 1_000;
}

/** The difference of two running sums, null where either is not known. */
export function between(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.max(0, after - before);
}
