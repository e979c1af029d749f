/** Twelve combinations of knobs by seed, with a change of generation in the middle. */
import { describe, it } from "vitest";
import { deviceCounts, expectAtRest, expectEnded, expectForwarding } from "./audit.js";
import { sampleCombinations } from "./combinations.js";
import { referenceRouter, routerOf } from "./router.js";

const judge = referenceRouter();

describe("combinations of knobs", () => {
  it.each(sampleCombinations(12, 12))("%s", async (design) => {
    const router = await routerOf(design, { cpus: 2 });
    const idle = deviceCounts(router);
    expectForwarding(router, judge, 1000);
    router.control("rtCacheFlush", 0);
    expectForwarding(router, judge, 1000);
    expectAtRest(router, idle);
    expectEnded(router);
  });
});
