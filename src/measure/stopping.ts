/**
 * When to stop starting processes: at a look, when every interval is narrow enough, or when the
 * budget would be over before the next look. Never by a p-value: looking at one after every process
 * and stopping at the first that is small calls equal designs different far too often.
 */

/** Numbers of processes at which a run looks at its widths. */
export const LOOKS: readonly number[] = [6, 7, 8, 9, 10, 12, 15, 20];

/** Why a run ended, or null where it goes on. */
export type StopReason = "width" | "budget" | "processes";

/** What a run knows after a process. */
export interface StopState {
  /** Processes that are done. */
  readonly processes: number;
  readonly processesMax: number;
  /** Widest half-width of all pairs of all cells, as a logarithm; null where there is no pair. */
  readonly widest: number | null;
  /** Half-width at which intervals are narrow enough, as a logarithm. */
  readonly target: number;
  readonly elapsedMs: number;
  /** What the last process took: the first one, which judges, says little about the next. */
  readonly lastMs: number;
  readonly budgetMs: number;
}

/** The next look after `processes`, or `max` where there is none before it. */
export function nextLook(processes: number, max: number): number {
  return Math.min(max, LOOKS.find((look) => look > processes) ?? max);
}

/** Whether and why to stop; looks only where {@link LOOKS} says so. */
export function stopReason(state: StopState): StopReason | null {
  const { processes, processesMax, widest, target, elapsedMs, lastMs, budgetMs } = state;
  if (processes >= processesMax) return "processes";
  if (!LOOKS.includes(processes)) return null;
  if (widest === null || widest <= target) return "width";
  const more = nextLook(processes, processesMax) - processes;
  return elapsedMs + more * lastMs > budgetMs ? "budget" : null;
}
