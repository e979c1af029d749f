/** How many processes a run is planned for: by its budget and what one takes beside windows. */
import { describe, expect, it } from "vitest";
import { plannedProcesses } from "../../../src/measure/runProcesses.js";

describe("plannedProcesses", () => {
  it.each([
    // Nothing is known; too little room even for the first look.
    [20, 13_000, null, 6],
    [20, 13_000, 5_000, 6],
    // 13 s hold 8.4 set-ups of 0.7 s with 1.1 times that for windows, after one for the judge.
    [20, 13_000, 700, 8],
    [20, 600_000, 8_000, 20],
    [8, 600_000, 8_000, 8],
    [3, 600_000, 8_000, 3],
    [1, 7_000, null, 1],
  ])("of at most %i in %i ms, %s ms beside windows: %i", (processes, budgetMs, beside, planned) => {
    expect(plannedProcesses({ processes, budgetMs }, beside)).toBe(planned);
  });
});
