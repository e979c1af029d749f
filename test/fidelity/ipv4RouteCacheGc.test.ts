/**
 * The collector and the periodic scans of the 2.6 route cache by the checklist of IPv4: gate, goal,
 * ages, passes. Numbers are worked out by hand from the rules, not by a model.
 */
import { describe, expect, it } from "vitest";
import { type CacheEra, type CacheMachine, cacheMachine } from "../assembly/net/ipv4/rtCollect.js";

const B = 64;
const BOTH: readonly CacheEra[] = ["2.6.18", "2.6.39"];
/** More than any count: keeps the gate shut while a test fills the table. */
const SHUT = 0x7fffffff;

/** One entry for each chain number; the gate of `dst_alloc` stays shut. */
function insertAll(machine: CacheMachine, hashes: readonly number[]): number[] {
  const thresh = machine.word("RT_GC_THRESH");
  machine.setWord("RT_GC_THRESH", SHUT);
  const made = hashes.map((hash, i) => machine.call("insertEntry", hash, i, 1, 0));
  machine.setWord("RT_GC_THRESH", thresh);
  return made;
}

/** `count` referenced entries, one chain after the other, from chain `first` on. */
function fill(machine: CacheMachine, count: number, first = 0): number[] {
  return insertAll(
    machine,
    Array.from({ length: count }, (_, i) => (first + i) % B),
  );
}

function collect(machine: CacheMachine, inSoftirq: boolean): number {
  if (!inSoftirq) return machine.call("rtGarbageCollect");
  machine.call("enterSoftirq");
  const result = machine.call("rtGarbageCollect");
  machine.call("leaveSoftirq");
  return result;
}

/** A chain of unreferenced entries with these ages in ticks, head first; the entries. */
function chainOfAges(machine: CacheMachine, hash: number, ages: readonly number[]): number[] {
  machine.call("clockAdvance", 400_000);
  const made = insertAll(
    machine,
    ages.map(() => hash),
  ).reverse();
  ages.forEach((age, i) => {
    machine.call("dstRelease", made[i] ?? 0);
    machine.call("setTimes", made[i] ?? 0, (machine.now() - age) >>> 0, 0);
  });
  return made;
}

/** Ages around each halved limit of 300 s; true: stays. What goes does not halve the limit. */
const AGES: readonly (readonly [number, boolean])[] = [
  [300_001, false],
  [300_000, true],
  [150_001, false],
  [150_000, true],
  [75_000, true],
  [75_000, false],
  [37_501, false],
  [37_500, true],
];

function expectHalving(machine: CacheMachine, run: () => void): void {
  const made = chainOfAges(
    machine,
    5,
    AGES.map(([age]) => age),
  );
  run();
  expect(machine.chain(5)).toEqual(made.filter((_, i) => AGES[i]?.[1]));
}

