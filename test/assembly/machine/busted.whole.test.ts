/** Planted defects: the judge or the audit finds each of them, so both can fail. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
import { isSameFate } from "../../../src/reference/fate.js";
import { buildFateFrames } from "../../../src/workloads/fates.js";
import { deviceCounts, expectAtRest, expectForwarding } from "./audit.js";
import { nexthopOf, type Router, referenceRouter, routersOf, TABLE, WORLD } from "./router.js";

const judge = referenceRouter();

async function bustedRouter(kind: number): Promise<Router> {
  const design = parseDesign("no-cache");
  const defines = { ...design.defines, DST_BUSTED: kind };
  const image = await findImage({ ...design, name: `busted-${kind}`, defines }, "debug");
  const [router] = await routersOf([], { images: [image], cpus: 2 });
  if (router === undefined) throw new RangeError("no machine");
  return router;
}

describe("planted defects", () => {
  it("1, forwarding on a device that must not: the judge sees it", async () => {
    const router = await bustedRouter(1);
    const { frames } = buildFateFrames(WORLD, TABLE, nexthopOf, {
      seed: 1,
      perFate: 5,
      router: judge,
    });
    const wrong = frames.filter(({ rxIfindex, frame, expected }) => {
      const fate = router.receive(rxIfindex, frame);
      return typeof fate === "string" || !isSameFate(fate, expected);
    });
    expect(new Set(wrong.map(({ name }) => name))).toEqual(new Set(["forwarding-off"]));
  });

  it.each([
    [2, "a last release that frees nothing"],
    [3, "entries that are never counted down"],
    [4, "memory that is not given back"],
  ])("%i, %s: packets are right and the audit sees it", async (kind) => {
    const router = await bustedRouter(kind);
    const idle = deviceCounts(router);
    expectForwarding(router, judge, 200);
    expect(() => expectAtRest(router, idle)).toThrow(/expected/);
  });
});
