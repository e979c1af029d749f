/**
 * The mark of a verdict, so that no meaning hangs on colour. The word stands beside it.
 */
import type { Verdict } from "../measure/statisticsVerdict.js";

const MARKS: Record<Verdict, string> = {
  slower: "▲",
  faster: "▼",
  tiny: "~",
  equivalent: "=",
  inconclusive: "?",
};

/** Mark and word, as in `▲ slower`. More time per packet points up. */
export function verdictMark(verdict: Verdict): string {
  return `${MARKS[verdict]} ${verdict}`;
}
