/** The sources of this machine are there, each of them harmless to ask. */
import { describe, expect, it } from "vitest";
import { doctorSources } from "../../../src/cli/doctorCommand.js";

describe("doctorSources", () => {
  it("ask this machine", () => {
    const { cores, freeBytes, node, runs, now, hasCompiler } = doctorSources();
    expect(cores).toBeGreaterThanOrEqual(1);
    expect(freeBytes).toBeGreaterThan(0);
    expect([node, hasCompiler]).toEqual([process.version, true]);
    expect(runs(process.execPath, ["-e", "0"])).toBe(true);
    expect(runs(process.execPath, ["-e", "process.exit(1)"])).toBe(false);
    expect(runs("/none/at/all", [])).toBe(false);
    expect(now()).toBeLessThanOrEqual(now());
  });
});
