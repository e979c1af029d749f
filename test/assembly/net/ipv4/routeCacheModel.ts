/**
 * A route cache of 2.6 without memory, locks or pointers: buckets are arrays, head first. Inserts,
 * evicts, collects, scans and flushes by the laws of `rtGcLaw.ts`; what the tests compare the image
 * with, entry by entry and step by step.
 *
 * `entries` counts what was allocated and not yet destroyed; an unlinked entry is destroyed by
 * `settle`, which stands for the end of a grace period, unless it is referenced: then it is garbage
 * until `collectGarbage` finds it free.
 */
import {
  type AgedEntry,
  type Era,
  type GcWords,
  gcGoal,
  isAfter,
  mayExpire,
  type RouteSysctls,
  scanGoal,
  sweepChain,
  ticksSince,
} from "./rtGcLaw.js";

/** An entry; `id` is the test's name for it. */
export interface ModelEntry extends AgedEntry {
  readonly id: number;
  /** All that a lookup compares; entries of one `inputs` collide whatever the hash. */
  readonly key: string;
  readonly inputs: string;
  lastuse: number;
  refs: number;
  expires: number;
  genid: number;
}

/** What one run of the collector did. */
export interface GcRun {
  readonly ignored: boolean;
  /** What it meant to unlink; 0 or less when it had nothing to do. */
  readonly goal: number;
  readonly passes: number;
  readonly unlinked: readonly number[];
  readonly failed: boolean;
}

/** Counters of `rt_cache_stat` that the collector moves. */
export interface GcCounters {
  total: number;
  ignored: number;
  goalMiss: number;
  dstOverflow: number;
}

/** What the collector reads besides the table; steps that cannot be told from outside are asked. */
export interface GcContext {
  readonly now: number;
  readonly inSoftirq: boolean;
  /** `entries` as the fast and the slow count give it. */
  readonly fast: () => number;
  readonly slow: () => number;
  /** Whether a tick has passed since the run began, after pass `pass`. */
  readonly tickPassed: (pass: number) => boolean;
}

export class RouteCacheModel {
  readonly chains: ModelEntry[][];
  readonly words: GcWords;
  readonly counters: GcCounters = { total: 0, ignored: 0, goalMiss: 0, dstOverflow: 0 };
  /** Unlinked, waiting for their grace period; then referenced ones become garbage. */
  pending: ModelEntry[] = [];
  garbage: ModelEntry[] = [];
  scanRover = 0;
  genid = 0;
  private live = 0;

  constructor(
    readonly sysctls: RouteSysctls,
    readonly era: Era,
  ) {
    this.chains = Array.from({ length: 2 ** sysctls.bucketsLog }, () => []);
    this.words = { expire: sysctls.gcTimeout, lastGc: 0, rover: 0, equilibrium: 0 };
  }

  /** Allocated and not destroyed. */
  get entries(): number {
    return this.live;
  }

  private isStale(entry: ModelEntry): boolean {
    return this.era === "genid" && entry.genid !== this.genid;
  }

  private unlink(bucket: number, goes: readonly boolean[]): number[] {
    const chain = this.chains[bucket] ?? [];
    const gone = chain.filter((_, i) => goes[i]);
    this.chains[bucket] = chain.filter((_, i) => !goes[i]);
    this.pending.push(...gone);
    return gone.map((entry) => entry.id);
  }

  /** The entry that a lookup of `key` finds in `bucket`. */
  find(bucket: number, key: string): ModelEntry | undefined {
    return this.chains[bucket]?.find((entry) => entry.key === key && !this.isStale(entry));
  }

  /** `dst_alloc` succeeded. */
  allocated(): void {
    this.live++;
  }

  /** Puts an entry at the head of a chain. */
  link(bucket: number, entry: ModelEntry): void {
    this.chains[bucket]?.unshift(entry);
  }

  /**
   * `rt_intern_hash` into `bucket`: the entry that is there afterwards, `entry` or an equal one.
   * Stale entries go as the walk passes them; it ends at a match. `score` orders what may be
   * evicted.
   */
  insert(
    bucket: number,
    entry: ModelEntry,
    now: number,
    score: (entry: ModelEntry, last: boolean) => number,
  ): ModelEntry {
    const before = this.chains[bucket] ?? [];
    const match = before.findIndex((one) => one.key === entry.key && !this.isStale(one));
    const walked = match < 0 ? before.length : match;
    this.unlink(
      bucket,
      before.map((one, i) => i < walked && this.isStale(one)),
    );
    const found = before[match];
    if (found !== undefined) {
      this.chains[bucket] = (this.chains[bucket] ?? []).filter((one) => one !== found);
      this.link(bucket, found);
      found.lastuse = now;
      found.refs++;
      entry.refs--;
      this.pending.push(entry);
      return found;
    }
    this.evict(bucket, score);
    this.link(bucket, entry);
    return entry;
  }

  private evict(bucket: number, score: (entry: ModelEntry, last: boolean) => number): void {
    const chain = this.chains[bucket] ?? [];
    if (chain.length <= this.sysctls.gcElasticity) return;
    let candidate = -1;
    let least = 0xffffffff;
    chain.forEach((one, i) => {
      const s = score(one, i === chain.length - 1);
      if (one.refs !== 0 || s > least) return;
      least = s;
      candidate = i;
    });
    this.unlink(
      bucket,
      chain.map((_, i) => i === candidate),
    );
  }

