/** Flush and invalidation of the route cache: deadlines against the model, secrets, generations. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { type CacheMachine, cacheMachine } from "./rtCollect.js";
import { type CachePair, cachePair } from "./rtCollectPair.js";
import { FlushClock } from "./rtGcLaw.js";

const LOG = 5;
const BUCKETS = 2 ** LOG;
const SOON = -1;

function request(machine: CacheMachine, delay: number, inSoftirq: boolean): void {
  if (inSoftirq) machine.call("enterSoftirq");
  machine.call("rtCacheFlush", delay);
  if (inSoftirq) machine.call("leaveSoftirq");
}

/** Ticks until the table is empty, in steps of one; the limit if it never is. */
function ticksUntilFlush(machine: CacheMachine, limit: number): number {
  for (let ticks = 0; ticks <= limit; ticks++) {
    if (machine.call("firstOf", 7) === 0) return ticks;
    machine.call("clockAdvance", 1);
    machine.call("runDeferred");
  }
  return limit;
}

function occupy(pair: CachePair): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++) pair.release(pair.insert(bucket));
}

describe("the flush of 2.6.18", () => {
  it("comes 2 s after a change", async () => {
    const pair = await cachePair("2.6.18", LOG);
    occupy(pair);
    request(pair.machine, SOON, false);
    expect(ticksUntilFlush(pair.machine, 20_000)).toBe(2_000);
  });

  it("comes at the deadline of 10 s when softirq asks again and again", async () => {
    const pair = await cachePair("2.6.18", LOG);
    occupy(pair);
    let ticks = 0;
    while (pair.machine.call("firstOf", 7) !== 0 && ticks < 20_000) {
      if (ticks % 500 === 0) request(pair.machine, SOON, true);
      pair.machine.call("clockAdvance", 1);
      pair.machine.call("runDeferred");
      ticks++;
    }
    expect(ticks).toBe(10_000);
  });

  it("does not wait any more when a process asks 2 s after the first", async () => {
    const pair = await cachePair("2.6.18", LOG);
    occupy(pair);
    for (const wait of [1_000, 1_000]) {
      request(pair.machine, SOON, false);
      expect(pair.machine.call("firstOf", 7)).not.toBe(0);
      pair.machine.call("clockAdvance", wait);
    }
    request(pair.machine, SOON, false);
    expect(pair.machine.call("firstOf", 7)).not.toBe(0);
    pair.machine.call("clockAdvance", 1);
    request(pair.machine, SOON, false);
    expect(pair.machine.call("firstOf", 7)).toBe(0);
  });

  it("keeps to the model's times over random requests", async () => {
    let flushes = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const dice = new Prng(seed);
      const pair = await cachePair("2.6.18", LOG);
      const { machine, model } = pair;
      // The secret's own flush is another test's.
      pair.set({ secretInterval: 0x40000000 });
      const clock = new FlushClock(model.sysctls);
      let secret = machine.call("secret");
      const settle = (flushed: boolean, what: string): void => {
        expect([what, machine.call("secret") !== secret]).toEqual([what, flushed]);
        expect([what, machine.words("flushWords", 2)[1]]).toEqual([what, clock.deadline]);
        if (!flushed) return;
        flushes++;
        secret = machine.call("secret");
        expect(pair.chains().flat()).toEqual([]);
        model.flush();
      };
      for (let step = 0; step < 300; step++) {
        if (dice.below(3) > 0) {
          const delay = [SOON, SOON, SOON, 0, 1, 500, 4_000, 9_000, 20_000][dice.below(9)] ?? 0;
          const inSoftirq = dice.below(2) === 0;
          const now = machine.now();
          request(machine, delay, inSoftirq);
          settle(clock.request(now, delay, inSoftirq), `step ${step}: ${delay} ${inSoftirq}`);
        }
        pair.release(pair.insert(dice.below(BUCKETS)));
        machine.call("clockAdvance", dice.below(900));
        machine.call("runDeferred");
        settle(clock.tick(machine.now()), `step ${step}: timer`);
        if (dice.below(5) === 0) pair.settle();
      }
      pair.settle();
      expect(machine.entries()).toBe(pair.chains().flat().length);
    }
    expect(flushes).toBeGreaterThan(200);
  });

  it("frees what it takes off after a grace period, and at once nothing", async () => {
    const pair = await cachePair("2.6.18", LOG);
    occupy(pair);
    const held = pair.insert(3);
    pair.machine.call("rtRunFlush");
    pair.model.flush();
    pair.compare();
    expect(pair.machine.entries()).toBe(BUCKETS + 1);
    pair.settle();
    pair.compare();
    expect(pair.machine.entries()).toBe(1);
    pair.release(held);
    pair.collectGarbage();
    expect(pair.machine.entries()).toBe(0);
  });

  it("draws a new secret every 600 s, the first time at random in 600 to 1,200 s", async () => {
    const first = new Set<number>();
    for (let seed = 1; seed <= 6; seed++) {
      const machine = await cacheMachine("2.6.18", BUCKETS, { seed });
      const changes: number[] = [];
      let secret = machine.call("secret");
      for (let second = 1; second <= 3_100; second++) {
        machine.call("clockAdvance", 1_000);
        machine.call("runDeferred");
        if (machine.call("secret") === secret) continue;
        secret = machine.call("secret");
        changes.push(second);
      }
      const [one = 0, two = 0, three = 0] = changes;
      expect(one).toBeGreaterThanOrEqual(600);
      expect(one).toBeLessThanOrEqual(1_200);
      expect([two - one, three - two]).toEqual([600, 600]);
      first.add(one);
    }
    expect(first.size).toBeGreaterThan(3);
  });
});