describe.each(BOTH)("dst_alloc and its collector, %s", (era) => {
  it("F4-1 asks it for entries strictly above gc_thresh; 1 means no entry", async () => {
    const machine = await cacheMachine(era, B);
    let calls = 0;
    let atThresh = 0;
    for (let i = 0; i < 4 * B; i++) {
      const fast = machine.call("entriesFast");
      if (fast === B) atThresh++;
      if (fast > B) calls++;
      expect(machine.call("insertEntry", i % B, i, 1, 0)).not.toBe(0);
      expect(machine.counters().total).toBe(calls);
    }
    expect(atThresh).toBeGreaterThan(0);
    expect(calls).toBeGreaterThan(B);
    machine.setWord("RT_MAX_SIZE", 4 * B);
    expect(machine.call("insertEntry", 0, 0, 1, 0)).toBe(0);
    expect(machine.entries()).toBe(4 * B);
    expect(machine.counters().dstOverflow).toBe(1);
  });

  it("F4-14 what waits for RCU or lies dead still counts", async () => {
    const machine = await cacheMachine(era, B);
    const [held = 0, ...rest] = fill(machine, 10);
    for (const at of rest) machine.call("dstRelease", at);
    machine.call("rtCacheFlush", 0);
    expect(machine.chain(0)).toEqual([]);
    expect(machine.entries()).toBe(10);
    machine.settle();
    expect(machine.entries()).toBe(1);
    machine.call("dstGcTask");
    expect(machine.entries()).toBe(1);
    machine.call("dstRelease", held);
    expect(machine.entries()).toBe(1);
    machine.call("dstGcTask");
    expect(machine.entries()).toBe(0);
  });

  it("F4-31 halves the age along a chain", async () => {
    const machine = await cacheMachine(era, B);
    machine.setWord("RT_GC_THRESH", 4);
    expectHalving(machine, () => collect(machine, true));
  });

  it("F4-35 follows the recorded trace over gc_thresh, 8·B and 16·B", async () => {
    const machine = await cacheMachine(era, B);
    let held: number[] = [];
    /** E, then what a run leaves: verdict, goal, equilibrium, expire, passes. All are held. */
    const trace: readonly (readonly [number, number, number, number, number, number])[] = [
      [64, 0, 0, 64, 300_000, 0],
      [65, 0, 1, 64, 150_000, 1],
      [100, 0, 18, 82, 75_000, 1],
      [300, 0, 154, 146, 37_500, 1],
      [512, 0, 302, 210, 18_750, 1],
      [513, 0, 64, 449, 9_375, 1],
      [641, 0, 64, 577, 4_687, 1],
      [645, 0, 66, 579, 2_343, 1],
      [1_023, 0, 255, 768, 1_171, 1],
      [1_024, 1, 256, 768, 585, 1],
    ];
    for (const [entries, ...expected] of trace) {
      held = held.concat(fill(machine, entries - held.length, held.length));
      machine.call("clockAdvance", 500);
      const verdict = collect(machine, true);
      const { goal, equilibrium, expire, passes } = machine.gc();
      expect([entries, verdict, goal, equilibrium, expire, passes]).toEqual([entries, ...expected]);
    }
    expect(machine.counters()).toEqual({ total: 10, ignored: 0, goalMiss: 9, dstOverflow: 1 });
    // A process halves on to 0: 585, 292, 146, 73, 36, 18, 9, 4, 2, 1, 0.
    machine.call("clockAdvance", 500);
    expect(collect(machine, false)).toBe(1);
    expect(machine.gc()).toMatchObject({ goal: 256, equilibrium: 768, expire: 0, passes: 11 });
    expect(machine.counters()).toEqual({ total: 11, ignored: 0, goalMiss: 20, dstOverflow: 2 });
    // Nobody holds anything: 16 chains of 16 are unlinked, and the age grows by half a second.
    for (const at of held) machine.call("dstRelease", at);
    machine.call("clockAdvance", 500);
    expect(collect(machine, true)).toBe(0);
    expect(machine.gc()).toMatchObject({ goal: 256, unlinked: 256, equilibrium: 768, expire: 500 });
    machine.settle();
    machine.call("clockAdvance", 500);
    expect(collect(machine, true)).toBe(0);
    expect(machine.gc()).toMatchObject({
      goal: 128,
      unlinked: 128,
      equilibrium: 640,
      expire: 1_000,
    });
    machine.settle();
    machine.call("clockAdvance", 500);
    expect(collect(machine, true)).toBe(0);
    expect(machine.gc()).toMatchObject({ goal: 64, unlinked: 64, equilibrium: 576, expire: 1_500 });
    machine.settle();
    machine.call("clockAdvance", 500);
    // 576 entries, 64 above 8·B; then 512: the equilibrium falls to what is there.
    expect(collect(machine, true)).toBe(0);
    machine.settle();
    machine.call("clockAdvance", 500);
    expect(collect(machine, true)).toBe(0);
    expect(machine.gc()).toMatchObject({ goal: 0, equilibrium: 512, expire: 2_500 });
  });

  it("F4-36 ignores a run within half a second, unless E is max_size", async () => {
    const machine = await cacheMachine(era, B);
    fill(machine, 100);
    expect(collect(machine, true)).toBe(0);
    for (const wait of [0, 499]) {
      machine.call("clockAdvance", wait);
      expect(collect(machine, true)).toBe(0);
    }
    expect(machine.counters()).toEqual({ total: 3, ignored: 2, goalMiss: 1, dstOverflow: 0 });
    machine.call("clockAdvance", 1);
    collect(machine, true);
    expect(machine.counters()).toEqual({ total: 4, ignored: 2, goalMiss: 2, dstOverflow: 0 });
    machine.setWord("RT_MAX_SIZE", 64);
    expect(collect(machine, true)).toBe(1);
    expect(machine.counters()).toEqual({ total: 5, ignored: 2, goalMiss: 3, dstOverflow: 1 });
  });

  it("F4-37 makes one pass in softirq, more in a process", async () => {
    const machine = await cacheMachine(era, B);
    fill(machine, 100);
    machine.setWord("RT_MAX_SIZE", 64);
    expect(collect(machine, true)).toBe(1);
    expect(machine.gc().passes).toBe(1);
    expect(collect(machine, false)).toBe(1);
    // 150,000 halves 18 times to 0.
    expect(machine.gc()).toMatchObject({ passes: 19, expire: 0 });
  });
});

