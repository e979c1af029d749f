/** Trace points about a dst: its address, and its references as a number, however they are kept. */
import { describe, expect, it } from "vitest";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { coreRouter } from "./core.js";

const TX = 6;
const HEAD = 64;
const EVENT_WORDS = 8;
const CAPACITY = 64;
const DST_HOLD = 18;
const DST_RELEASE = 19;
const SKB_DST_SET_NOREF = 15;
const ATTACHED_NOREF = 16;
const HELD = 17;
const RELEASED = 18;

/** Where the rings lie: where the flow lists would. */
function ringsAt({ machine }: Router): number {
  return machine.memoryPlan.flows.base;
}

function switchTrace({ machine }: Router, base: number): void {
  const at = ringsAt({ machine } as Router) / 4;
  machine.u32.fill(0, at, at + 1024);
  machine.u32[at] = HEAD + CAPACITY * 32;
  machine.u32[at + 1] = CAPACITY;
  const entry = machine.layout.at("SB_REGION_TABLE") + 8 * machine.layout.at("REGION_TRACE");
  machine.u32[(machine.plan.superblock.base + entry) / 4] = base;
}

/** Branches of CPU 0: function, branch, dst, count. */
function branches({ machine }: Router): number[][] {
  const ring = (ringsAt({ machine } as Router) + HEAD) / 4;
  const events = Array.from({ length: machine.u32[ring] ?? 0 }, (_, i) => {
    const at = ring + HEAD / 4 + i * EVENT_WORDS;
    const word = machine.u32[at] ?? 0;
    return [word & 0xffff, word >>> 16, machine.u32[at + 2] ?? 0, machine.u32[at + 3] ?? 0];
  });
  return events.filter(([, what = 0]) => what < 0x8000);
}

describe.each(["linux-3.10", "no-cache+refcount=rcuref", "no-cache+refcount=inc-not-zero"])(
  "traceDst of %s",
  (design) => {
    it(
      "says how many references there are after each step",
      async () => {
        const router = await coreRouter(design);
        const at = router.call("rtDstAlloc", router.machine.deviceAt(TX), 0);
        switchTrace(router, ringsAt(router));
        router.call("dstHold", at);
        router.call("dstHold", at);
        router.call("dstRelease", at);
        expect(branches(router)).toEqual([
          [DST_HOLD, HELD, at, 2],
          [DST_HOLD, HELD, at, 3],
          [DST_RELEASE, RELEASED, at, 2],
        ]);
        switchTrace(router, 0);
        router.call("dstRelease", at);
        expect(branches(router)).toEqual([]);
      },
      COMPILE_MS,
    );
  },
);

it("says that a borrowed dst has no reference of the packet", async () => {
  const router = await coreRouter("linux-3.10");
  const at = router.call("rtDstAlloc", router.machine.deviceAt(TX), 1);
  const skb = router.machine.ringsWord(0, "RINGS_SKBS_AT");
  switchTrace(router, ringsAt(router));
  router.call("skbDstSetNoref", skb, at);
  expect(branches(router)).toEqual([[SKB_DST_SET_NOREF, ATTACHED_NOREF, at, 1]]);
});
