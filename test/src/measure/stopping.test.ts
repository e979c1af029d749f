/** When a run stops: at looks only, by width, by budget, and never later than asked for. */
import { describe, expect, it } from "vitest";
import { LOOKS, nextLook, type StopState, stopReason } from "../../../src/measure/stopping.js";

const STATE: StopState = {
  processes: 6,
  processesMax: 20,
  widest: 0.05,
  target: 0.01,
  elapsedMs: 6_000,
  lastMs: 1_000,
  budgetMs: 60_000,
};

describe("stopReason", () => {
  it("goes on while intervals are wide and there is time", () => {
    expect(stopReason(STATE)).toBeNull();
  });

  it("stops on width at a look, and only there", () => {
    expect(stopReason({ ...STATE, widest: 0.01 })).toBe("width");
    expect(stopReason({ ...STATE, widest: null })).toBe("width");
    for (const processes of [1, 2, 5, 11, 14, 19]) {
      expect(stopReason({ ...STATE, processes, widest: 0 })).toBeNull();
    }
  });

  it("stops on budget where the next look would come too late", () => {
    // A second a process, whatever the first took: the next look, at 12, is over after 12 s.
    const ten = { ...STATE, processes: 10, elapsedMs: 10_000 };
    expect(stopReason({ ...ten, budgetMs: 12_000 })).toBeNull();
    expect(stopReason({ ...ten, budgetMs: 11_999 })).toBe("budget");
    expect(stopReason({ ...ten, lastMs: 2_000, budgetMs: 12_000 })).toBe("budget");
    expect(stopReason({ ...STATE, processes: 5, elapsedMs: 5_000, budgetMs: 1 })).toBeNull();
  });

  it("stops at the most processes, look or not", () => {
    expect(stopReason({ ...STATE, processes: 7, processesMax: 7 })).toBe("processes");
    expect(stopReason({ ...STATE, processes: 2, processesMax: 2, widest: 0 })).toBe("processes");
  });
});

describe("nextLook", () => {
  it("is the next of the looks, or the end", () => {
    expect([0, 6, 7, 8, 9, 10, 12, 15, 20].map((n) => nextLook(n, 99))).toEqual([...LOOKS, 99]);
    expect(nextLook(10, 11)).toBe(11);
  });
});
