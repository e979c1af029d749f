/** The clock: who imports it, and that a timed image's bursts are measured by it. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAVOURS, type Flavour } from "../../../src/image/flavour.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf } from "../machine/router.js";

const DESIGN = "linux-3.10";
const BURST = 64;

describe("the clock of timed images", () => {
  const routers = new Map<Flavour, Router>();
  beforeAll(async () => {
    for (const flavour of FLAVOURS) routers.set(flavour, await routerOf(DESIGN, { flavour }));
  }, COMPILE_MS);

  const router = (flavour: Flavour): Router => {
    const found = routers.get(flavour);
    if (found === undefined) throw new RangeError(flavour);
    return found;
  };
  const longestBurstNs = (flavour: Flavour): number =>
    router(flavour).machine.ringsWord(0, "RINGS_BURST_NS_MAX");

  function runBurst(flavour: Flavour): void {
    router(flavour).setFlows(flowsToRows([1, 2, 3], BURST));
    router(flavour).forward(BURST);
  }

  it.each(FLAVOURS)("%s: imports what it needs and nothing else", async (flavour) => {
    const { module } = router(flavour).machine;
    const imports = WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`);
    const clock = flavour === "timed" ? ["env.nowNs"] : [];
    expect(imports.sort()).toEqual(["env.memory", ...clock]);
  });

  it("moves the time words of a timed image's bursts", () => {
    expect(longestBurstNs("timed")).toBe(0);
    runBurst("timed");
    const first = longestBurstNs("timed");
    expect(first).toBeGreaterThan(0);
    runBurst("timed");
    expect(longestBurstNs("timed")).toBeGreaterThanOrEqual(first);
  });

  it.each(["release", "debug"] as const)("%s: leaves the time words alone", (flavour) => {
    runBurst(flavour);
    expect(longestBurstNs(flavour)).toBe(0);
  });
});
