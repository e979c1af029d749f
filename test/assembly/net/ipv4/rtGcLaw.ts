/**
 * The laws of the 2.6 route cache's collectors as plain arithmetic, written from the spec and apart
 * from the image: goal and equilibrium, halving of ages along a chain, the deadline of a delayed
 * flush, the limit of chains. Times are ticks in 32 bits that wrap.
 */

/** sysctls of net/ipv4/route, times in ticks, and the table's size. */
export interface RouteSysctls {
  readonly bucketsLog: number;
  gcThresh: number;
  maxSize: number;
  gcTimeout: number;
  gcInterval: number;
  gcMinInterval: number;
  gcElasticity: number;
  minDelay: number;
  maxDelay: number;
  secretInterval: number;
  rebuildCount: number;
}

/** Defaults for a table of 2^bucketsLog buckets. */
export function routeSysctls(bucketsLog: number, hz = 1000): RouteSysctls {
  return {
    bucketsLog,
    gcThresh: 2 ** bucketsLog,
    maxSize: 16 * 2 ** bucketsLog,
    gcTimeout: 300 * hz,
    gcInterval: 60 * hz,
    gcMinInterval: hz / 2,
    gcElasticity: 8,
    minDelay: 2 * hz,
    maxDelay: 10 * hz,
    secretInterval: 600 * hz,
    rebuildCount: 4,
  };
}

/** `a − b` in ticks, for ages: 0 to 2^32 − 1. */
export function ticksSince(a: number, b: number): number {
  return (a - b) >>> 0;
}

/** Whether tick `a` is after tick `b`. */
export function isAfter(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}

/** What survives from one run of the collector to the next, on whatever CPU. */
export interface GcWords {
  expire: number;
  lastGc: number;
  rover: number;
  equilibrium: number;
}

/** Step 2 of the collector: what shall go. Moves the equilibrium. `entries` is asked each time. */
export function gcGoal(words: GcWords, entries: () => number, s: RouteSysctls): number {
  const buckets = 2 ** s.bucketsLog;
  const over = entries() - s.gcElasticity * buckets;
  if (over > 0) {
    const goal = Math.max(Math.floor(over / 2), buckets);
    words.equilibrium = entries() - goal;
    return goal;
  }
  words.equilibrium = Math.max(words.equilibrium, s.gcThresh);
  const goal = entries() - words.equilibrium;
  if (goal <= 0) return goal;
  words.equilibrium += Math.min(Math.floor(goal / 2), buckets);
  return entries() - words.equilibrium;
}

/** What the collector and the scans ask of an entry. */
export interface AgedEntry {
  readonly lastuse: number;
  readonly refs: number;
  readonly expires: number;
  readonly broadcastOrMulticast: boolean;
  readonly input: boolean;
  /** RTCF_REDIRECTED or RTCF_NOTIFY. */
  readonly notified: boolean;
}

/** Eras that differ: 2.6.18 knows an end of each entry (`expires`), 2.6.39 generations. */
export type Era = "flush" | "genid";

/** `rt_may_expire` of an entry that is (not) the last of its chain. */
export function mayExpire(
  entry: AgedEntry,
  last: boolean,
  [now, t1, t2]: readonly [number, number, number],
  era: Era,
): boolean {
  if (entry.refs !== 0) return false;
  const ends = era === "flush" && entry.expires !== 0;
  if (ends && !isAfter(entry.expires, now)) return true;
  const age = ticksSince(now, entry.lastuse);
  const fastClean = entry.broadcastOrMulticast && entry.input && !last;
  if (age <= t1 && !fastClean) return false;
  return !(age <= t2 && (entry.notified || ends));
}

/** `rt_score`: what goes first when a chain is too long, lowest first. */
export function scoreOf(
  entry: AgedEntry & { readonly local: boolean },
  now: number,
  era: Era,
): number {
  const age = ticksSince(now, entry.lastuse);
  const ends = era === "flush" && entry.expires !== 0;
  const plain = entry.input && (entry.broadcastOrMulticast || entry.local);
  const newness = (~age & 0x3fffffff) >>> 0;
  return newness + (plain ? 0 : 2 ** 30) + (entry.notified || ends ? 2 ** 31 : 0);
}

/**
 * Goes along one chain, head first: every entry that stays halves the age that the next one may
 * have. Returns for each entry whether it goes; "last" means no entry behind it in the chain.
 */
export function sweepChain<E>(
  chain: readonly E[],
  limit: number,
  goes: (entry: E, tmo: number, last: boolean) => boolean,
): boolean[] {
  let tmo = limit;
  return chain.map((entry, i) => {
    const gone = goes(entry, tmo, i === chain.length - 1);
    if (!gone) tmo = Math.floor(tmo / 2);
    return gone;
  });
}

/** Buckets that one periodic scan looks at after `elapsed` ticks. */
export function scanGoal(elapsed: number, s: RouteSysctls): number {
  const buckets = 2 ** s.bucketsLog;
  const product = BigInt(elapsed) << BigInt(s.bucketsLog);
  const goal = s.gcTimeout > 1 ? product / BigInt(s.gcTimeout) : product;
  return goal > BigInt(buckets) ? buckets : Number(goal);
}

/** 3.4's chain limit from the lengths of the sampled buckets, empty ones among them. */
export function chainLimit(lengths: readonly number[], elasticity: number): number {
  const eighths = lengths.map((length) => length * 8);
  const average = Math.floor(eighths.reduce((sum, l) => sum + l, 0) / lengths.length);
  const squares = Math.floor(eighths.reduce((sum, l) => sum + l * l, 0) / lengths.length);
  const deviation = Math.floor(Math.sqrt(squares - average * average));
  return Math.max(elasticity, (average + 4 * deviation) >> 3);
}

/** 2.6.18's delayed flush: one timer, and a deadline that requests cannot move. */
export class FlushClock {
  /** Tick at which the pending flush is due. */
  dueAt: number | null = null;
  deadline = 0;

  constructor(private readonly s: RouteSysctls) {}

  /** `rt_cache_flush`: true if the flush runs now. */
  request(now: number, asked: number, inSoftirq: boolean): boolean {
    let delay = asked < 0 ? this.s.minDelay : asked;
    const wasPending = this.dueAt !== null;
    this.dueAt = null;
    if (wasPending && delay > 0 && this.deadline !== 0) {
      let left = (this.deadline - now) | 0;
      if (!inSoftirq && left < this.s.maxDelay - this.s.minDelay) left = 0;
      delay = Math.min(delay, left);
    }
    if (delay <= 0) {
      this.deadline = 0;
      return true;
    }
    if (this.deadline === 0) this.deadline = (now + this.s.maxDelay) >>> 0;
    this.dueAt = (now + delay) >>> 0;
    return false;
  }

  /** The timer: true if the flush runs at this tick. */
  tick(now: number): boolean {
    if (this.dueAt === null || isAfter(this.dueAt, now)) return false;
    this.dueAt = null;
    this.deadline = 0;
    return true;
  }
}
