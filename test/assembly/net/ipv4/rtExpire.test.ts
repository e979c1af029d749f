/** The periodic scans of the route cache against the model, on entries linked by hand. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { cacheMachine } from "./rtCollect.js";
import { type CachePair, cachePair, RTCF_BROADCAST, RTCF_NOTIFY } from "./rtCollectPair.js";
import { chainLimit, isAfter } from "./rtGcLaw.js";

const LOG = 5;
const BUCKETS = 2 ** LOG;
const FLAGS = [0, 0, 0, RTCF_BROADCAST, RTCF_NOTIFY];

/** Entries of random age and worth in few chains, so that chains are long; some stay referenced. */
function fill(pair: CachePair, dice: Prng, count: number): number[] {
  const alive: number[] = [];
  for (let n = 0; n < count; n++) {
    const daddr = dice.below(6);
    const at = pair.insert(dice.below(BUCKETS / 4) * 4, FLAGS[dice.below(5)], dice.below(3), daddr);
    const expires = dice.below(4) === 0 ? (pair.now + dice.below(2_000) - 1_000) >>> 0 : 0;
    pair.touch(at, (pair.now - dice.below(400_000)) >>> 0, expires);
    if (dice.below(6) === 0) alive.push(at);
    else pair.release(at);
  }
  return alive;
}

describe("the scan of 2.6.18", () => {
  it("takes what the model takes, a fifth of the table at a time", async () => {
    let gone = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const dice = new Prng(seed);
      const pair = await cachePair("2.6.18", LOG);
      pair.set({ gcThresh: 1e6, maxSize: 1e6 });
      const alive = fill(pair, dice, 150);
      for (let run = 0; run < 6; run++) {
        gone += pair.scan().length;
        pair.compare();
        pair.machine.call("clockAdvance", dice.below(60_000));
        pair.settle();
      }
      for (const at of alive) pair.release(at);
      pair.collectGarbage();
      pair.compare();
    }
    expect(gone).toBeGreaterThan(500);
  });

  it("looks at no more buckets than there are, whatever the timeout", async () => {
    const pair = await cachePair("2.6.18", LOG);
    pair.set({ gcTimeout: 1, gcInterval: 60_000 });
    for (let bucket = 0; bucket < BUCKETS; bucket++) pair.release(pair.insert(bucket));
    pair.machine.call("clockAdvance", 3);
    expect(pair.scan()).toHaveLength(BUCKETS);
    pair.compare();
  });

  it("is a timer: first at random in one to two intervals, then every interval", async () => {
    const first = new Set<number>();
    for (let seed = 1; seed <= 8; seed++) {
      const machine = await cacheMachine("2.6.18", BUCKETS, { seed });
      const start = machine.now();
      let at = 0;
      while (machine.words("scanWords", 1)[0] === 0) {
        machine.call("clockAdvance", 100);
        at += 100;
        machine.call("runDeferred");
      }
      expect(at).toBeGreaterThanOrEqual(60_000);
      expect(at).toBeLessThanOrEqual(120_000);
      first.add(at);
      const rover = machine.words("scanWords", 1)[0] ?? 0;
      machine.call("clockAdvance", 59_000);
      machine.call("runDeferred");
      expect(machine.words("scanWords", 1)).toEqual([rover]);
      machine.call("clockAdvance", 1_100);
      machine.call("runDeferred");
      expect(machine.words("scanWords", 1)).toEqual([2 * rover]);
      expect(isAfter(machine.now(), start)).toBe(true);
    }
    expect(first.size).toBeGreaterThan(4);
  });
});

describe("the scan of 3.4", () => {
  it("takes what the model takes, by the time since the last run, stale entries too", async () => {
    let gone = 0;
    const limits = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const dice = new Prng(seed);
      const pair = await cachePair("3.4", LOG);
      pair.set({ gcThresh: 1e6, maxSize: 1e6, gcElasticity: dice.below(3) });
      for (let run = 0; run < 6; run++) {
        fill(pair, dice, 80);
        if (dice.below(4) === 0) pair.invalidate();
        pair.machine.call("clockAdvance", dice.below(200_000));
        const { unlinked, lengths } = pair.work();
        gone += unlinked.length;
        if (lengths.length > 0) {
          const limit = chainLimit(lengths, pair.model.sysctls.gcElasticity);
          expect(pair.machine.word("RT_HASH_CHAIN_LENGTH_MAX")).toBe(limit);
          limits.add(limit);
        }
        pair.compare();
        pair.settle();
      }
    }
    expect(gone).toBeGreaterThan(2_000);
    expect(limits.size).toBeGreaterThan(5);
  });

  it("keeps the limit of 20 until it has sampled a bucket", async () => {
    const pair = await cachePair("3.4", LOG);
    pair.work();
    expect(pair.machine.word("RT_HASH_CHAIN_LENGTH_MAX")).toBe(20);
    pair.machine.call("clockAdvance", 300_000);
    pair.work();
    expect(pair.machine.word("RT_HASH_CHAIN_LENGTH_MAX")).toBe(8);
  });

  it("is work that a timer queues and that arms the timer again", async () => {
    const machine = await cacheMachine("3.4", BUCKETS);
    const lastRun = (): number => machine.words("scanWords", 2)[1] ?? 0;
    const boot = lastRun();
    machine.call("clockAdvance", 59_999);
    machine.call("runDeferred");
    expect(lastRun()).toBe(boot);
    machine.call("clockAdvance", 60_001);
    machine.call("runDeferred");
    expect(lastRun()).toBe(machine.now());
    machine.call("clockAdvance", 59_999);
    machine.call("runDeferred");
    expect(lastRun()).not.toBe(machine.now());
    machine.call("clockAdvance", 1);
    machine.call("runDeferred");
    expect(lastRun()).toBe(machine.now());
  });
});

it("2.6.39 never scans: two hours pass and an entry of the first minute is there", async () => {
  const pair = await cachePair("2.6.39", LOG);
  pair.release(pair.insert(3));
  for (let minute = 0; minute < 120; minute++) {
    pair.machine.call("clockAdvance", 60_000);
    pair.machine.call("runDeferred");
  }
  pair.compare();
  expect(pair.chains()[3]).toHaveLength(1);
});
