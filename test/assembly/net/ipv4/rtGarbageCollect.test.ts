/** The collector of the route cache, run by run against the model, on entries linked by hand. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import type { CacheEra } from "./rtCollect.js";
import { type CachePair, cachePair, RTCF_BROADCAST, RTCF_NOTIFY } from "./rtCollectPair.js";

const LOG = 5;
const BUCKETS = 2 ** LOG;
const ERAS: readonly CacheEra[] = ["2.6.18", "2.6.39"];
const FLAGS = [0, 0, 0, RTCF_BROADCAST, RTCF_NOTIFY];

/** Some entries of random age and worth; one in ten stays referenced. */
function insertSome(pair: CachePair, dice: Prng, count: number, alive: number[]): void {
  for (let n = 0; n < count; n++) {
    const at = pair.insert(dice.below(BUCKETS), FLAGS[dice.below(5)], dice.below(3));
    if (at === 0) continue;
    const expires = dice.below(8) === 0 ? (pair.now + dice.below(2_000) - 1_000) >>> 0 : 0;
    pair.touch(at, (pair.now - dice.below(400_000)) >>> 0, expires);
    if (dice.below(10) === 0) alive.push(at);
    else pair.release(at);
  }
}

describe.each(ERAS)("the collector of %s", (era) => {
  it("does what the model does over random tables, runs and times", async () => {
    const seen = { ignored: 0, content: 0, met: 0, missed: 0, again: 0, failed: 0 };
    for (let seed = 1; seed <= 10; seed++) {
      const dice = new Prng(seed);
      const pair = await cachePair(era, LOG);
      const alive: number[] = [];
      for (let step = 0; step < 30; step++) {
        insertSome(pair, dice, dice.below(40 * (1 + (seed % 4))), alive);
        pair.machine.call("clockAdvance", dice.below(900));
        if (era === "2.6.39" && dice.below(12) === 0) pair.invalidate();
        pair.collect(dice.below(2) === 0);
        pair.compare();
        if (dice.below(3) > 0) pair.settle();
        while (alive.length > 60) pair.release(alive.shift() ?? 0);
      }
      for (const run of pair.runs) {
        if (run.passes > 1) seen.again++;
        if (run.ignored) seen.ignored++;
        else if (run.goal <= 0) seen.content++;
        else if (run.unlinked.length >= run.goal) seen.met++;
        else if (run.failed) seen.failed++;
        else seen.missed++;
      }
    }
    for (const [what, times] of Object.entries(seen))
      expect([what, times > 0]).toEqual([what, true]);
  });

  it("runs at once the first time, also 100 ticks after the clock's wrap", async () => {
    const pair = await cachePair(era, 1);
    pair.machine.call("clockAdvance", 300_100);
    expect(pair.now).toBe(100);
    expect(pair.collect(true).ignored).toBe(false);
    expect(pair.collect(true).ignored).toBe(true);
    pair.compare();
  });
});
