/**
 * Rounds: every arm once in each, in an order that changes, and nothing of the warm-up kept.
 */
import { describe, expect, it } from "vitest";
import type { Arm, Window } from "../../../bench/harness/arm.js";
import { runRounds, shuffled } from "../../../bench/harness/rounds.js";

function countingArm(name: string, log: string[], disturbed: (n: number) => boolean): Arm {
  let windows = 0;
  return {
    name,
    window: (): Window => {
      log.push(name);
      windows++;
      return { ns: windows, disturbed: disturbed(windows) };
    },
  };
}

const calm = (): boolean => false;

describe("runRounds", () => {
  it("runs each arm once a round, in changing order, and keeps samples in order", async () => {
    const log: string[] = [];
    const arms = ["a", "b", "c"].map((name) => countingArm(name, log, calm));
    const samples = await runRounds(arms, { rounds: 20, warmupRounds: 3, seed: 5 });
    const ns = [...samples].map(([name, windows]) => [name, windows.map((w) => w.ns)]);
    const kept = Array.from({ length: 20 }, (_, i) => i + 4);
    expect(ns).toEqual(["a", "b", "c"].map((name) => [name, kept]));
    const rounds = Array.from({ length: 23 }, (_, i) => log.slice(3 * i, 3 * i + 3).join(""));
    expect(rounds.map((r) => [...r].sort().join(""))).toEqual(rounds.map(() => "abc"));
    expect(new Set(rounds).size).toBeGreaterThan(3);
  });

  it("can do without a warm-up", async () => {
    const log: string[] = [];
    const arms = [countingArm("a", log, calm)];
    const samples = await runRounds(arms, { rounds: 2, warmupRounds: 0, seed: 1 });
    expect(samples.get("a")?.map((w) => w.ns)).toEqual([1, 2]);
    expect(log).toEqual(["a", "a"]);
  });

  it("ends at its budget, but not before a few rounds", async () => {
    const arms = ["a", "b"].map((name) => countingArm(name, [], calm));
    const options = { rounds: 30, warmupRounds: 1, seed: 1, budgetMs: 0 };
    const samples = await runRounds(arms, options);
    expect([...samples.values()].map((windows) => windows.length)).toEqual([9, 9]);
    const enough = await runRounds(arms, { ...options, budgetMs: 60_000 });
    expect([...enough.values()].map((windows) => windows.length)).toEqual([30, 30]);
  });

  it("runs a disturbed window again, but not for ever", async () => {
    const once = countingArm("once", [], (n) => n === 1);
    const always = countingArm("always", [], () => true);
    const samples = await runRounds([once, always], { rounds: 1, warmupRounds: 0, seed: 1 });
    expect(samples.get("once")).toEqual([{ ns: 2, disturbed: false }]);
    expect(samples.get("always")).toEqual([{ ns: 4, disturbed: true }]);
  });

  it("ends with the error of an arm", async () => {
    const broken: Arm = {
      name: "broken",
      window: () => {
        throw new Error("3 references after whole pairs");
      },
    };
    const run = runRounds([broken], { rounds: 1, warmupRounds: 0, seed: 1 });
    await expect(run).rejects.toThrow(/3 references/);
  });
});

describe("shuffled", () => {
  it("keeps every item and the original", () => {
    const items = [1, 2, 3, 4];
    expect(shuffled(items, () => 0)).toEqual([4, 3, 2, 1]);
    expect(shuffled(items, () => 0.999)).toEqual([1, 2, 3, 4]);
    expect(items).toEqual([1, 2, 3, 4]);
  });
});