describe("the periodic scan", () => {
  it("F4-31 halves the age along a chain, in 2.6.18 and in 3.4", async () => {
    const timer = await cacheMachine("2.6.18", B);
    timer.setWord("RT_GC_INTERVAL", 300_000);
    expectHalving(timer, () => timer.call("rtCheckExpire"));
    const work = await cacheMachine("3.4", B);
    expectHalving(work, () => work.call("rtWorkerFunc"));
  });

  it("F4-32 takes what is over although it is referenced; its holder keeps it", async () => {
    const machine = await cacheMachine("2.6.18", B);
    machine.setWord("RT_GC_INTERVAL", 300_000);
    const [over = 0, notYet = 0, never = 0] = fill(machine, 3);
    machine.call("setTimes", over, machine.now(), (machine.now() - 1) >>> 0);
    machine.call("setTimes", notYet, machine.now(), machine.now());
    machine.call("rtCheckExpire");
    expect([0, 1, 2].map((hash) => machine.chain(hash))).toEqual([[], [notYet], [never]]);
    machine.settle();
    expect(machine.call("refsOf", over)).toBe(1);
    expect(machine.entries()).toBe(3);
    machine.call("dstRelease", over);
    machine.call("dstGcTask");
    expect(machine.entries()).toBe(2);
  });

  it("F4-34 is not there in 2.6.39; in 3.4 it also limits chains by deviation", async () => {
    const none = await cacheMachine("2.6.39", B);
    const at = none.call("insertEntry", 3, 1, 1, 0);
    none.call("dstRelease", at);
    for (let minute = 0; minute < 60; minute++) {
      none.call("clockAdvance", 60_000);
      expect(none.call("runDeferred")).toBe(0);
    }
    expect(none.chain(3)).toEqual([at]);
    const work = await cacheMachine("3.4", B);
    // One chain of 60 flows, 63 empty: in eighths mean 7, mean square 3,600, deviation 59.
    work.setWord("RT_GC_THRESH", SHUT);
    for (let i = 0; i < 60; i++) work.call("insertEntry", 9, i, 1, 0);
    work.call("clockAdvance", 300_000);
    work.call("rtWorkerFunc");
    expect(work.word("RT_HASH_CHAIN_LENGTH_MAX")).toBe((7 + 4 * 59) >> 3);
    // Time makes the same scan the timer's, with its work.
    for (const one of work.chain(9)) work.call("dstRelease", one);
    work.call("clockAdvance", 301_000);
    work.call("runDeferred");
    work.call("runDeferred");
    expect(work.chain(9)).toEqual([]);
  });
});
