/** When a run stops: at looks only, by width, by budget, and never later than asked for. */
import { describe, expect, it } from "vitest";
import { LOOKS, nextLook, type StopState, stopReason } from "../../../src/measure/stopping.js";

const STATE: StopState = {
  processes: 6,
  processesMax: 20,
  widest: 0.05,
  target: 0.01,
  elapsedMs: 6_000,
  budgetMs: 60_000,
};

describe("stopReason", () => {
  it("goes on while intervals are wide and there is time", () => {
    expect(stopReason(STATE)).toBeNull();
  });

  it("stops on width at a look, and only there", () => {
    expect(stopReason({ ...STATE, widest: 0.01 })).toBe("width");
    expect(stopReason({ ...STATE, widest: null })).toBe("width");
    for (const processes of [1, 2, 5, 7, 9, 14, 19]) {
      expect(stopReason({ ...STATE, processes, widest: 0 })).toBeNull();
    }
  });

  it("stops on budget where the next look would come too late", () => {
    // A second a process: the next look, at 8, is over after 8 s.
    expect(stopReason({ ...STATE, budgetMs: 8_000 })).toBeNull();
    expect(stopReason({ ...STATE, budgetMs: 7_999 })).toBe("budget");
    expect(stopReason({ ...STATE, processes: 5, elapsedMs: 5_000, budgetMs: 1 })).toBeNull();
  });

  it("stops at the most processes, look or not", () => {
    expect(stopReason({ ...STATE, processes: 7, processesMax: 7 })).toBe("processes");
    expect(stopReason({ ...STATE, processes: 2, processesMax: 2, widest: 0 })).toBe("processes");
  });
});

describe("nextLook", () => {
  it("is the next of the looks, or the end", () => {
    expect([0, 6, 8, 11, 15, 20].map((n) => nextLook(n, 99))).toEqual([...LOOKS, 99]);
    expect(nextLook(8, 10)).toBe(10);
  });
});
