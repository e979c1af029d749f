/**
 * The collector against a model: thousands of random allocations, holds, releases, frees, stacks,
 * passes and jumps of the clock, and after each the same counts, lists and delays.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { COMPILE_MS } from "../../machine/router.js";
import { DstModel, type ModelEntry, roundedDelay } from "./dstModel.js";
import { ERAS, type EraRouter, eraOf, eraRouter } from "./eras.js";

const STEPS = 2000;
const MOST_ENTRIES = 40;
const DST_NOHASH = 0x8;
/** The clock when a machine has booted: 300 s before it wraps. */
const INITIAL_JIFFIES = 2 ** 32 - 300_000;

/** A machine and its model, which do the same. */
class Pair {
  readonly model: DstModel;

  constructor(readonly one: EraRouter) {
    const elapsed = (one.jiffies() - INITIAL_JIFFIES + 2 ** 32) % 2 ** 32;
    const waitsForRcu = one.era.name === "3.10";
    this.model = new DstModel({ hasBusyList: one.era.hasBusyList, waitsForRcu }, elapsed);
  }

  private pick(prng: Prng, fits: (entry: ModelEntry) => boolean): ModelEntry | undefined {
    const found = [...this.model.entries].filter(fits);
    return found[prng.below(Math.max(1, found.length))];
  }

  alloc(nocache: boolean): void {
    if (this.model.entries.size >= MOST_ENTRIES) return;
    this.model.alloc(this.one.alloc(!nocache), nocache);
  }

  hold(prng: Prng): void {
    const entry = this.pick(prng, (e) => e.refs > 0 || (!e.dead && !e.nocache));
    if (entry === undefined) return;
    entry.refs++;
    this.one.call("dstHold", entry.id);
  }

  release(prng: Prng): void {
    const entry = this.pick(prng, (e) => e.refs > (e.hasParent ? 1 : 0));
    if (entry === undefined) return;
    this.one.call("dstRelease", entry.id);
    this.model.release(entry);
  }

  free(prng: Prng): void {
    const entry = this.pick(prng, (e) => !e.nocache && !e.nohash);
    // One that is dead and held by nobody belongs to the collector alone.
    if (entry === undefined || (entry.dead && entry.refs === 0)) return;
    this.one.call("dstFree", entry.id);
    this.model.free(entry);
  }

  stack(prng: Prng, nohash: boolean): void {
    const isFree = (e: ModelEntry): boolean =>
      !e.dead && !e.nocache && !e.nohash && e.refs > 0 && e.child === null && !e.hasParent;
    const parent = this.pick(prng, isFree);
    const child = this.pick(prng, (e) => isFree(e) && e !== parent);
    if (parent === undefined || child === undefined) return;
    parent.child = child;
    child.hasParent = true;
    child.nohash = nohash;
    child.refs++;
    this.one.call("dstHold", child.id);
    this.one.setField(parent.id, "child", child.id);
    if (nohash) this.one.setField(child.id, "flags", DST_NOHASH);
  }

  collect(): void {
    const left = this.one.call("dstGcTask");
    expect(left).toBe(this.model.collect());
  }

  advance(ticks: number): void {
    this.one.call("clockAdvance", ticks);
    this.one.call("runDeferred");
    this.model.advance(ticks);
  }

  drain(): void {
    this.one.router.drain();
    this.model.drain();
  }

  step(prng: Prng): void {
    const what = prng.below(100);
    if (what < 25) this.alloc(prng.below(4) === 0);
    else if (what < 40) this.hold(prng);
    else if (what < 62) this.release(prng);
    else if (what < 78) this.free(prng);
    else if (what < 82) this.stack(prng, prng.below(2) === 0);
    else if (what < 85) this.collect();
    else if (what < 97) this.advance(1 + prng.below([20, 200, 2000, 20_000][prng.below(4)] ?? 20));
    else this.drain();
  }

