/** A machine of hand-linked entries and the model of its cache, moved together and compared. */
import { expect } from "vitest";
import { type GcContext, type GcRun, type ModelEntry, RouteCacheModel } from "./routeCacheModel.js";
import { type CacheEra, type CacheMachine, cacheMachine } from "./rtCollect.js";
import { type RouteSysctls, routeSysctls } from "./rtGcLaw.js";

export const RTCF_NOTIFY = 0x00010000;
export const RTCF_BROADCAST = 0x10000000;

/** Where sysctls lie, in ticks or entries. */
const SYSCTL_WORDS = {
  gcThresh: "RT_GC_THRESH",
  maxSize: "RT_MAX_SIZE",
  gcTimeout: "RT_GC_TIMEOUT",
  gcInterval: "RT_GC_INTERVAL",
  gcMinInterval: "RT_GC_MIN_INTERVAL",
  gcElasticity: "RT_GC_ELASTICITY",
  minDelay: "RT_MIN_DELAY",
  maxDelay: "RT_MAX_DELAY",
  secretInterval: "RT_SECRET_INTERVAL",
  rebuildCount: "RT_REBUILD_COUNT",
} as const;

/** A booted machine of 2^log buckets and its model. */
export async function cachePair(era: CacheEra, log: number): Promise<CachePair> {
  return new CachePair(await cacheMachine(era, 2 ** log), era, log);
}

/** A machine and its model, moved together. */
export class CachePair {
  readonly model: RouteCacheModel;
  private readonly addresses = new Map<number, ModelEntry>();
  private nextId = 1;
  /** Every run of the collector so far. */
  readonly runs: GcRun[] = [];

  constructor(
    readonly machine: CacheMachine,
    era: CacheEra,
    log: number,
  ) {
    this.model = new RouteCacheModel(routeSysctls(log), era === "2.6.18" ? "flush" : "genid");
    this.model.words.lastGc = machine.gc().lastGc;
    this.model.genid = machine.call("rtGenid") >>> 0;
  }

  /** Sets sysctls of both. */
  set(values: Partial<Omit<RouteSysctls, "bucketsLog">>): void {
    Object.assign(this.model.sysctls, values);
    for (const [name, word] of Object.entries(SYSCTL_WORDS)) {
      const value = values[name as keyof typeof SYSCTL_WORDS];
      if (value !== undefined) this.machine.setWord(word, value);
    }
  }

  get now(): number {
    return this.machine.now();
  }

  /**
   * Allocates an entry with one reference, by the gate, and puts it at the head of a chain. Entries
   * of one `daddr` and `iif` (0: output) have the same input of the hash. Returns it, or 0.
   */
  insert(bucket: number, flags = 0, iif = 1, daddr = this.nextId): number {
    const { machine, model } = this;
    const opens = machine.call("entriesFast") > machine.word("RT_GC_THRESH");
    const failed = opens && this.ran(model.collect(this.context(true))).failed;
    const at = this.inSoftirq(() => machine.call("insertEntry", bucket, daddr, iif, flags >>> 0));
    expect(at === 0).toBe(failed);
    if (at === 0) return 0;
    const entry: ModelEntry = {
      id: at,
      key: `${this.nextId++}`,
      inputs: `${daddr}/${iif}`,
      lastuse: this.now,
      refs: 1,
      expires: 0,
      genid: model.genid,
      input: iif !== 0,
      broadcastOrMulticast: (flags & RTCF_BROADCAST) !== 0,
      notified: (flags & RTCF_NOTIFY) !== 0,
    };
    this.addresses.set(at, entry);
    model.allocated();
    model.link(bucket, entry);
    return at;
  }

  private inSoftirq(step: () => number): number {
    this.machine.call("enterSoftirq");
    const result = step();
    this.machine.call("leaveSoftirq");
    return result;
  }

  private ran(run: GcRun): GcRun {
    this.runs.push(run);
    return run;
  }

  private context(inSoftirq: boolean): GcContext {
    const { machine, model } = this;
    const fast = (): number =>
      model.era === "flush" ? model.entries : machine.call("entriesFast");
    return { now: this.now, inSoftirq, fast, slow: () => model.entries, tickPassed: () => false };
  }

  release(at: number): void {
    this.machine.call("dstRelease", at);
    const entry = this.addresses.get(at);
    if (entry !== undefined) entry.refs--;
  }

  touch(at: number, lastuse: number, expires = 0): void {
    this.machine.call("setTimes", at, lastuse, expires);
    const entry = this.addresses.get(at);
    if (entry === undefined) return;
    entry.lastuse = lastuse;
    entry.expires = this.model.era === "flush" ? expires : 0;
  }

  /** One run of the collector in both: the same verdict, goal, passes and number. */
  collect(inSoftirq: boolean): GcRun {
    const { machine, model } = this;
    const run = this.ran(model.collect(this.context(inSoftirq)));
    const collect = (): number => machine.call("rtGarbageCollect");
    const failed = inSoftirq ? this.inSoftirq(collect) : collect();
    expect(failed).toBe(run.failed ? 1 : 0);
    if (run.ignored) return run;
    const { goal, unlinked, passes } = machine.gc();
    expect({ goal, unlinked, passes }).toEqual({
      goal: run.goal,
      unlinked: run.unlinked.length,
      passes: run.passes,
    });
    return run;
  }

  /** One periodic scan of 2.6.18 in both, with no tick while it runs. Returns what went. */
  scan(): number[] {
    this.machine.call("rtCheckExpire");
    return this.model.scan(this.now, () => false);
  }

  /** One scan of 3.4 in both. Returns what went and the lengths of the chains it looked at. */
  work(): { unlinked: number[]; lengths: number[] } {
    const [, lastRun] = this.machine.words("scanWords", 2);
    const result = this.model.work(this.now, (this.now - (lastRun ?? 0)) >>> 0);
    this.machine.call("rtCheckExpireWork");
    return result;
  }

  /** A new generation in both. */
  invalidate(): void {
    this.machine.call("rtCacheInvalidate");
    this.model.genid = this.machine.call("rtGenid") >>> 0;
  }

  settle(): void {
    this.machine.settle();
    this.model.settle();
  }

  /** A pass over the dead entries in both. */
  collectGarbage(): void {
    this.machine.call("dstGcTask");
    this.model.collectGarbage();
  }

  /** Statics, counters, chains and count are the model's. */
  compare(): void {
    const { machine, model } = this;
    const { expire, lastGc, rover, equilibrium } = machine.gc();
    expect({ expire, lastGc, rover, equilibrium }).toEqual(model.words);
    expect(machine.words("scanWords", 1)).toEqual([model.scanRover]);
    expect(machine.counters()).toEqual(model.counters);
    expect(machine.entries()).toBe(model.entries);
    expect(this.chains()).toEqual(model.chains.map((chain) => chain.map(({ id }) => id)));
  }

  /** What the machine's chains hold, bucket by bucket. */
  chains(): number[][] {
    return this.model.chains.map((_, bucket) => this.machine.chain(bucket));
  }
}
