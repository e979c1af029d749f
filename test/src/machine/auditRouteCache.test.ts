/** The audit of a route cache, on chains as packets leave them and on ones that are wrong. */
import { describe, expect, it } from "vitest";
import { checkHashed, hashedRoutes } from "../../../src/machine/auditRouteCache.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf } from "../../assembly/machine/router.js";

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

/** What does not hold, by the audit's own words. */
function failures(router: Router): string[] {
  const found: string[] = [];
  const equal = (what: string, is: number, expected: number): void => {
    if (is !== expected) found.push(what);
  };
  checkHashed(router.machine, hashedRoutes(router.machine), { equal });
  return found;
}

async function busyRouter(design: string): Promise<Router> {
  const router = await routerOf(design, { rhashEntries: 64 });
  router.setFlows(flowsToRows(ROWS, 32));
  router.forward(64);
  router.drain();
  return router;
}

describe("the audit of a route cache", () => {
  it(
    "finds each entry once, in its chain, held by nobody",
    async () => {
      const router = await busyRouter("linux-2.6.18");
      expect(hashedRoutes(router.machine).size).toBe(router.entries());
      expect(hashedRoutes(router.machine).size).toBeGreaterThanOrEqual(ROWS.length);
      expect(failures(router)).toEqual([]);
      const slots = await routerOf("linux-3.10");
      expect(hashedRoutes(slots.machine).size).toBe(0);
    },
    COMPILE_MS,
  );

  it(
    "finds one that is held, one in a wrong chain, and one in two",
    async () => {
      const router = await busyRouter("linux-2.6.18");
      const { machine } = router;
      const [first = 0] = hashedRoutes(machine).keys();
      router.call("dstHold", first);
      expect(failures(router)).toEqual(["hashed rtables that are held"]);
      router.call("dstRelease", first);
      const base = machine.word("RT_HASH_BUCKETS_AT") / 4;
      const empty = Array.from({ length: 64 }, (_, i) => i).filter(
        (i) => !machine.u32[base + 2 * i],
      );
      machine.u32[base + 2 * (empty[0] ?? 0)] = first;
      expect(failures(router)).toContain("rtables in two chains");
      for (let i = 0; i < 64; i++) machine.u32[base + 2 * i] = 0;
      machine.u32[base + 2 * (empty[0] ?? 0)] = first;
      expect(failures(router)).toEqual(["rtables in another chain than their key's"]);
    },
    COMPILE_MS,
  );
});