  state(): unknown {
    const { one } = this;
    return {
      entries: one.router.entries(),
      rtables: one.router.rtablesInUse(),
      refs: [...this.model.entries].map((e) => [e.id, one.router.refcnt(e.id)]),
      garbage: one.garbage(),
      busy: one.busy(),
      expires: one.call("dstGcDelay", 0),
      inc: one.call("dstGcDelay", 1),
    };
  }

  expected(): unknown {
    const { model } = this;
    return {
      entries: model.entries.size,
      rtables: model.entries.size,
      refs: [...model.entries].map((e) => [e.id, e.refs]),
      garbage: model.garbage.map((e) => e.id),
      busy: model.busy.map((e) => e.id),
      expires: model.timerExpires,
      inc: model.timerInc,
    };
  }
}

describe.each(ERAS)("the collector of $name", (era) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = new Pair(await eraRouter(era, 1));
  }, COMPILE_MS);

  it.each([1, 2, 3])("does what the model does, step by step (seed %i)", (seed) => {
    const prng = new Prng(seed);
    const seen = { garbage: 0, longest: 0, ended: 0 };
    for (let step = 0; step < STEPS; step++) {
      const before = pair.model.entries.size;
      pair.step(prng);
      expect(pair.state(), `step ${step}`).toEqual(pair.expected());
      seen.garbage = Math.max(seen.garbage, pair.model.garbage.length + pair.model.busy.length);
      seen.longest = Math.max(seen.longest, pair.model.timerExpires);
      seen.ended += Math.max(0, before - pair.model.entries.size);
    }
    // The walk has been where it matters.
    expect(seen.garbage).toBeGreaterThan(5);
    expect(seen.longest).toBeGreaterThan(1000);
    expect(seen.ended).toBeGreaterThan(100);
  });

  afterAll(() => {
    const { one, model } = pair;
    for (const entry of model.entries) {
      while (entry.refs > (entry.hasParent ? 1 : 0)) {
        one.call("dstRelease", entry.id);
        entry.refs--;
      }
    }
    one.router.drain();
  });
});

describe("a pass and who else is there", () => {
  it("of 2.6.18 leaves at once if the list is locked, and comes again in 0.1 s", async () => {
    const one = await eraRouter(eraOf("2.6.18"), 1);
    const at = one.alloc(true);
    one.call("dstFree", at);
    one.call("dstRelease", at);
    const lock = one.call("dstGarbageHeadAt") - 8;
    one.setWord(lock, 99);
    expect(one.call("dstGcTask")).toBe(0);
    expect(one.garbage()).toEqual([at]);
    one.setWord(lock, 0);
    expect(one.ticksToNextRun()).toBe(100);
    expect(one.router.rtablesInUse()).toBe(0);
  });

  it("rounds for the CPU that arms it: 3 ticks sooner for each", async () => {
    const one = await eraRouter(eraOf("2.6.39"), 3);
    const at = one.alloc(true);
    one.call("dstFree", at);
    for (let run = 0; run < 3; run++) one.ticksToNextRun();
    // The fourth pass in vain, on CPU 2: 5.1 s, aimed 6 ticks before a whole second.
    one.call("clockAdvance", one.call("dstGcDelay", 0));
    const { machine } = one.router;
    const elapsed = (one.jiffies() - INITIAL_JIFFIES + 2 ** 32) % 2 ** 32;
    const timer = one.call("dstGarbageHeadAt") - 8 + 32;
    // What is armed would be left as it is: unlink it as `del_timer` does.
    one.call("cancelTimer", timer);
    machine.cpu(2).call("dstGcTask");
    expect(one.call("dstGcDelay", 0)).toBe(5100);
    const ticks = one.ticksToNextRun();
    expect(ticks).toBe(roundedDelay(5100, elapsed, 2));
    expect((elapsed + ticks + 6 + INITIAL_JIFFIES) % 1000).toBe(0);
    one.end([at]);
  });
});
