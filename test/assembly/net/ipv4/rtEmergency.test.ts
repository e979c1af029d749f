/** Emergencies of the route cache: when chains count as too long, and when caching ends. */
import { describe, expect, it } from "vitest";
import { type CacheMachine, cacheMachine } from "./rtCollect.js";
import { cachePair } from "./rtCollectPair.js";

const BUCKETS = 32;

function emergencies(machine: CacheMachine, count: number): boolean[] {
  return Array.from({ length: count }, () => {
    machine.call("rtEmergencyHashRebuild");
    return machine.call("isCaching") !== 0;
  });
}

describe("emergencies of 2.6.39", () => {
  it("turn caching off at the fifth, for good", async () => {
    const machine = await cacheMachine("2.6.39", BUCKETS);
    expect(machine.call("isCaching")).toBe(1);
    expect(emergencies(machine, 6)).toEqual([true, true, true, true, false, false]);
    expect(machine.word("RT_HASH_REBUILDS")).toBe(6);
    machine.call("clockAdvance", 7_200_000);
    machine.call("rtCacheFlush", 0);
    expect(machine.call("isCaching")).toBe(0);
  });

  it("leave it on again once the sysctl is raised above their number", async () => {
    const machine = await cacheMachine("2.6.39", BUCKETS);
    emergencies(machine, 5);
    machine.setWord("RT_REBUILD_COUNT", 5);
    expect(machine.call("isCaching")).toBe(1);
    expect(emergencies(machine, 1)).toEqual([false]);
  });

  it("move the generation each, which seeds the hash", async () => {
    const machine = await cacheMachine("2.6.39", BUCKETS);
    const before = machine.call("rtGenid");
    emergencies(machine, 1);
    const step = (machine.call("rtGenid") - before) >>> 0;
    expect(step).toBeGreaterThanOrEqual(1);
    expect(step).toBeLessThanOrEqual(256);
  });

  it("count flows of one input of the hash once", async () => {
    const pair = await cachePair("2.6.39", 5);
    expect(pair.machine.call("slowLength", 4)).toBe(0);
    for (const daddr of [1, 2, 1, 1, 3, 2]) pair.insert(4, 0, 1, daddr);
    expect(pair.machine.call("slowLength", 4)).toBe(3);
    pair.insert(4, 0, 2, 3);
    expect(pair.machine.call("slowLength", 4)).toBe(4);
  });
});

it("2.6.18 knows no emergency: it caches whatever the chains", async () => {
  const machine = await cacheMachine("2.6.18", BUCKETS);
  expect(emergencies(machine, 9)).toEqual(Array.from({ length: 9 }, () => true));
  expect(machine.word("RT_HASH_REBUILDS")).toBe(0);
});
