/** The clock: who imports it, and that a timed image's bursts are measured by it. */
import { beforeAll, describe, expect, it } from "vitest";
import { FLAVOURS, type Flavour } from "../../../src/image/flavour.js";
import { readBursts, setBurstTiming } from "../../../src/machine/burstLatency.js";
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
  function runBurst(flavour: Flavour): void {
    const { machine } = router(flavour);
    const timing = { periodNs: 0, goalNs: 0, giveUpNs: 0 };
    router(flavour).setFlows(flowsToRows([1, 2, 3], BURST));
    setBurstTiming(machine.memory, machine.layout, machine.areaOf(0), timing);
    router(flavour).forward(BURST);
  }

  it.each(FLAVOURS)("%s: imports what it needs and nothing else", async (flavour) => {
    const { module } = router(flavour).machine;
    const imports = WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`);
    const clock = flavour === "timed" ? ["env.nowNs"] : [];
    expect(imports.sort()).toEqual(["env.memory", ...clock]);
  });

  it("times the bursts of a timed image", () => {
    expect(readBursts(router("timed").machine, 0).maxNs).toBe(0);
    runBurst("timed");
    const first = readBursts(router("timed").machine, 0).maxNs;
    expect(first).toBeGreaterThan(0);
    runBurst("timed");
    expect(readBursts(router("timed").machine, 0).maxNs).toBeGreaterThanOrEqual(first);
  });

  it.each(["release", "debug"] as const)("%s: has no words for them", (flavour) => {
    expect(() => runBurst(flavour)).toThrow(/the image is not timed/);
  });
});
