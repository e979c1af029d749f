/** The end of a device, step by step; when what is due: `test/fidelity/ipv4Device.test.ts`. */
import { describe, expect, it } from "vitest";
import { NetdevWait } from "../../../src/machine/netdevWait.js";
import { routerOf, WORLD } from "../../assembly/machine/router.js";

describe("a device that goes away", () => {
  it("asks for a barrier, then for time while somebody holds it, then is free", async () => {
    const router = await routerOf("nexthop-direct");
    const ifindex = WORLD.nexthops[0]?.ifindex ?? 0;
    const device = router.machine.deviceAt(ifindex);
    router.call("devHold", device);
    router.control("fibDetachTables");
    router.drain();
    const wait = new NetdevWait(router.machine, ifindex);
    wait.begin();
    expect(wait.step()).toEqual({ kind: "barrier" });
    router.drain();
    expect(wait.step().kind).toBe("sleep");
    expect(wait.record()).toMatchObject({ ifindex, count: 1, looks: 0, warnings: 0 });
    router.call("devPut", device);
    router.call("clockAdvance", 250);
    expect(wait.step()).toEqual({ kind: "free" });
    expect(wait.record()).toMatchObject({ count: 0, looks: 1 });
  });
});
