/**
 * What the scheduler says of the calling thread: how long it was ready to run and did not. Linux
 * counts it in `/proc/thread-self/schedstat` (time on a CPU, time waiting for one, turns); a read
 * takes some microseconds. Elsewhere nobody tells, and then the answer is null.
 */
import { openSync, readSync } from "node:fs";

const SCHEDSTAT = "/proc/thread-self/schedstat";
const TEXT_BYTES_MAX = 128;

/** Time in ns for which the thread that opened it has waited so far; null where it is not known. */
export type ThreadClock = () => number | null;

/** The waiting time in the text of a schedstat file, or null. */
export function parseRunDelay(text: string): number | null {
  const match = /^\d+ (\d+) \d+/.exec(text);
  return match === null ? null : Number(match[1]);
}

/**
 * Opens the calling thread's clock. The file stays open: opening it anew for each window would cost
 * more than reading it.
 */
export function openThreadClock(file = SCHEDSTAT): ThreadClock {
  const text = Buffer.alloc(TEXT_BYTES_MAX);
  try {
    const fd = openSync(file, "r");
    return () => {
      try {
        return parseRunDelay(text.toString("latin1", 0, readSync(fd, text, 0, TEXT_BYTES_MAX, 0)));
      } catch {
        return null;
      }
    };
  } catch {
    return () => null;
  }
}
