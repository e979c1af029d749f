/** A self-test's words: counts with bounds, what was missed, where and when. */
import { describe, expect, it } from "vitest";
import { emptyState } from "../../../src/measure/selftestState.js";
import { selftestReport } from "../../../src/report/selftestReport.js";
import { SETTINGS, trialOf } from "../measure/selftestBuilder.js";

const EMPTY = emptyState("0.1.0", SETTINGS);

describe("selftestReport", () => {
  it("tells counts with their bounds, and the conditions they were taken under", () => {
    const planted = trialOf({
      ...{ share: 1.05, truth: 1.05, verdict: "slower", ratio: 1.05, low: 1.04, high: 1.06 },
      ...{ load: 0.5, startedAt: "2026-01-03T00:00:00Z" },
    });
    const state = { ...EMPTY, trials: [...new Array(19).fill(trialOf()), planted] };
    expect(selftestReport(state).split("\n")).toEqual([
      "self-test of dstbench 0.1.0: linux-3.10 on internet-mix, 1 CPU, 10,000 routes, seed 1",
      "machine: Test CPU, 2 cores",
      "20 trials, 2026-01-02 to 2026-01-03, load average 0.250 to 0.500; " +
        "10.0 s and 6.00 processes each (medians)",
      "",
      "A/A: false claims 0 of 19 [0.0, 17.6] % (0 slower, 0 faster); " +
        "intervals that hold the truth 19 of 19 [82.4, 100.0] %",
      "planted +5 %: found 1 of 1 [2.5, 100.0] %, wrong sign 0; " +
        "intervals that hold the truth 1 of 1 [2.5, 100.0] %",
      "",
      "all bounds were kept. Bounds in brackets: Clopper–Pearson, 95 %.",
      "",
    ]);
  });

  it("tells what was missed", () => {
    const claim = trialOf({ verdict: "slower", ratio: 1.1, low: 1.05, high: 1.15 });
    const text = selftestReport({ ...EMPTY, trials: new Array(20).fill(claim) });
    expect(text).toContain("missed: A/A: 20 of 20 claimed a difference where there is none\n");
    expect(text).toContain("missed: 0 of 20 intervals hold the truth; 90 % are wanted\n");
    expect(text).toContain("bounds were missed.");
  });

  it("does not call a test without trials a good one", () => {
    expect(selftestReport(EMPTY)).toContain("no trial was run");
  });
});
