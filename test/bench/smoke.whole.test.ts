/**
 * Every bench once with tiny counts: that it compiles, boots, runs and finds its figures. What the
 * figures are is not looked at: a test that fails by time fails by accident.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benchCpus, machineNs } from "../../bench/cpus/cpus.js";
import { benchForward } from "../../bench/forward/forward.js";
import { type BenchOptions, DEFAULT_OPTIONS } from "../../bench/harness/arm.js";
import { type Bench, BenchContext } from "../../bench/harness/context.js";
import { benchLoad } from "../../bench/load/load.js";
import { benchRcu } from "../../bench/rcu/rcu.js";
import { benchRefcount } from "../../bench/refcount/refcount.js";
import { benchSlab } from "../../bench/slab/slab.js";

const TINY: BenchOptions = {
  ...DEFAULT_OPTIONS,
  rounds: 2,
  windowMs: 0.02,
  routes: 500,
  flowPackets: 4096,
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

  const benches: [string, Bench, number, string[]][] = [
    ["refcount", benchRefcount, 1, ["hold + release, atomic", "two bare rmw"]],
    ["slab", benchSlab, 1, ["slab alloc + free", "dst alloc + last release", "bare LIFO"]],
    ["rcu", benchRcu, 1, ["read section + dereference", "plain load", "null loop"]],
    ["forward", benchForward, 6, ["floor", "nexthop-direct", "linux-3.10", "no-cache"]],
    ["cpus", benchCpus, 1, ["one CPU, receive only", "two CPUs, floor"]],
    ["load", benchLoad, 1, ["insert 500 routes"]],
  ];

  it.each(benches)("%s", async (thing, bench, groups, arms) => {
    const before = context.results.length;
    await bench(context);
    const results = context.results.slice(before);
    expect(results.map((result) => result.thing)).toEqual(Array(groups).fill(thing));
    for (const result of results) {
      expect(result.arms.map((arm) => arm.name)).toEqual(expect.arrayContaining(arms));
      for (const row of result.rows) expect(row.ratio).toBeGreaterThan(0);
      const rounds = result.arms.map((arm) => arm.windows);
      expect(rounds).toEqual(rounds.map(() => TINY.rounds));
      expect(printed).toContain(`${thing}: ${result.title}`);
      const native = result.arms.filter((arm) => arm.name.startsWith("C, "));
      const wanted = ["cpus", "load"].includes(thing) || context.native === null ? 0 : 1;
      expect(native.length).toBe(wanted);
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
