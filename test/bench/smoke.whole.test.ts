/**
 * Every bench once with tiny counts: that it compiles, boots, runs, finds its figures, and that the
 * loops do what they are named for, since each window compares what its loop returned. What the
 * figures are is not looked at: a test that fails by time fails by accident.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benchCache } from "../../bench/cache/cache.js";
import { benchCpus, machineNs } from "../../bench/cpus/cpus.js";
import { benchDst } from "../../bench/dst/dst.js";
import { benchForward } from "../../bench/forward/forward.js";
import { type BenchOptions, DEFAULT_OPTIONS } from "../../bench/harness/arm.js";
import { type Bench, BenchContext } from "../../bench/harness/context.js";
import { benchLoad } from "../../bench/load/load.js";
import { benchRcu } from "../../bench/rcu/rcu.js";
import { benchRefcount } from "../../bench/refcount/refcount.js";
import { benchSlab } from "../../bench/slab/slab.js";
import { benchTables } from "../../bench/tables/tables.js";
import { benchUncached } from "../../bench/uncached/uncached.js";

const TINY: BenchOptions = {
  ...DEFAULT_OPTIONS,
  rounds: 2,
  windowMs: 0.02,
  routes: 500,
  flowPackets: 4096,
};

interface Smoke {
  readonly bench: Bench;
  readonly groups: number;
  /** Groups of these that two CPUs meet in. */
  readonly pairs: number;
  /** Arms that must be among those of the groups. */
  readonly arms: readonly string[];
  /** Arms in C where there is a compiler. */
  readonly native: number;
}

const SMOKE: Readonly<Record<string, Smoke>> = {
  refcount: {
    bench: benchRefcount,
    groups: 6,
    pairs: 5,
    native: 1,
    arms: [
      "hold + release, atomic",
      "two bare rmw",
      "JS, Atomics.add + sub",
      "rcuref, one CPU",
      "rcuref, two CPUs, one count",
      "inc-not-zero, two CPUs, two counts of one line",
      "atomic, two CPUs, two counts apart",
      "per CPU (devices), two CPUs, one device",
      "JS Atomics, two CPUs, one count",
    ],
  },
  slab: {
    bench: benchSlab,
    groups: 2,
    pairs: 1,
    native: 1,
    arms: [
      "slab alloc + free",
      "batches of 256, freed by another CPU",
      "alloc on one CPU, free on the other",
      "bare LIFO",
    ],
  },
  dst: {
    bench: benchDst,
    groups: 1,
    pairs: 0,
    native: 0,
    arms: ["dst_alloc + last release, one at a time", "JS, fresh objects for the collector"],
  },
  uncached: {
    bench: benchUncached,
    groups: 1,
    pairs: 1,
    native: 0,
    arms: ["one list, two CPUs", "a list for each CPU, two CPUs"],
  },
  rcu: {
    bench: benchRcu,
    groups: 2,
    pairs: 1,
    native: 1,
    arms: [
      "read section + dereference",
      "null loop",
      "call_rcu to its callback, bursts of 64",
      "synchronize_rcu, one CPU reads, quiet each 64",
    ],
  },
  tables: {
    bench: benchTables,
    groups: 4,
    pairs: 0,
    native: 0,
    arms: [
      "LC-trie, image",
      "hash FIB, image",
      "LC-trie, TypeScript on the same bytes",
      "hash FIB, TypeScript: a Map for each length",
      "16-8-8 bits, TypeScript, typed arrays",
      "npm longest-prefix-match",
    ],
  },
  cache: {
    bench: benchCache,
    groups: 2,
    pairs: 0,
    native: 0,
    arms: ["route cache of linux-2.6.18, image", "Map", "npm lru-cache", "npm quick-lru"],
  },
  forward: {
    bench: benchForward,
    groups: 6,
    pairs: 0,
    native: 6,
    arms: ["floor", "nexthop-direct", "linux-3.10", "no-cache"],
  },
  cpus: {
    bench: benchCpus,
    groups: 1,
    pairs: 1,
    native: 0,
    arms: ["one CPU, receive only", "two CPUs, floor"],
  },
  load: { bench: benchLoad, groups: 1, pairs: 0, native: 0, arms: ["insert 500 routes"] },
};

describe("benches with tiny counts", () => {
  let context: BenchContext;
  let printed = "";

  beforeAll(async () => {
    context = await BenchContext.create(TINY, (text) => {
      printed += `${text}\n`;
    });
  });
  afterAll(() => context.close());

  it.each(Object.entries(SMOKE))("%s", async (thing, smoke) => {
    const before = context.results.length;
    await smoke.bench(context);
    const results = context.results.slice(before);
    expect(results.map((result) => result.thing)).toEqual(Array(smoke.groups).fill(thing));
    expect(results.filter(({ pair }) => pair !== null)).toHaveLength(smoke.pairs);
    const arms = results.flatMap((result) => result.arms);
    expect(arms.map((arm) => arm.name)).toEqual(expect.arrayContaining([...smoke.arms]));
    expect(arms.map((arm) => arm.windows)).toEqual(arms.map(() => TINY.rounds));
    const native = arms.filter((arm) => arm.name.startsWith("C, "));
    expect(native).toHaveLength(context.native === null ? 0 : smoke.native);
    for (const result of results) {
      expect(result.rows.length).toBeGreaterThan(0);
      for (const row of result.rows) expect(row.ratio).toBeGreaterThan(0);
      if (result.pair !== null) expect(result.pair.oneWayNs).toBeGreaterThan(0);
      expect(printed).toContain(`${thing}: ${result.title}`);
    }
  });
});

describe("machineNs", () => {
  it("adds the rates of the CPUs", () => {
    const report = (endNs: number) => ({ startNs: 0, endNs });
    expect(machineNs([report(1000)], 100)).toBeCloseTo(10);
    expect(machineNs([report(1000), report(1000)], 100)).toBeCloseTo(5);
    expect(machineNs([report(1000), report(3000)], 100)).toBeCloseTo(7.5);
  });
});
