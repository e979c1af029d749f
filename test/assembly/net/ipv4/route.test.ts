/** The contract of a route cache: designs answer alike, and as the reference's tables say. */
import { beforeAll, describe, expect, it } from "vitest";
import { fibLookup } from "../../../../src/reference/fibLookup.js";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { findDevice } from "../../../../src/reference/world.js";
import { Prng } from "../../../../src/workloads/prng.js";
import { txAddress } from "../../../../src/workloads/standardWorld.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  type Router,
  referenceRouter,
  TABLE_ROWS,
  WORLD,
} from "../../machine/router.js";
import { ipv4Router, scratch, scratchAt } from "./ipv4.js";

const SADDR = 0x08080800;
const RX = WORLD.devices[1]?.ifindex ?? 0;

describe.each(["linux-3.10", "no-cache", "nexthop-direct"])("the route contract, %s", (design) => {
  let router: Router;
  const judge = referenceRouter();

  beforeAll(async () => {
    router = await ipv4Router(design);
  }, COMPILE_MS);

  const routed = (daddr: number): number => {
    const dev = router.machine.deviceAt(RX);
    const args = [dev, swapBytes(daddr), swapBytes(SADDR), scratchAt(router)];
    return router.machine.cpu(0).callSigned("routeReceived", ...args);
  };

  const destinations = (): number[] => {
    const prng = new Prng(310);
    const rows = Array.from({ length: 256 }, () =>
      hostOfRow(prng.below(TABLE_ROWS), 1 + prng.below(200)),
    );
    return [...rows, ...[0, 1, 2, 3].map((t) => txAddress(t, 200))];
  };

  it("device, next hop and MTU are the reference's, the first time and again", () => {
    for (const daddr of [...destinations(), ...destinations()]) {
      const route = fibLookup(judge.tables, daddr);
      const { gateway = 0, ifindex = 0 } = route?.nexthop ?? {};
      expect(routed(daddr)).toBe(0);
      const [dev, nexthop = 0, mtu] = scratch(router);
      expect(dev).toBe(router.machine.deviceAt(ifindex));
      expect(swapBytes(nexthop)).toBe(gateway === 0 ? daddr : gateway);
      expect(mtu).toBe(findDevice(WORLD, ifindex)?.mtu);
    }
  });

  it("a frame goes where the contract says", () => {
    for (const daddr of destinations().slice(0, 32)) {
      const end = router.receive(RX, frameOfPair(router, SADDR, daddr));
      expect(end).toEqual(judge.forward(RX, frameOfPair(router, SADDR, daddr)));
    }
  });

  it("a martian is refused, and nothing is attached or kept", () => {
    const inUse = router.rtablesInUse();
    expect(routed(0x7f000001)).toBeLessThan(0);
    expect(routed(0x00000005)).toBeLessThan(0);
    expect(router.rtablesInUse()).toBe(inUse);
  });
});
