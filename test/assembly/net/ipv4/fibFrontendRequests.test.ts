/** Route changes by request: their errors, and when they make cached routes stale (spec 3.7). */
import { beforeAll, describe, expect, it } from "vitest";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../../../../src/machine/machine.js";
import { type Route, RT_SCOPE_UNIVERSE, RTN_UNICAST } from "../../../../src/reference/world.js";
import { COMPILE_MS, frameOfPair, type Router, WORLD } from "../../machine/router.js";
import { ipv4Router, requestRoute } from "./ipv4.js";

const ESRCH = 3;
const EEXIST = 17;
const ENODEV = 19;
const ENETDOWN = 100;
const IFF_UP = 1;
const RT_TABLE_MAIN = 254;
const SADDR = 0x08080800;
const PREFIX = 0xcb007100;
const RX = WORLD.devices[1]?.ifindex ?? 0;
const ADD = NLM_F_CREATE | NLM_F_EXCL;

function routeBy(hop: number): Route {
  const nexthop = WORLD.nexthops[hop];
  if (nexthop === undefined) throw new RangeError(`no next hop ${hop}`);
  const scope = RT_SCOPE_UNIVERSE;
  return { table: "main", prefix: PREFIX, length: 24, type: RTN_UNICAST, scope, nexthop };
}

describe("route changes by request", () => {
  let router: Router;

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10");
  }, COMPILE_MS);

  const add = (hop = 0, nlflags = ADD): number =>
    requestRoute(router, "routeNew", routeBy(hop), nlflags);
  const remove = (): number => requestRoute(router, "routeDelete", routeBy(0));

  /** By how much a step moves the generation id. */
  const genidMoves = (step: () => void): number => {
    const before = router.call("rtGenid");
    step();
    return (router.call("rtGenid") - before) >>> 0;
  };

  /** Device that a packet to the route leaves by; the drop's reason where there is none. */
  const leavesBy = (): number | string => {
    const end = router.receive(RX, frameOfPair(router, SADDR, PREFIX + 9));
    if (typeof end === "string" || end.kind === "delivered") throw new Error("not forwarded");
    return end.kind === "forwarded" ? end.ifindex : end.reason;
  };

  it("an added route is there at once and a second one is -EEXIST", () => {
    expect(leavesBy()).toBe("no-route");
    expect(genidMoves(() => expect(add()).toBe(0))).toBe(1);
    expect(leavesBy()).toBe(WORLD.nexthops[0]?.ifindex);
    expect(genidMoves(() => expect(add(1)).toBe(-EEXIST))).toBe(0);
    expect(leavesBy()).toBe(WORLD.nexthops[0]?.ifindex);
  });

  it("a route that packets used is replaced and deleted with a new generation", () => {
    const replace = (): void => expect(add(1, NLM_F_CREATE | NLM_F_REPLACE)).toBe(0);
    expect(genidMoves(replace)).toBe(1);
    expect(leavesBy()).toBe(WORLD.nexthops[1]?.ifindex);
    const gone = (): void => {
      expect(requestRoute(router, "routeDelete", routeBy(1))).toBe(0);
    };
    expect(genidMoves(gone)).toBe(1);
    expect(leavesBy()).toBe("no-route");
  });

  it("one that no packet used is in no cache: its deletion moves nothing", () => {
    expect(genidMoves(() => expect(add()).toBe(0))).toBe(1);
    expect(genidMoves(() => expect(remove()).toBe(0))).toBe(0);
  });

  it("a route that is not there is -ESRCH and moves nothing", () => {
    expect(genidMoves(() => expect(remove()).toBe(-ESRCH))).toBe(0);
  });

  it("no device is -ENODEV, one that is down -ENETDOWN, and neither adds a route", () => {
    const { machine } = router;
    const refused = genidMoves(() => {
      machine.writeRequest(routeBy(0), ADD);
      machine.u32[(machine.word("SB_REQUEST_AT") + 64) / 4] = 0;
      expect(router.control("routeNew", RT_TABLE_MAIN)).toBe(-ENODEV);
      const dev = machine.deviceAt(routeBy(0).nexthop.ifindex);
      const flags = router.control("deviceFlags", dev);
      router.control("setDeviceFlags", dev, flags & ~IFF_UP);
      expect(add()).toBe(-ENETDOWN);
      router.control("setDeviceFlags", dev, flags);
    });
    expect(refused).toBe(0);
    expect(leavesBy()).toBe("no-route");
  });

  it("fib_flush without a dead route finds none and moves nothing", () => {
    expect(genidMoves(() => expect(router.control("flushDead")).toBe(0))).toBe(0);
  });
});