describe("the invalidation of 2.6.39", () => {
  it("moves the generation by 1 to 256, from a start that follows from the seed", async () => {
    const starts = new Set<number>();
    const steps = new Set<number>();
    for (let seed = 1; seed <= 8; seed++) {
      const machine = await cacheMachine("2.6.39", BUCKETS, { seed });
      let before = machine.call("rtGenid");
      starts.add(before);
      for (let i = 0; i < 200; i++) {
        machine.call("rtCacheFlush", SOON);
        const after = machine.call("rtGenid");
        steps.add((after - before) >>> 0);
        before = after;
      }
    }
    expect(starts.size).toBe(8);
    expect(Math.min(...steps)).toBe(1);
    expect(Math.max(...steps)).toBe(256);
    expect(steps.size).toBeGreaterThan(200);
  });

  it("leaves the chains alone when soon is enough, and sweeps them when now is asked", async () => {
    const pair = await cachePair("2.6.39", LOG);
    occupy(pair);
    request(pair.machine, SOON, false);
    expect(pair.chains().flat()).toHaveLength(BUCKETS);
    for (const at of pair.chains().flat()) expect(pair.machine.call("isStale", at)).toBe(1);
    request(pair.machine, 0, false);
    expect(pair.chains().flat()).toEqual([]);
    pair.settle();
    expect(pair.machine.entries()).toBe(0);
  });

  it("sweeps once for a batch of devices, without a new generation", async () => {
    const pair = await cachePair("2.6.39", LOG);
    occupy(pair);
    const genid = pair.machine.call("rtGenid");
    pair.machine.call("rtCacheFlushBatch");
    expect(pair.machine.call("rtGenid")).toBe(genid);
    expect(pair.chains().flat()).toEqual([]);
  });

  it("needs no timer: hours later nothing has changed", async () => {
    const machine = await cacheMachine("2.6.39", BUCKETS);
    const genid = machine.call("rtGenid");
    machine.call("clockAdvance", 7_200_000);
    expect(machine.call("runDeferred")).toBe(0);
    expect(machine.call("rtGenid")).toBe(genid);
  });
});
