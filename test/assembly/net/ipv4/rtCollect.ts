/** A machine with a small route cache whose entries a test links by hand (`rtCollect.as.ts`). */
import {
  type TestMachine,
  type TestMachineOptions,
  testMachine,
} from "../../../helpers/testMachine.js";

const ENTRY = "test/assembly/net/ipv4/rtCollect.as.ts";

/** Images by era: 2.6.18, 2.6.39, and 2.6.39 with the scan of 3.4. */
export const CACHE_ERAS = {
  "2.6.18": {
    DST_ROUTE_CACHE: 4,
    DST_DST_LAYOUT: 0,
    DST_INVALIDATE: 0,
    DST_EXPIRE_SCAN: 1,
    DST_ENTRIES: 0,
    DST_NOREF: 0,
  },
  "2.6.39": { DST_ROUTE_CACHE: 4, DST_DST_LAYOUT: 1, DST_INVALIDATE: 1, DST_EXPIRE_SCAN: 0 },
  "3.4": { DST_ROUTE_CACHE: 4, DST_DST_LAYOUT: 1, DST_INVALIDATE: 1, DST_EXPIRE_SCAN: 2 },
} as const;
export type CacheEra = keyof typeof CACHE_ERAS;

/** Words of `RtGc`. */
export interface GcState {
  readonly expire: number;
  readonly lastGc: number;
  readonly rover: number;
  readonly equilibrium: number;
  readonly goal: number;
  readonly unlinked: number;
  readonly passes: number;
}

/** Indices of `rt_cache_stat`. */
const GC_STATS = { total: 10, ignored: 11, goalMiss: 12, dstOverflow: 13 } as const;

/** The machine and what tests ask of it. */
export class CacheMachine {
  constructor(
    readonly machine: TestMachine,
    readonly era: CacheEra,
  ) {}

  call(name: string, ...args: number[]): number {
    return this.callOn(0, name, ...args);
  }

  callOn(cpu: number, name: string, ...args: number[]): number {
    const step = this.machine.cpu(cpu)[name];
    if (step === undefined) throw new RangeError(`no export ${name}`);
    return step(...args);
  }

  constant(name: string): number {
    const value = this.machine.cpu(0)[name] as unknown as WebAssembly.Global | undefined;
    if (value === undefined) throw new RangeError(`no constant ${name}`);
    return Number(value.value);
  }

  /** A word of the superblock's sections. */
  word(name: string): number {
    return this.machine.u32[(this.machine.superblockAt + this.constant(name)) / 4] ?? 0;
  }

  setWord(name: string, value: number): void {
    this.machine.u32[(this.machine.superblockAt + this.constant(name)) / 4] = value;
  }

  words(export_: string, count: number): number[] {
    const at = this.call(export_) / 4;
    return Array.from(this.machine.u32.subarray(at, at + count));
  }

  setStatic(export_: string, index: number, value: number): void {
    this.machine.u32[this.call(export_) / 4 + index] = value;
  }

  gc(): GcState {
    const [expire, lastGc, rover, equilibrium, goal, unlinked, passes] = this.words("gcWords", 7);
    return {
      expire: expire ?? 0,
      lastGc: lastGc ?? 0,
      rover: rover ?? 0,
      equilibrium: (equilibrium ?? 0) | 0,
      goal: (goal ?? 0) | 0,
      unlinked: unlinked ?? 0,
      passes: passes ?? 0,
    };
  }

  /** The collector's counters, over all CPUs. */
  counters(): Record<keyof typeof GC_STATS, number> {
    const sum = (index: number): number => {
      const { base, bytes } = this.machine.regions.cpuAreas;
      let total = 0;
      for (let area = base; area < base + bytes; area += 8192) {
        total += this.machine.u32[(area + this.constant("PCPU_RT_STAT")) / 4 + index] ?? 0;
      }
      return total;
    };
    return {
      total: sum(GC_STATS.total),
      ignored: sum(GC_STATS.ignored),
      goalMiss: sum(GC_STATS.goalMiss),
      dstOverflow: sum(GC_STATS.dstOverflow),
    };
  }

  now(): number {
    return this.call("jiffies") >>> 0;
  }

  /** Addresses of chain `hash`, head first. */
  chain(hash: number): number[] {
    const found: number[] = [];
    for (let at = this.call("firstOf", hash); at !== 0; at = this.call("nextOf", at)) {
      if (found.length > 100_000) throw new Error(`chain ${hash} is a circle`);
      found.push(at);
    }
    return found;
  }

  /** Entries as the exact count gives them. */
  entries(): number {
    return this.call("entriesSlow");
  }

  /** All grace periods end, on every CPU. */
  settle(): void {
    const cpus = this.machine.regions.cpuAreas.bytes / 8192 - 1;
    for (let cpu = 0; cpu <= cpus; cpu++) this.callOn(cpu, "rcuBarrierLocal");
  }
}

/** A booted machine of `buckets` buckets; every CPU is offline for RCU. */
export async function cacheMachine(
  era: CacheEra,
  buckets: number,
  options: TestMachineOptions = {},
): Promise<CacheMachine> {
  const machine = await testMachine(ENTRY, {
    defines: CACHE_ERAS[era],
    bootBytes: 1 << 20,
    pagesBytes: 24 << 20,
    ...options,
  });
  const made = new CacheMachine(machine, era);
  made.setWord("SB_RHASH_ENTRIES", buckets);
  made.setWord("SB_REQUEST_BYTES", 4096);
  const step = made.call("boot", 16, 16);
  if (step !== 0) throw new Error(`boot stopped at step ${step}`);
  return made;
}
