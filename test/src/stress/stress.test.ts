/** What stress draws, and what is made of its runs. */
import { describe, expect, it } from "vitest";
import { rateLine } from "../../../src/stress/detectionRate.js";
import { drawRound } from "../../../src/stress/stress.js";
import { STRESS_WORKLOADS } from "../../../src/stress/stressSetup.js";

describe("drawRound", () => {
  it("is the same by the same seed, and over many rounds draws everything", () => {
    const rounds = Array.from({ length: 300 }, (_, i) => drawRound(7, i, "no-cache"));
    expect(rounds.map((_, i) => drawRound(7, i, "no-cache"))).toEqual(rounds);
    expect(drawRound(8, 0, "no-cache")).not.toEqual(rounds[0]);
    expect(new Set(rounds.map(({ workload }) => workload)).size).toBe(STRESS_WORKLOADS.length);
    expect(new Set(rounds.map(({ sideLoad }) => sideLoad)).size).toBe(4);
    for (const { loop, workload } of rounds) {
      expect(loop === "sendPackets").toBe(workload === "local-send");
    }
  });
});

describe("rateLine", () => {
  it("tells how many were found, by which check, and with which seeds not", () => {
    const runs = [
      { seed: 1, exitCode: 1, check: "count-dst" },
      { seed: 2, exitCode: 1, check: "trap" },
      { seed: 3, exitCode: 1, check: "count-dst" },
      { seed: 4, exitCode: 5, check: null },
    ];
    expect(rateLine("refcount", runs)).toBe(
      "refcount: 3 of 4 found; first by count-dst 2, trap 1; not found with seed 4 (exit 5)",
    );
  });
});
