/**
 * The collector's arithmetic under real packets: the number of entries crosses gc_thresh, 8·B and
 * 16·B, and what each run meant to do, did and left is the model's, run by run.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { hostOfRow, TABLE_ROWS } from "../../machine/router.js";
import { type Flow, type GcStep, type RouteCachePair, routeCachePair } from "./routeCachePair.js";

const LOG = 6;
const B = 2 ** LOG;

/** A flow that was most likely never seen. */
function freshFlow(dice: Prng): Flow {
  const saddr = 0x08000000 + dice.below(1 << 24);
  return { saddr, daddr: hostOfRow(dice.below(TABLE_ROWS), 1 + dice.below(2)) };
}

/** `packets` new flows on CPUs 0 to `cpus` − 1 in turn, about `ticks` from one to the next. Returns
 * the entries that were made. */
function flood(
  pair: RouteCachePair,
  dice: Prng,
  [packets, ticks, cpus]: readonly [number, number, number],
): number[] {
  const made: number[] = [];
  for (let i = 0; i < packets; i++) {
    const at = pair.receive(freshFlow(dice), i % cpus);
    if (at !== 0) made.push(at);
    pair.advance(dice.below(2 * ticks + 1));
  }
  return made;
}

/** Every kind of run was there. */
function expectAllZones(steps: readonly GcStep[]): void {
  const ran = steps.filter(({ ignored }) => !ignored);
  const normal = ran.filter(({ entries }) => entries <= 8 * B);
  const danger = ran.filter(({ entries }) => entries > 8 * B);
  expect(normal.some(({ goal }) => goal <= 0)).toBe(true);
  expect(normal.some(({ goal }) => goal > 0)).toBe(true);
  // Half of what is above 8·B, or B where that is more.
  expect(danger.some(({ goal }) => goal === B)).toBe(true);
  expect(danger.some(({ goal }) => goal > B)).toBe(true);
  expect(ran.some(({ entries, failed }) => entries >= 16 * B && failed)).toBe(true);
  expect(ran.some(({ goal, unlinked }) => goal > 0 && unlinked.length >= goal)).toBe(true);
  expect(steps.some(({ ignored }) => ignored)).toBe(true);
  expect(ran.length).toBeGreaterThan(40);
}

describe.each(["linux-2.6.18", "linux-2.6.39"])("a flood of flows on %s", (design) => {
  it("is collected as the model says; sockets hold entries, so it fills", async () => {
    const pair = await routeCachePair(design, LOG);
    // Chains of held entries would be an emergency in 2.6.39.
    pair.router.machine.setWord("RT_HASH_CHAIN_LENGTH_MAX", 1_000);
    const dice = new Prng(35);
    flood(pair, dice, [3 * B, 0, 1]);
    flood(pair, dice, [4 * B, 60, 1]);
    pair.compare();
    const held: number[] = [];
    while (held.length < 17 * B) {
      const [at = 0] = flood(pair, dice, [1, 25, 1]);
      if (at === 0) break;
      pair.hold(at);
      held.push(at);
    }
    flood(pair, dice, [2 * B, 8, 1]);
    pair.compare();
    for (const at of held) pair.release(at);
    pair.advance(3_000);
    flood(pair, dice, [8 * B, 100, 1]);
    pair.compare();
    expectAllZones(pair.steps);
  });

  it("does so on three CPUs, where a silent one keeps what is unlinked in the count", async () => {
    const pair = await routeCachePair(design, LOG, { cpus: 3 });
    const dice = new Prng(36);
    flood(pair, dice, [3 * B, 0, 3]);
    flood(pair, dice, [3 * B, 60, 3]);
    pair.compare();
    const before = pair.router.entries();
    flood(pair, dice, [20 * B, 20, 2]);
    pair.compare();
    // Enough was unlinked all the time; the count falls only after a grace period.
    expect(pair.router.entries()).toBeGreaterThan(before + 6 * B);
    const unlinked = pair.steps.reduce((sum, step) => sum + step.unlinked.length, 0);
    expect(unlinked).toBeGreaterThan(6 * B);
    flood(pair, dice, [10 * B, 100, 3]);
    pair.compare();
    expectAllZones(pair.steps);
  });
});
