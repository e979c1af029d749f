/**
 * Uncached rtables: what a packet without a cache costs, where its rtable is listed, and what a
 * device that goes away does to it. CPU 1 is online and reports nothing, so that with free=rcu what
 * was released stays until the test says so.
 */
import { beforeAll, describe, expect, it } from "vitest";
import {
  COMPILE_MS,
  flowsToRows,
  type Router,
  routerOf,
  routersOf,
  WORLD,
} from "../../machine/router.js";

const DESIGNS = ["no-cache", "no-cache+free=rcu", "linux-3.10+slot-ref=counted"];
const LO = 1;
/** Row 0 leads to the first tx device, row 1 to the second. */
const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;
const TX1 = WORLD.nexthops[1]?.ifindex ?? 0;

describe("uncached rtables", () => {
  let routers: Router[] = [];

  beforeAll(async () => {
    routers = await routersOf(DESIGNS, { cpus: 2 });
    for (const { machine } of routers) machine.setWord("SB_PACKETS_PER_TICK", 0);
  }, COMPILE_MS);

  const router = (design: string): Router => {
    const found = routers[DESIGNS.indexOf(design)];
    if (found === undefined) throw new RangeError(design);
    return found;
  };

  it.each(["forward", "send"] as const)(
    "no-cache, %s: each packet allocates, lists, unlists and frees one rtable",
    (path) => {
      const one = router("no-cache");
      one.setFlows(flowsToRows([0, 1, 2, 3], 640));
      const costs = one.costs(() => one[path](640));
      expect(costs).toMatchObject({
        dstAllocations: 640,
        dstDestroys: 640,
        slabAllocations: 640,
        slabFrees: 640,
        uncachedAdds: 640,
        uncachedDels: 640,
        devHolds: 640,
        devPuts: 640,
        dstReleases: 640,
        rcuCallbacks: 0,
        slotInstalls: 0,
      });
      expect(one.rtablesInUse()).toBe(0);
      expect(one.entries()).toBe(0);
    },
  );

  it("F4-7 free=rcu: the last release of a NOCACHE rtable frees it after a grace period", () => {
    const one = router("no-cache+free=rcu");
    one.setFlows(flowsToRows([0, 1], 64));
    one.forward(64);
    expect(one.rtablesInUse()).toBe(64);
    expect(one.control("uncachedMembers")).toBe(64);
    expect(one.call("rcuBacklog")).toBe(64);
    const costs = one.costs(() => one.drain());
    expect(costs).toMatchObject({ rcuCallbacks: 64, dstDestroys: 64, uncachedDels: 64 });
    expect(one.rtablesInUse()).toBe(0);
    expect(one.control("uncachedMembers")).toBe(0);
  });

  it("F4-6 free=now: it frees at once", () => {
    const one = router("no-cache");
    one.setFlows(flowsToRows([0, 1], 64));
    one.forward(64);
    expect(one.rtablesInUse()).toBe(0);
    expect(one.call("rcuBacklog")).toBe(0);
  });

  it.each(["no-cache+free=rcu", "no-cache+free=rcu+uncached=global"])(
    "F4-76 %s: rt_flush_dev moves the members of that device to loopback, and no other",
    async (design) => {
      // A machine of its own: a device that goes away takes routes out of the table part.
      const one = await routerOf(design, { cpus: 2 });
      const base = [LO, TX0, TX1].map((ifindex) => one.deviceCount(ifindex));
      for (let cpu = 0; cpu < 2; cpu++) {
        one.setFlows(flowsToRows([0, 0, 1], 48), cpu);
        one.forward(48, cpu);
      }
      const used = [LO, TX0, TX1].map((ifindex) => one.deviceCount(ifindex));
      expect(used).toEqual([base[0], (base[1] ?? 0) + 64, (base[2] ?? 0) + 32]);
      one.control("unregisterNetdevice", one.machine.deviceAt(TX0));
      expect(one.control("uncachedMembers")).toBe(96);
      expect(one.deviceCount(LO)).toBe((base[0] ?? 0) + 64);
      // Its neighbours went too, and with them their references.
      const neighbours = WORLD.neighbours.filter(({ ifindex }) => ifindex === TX0).length;
      expect(one.deviceCount(TX0)).toBe((base[1] ?? 0) - neighbours);
      expect(one.deviceCount(TX1)).toBe((base[2] ?? 0) + 32);
      one.drain();
      expect(one.control("uncachedMembers")).toBe(0);
      expect(one.deviceCount(LO)).toBe(base[0]);
      expect(one.deviceCount(TX1)).toBe(base[2]);
    },
    COMPILE_MS,
  );

  it.each(["linux-3.10", "linux-3.10+slot-ref=counted"])(
    "F4-76 %s: a slotted rtable is no member: rt_flush_dev leaves it, the nexthop's end frees it",
    async (design) => {
      const one = await routerOf(design, { cpus: 2 });
      const lo = one.deviceCount(LO);
      one.setFlows(flowsToRows([0, 1], 64));
      one.forward(64);
      const tx0 = one.machine.deviceAt(TX0);
      const dev = (): number[] =>
        one.slots().map(({ rtable }) => one.field(rtable, "DST_DEV_OFFSET"));
      expect(dev()).toContain(tx0);
      one.control("unregisterNetdevice", tx0);
      expect(dev()).toContain(tx0);
      expect(one.control("uncachedMembers")).toBe(0);
      // The host holds the fib_infos that it made for the next hops: numbers from 1 on.
      WORLD.nexthops.forEach((_, k) => {
        one.control("fibReleaseInfoNumber", k + 1);
      });
      one.drain();
      expect(dev()).not.toContain(tx0);
      expect(one.deviceCount(LO)).toBe(lo);
    },
    COMPILE_MS,
  );

  it("counted slots: a displaced rtable is listed until its holders are gone", () => {
    const one = router("linux-3.10+slot-ref=counted");
    one.setFlows(flowsToRows([1], 64));
    one.forward(64);
    const rtable =
      one.slots().find(({ rtable }) => {
        return one.field(rtable, "DST_DEV_OFFSET") === one.machine.deviceAt(TX1);
      })?.rtable ?? 0;
    one.call("dstHold", rtable);
    one.control("rtCacheFlush");
    one.forward(64);
    one.drain();
    expect(one.refcnt(rtable)).toBe(1);
    expect(one.control("uncachedMembers")).toBe(1);
    one.call("dstRelease", rtable);
    one.drain();
    expect(one.control("uncachedMembers")).toBe(0);
    expect(one.entries()).toBe(one.slots().length);
  });
});
