/**
 * Accounts, the rest: what must be so whenever no CPU is inside a machine. No lock is held, no CPU
 * is in a section, grace periods are where they can be, timers are in order, pages and packets add
 * up, and page 0 is zero.
 */
import type { AccountBook } from "./accountsBook.js";
import type { SlabObjects } from "./accountsObjects.js";
import { readMib } from "./counters.js";
import type { Machine } from "./machine.js";

const GUARD_PAGE_BYTES = 65_536;
/** Locks whose word counts readers. */
const RWLOCKS: ReadonlySet<string> = new Set(["neighbour table", "fib_hash_lock"]);

/** A lock that is held, by its name, and by which CPU; −1: a rwlock's word does not say. */
export interface HeldLock {
  readonly name: string;
  readonly word: number;
  readonly cpu: number;
}

/** What no object is the subject of. */
export class RestCheck {
  private readonly machine: Machine;

  constructor(
    private readonly objects: SlabObjects,
    private readonly book: AccountBook,
  ) {
    this.machine = objects.machine;
  }

  /** Checks everything. */
  check(): void {
    this.guardPage();
    this.pages();
    this.packets();
    this.locks();
    this.cpus();
    this.probes();
    for (let flavour = 0; flavour < 2; flavour++) this.gracePeriods(flavour);
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) this.timers(cpu);
  }

  private at(name: string): number {
    return this.machine.layout.at(name);
  }

  private word(at: number): number {
    return this.machine.u32[at / 4] ?? 0;
  }

  private get base(): number {
    return this.machine.plan.superblock.base;
  }

  /** Nothing was written through a null pointer. */
  guardPage(): void {
    const words = this.machine.u32.subarray(0, GUARD_PAGE_BYTES / 4);
    const written = words.filter((word) => word !== 0).length;
    this.book.equal("page-zero", "words of the guard page that are not zero", written, 0);
  }

  /** Every page that was ever taken is some CPU's or free, and CPUs count theirs. */
  private pages(): void {
    const pool = this.base + this.at("G_SLAB");
    let owned = 0;
    for (const cache of this.objects.caches.values()) {
      owned += cache.pages.length;
      for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
        const block = this.machine.areaOf(cpu) + this.at("PCPU_SLAB");
        const at = block + this.at("SLAB_STRIDE") * cache.id + this.at("SLAB_CPU_PAGES");
        const found = cache.pages.filter((page) => page.cpu === cpu).length;
        this.book.equal("slab-pages", `pages of ${cache.name} on CPU ${cpu}`, this.word(at), found);
      }
    }
    const bumped = this.word(pool + this.at("SLAB_POOL_BUMPED"));
    let free = 0;
    let page = this.word(pool + this.at("SLAB_POOL_FREE_PAGES"));
    for (; page !== 0 && free <= bumped; page = this.word(page)) free++;
    const counted = this.word(pool + this.at("SLAB_POOL_FREE_COUNT"));
    this.book.equal("slab-pages", "free pages on the pool's stack", free, counted);
    this.book.equal("slab-pages", "pages taken from the pool", bumped, owned + free);
  }

  /** Every packet that came in or was sent went somewhere. */
  private packets(): void {
    const mib = readMib(this.machine);
    const drops = Object.values(mib.drops).reduce((sum, n) => sum + n, 0);
    const out = mib.outTransmits + mib.inDelivers + mib.loopback + drops + mib.parked;
    const came = mib.inReceives + mib.outRequests + mib.arpSent + mib.unparked;
    this.book.equal("packets", "packets accounted for", out, came);
  }

  /** The locks of a machine, by name. */
  private lockWords(): [string, number][] {
    const { machine, base } = this;
    const found: [string, number][] = [
      ["slab pool", base + this.at("G_SLAB") + this.at("SLAB_POOL_LOCK")],
      ["garbage list", base + this.at("G_DST")],
      ["dst collector", base + this.at("G_DST") + this.at("GARBAGE_MUTEX")],
      ["uncached list", base + this.at("G_UNCACHED")],
      ["neighbour table", base + this.at("NEIGH_TABLE_LOCK")],
      ["RTNL", base + this.at("G_RTNL")],
      ["fib_hash_lock", base + this.at("G_FIB_HASH_LOCK")],
      ["peers", base + this.at("PEER_LOCK")],
      ["flush of the route cache", base + this.at("G_RT_FLUSH")],
    ];
    for (let i = 0; i < this.at("ACCOUNT_COUNTERS"); i++) {
      found.push([`percpu counter ${i}`, base + this.at("ACCOUNT_G_COUNTERS") + 64 * i]);
    }
    for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
      const area = machine.areaOf(cpu);
      found.push([`timers of CPU ${cpu}`, area + this.at("PCPU_TIMERS")]);
      found.push([`uncached list of CPU ${cpu}`, area + this.at("PCPU_UNCACHED")]);
    }
    const cache = this.objects.cache(this.at("KMEM_CACHE_NEIGHBOUR"));
    for (const { at } of this.objects.inUse(cache)) {
      found.push([`neighbour ${at}`, at + this.at("NEIGH_LOCK")]);
    }
    if (machine.image.row["route-cache"] !== "hash") return found;
    const hash = base + this.at("G_RT_HASH");
    const locks = this.word(hash + this.at("RT_HASH_LOCKS_AT"));
    const mask = this.word(hash + this.at("RT_HASH_LOCK_MASK"));
    for (let i = 0; i <= mask; i++) found.push([`chain lock ${i}`, locks + 4 * i]);
    return found;
  }

  /** Locks that are held. */
  held(): HeldLock[] {
    return this.lockWords()
      .map(([name, at]) => ({ name, word: this.word(at) }))
      .filter(({ word }) => word !== 0)
      .map(({ name, word }) => {
        const isOwner = !RWLOCKS.has(name) && word <= this.machine.options.cpus + 1;
        return { name, word, cpu: isOwner ? word - 1 : -1 };
      });
  }

  private locks(): void {
    for (const [name, at] of this.lockWords()) {
      const word = this.word(at);
      this.book.holds("locks", word === 0, () => {
        const owner =
          word > 0 && word <= this.machine.options.cpus + 1 ? ` of CPU ${word - 1}` : "";
        return `lock of ${name} is held: ${word}${owner}`;
      });
    }
  }

  private cpus(): void {
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const area = this.machine.areaOf(cpu);
      for (const [name, what] of [
        ["CPU_SOFTIRQ", "softirqs"],
        ["CPU_BH_DISABLED", "sections with bottom halves off"],
        ["CPU_RCU_NESTING", "read sections"],
        ["CPU_FAULT_SITE", "traps"],
      ] as const) {
        const word = this.word(area + this.at(name));
        this.book.equal("cpu-state", `${what} that CPU ${cpu} is in`, word, 0);
      }
    }
  }

  /**
   * No CPU has seen what it held in a read section grow old, and none was in a lock with another
   * (`graceTorture.ts`). `slack`: CPUs that may be between the two words.
   */
  probes(slack = 0): void {
    let added = 0;
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const area = this.machine.areaOf(cpu);
      const stale = this.word(area + this.at("TORTURE_STALE"));
      const reads = this.word(area + this.at("TORTURE_READS"));
      const of = `of ${reads} read sections of CPU ${cpu}`;
      const what = `${of}, those that a grace period did not wait for`;
      this.book.equal("grace-period", what, stale, 0);
      added += this.word(area + this.at("TORTURE_ADDED"));
    }
    const word = this.word(this.base + this.at("TORTURE_WORD"));
    const apart = Math.abs((word - added) | 0);
    this.book.holds("lock-exclusion", apart <= slack, () => {
      return `what was added under a lock: found ${word}, expected ${added}`;
    });
  }

  /** gpCompleted is gpSeq or one period behind, and every CPU is offline. */
  private gracePeriods(flavour: number): void {
    const at = this.base + this.at("G_RCU") + 256 * flavour;
    const seq = this.word(at);
    const completed = this.word(at + 64);
    const behind = (seq - completed) >>> 0;
    this.book.holds("rcu", seq % 2 === 0 && (behind === 0 || behind === 2), () => {
      return `grace periods of flavour ${flavour}: ${seq} began, ${completed} is over`;
    });
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const qs = this.word(this.machine.areaOf(cpu) + this.at("PCPU_RCU") + 128 * flavour);
      this.book.equal("rcu", `RCU of flavour ${flavour} waits for CPU ${cpu}`, qs, 0);
    }
  }

  /** The pending list is a circle in the order of its times, as long as is counted. */
  private timers(cpu: number): void {
    const timers = this.machine.areaOf(cpu) + this.at("PCPU_TIMERS");
    const head = timers + this.at("TIMERS_PENDING");
    const armed = this.word(timers + this.at("TIMERS_ARMED"));
    let length = 0;
    // Zero: nobody has armed a timer here yet.
    if (this.word(head) !== 0) {
      const seen = new Set<number>();
      let before = head;
      for (let at = this.word(head); at !== head && !seen.has(at); at = this.word(at)) {
        seen.add(at);
        this.timer(cpu, at, before, head);
        before = at;
      }
      length = seen.size;
      const expiring = timers + this.at("TIMERS_EXPIRING");
      this.book.equal(
        "timers",
        `due timers left on CPU ${cpu}`,
        +(this.word(expiring) !== expiring),
        0,
      );
    }
    this.book.equal("timers", `timers that wait on CPU ${cpu}`, length, armed);
  }

  private timer(cpu: number, at: number, before: number, head: number): void {
    const expires = this.at("TIMER_EXPIRES");
    this.book.holds("timers", this.word(at + 8) === before, () => {
      return `timers of CPU ${cpu}: the link back of ${at} leads elsewhere`;
    });
    if (before === head) return;
    const apart = (this.word(at + expires) - this.word(before + expires)) | 0;
    this.book.holds("timers", apart >= 0, () => {
      return `timers of CPU ${cpu}: ${at} is due before the one in front of it`;
    });
  }
}
