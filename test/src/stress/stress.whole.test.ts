/**
 * Stress as a user runs it: sound images balance, and each busted one is found, by a check that has
 * to do with what is broken, with each of three seeds.
 */
import { describe, expect, it } from "vitest";
import type { StressReport } from "../../../src/stress/stress.js";
import { runCli } from "../cli/runCli.js";

/** What a variant can be seen by first. A broken lock or count can break anything. */
const CHECKS: Readonly<Record<string, RegExp>> = {
  qsbr: /^(grace-period|trap)$/,
  refcount: /^(count-\w+|object-\w+|entries|trap)$/,
  lock: /^(lock-exclusion|list-form|object-\w+|count-\w+|entries|trap)$/,
  "remote-free": /^object-lost$/,
  uncached: /^(list-form|object-twice)$/,
};

async function stressed(
  args: readonly string[],
): Promise<{ code: number | null; report: StressReport }> {
  const { code, stdout } = await runCli(["stress", "--json", ...args]);
  return { code, report: JSON.parse(stdout) as StressReport };
}

describe("stress", () => {
  it.each(["release", "debug"])("%s images of all kernels balance", async (flavour) => {
    const { code, report } = await stressed(["--for", "4", "--seed", "3", "--flavour", flavour]);
    expect(report.mismatches).toEqual([]);
    expect(code).toBe(0);
    expect(report.rounds).toBeGreaterThanOrEqual(5);
    expect(report.probes).toBeGreaterThan(1_000);
    expect(report.updates).toBeGreaterThan(0);
  });

  it("debug images of all kernels balance with every check and a quarantine", async () => {
    const slab = ["--slab-debug", "FZPU", "--quarantine", "64"];
    const run = ["--for", "4", "--seed", "5", "--flavour", "debug", ...slab];
    const { code, report } = await stressed(run);
    expect(report.mismatches).toEqual([]);
    expect(code).toBe(0);
    expect(report.rounds).toBeGreaterThanOrEqual(5);
  });

  it("a grace period that does not wait is seen with a quarantine too", async () => {
    const slab = ["--quarantine", "64", "--flavour", "debug"];
    const { code } = await stressed(["--for", "20", "--busted", "qsbr", ...slab]);
    expect(code).toBe(1);
  });

  describe.each(Object.entries(CHECKS))("--busted %s", (variant, check) => {
    it.each([1, 2, 3])("is found with seed %i", async (seed) => {
      const args = ["--for", "20", "--seed", String(seed), "--busted", variant];
      const { code, report } = await stressed(args);
      expect(code).toBe(1);
      expect(report.mismatches[0]?.check).toMatch(check);
      expect(report.design).toMatch(/\(busted\)$/);
    });
  });

  it("a busted image that is not found is exit 5", async () => {
    const { code } = await stressed([
      "--for",
      "1",
      "--cpus",
      "1",
      "--busted",
      "uncached",
      "linux-3.10",
    ]);
    expect(code).toBe(5);
  });
});
