/**
 * What dst entries and their collector should do, written down without pointers: counts, lists in
 * order, delays. A test does the same to a machine and to this, and compares.
 */
const HZ = 1000;
const DST_GC_MIN = HZ / 10;
const DST_GC_INC = HZ / 2;
const DST_GC_MAX = 120 * HZ;
/** The kernel's clock at boot: 300 s before its low 32 bits wrap. */
const INITIAL_JIFFIES = 2 ** 32 - 300 * HZ;

export interface ModelEntry {
  readonly id: number;
  refs: number;
  readonly nocache: boolean;
  dead: boolean;
  /** No hash owns it: only its parent does. */
  nohash: boolean;
  child: ModelEntry | null;
  hasParent: boolean;
}

/** What a model is of: one list or two, and whether a last release waits for RCU. */
export interface ModelKind {
  readonly hasBusyList: boolean;
  readonly waitsForRcu: boolean;
}

/** `round_jiffies_relative` for a clock that has run for `elapsed` ticks. */
export function roundedDelay(delay: number, elapsed: number, cpu: number): number {
  const now = INITIAL_JIFFIES + elapsed;
  const aim = now + delay + 3 * cpu;
  const over = aim % HZ;
  const expires = aim - over + (over < HZ / 4 ? 0 : HZ) - 3 * cpu;
  return expires > now ? expires - now : delay;
}

/** Entries of one machine. */
export class DstModel {
  readonly entries = new Set<ModelEntry>();
  /** Newest first. */
  garbage: ModelEntry[] = [];
  busy: ModelEntry[] = [];
  private waiting: ModelEntry[] = [];
  timerInc = DST_GC_MAX;
  timerExpires = 0;
  /** Tick at which the collector comes, by itself. */
  due: number | null = null;

  constructor(
    private readonly kind: ModelKind,
    public elapsed: number,
  ) {}

  alloc(id: number, nocache: boolean): ModelEntry {
    const entry = {
      id,
      refs: 1,
      nocache,
      dead: false,
      nohash: false,
      child: null,
      hasParent: false,
    };
    this.entries.add(entry);
    return entry;
  }

  release(entry: ModelEntry): void {
    entry.refs--;
    if (entry.refs > 0 || !entry.nocache) return;
    if (this.kind.waitsForRcu) this.waiting.push(entry);
    else this.destroyAlone(entry);
  }

  free(entry: ModelEntry): void {
    if (entry.dead) return;
    if (entry.refs > 0) this.toGarbage(entry);
    else this.destroyAlone(entry);
  }

  /** RCU callbacks run. */
  drain(): void {
    for (const entry of this.waiting.splice(0)) this.destroyAlone(entry);
  }

  private destroyAlone(entry: ModelEntry): void {
    const left = this.destroy(entry);
    if (left !== null) this.toGarbage(left);
  }

  /** The child that is left to the garbage list. */
  private destroy(entry: ModelEntry): ModelEntry | null {
    this.entries.delete(entry);
    const { child } = entry;
    if (child === null) return null;
    child.refs--;
    child.hasParent = false;
    if (!child.nohash) return null;
    return child.refs > 0 ? child : this.destroy(child);
  }

  private toGarbage(entry: ModelEntry): void {
    entry.dead = true;
    this.garbage.unshift(entry);
    if (this.timerInc <= DST_GC_INC) return;
    this.restart();
    this.due = this.elapsed + DST_GC_MIN;
  }

  private restart(): void {
    this.timerInc = DST_GC_INC;
    this.timerExpires = DST_GC_MIN;
  }

  /** Time passes, and what is due comes once. */
  advance(ticks: number): void {
    this.elapsed += ticks;
    if (this.due === null || this.elapsed < this.due) return;
    this.due = null;
    this.collect();
  }

  /** A pass; returns how many entries it leaves. */
  collect(): number {
    const lists = this.kind.hasBusyList ? [...this.busy, ...this.garbage] : this.garbage;
    const kept: ModelEntry[] = [];
    let work = 0;
    for (const entry of lists) {
      if (entry.refs > 0) {
        kept.push(entry);
        continue;
      }
      work++;
      const child = this.destroy(entry);
      if (child === null || child.dead) continue;
      child.dead = true;
      kept.push(child);
    }
    if (this.kind.hasBusyList) [this.busy, this.garbage] = [kept, []];
    else this.garbage = kept;
    this.nextDelay(kept.length, work);
    return kept.length;
  }

  private nextDelay(left: number, work: number): void {
    const { hasBusyList } = this.kind;
    if (!hasBusyList) this.due = null;
    if (left === 0) {
      this.timerInc = DST_GC_MAX;
      return;
    }
    const inVain = hasBusyList ? work <= Math.floor(left / 10) : work === 0;
    if (inVain) {
      this.timerExpires = Math.min(this.timerExpires + this.timerInc, DST_GC_MAX);
      this.timerInc += DST_GC_INC;
    } else {
      this.restart();
    }
    if (this.due !== null) return;
    const delay = this.timerExpires;
    const isRounded = hasBusyList && delay > 4 * HZ;
    this.due = this.elapsed + (isRounded ? roundedDelay(delay, this.elapsed, 0) : delay);
  }
}
