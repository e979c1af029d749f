/** Devices that go down and away under cached routes, and what their ends leave. */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf, WORLD } from "../../machine/router.js";

const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;
const LO = 1;

describe.each(["linux-3.10", "linux-3.10+slot-ref=counted"])("devices of %s", (design) => {
  let router: Router;
  let dev = 0;
  let held = 0;

  beforeAll(async () => {
    router = await routerOf(design);
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    dev = router.machine.deviceAt(TX0);
    router.setFlows(flowsToRows([0, 1], 64));
    router.forward(64);
  }, COMPILE_MS);

  it("a device that goes down takes routes and neighbours along: no route is left", () => {
    const genid = router.call("rtGenid");
    const neighbours = WORLD.neighbours.filter(({ ifindex }) => ifindex === TX0).length;
    const before = router.call("neighEntries");
    // A socket that keeps the route.
    held =
      router.slots().find(({ rtable }) => {
        return router.field(rtable, "DST_DEV_OFFSET") === dev;
      })?.rtable ?? 0;
    router.call("dstHold", held);
    expect(router.control("devClose", dev)).toBeGreaterThan(0);
    expect(router.call("neighEntries")).toBe(before - neighbours);
    expect(router.call("rtGenid")).toBeGreaterThan(genid);
    router.forward(64);
    expect(readMib(router.machine).drops).toEqual({ "no-route": 32 });
  });

  it("F4-17 F4-79 its end waits for the holders' references, which move to another device", () => {
    const orphans = design.includes("counted")
      ? router.call("blackholeNetdev")
      : router.machine.deviceAt(LO);
    router.control("fibDetachTables");
    router.control("unregisterNetdevice", dev);
    router.drain();
    expect(router.control("netdevRunTodo", dev)).toBe(0);
    expect(router.field(held, "DST_DEV_OFFSET")).toBe(orphans);
    router.drain();
    expect(router.rtablesInUse()).toBe(1);
    expect(router.control("netdevRefcntRead", orphans)).toBe(1);
    router.call("dstRelease", held);
    router.control("dstGcTask");
    router.drain();
    expect(router.rtablesInUse()).toBe(0);
    expect(router.entries()).toBe(0);
  });

  it("F4-79 a reference that nobody gives back is reported for ever", () => {
    const tx1 = router.machine.deviceAt(WORLD.nexthops[1]?.ifindex ?? 0);
    router.call("devHold", tx1);
    router.control("unregisterNetdevice", tx1);
    router.drain();
    for (let i = 0; i < 3; i++) expect(router.control("netdevRunTodo", tx1)).toBe(1);
    router.call("devPut", tx1);
    expect(router.control("netdevRunTodo", tx1)).toBe(0);
  });
});
