/**
 * What a bench is made of: arms that are measured interleaved, rows that compare two of them, and
 * the aims that the rows have. Every time is in nanoseconds for one operation.
 */

/** One timed window of an arm. */
export interface Window {
  /** Nanoseconds for one operation: a window's time by the operations in it. */
  readonly ns: number;
  /** True where the thread lost its core for a part of the window that shows in `ns`. */
  readonly disturbed: boolean;
}

/** One loop that can be timed. Its operations are counted inside the loop, not by this harness. */
export interface Arm {
  readonly name: string;
  readonly window: () => Window | Promise<Window>;
}

/** What a ratio should be at most, or at least, or what an operation may take at most. */
export type Aim =
  | { readonly atMost: number }
  | { readonly atLeast: number }
  | { readonly secondsAtMost: number };

/** A comparison: `arm` by `yardstick` (names of arms), and what the project wants of it. */
export interface RowPlan {
  readonly arm: string;
  readonly yardstick: string;
  readonly aim?: Aim;
  /** Yardstick by arm instead: for rates, where more is better. @default false */
  readonly inverse?: boolean;
}

/** Arms that are interleaved, round by round, and what is read from them. */
export interface Group {
  /** Folder below `bench/`. */
  readonly thing: string;
  readonly title: string;
  /** What one operation is: "pair", "packet". */
  readonly operation: string;
  readonly arms: readonly Arm[];
  readonly rows: readonly RowPlan[];
  /** Rounds and warm-up rounds where an operation takes seconds. @default the options' */
  readonly rounds?: { readonly measured: number; readonly warmup: number };
  /** Lines to print below the rows: what they do not say. */
  readonly notes?: readonly string[];
  /** Where two CPUs meet on a line: what they are to each other. */
  readonly pair?: PairPlan;
}

/** The two CPUs of a group with contention. */
export interface PairPlan {
  /** The arm that passes a word between them. */
  readonly pingPong: string;
  /** Each has a core of its own; null where that could not be tried. */
  readonly pinned: boolean | null;
}

/** What the command line may change; smoke tests make everything small. */
export interface BenchOptions {
  readonly rounds: number;
  /** Milliseconds of a group after which it makes do with the rounds that it has (from 9 on). */
  readonly budgetMs: number;
  /** Milliseconds that a window of a fast loop should take. */
  readonly windowMs: number;
  /** Routes of the table, or all of the embedded one. */
  readonly routes: number | "all";
  /** Packets in a flow list of all CPUs together. */
  readonly flowPackets: number;
  readonly seed: number;
  /** Build and run the C loops where there is a compiler. */
  readonly native: boolean;
}

/** What a full run takes. */
export const DEFAULT_OPTIONS: BenchOptions = {
  rounds: 41,
  budgetMs: 4000,
  windowMs: 2,
  routes: "all",
  flowPackets: 2 ** 20,
  seed: 1,
  native: true,
};
