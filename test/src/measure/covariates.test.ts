/** What the system says of other work: its own formats, and null wherever it says nothing. */
import { describe, expect, it } from "vitest";
import { between, pressureMs, stealMs } from "../../../src/measure/covariates.js";

const STAT = "cpu  10 20 30 40 50 60 70 83 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n";
const PRESSURE = "some avg10=0.12 avg60=0.10 avg300=0.05 total=1234567\nfull avg10=0.00 total=9\n";

const missing = (): string => {
  throw new Error("ENOENT");
};

describe("covariates", () => {
  it("are read from the system's own files", () => {
    const files: Record<string, string> = { "/proc/stat": STAT, "/proc/pressure/cpu": PRESSURE };
    const read = (file: string): string => files[file] ?? missing();
    expect(stealMs(read)).toBe(830);
    expect(pressureMs(read)).toBeCloseTo(1_234.567, 9);
  });

  it.each([
    ["a file is missing", missing],
    ["an old kernel counts no steal", () => "cpu  10 20 30 40\n"],
    ["a file says something else", () => "nonsense"],
    ["a file is empty", () => ""],
  ])("are unknown where %s", (_, read) => {
    expect([stealMs(read), pressureMs(read)]).toEqual([null, null]);
  });

  it("have a difference where both ends are known", () => {
    expect([between(3, 10), between(null, 10), between(3, null)]).toEqual([7, null, null]);
    // A sum that runs backwards (a machine that moved) is no negative time.
    expect(between(10, 3)).toBe(0);
  });
});
