/** Loads: what is asked, what a CPU is told, how long a trial is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadOf, parseLoads, timingOf, trialPackets } from "../../../src/measure/openLoop.js";

const LIMITS = { goalNs: 5, giveUpNs: 7 };

describe("loads", () => {
  it("are a closed loop, rates and shares, in their order", () => {
    const { loads, isCapacityAsked } = parseLoads("closed,500k,80%,2m,1500");
    expect(isCapacityAsked).toBe(false);
    expect(loads).toEqual([
      { kind: "closed" },
      { kind: "rate", packetsPerSecond: 500_000 },
      { kind: "share", share: 0.8 },
      { kind: "rate", packetsPerSecond: 2_000_000 },
      { kind: "rate", packetsPerSecond: 1_500 },
    ]);
  });

  it("may be searched for, beside others or alone", () => {
    const closed = { kind: "closed" };
    expect(parseLoads("capacity,closed")).toEqual({ loads: [closed], isCapacityAsked: true });
    expect(parseLoads("capacity")).toEqual({ loads: [], isCapacityAsked: true });
  });

  it.each([
    "",
    "open",
    "Capacity",
    "capacity,",
    "0",
    "999",
    "101m",
    "0%",
    "201%",
    "50%,",
    "1.5m",
    "-1",
  ])("are refused in one line: %s", (text) => {
    expect(() => parseLoads(text)).toThrow(/^--load .*; allowed: closed, packets per second/);
  });

  it("become rates that can be asked for again", () => {
    expect(loadOf({ kind: "closed" }, 1e6)).toEqual({ packetsPerSecond: null });
    expect(loadOf({ kind: "share", share: 0.5 }, 2_468_135)).toEqual({ packetsPerSecond: 1.23e6 });
    expect(loadOf({ kind: "share", share: 0.5 }, 1)).toEqual({ packetsPerSecond: 1_000 });
    expect(loadOf({ kind: "rate", packetsPerSecond: 77_777 }, 1)).toEqual({
      packetsPerSecond: 77_777,
    });
  });

  it("have periods that add up to the rate, and none in a closed loop", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 100_000_000 }), (rate) => {
        const { periodNs, goalNs, giveUpNs } = timingOf({ packetsPerSecond: rate }, LIMITS);
        expect((64 * 1e9) / periodNs).toBeCloseTo(rate, 3);
        expect([goalNs, giveUpNs]).toEqual([5, 7]);
      }),
    );
    const closed = { periodNs: 0, goalNs: 5, giveUpNs: 0 };
    expect(timingOf({ packetsPerSecond: null }, LIMITS)).toEqual(closed);
  });

  it("have trials of whole bursts, of the asked length but for one burst", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 5e7 }),
        fc.integer({ min: 10, max: 2_000 }),
        (rate, ms) => {
          for (const load of [{ packetsPerSecond: rate }, { packetsPerSecond: null }]) {
            const packets = trialPackets(load, rate, ms);
            expect(packets % 64).toBe(0);
            expect(packets).toBeGreaterThanOrEqual(64);
            expect(Math.abs(packets - (rate * ms) / 1_000)).toBeLessThanOrEqual(64);
          }
        },
      ),
    );
  });
});