  /** `rt_garbage_collect`. */
  collect(c: GcContext): GcRun {
    const { sysctls: s, words, counters } = this;
    counters.total++;
    const since = ticksSince(c.now, words.lastGc);
    if (since < s.gcMinInterval && c.fast() < s.maxSize) {
      counters.ignored++;
      return { ignored: true, goal: 0, passes: 0, unlinked: [], failed: false };
    }
    const goal = gcGoal(words, c.slow, s);
    if (since >= s.gcMinInterval) words.lastGc = c.now;
    if (goal <= 0) {
      words.equilibrium += goal;
      this.workDone(c);
      return { ignored: false, goal, passes: 0, unlinked: [], failed: false };
    }
    return this.passes(c, goal);
  }

  private passes(c: GcContext, goal: number): GcRun {
    const { sysctls: s, words, counters } = this;
    const unlinked: number[] = [];
    for (let pass = 1; ; pass++) {
      const ran = { ignored: false, goal, passes: pass, unlinked, failed: false };
      this.onePass(c.now, goal, unlinked);
      if (unlinked.length >= goal) {
        this.workDone(c);
        return ran;
      }
      counters.goalMiss++;
      const spent = words.expire === 0;
      if (!spent) {
        words.expire = Math.floor(words.expire / 2);
        if (c.fast() < s.maxSize) return ran;
      }
      if (spent || c.inSoftirq || c.tickPassed(pass)) {
        if (c.fast() < s.maxSize || c.slow() < s.maxSize) return ran;
        counters.dstOverflow++;
        return { ...ran, failed: true };
      }
    }
  }

  private onePass(now: number, goal: number, unlinked: number[]): void {
    const { words, chains } = this;
    const limit = words.expire;
    for (let looked = 0; looked < chains.length; looked++) {
      words.rover = (words.rover + 1) % chains.length;
      const chain = chains[words.rover] ?? [];
      const goes = sweepChain(
        chain,
        limit,
        (entry, tmo, last) =>
          this.isStale(entry) || mayExpire(entry, last, [now, tmo, limit], this.era),
      );
      unlinked.push(...this.unlink(words.rover, goes));
      if (unlinked.length >= goal) return;
    }
  }

  private workDone(c: GcContext): void {
    const { sysctls: s, words } = this;
    words.expire += s.gcMinInterval;
    if (words.expire > s.gcTimeout || c.fast() < s.gcThresh || c.slow() < s.gcThresh) {
      words.expire = s.gcTimeout;
    }
  }

  /**
   * `rt_check_expire` of 2.6.18: what it unlinked. `tickPassed` says after each bucket that was not
   * empty whether the scan must stop.
   */
  scan(now: number, tickPassed: () => boolean): number[] {
    const { sysctls: s } = this;
    const unlinked: number[] = [];
    for (let left = scanGoal(s.gcInterval, s); left > 0; left--) {
      this.scanRover = (this.scanRover + 1) % this.chains.length;
      const chain = this.chains[this.scanRover] ?? [];
      if (chain.length === 0) continue;
      const goes = sweepChain(chain, s.gcTimeout, (entry, tmo, last) =>
        entry.expires !== 0
          ? isAfter(now, entry.expires)
          : mayExpire(entry, last, [now, tmo, s.gcTimeout], this.era),
      );
      unlinked.push(...this.unlink(this.scanRover, goes));
      if (tickPassed()) break;
    }
    return unlinked;
  }

  /** `rt_check_expire` of 3.4: what it unlinked, and the lengths of the buckets it looked at. */
  work(now: number, elapsed: number): { unlinked: number[]; lengths: number[] } {
    const { sysctls: s } = this;
    const unlinked: number[] = [];
    const lengths: number[] = [];
    for (let left = scanGoal(elapsed, s); left > 0; left--) {
      this.scanRover = (this.scanRover + 1) % this.chains.length;
      const chain = this.chains[this.scanRover] ?? [];
      const goes = sweepChain(
        chain,
        s.gcTimeout,
        (entry, tmo, last) =>
          this.isStale(entry) || mayExpire(entry, last, [now, tmo, s.gcTimeout], this.era),
      );
      unlinked.push(...this.unlink(this.scanRover, goes));
      const kept = this.chains[this.scanRover] ?? [];
      lengths.push(new Set(kept.map((entry) => entry.inputs)).size);
    }
    return { unlinked, lengths };
  }

  /** All chains go: what `rt_run_flush` and the physical sweep leave. */
  flush(): void {
    for (let bucket = 0; bucket < this.chains.length; bucket++) {
      this.unlink(
        bucket,
        (this.chains[bucket] ?? []).map(() => true),
      );
    }
  }

  /** A grace period ends for everything that was unlinked before. */
  settle(): void {
    for (const entry of this.pending) {
      if (entry.refs === 0) this.live--;
      else this.garbage.push(entry);
    }
    this.pending = [];
  }

  /** A pass over the list of dead entries. */
  collectGarbage(): void {
    const kept = this.garbage.filter((entry) => entry.refs !== 0);
    this.live -= this.garbage.length - kept.length;
    this.garbage = kept;
  }
}
