/** A sample of the combinations of knobs: right fates, exact counts, an empty end. */
import { describe, expect, it } from "vitest";
import { deviceCounts, expectAtRest, expectEnded, expectForwarding } from "./audit.js";
import { combinations, sampleCombinations } from "./combinations.js";
import { COMPILE_MS, referenceRouter, routerOf } from "./router.js";

const judge = referenceRouter();

describe("combinations of knobs", () => {
  it("are as many as the sound rows", () => {
    // Slots: 2 output-slots × 2 norefs × 2 lists × 2 device counts × 2 frees, each with the atomic
    // count without slot counts and all three with them. None: 3 counts × 2 × 2 × 2. Two FIBs.
    expect(combinations()).toHaveLength(2 * (32 * 4 + 24));
    expect(new Set(combinations()).size).toBe(2 * (32 * 4 + 24));
  });

  it.each(sampleCombinations(2, 2))(
    "%s forwards right, counts right and ends empty",
    async (design) => {
      const router = await routerOf(design, { cpus: 2 });
      const idle = deviceCounts(router);
      expectForwarding(router, judge, 1000);
      expectAtRest(router, idle);
      expectEnded(router);
    },
    COMPILE_MS,
  );
});
