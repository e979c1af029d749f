/** Deaths: who dies is drawn from the seed, and the answer to a death is checked. */
import { describe, expect, it } from "vitest";
import { CpuFailure } from "../../../src/machine/cpus.js";
import { addKill, drawKill, emptyTally, verdictMismatches } from "../../../src/stress/kills.js";

describe("drawKill", () => {
  it("is the same by the same seed, and over many rounds anybody dies", () => {
    const kills = Array.from({ length: 200 }, (_, i) => drawKill(7, i, 2, true));
    expect(kills.map((_, i) => drawKill(7, i, 2, true))).toEqual(kills);
    expect(new Set(kills.map(({ victim }) => victim))).toEqual(new Set([0, 1, 2]));
    const alone = Array.from({ length: 200 }, (_, i) => drawKill(7, i, 2, false).victim);
    expect(Math.max(...alone)).toBe(1);
  });
});

describe("verdictMismatches", () => {
  const of = (failure: unknown, ms = 10): string[] => {
    const request = { kill: { victim: 1, delayMs: 0 }, deadlineMs: 1_000 };
    return verdictMismatches(failure, request, ms).map(({ text }) => text);
  };

  it("takes the victim's name in time, and nothing else", () => {
    const right = new CpuFailure("CPU 1 died while round 3 of no-cache (exit 1)", [1]);
    expect(of(right)).toEqual([]);
    expect(of(right, 2_001)).toEqual(["CPU 1 was killed, and it took 2001 ms to say so"]);
    const other = new CpuFailure("CPU 0 died while round 3 (exit 1)", [0]);
    expect(of(other)).toEqual([`CPU 1 was killed, and the run said: ${other.message}`]);
    const stalled = new CpuFailure("stalled while round 3: CPU 1", [1]);
    expect(of(stalled)[0]).toMatch(/^CPU 1 was killed, and the run said: stalled/);
    expect(of(null)).toEqual(["CPU 1 was killed, and the run said: nothing"]);
  });
});

describe("addKill", () => {
  it("counts what the dead were at", () => {
    const tally = emptyTally();
    const outcome = { inWindow: true, phase: "window", inSection: true, mismatches: [] };
    addKill(tally, { ...outcome, locks: ["RTNL"], orphans: 2, verdictMs: 3.4 });
    addKill(tally, { ...outcome, inSection: false, locks: [], orphans: 1, verdictMs: 1 });
    expect(tally).toEqual({
      ...{ kills: 2, inWindow: 2, withLock: 1, inSection: 1, orphans: 3, slowestMs: 3 },
    });
  });
});
