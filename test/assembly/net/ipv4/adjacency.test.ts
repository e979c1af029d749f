/** Routing without a dst: nothing allocated, nothing counted, one route a packet. */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { txAddress } from "../../../../src/workloads/standardWorld.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf } from "../../machine/router.js";

const SADDR = 0x08080801;

describe("routing without a dst", () => {
  let router: Router;

  beforeAll(async () => {
    router = await routerOf("nexthop-direct");
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  }, COMPILE_MS);

  it.each(["forward", "send"] as const)("%s: two lookups a packet and no atomic write", (path) => {
    router.setFlows(flowsToRows([0, 1, 2], 64));
    expect(router.costs(() => router[path](64))).toMatchObject({
      packets: 64,
      lookups: 128,
      dstAllocations: 0,
      slabAllocations: 0,
      dstHolds: 0,
      dstReleases: 0,
      atomicStores: 0,
      atomicRmw: 0,
      atomicCmpxchg: 0,
      locks: 0,
    });
    expect(router.entries()).toBe(0);
  });

  it("a datagram to this host is routed once and delivered through loopback", () => {
    router.setFlows([[SADDR, txAddress(0, 1)]]);
    const before = readMib(router.machine);
    // The local table answers.
    expect(router.costs(() => router.send(8)).lookups).toBe(8);
    const after = readMib(router.machine);
    expect(after.inDelivers).toBe(before.inDelivers + 8);
    expect(after.drops).toEqual(before.drops);
  });

  it("a datagram to 0.0.0.0 is for this host and is no martian on the way back in", () => {
    router.setFlows([[SADDR, 0]]);
    const before = readMib(router.machine);
    expect(router.costs(() => router.send(8)).lookups).toBe(0);
    const after = readMib(router.machine);
    expect(after.inDelivers).toBe(before.inDelivers + 8);
    expect(after.drops).toEqual(before.drops);
  });

  it("the next packet in the same skb is routed anew", () => {
    router.setFlows(flowsToRows([4], 64));
    const before = readMib(router.machine).outTransmits;
    router.forward(64);
    expect(readMib(router.machine).outTransmits).toBe(before + 64);
  });
});
