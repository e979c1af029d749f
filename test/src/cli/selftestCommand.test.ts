/** Which trials a self-test is asked for. */
import { describe, expect, it } from "vitest";
import { SELFTEST_DEFAULTS, wantedTrials } from "../../../src/cli/selftestCommand.js";

describe("wantedTrials", () => {
  const { trials } = SELFTEST_DEFAULTS;

  it("are A/A where nothing is said, and only those that are asked for else", () => {
    expect([...wantedTrials({ trials })]).toEqual([[1, 20]]);
    expect([...wantedTrials({ aa: "100", trials })]).toEqual([[1, 100]]);
    expect([...wantedTrials({ plant: "5", trials: "30" })]).toEqual([
      [1.05, 30],
      [0.95, 30],
    ]);
    expect([...wantedTrials({ aa: "2", plant: "1,2.5", trials: "1" }).keys()]).toEqual([
      ...[1, 1.01, 0.99, 1.025, 0.975],
    ]);
  });

  it.each(["0", "51", "x", "5,", "-5"])("refuse %j as an effect", (plant) => {
    expect(() => wantedTrials({ plant, trials })).toThrow(/--plant .*; allowed: percent above 0/);
  });
});
