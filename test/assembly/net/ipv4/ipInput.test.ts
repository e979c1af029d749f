/**
 * Every fate a received frame can have, judged by the reference router, byte for byte.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { isSameFate } from "../../../../src/reference/fate.js";
import { buildFateFrames, type FateFrame } from "../../../../src/workloads/fates.js";
import {
  COMPILE_MS,
  nexthopOf,
  type Router,
  referenceRouter,
  routersOf,
  TABLE,
  WORLD,
} from "../../machine/router.js";

const DESIGNS = ["linux-3.10", "no-cache", "nexthop-direct"];
const PER_FATE = 500;
const judge = referenceRouter();

/** The first frames that ended otherwise than they must. */
function wrongFates(router: Router, frames: readonly FateFrame[]): string[] {
  const wrong: string[] = [];
  for (const { name, rxIfindex, frame, expected } of frames) {
    const fate = router.receive(rxIfindex, frame);
    if (typeof fate !== "string" && isSameFate(fate, expected)) continue;
    wrong.push(`${name}: ${JSON.stringify(fate)} instead of ${JSON.stringify(expected)}`);
    if (wrong.length === 3) break;
  }
  return wrong;
}

describe("fates of received frames", () => {
  let routers: Router[] = [];
  const made = buildFateFrames(WORLD, TABLE, nexthopOf, {
    seed: 310,
    perFate: PER_FATE,
    router: judge,
  });

  beforeAll(async () => {
    routers = await routersOf(DESIGNS);
  }, COMPILE_MS);

  it("has frames of every fate", () => {
    expect(made.absent).toEqual([]);
  });

  it.each(DESIGNS)(`%s: ${PER_FATE} frames of every fate end as the reference says`, (design) => {
    const router = routers[DESIGNS.indexOf(design)];
    if (router === undefined) throw new RangeError(design);
    expect(wrongFates(router, made.frames)).toEqual([]);
  });

  it("holds whatever frames came before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const { frames } = buildFateFrames(WORLD, TABLE, nexthopOf, {
          seed,
          perFate: 4,
          router: judge,
        });
        for (const router of routers) expect(wrongFates(router, frames)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it("every packet ends once: the equation of the counters", () => {
    for (const { machine } of routers) {
      const mib = readMib(machine);
      const drops = Object.values(mib.drops).reduce((sum, count) => sum + count, 0);
      expect(mib.inReceives).toBeGreaterThan(made.frames.length);
      const out = mib.outTransmits + mib.inDelivers + drops + mib.parked;
      expect(mib.inReceives + mib.arpSent + mib.unparked).toBe(out);
    }
  });
});
