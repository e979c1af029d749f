/** The machine that `trace` and `show` look into: options in, a machine or one line out. */
import { describe, expect, it } from "vitest";
import { bootForArguments, MACHINE_DEFAULTS } from "../../../src/cli/inspectOptions.js";

const WISHES = { flavour: "release", cpus: 1, flowPairs: 64, traceEvents: 0 } as const;

describe("bootForArguments", () => {
  it("boots the design with the table and the next hops that were asked for", async () => {
    const args = { ...MACHINE_DEFAULTS, routes: "500", nexthops: "8" };
    const { inspected, design } = await bootForArguments("no-cache", args, WISHES);
    expect(design.name).toBe("no-cache");
    expect(inspected.request.table.count).toBe(500);
    expect(inspected.request.world.nexthops).toHaveLength(8);
    expect(inspected.machine.image.flavour).toBe("release");
  });

  it.each([
    [{ nexthops: "0" }, /^--nexthops 0; allowed: a whole number from 1 to 190$/],
    [{ routes: "1.5k" }, /1\.5k/],
    [{ pps: "x" }, /^--pps x; allowed: /],
  ])("refuses %o before it compiles anything", async (more, message) => {
    const args = { ...MACHINE_DEFAULTS, ...more };
    await expect(bootForArguments("linux-3.10", args, WISHES)).rejects.toThrow(message);
  });
});
