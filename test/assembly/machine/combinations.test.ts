/** A sample of the combinations of knobs: right fates, exact counts, an empty end. */
import { describe, expect, it } from "vitest";
import { deviceCounts, expectAtRest, expectEnded, expectForwarding } from "./audit.js";
import { combinations, sampleCombinations } from "./combinations.js";
import { COMPILE_MS, referenceRouter, routerOf } from "./router.js";

const judge = referenceRouter();

describe("combinations of knobs", () => {
  it("are as many as the sound rows", () => {
    // Slots: 2 output-slots × 2 norefs × 2 lists × 2 device counts × 2 frees, each with the atomic
    // count without slot counts and all three with them. None: 3 counts × 2 × 2 × 2. Hash: 2 norefs
    // × 2 device counts × 3 scans, each with 3 pairs of layout and invalidation and 3 neighbours.
    // All with 2 checks of the source, 2 FIBs, 2 collectors and 2 counts of entries.
    const count = 16 * (32 * 4 + 24 + 12 * 3 * 3);
    expect(combinations()).toHaveLength(count);
    expect(new Set(combinations()).size).toBe(count);
  });

  const hashes = ["linux-2.6.18", "linux-2.6.39", "linux-2.6.39+invalidate=flush+noref=off"];
  it.each([...sampleCombinations(2, 2), ...hashes])(
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
