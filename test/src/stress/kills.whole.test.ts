/** Deaths as a user has them made: each is named in time, and nothing is broken that cannot be. */
import { describe, expect, it } from "vitest";
import type { StressReport } from "../../../src/stress/stress.js";
import { runCli } from "../cli/runCli.js";

describe("stress --kills", () => {
  it("kills a CPU in every round, and goes on with a machine that balances", async () => {
    const args = ["--for", "15", "--seed", "4", "--kills", "1", "--json"];
    const { code, stdout } = await runCli(["stress", ...args]);
    const report = JSON.parse(stdout) as StressReport;
    expect(report.mismatches).toEqual([]);
    expect(report.failure).toBeNull();
    expect(code).toBe(0);
    expect(report.kills?.kills).toBe(report.rounds);
    expect(report.kills?.inWindow).toBeGreaterThan(5);
    expect(report.kills?.slowestMs).toBeLessThan(20_000);
  });
});
