/**
 * Route changes around devices that go down, come up and go away, judged by the reference router:
 * what is refused or flushed, what stays, and what must be added again.
 */
import { beforeEach, describe, expect, it } from "vitest";
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from "../../../../src/machine/machine.js";
import { connectedRoutes } from "../../../../src/reference/connectedRoutes.js";
import { isSameFate } from "../../../../src/reference/fate.js";
import { parseAddress } from "../../../../src/reference/ipv4Address.js";
import { ENETDOWN, type ReferenceRouter } from "../../../../src/reference/referenceRouter.js";
import { findDevice, type Route, RT_SCOPE_NOWHERE } from "../../../../src/reference/world.js";
import { frameOfTemplate } from "../../../../src/workloads/templates.js";
import {
  COMPILE_MS,
  type Router,
  referenceRouter,
  routerOf,
  TABLE,
  TABLE_ROWS,
  WORLD,
} from "../../machine/router.js";

const TX0 = 6;
const RX0 = 2;
const SENDER = parseAddress("198.18.0.4");
/** Own address, subnet, hosts and broadcast of tx0, and of tx1, which stays up. */
const NEAR = ["10.2.0.1", "10.2.0.0", "10.2.0.200", "10.2.0.250", "10.2.0.255", "10.2.1.1"];

describe.each(["linux-3.10", "no-cache", "nexthop-direct"])("devices of %s", (design) => {
  let router: Router;
  let judge: ReferenceRouter;

  beforeEach(async () => {
    router = await routerOf(design);
    judge = referenceRouter();
  }, COMPILE_MS);

  /** Destinations whose fate is not the reference's. */
  const wrong = (): number[] => {
    const near = [...NEAR, "10.2.1.200"].map(parseAddress);
    const far = Array.from({ length: TABLE_ROWS }, (_, row) => (TABLE.prefixes[row] ?? 0) + 1);
    const template = router.templates[0] ?? new Uint8Array();
    return [...near, ...far].filter((daddr) => {
      const frame = frameOfTemplate(template, SENDER, daddr);
      const fate = router.receive(RX0, frame);
      return typeof fate === "string" || !isSameFate(fate, judge.forward(RX0, frame));
    });
  };

  const device = (): number => router.machine.deviceAt(TX0);

  const close = (): void => {
    router.control("devClose", device());
    judge.deviceDown(TX0);
  };

  const routeNew = (route: Route): number => {
    router.machine.writeRequest(route, NLM_F_CREATE | NLM_F_EXCL);
    return router.control("routeNew", route.table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN);
  };

  it("down takes routes and neighbours, but not the routes to the device's own addresses", () => {
    expect(wrong()).toEqual([]);
    close();
    expect(wrong()).toEqual([]);
    const own = WORLD.neighbours.filter((one) => one.ifindex === TX0).length;
    expect(router.call("neighEntries")).toBe(WORLD.neighbours.length - own);
  });

  it("a route over a device that is down is refused", () => {
    close();
    const nexthop = WORLD.nexthops[0];
    if (nexthop === undefined) throw new RangeError("no next hop");
    const prefix = parseAddress("203.0.113.0");
    const base = { table: "main", prefix, length: 24, type: 1, scope: 0 } as const;
    expect(routeNew({ ...base, nexthop })).toBe(-ENETDOWN);
    expect(judge.addRoute({ ...base, nexthop })).toBe(-ENETDOWN);
  });

  it("up brings back what the control plane adds, and nothing by itself", () => {
    close();
    router.control("devOpen", device());
    const found = findDevice(WORLD, TX0);
    const routes = found === undefined ? [] : connectedRoutes(found);
    for (const route of routes.filter((one) => one.nexthop.scope !== RT_SCOPE_NOWHERE)) {
      expect(routeNew(route)).toBe(0);
    }
    judge.deviceUp(TX0);
    expect(wrong()).toEqual([]);
  });

  it("away takes the routes to its own addresses too, and leaves no reference", () => {
    const { machine } = router;
    router.control("unregisterNetdevice", device());
    judge.deviceDown(TX0);
    expect(judge.deleteRoute("local", parseAddress("10.2.0.1"), 32)).toBe(0);
    expect(wrong()).toEqual([]);
    router.drain();
    const first = machine.word("SB_FLOOR_FIB_INFO");
    const held = WORLD.nexthops.flatMap(({ ifindex }, k) => (ifindex === TX0 ? [first + k] : []));
    // What is left is the host's: it made each next hop once, for the bulk load.
    expect(router.control("netdevRunTodo", device())).toBe(held.length);
    for (const number of held) router.control("fibReleaseInfoNumber", number);
    router.drain();
    expect(router.control("netdevRunTodo", device())).toBe(0);
  });
});
