/**
 * Runs a group: in every round each arm once, in random order, so that nothing that drifts (clock,
 * temperature, neighbours) falls on one arm alone.
 *
 * tinybench is the runner: warm-up, number of iterations, errors. One iteration is one round.
 * What it
 * times by itself, tasks one after the other, is not used: it would time the first arm in one
 * minute
 * and the second in the next. It also sorts the samples it keeps, and ratios need them in order, so
 * the samples are kept here.
 */
import { Bench } from "tinybench";
import type { Arm, Window } from "./arm.js";
import type { Samples } from "./ratios.js";

/** A window that lost its core is run again, so often at most. */
const TRIES = 4;

/** How a group is run. */
export interface RoundOptions {
  readonly rounds: number;
  /** Rounds that are run and thrown away: caches, branch predictors, first touch of pages. */
  readonly warmupRounds: number;
  readonly seed: number;
  /** Milliseconds after which no round begins that is not one of the first few. @default none */
  readonly budgetMs?: number;
}

/** Rounds that are run whatever the budget says. */
const ROUNDS_MIN = 9;

/** xorshift32: an order of arms that is the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A copy in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed: T[] = [];
  for (const item of items) {
    const at = Math.floor(random() * (mixed.length + 1));
    mixed.splice(at, 0, item);
  }
  return mixed;
}

async function calmWindow(arm: Arm): Promise<Window> {
  let window = await arm.window();
  for (let tries = 1; window.disturbed && tries < TRIES; tries++) window = await arm.window();
  return window;
}

/**
 * Runs all rounds; the windows of each arm in the order of the rounds.
 * @throws what an arm throws
 */
export async function runRounds(arms: readonly Arm[], options: RoundOptions): Promise<Samples> {
  const random = randomOf(options.seed);
  const samples = new Map<string, Window[]>(arms.map((arm) => [arm.name, []]));
  let deadline = Number.POSITIVE_INFINITY;
  let rounds = 0;
  const round = async (): Promise<object> => {
    if (rounds >= ROUNDS_MIN && performance.now() > deadline) return { overriddenDuration: 0 };
    rounds++;
    let spentNs = 0;
    for (const arm of shuffled(arms, random)) {
      const window = await calmWindow(arm);
      samples.get(arm.name)?.push(window);
      spentNs += window.ns;
    }
    return { overriddenDuration: spentNs / 1e6 };
  };
  const bench = new Bench({
    iterations: options.rounds,
    time: 0,
    warmup: options.warmupRounds > 0,
    warmupIterations: options.warmupRounds,
    warmupTime: 0,
    throws: true,
  });
  const forget = (): void => {
    for (const windows of samples.values()) windows.length = 0;
    rounds = 0;
    deadline = performance.now() + (options.budgetMs ?? Number.POSITIVE_INFINITY);
  };
  bench.add("round", round, { async: true, beforeAll: forget });
  await bench.run();
  return samples;
}
