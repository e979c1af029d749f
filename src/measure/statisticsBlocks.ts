/**
 * Blocks: the order in which arms take turns, and the pairs that come of it.
 *
 *   block 0   B A C      each arm once per block, in random order, so that a machine that drifts
 *   block 1   C B A      drifts over all arms alike
 *   block 2   A C B      first and last places go round: within every `arms` blocks each arm is
 *                        first once and last once
 */
import { median } from "./statistics.js";
import { createRandom, type RandomSource } from "./statisticsRandom.js";

const LAYOUT_SEED = 0x6c61796f;

/** The values in random order (Fisher and Yates, in place as by Durstenfeld). */
export function shuffled(values: readonly number[], random: RandomSource): number[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/**
 * The order of arms in each block: `blocks` lists of the numbers 0 to `arms` − 1.
 *
 * In a round of `arms` blocks the arms are set in a random circle; the block that starts with an
 * arm ends with its neighbour in the circle, and what is between is shuffled. So nobody is first or
 * last more than once a round, and a broken-off round differs by one at most.
 *
 * @param arms 1 or more
 * @param blocks 0 or more
 * @param seed same seed, same order
 * @throws {RangeError} for numbers outside these
 */
export function blockOrder(arms: number, blocks: number, seed: number): number[][] {
  if (!Number.isInteger(arms) || arms < 1) throw new RangeError(`${arms} arms; allowed: 1 or more`);
  if (!Number.isInteger(blocks) || blocks < 0) {
    throw new RangeError(`${blocks} blocks; allowed: 0 or more`);
  }
  const random = createRandom(seed);
  const all = Array.from({ length: arms }, (_, arm) => arm);
  const order: number[][] = [];
  while (order.length < blocks) {
    const circle = shuffled(all, random);
    for (const place of shuffled(all, random)) {
      if (order.length === blocks) break;
      const first = circle[place] ?? 0;
      const last = circle[(place + 1) % arms] ?? 0;
      const between = all.filter((arm) => arm !== first && arm !== last);
      const ends = arms === 1 ? [] : [last];
      order.push([first, ...shuffled(between, random), ...ends]);
    }
  }
  return order;
}

/**
 * Which layout each arm runs in, by block: in every round of as many blocks as an arm has layouts
 * it runs in each of them once, in an order drawn for that arm and round.
 *
 * @param layouts how many each arm has, 1 or more
 * @param seed same seed, same order; another sequence than that of {@link blockOrder}
 */
export function layoutOrder(layouts: readonly number[], blocks: number, seed: number): number[][] {
  const random = createRandom(seed ^ LAYOUT_SEED);
  const left: number[][] = layouts.map(() => []);
  return Array.from({ length: blocks }, () =>
    left.map((round, arm) => {
      if (round.length === 0) {
        const all = Array.from({ length: layouts[arm] ?? 1 }, (_, layout) => layout);
        round.push(...shuffled(all, random));
      }
      return round.pop() ?? 0;
    }),
  );
}

/** One measured value: which block, which arm, and the natural logarithm of its ns per packet. */
export interface BlockValue {
  readonly block: number;
  readonly arm: number;
  readonly logNs: number;
}

/**
 * The differences log(arm) − log(first), one per block that has both, in order of the blocks.
 * An arm with several values in a block counts with their median.
 */
export function pairedLogRatios(
  values: readonly BlockValue[],
  first: number,
  arm: number,
): number[] {
  const blocks = new Map<number, { first: number[]; arm: number[] }>();
  for (const value of values) {
    if (value.arm !== first && value.arm !== arm) continue;
    const lists = blocks.get(value.block) ?? { first: [], arm: [] };
    blocks.set(value.block, lists);
    (value.arm === first ? lists.first : lists.arm).push(value.logNs);
  }
  return [...blocks.entries()]
    .sort(([a], [b]) => a - b)
    .filter(([, lists]) => lists.first.length > 0 && lists.arm.length > 0)
    .map(([, lists]) => median(lists.arm) - median(lists.first));
}
