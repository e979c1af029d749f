/** Output routing: device and source that a datagram of this host takes, and who gets none. */
import { beforeAll, describe, expect, it } from "vitest";
import { NLM_F_CREATE, NLM_F_EXCL, RT_TABLE_MAIN } from "../../../../src/machine/machine.js";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { type Route, RT_SCOPE_UNIVERSE, RTN_UNICAST } from "../../../../src/reference/world.js";
import { txAddress } from "../../../../src/workloads/standardWorld.js";
import { sendTemplateOf } from "../../../../src/workloads/templates.js";
import {
  COMPILE_MS,
  hostOfRow,
  type Router,
  referenceRouter,
  WORLD,
} from "../../machine/router.js";
import { fateOf, ipv4Router, requestRoute, scratch, scratchAt, sendTo } from "./ipv4.js";

const LO = 1;
const ENETUNREACH = 101;
const EINVAL = 22;
const EACCES = 13;
const ADD = NLM_F_CREATE | NLM_F_EXCL;
/** `saddr` of a request's first next hop (`assembly/net/fib/fibConfig.ts`). */
const NH_CONFIG_SADDR = 64 + 24;
const [firstHop] = WORLD.nexthops;
if (firstHop === undefined) throw new RangeError("the world has no next hop");
const DEFAULT_ROUTE: Route = {
  table: "main",
  prefix: 0,
  length: 0,
  type: RTN_UNICAST,
  scope: RT_SCOPE_UNIVERSE,
  nexthop: firstHop,
};

describe("output routing", () => {
  let router: Router;
  const judge = referenceRouter();

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10");
  }, COMPILE_MS);

  /** What the resolver says of a destination: error, and the flow that it leaves. */
  const resolved = (daddr: number) => {
    const error = router.machine.cpu(0).callSigned("resolve", swapBytes(daddr), scratchAt(router));
    const [to = 0, from = 0, device = 0] = scratch(router);
    return { error, daddr: swapBytes(to), saddr: swapBytes(from), device };
  };

  const addRoute = (route: Route): void => {
    expect(requestRoute(router, "routeNew", route, ADD)).toBe(0);
    expect(judge.addRoute(route)).toBe(0);
  };

  const expectAsJudged = (daddr: number): void => {
    const [template = new Uint8Array(64)] = router.templates;
    expect(sendTo(router, daddr)).toEqual(judge.localSend(daddr, sendTemplateOf(template)));
  };

  it("a destination of this host is its own source, and loopback delivers it", () => {
    const own = txAddress(1, 1);
    const device = router.machine.deviceAt(LO);
    expect(resolved(own)).toEqual({ error: 0, daddr: own, saddr: own, device });
    expect(sendTo(router, own)).toEqual({ kind: "delivered" });
  });

  it("to nobody means to this host, from 127.0.0.1", () => {
    const [daddr, saddr] = [0x7f000001, 0x7f000001];
    const device = router.machine.deviceAt(LO);
    expect(resolved(0)).toEqual({ error: 0, daddr, saddr, device });
    expect(sendTo(router, 0)).toEqual({ kind: "delivered" });
  });

  it("no route is -ENETUNREACH and is counted", () => {
    const end = fateOf(router, () => {
      expect(resolved(0xc0a80001).error).toBe(-ENETUNREACH);
    });
    expect(end).toEqual({ kind: "dropped", reason: "no-route" });
  });

  it("a routed destination takes the device's address for a source", () => {
    for (const row of [0, 1, 2, 3]) {
      const daddr = hostOfRow(row);
      const hop = WORLD.nexthops[row];
      const found = resolved(daddr);
      expect(found.error).toBe(0);
      expect(found.device).toBe(router.machine.deviceAt(hop?.ifindex ?? 0));
      expect(found.saddr).toBe(txAddress(row, 1));
      expectAsJudged(daddr);
    }
  });

  it("the source that the host resolved for the next hop comes before the device's", () => {
    const { machine } = router;
    const source = txAddress(2, 1);
    // A next hop of its own: with the table's it would share their fib_info, and its source.
    const nexthop = { ...DEFAULT_ROUTE.nexthop, gateway: txAddress(0, 200) };
    machine.writeRequest({ ...DEFAULT_ROUTE, prefix: 0xc6336500, length: 24, nexthop }, ADD);
    machine.u32[(machine.word("SB_REQUEST_AT") + NH_CONFIG_SADDR) / 4] = swapBytes(source);
    expect(router.control("routeNew", RT_TABLE_MAIN)).toBe(0);
    expect(resolved(0xc6336507)).toMatchObject({ error: 0, saddr: source });
  });

  it("a route with a preferred source is added and leads where it says", () => {
    addRoute({
      ...DEFAULT_ROUTE,
      prefix: 0xc6336400,
      length: 24,
      preferredSource: txAddress(2, 1),
    });
    const device = router.machine.deviceAt(DEFAULT_ROUTE.nexthop.ifindex);
    expect(resolved(0xc6336407)).toMatchObject({ error: 0, device });
  });

  it("that route's preferred source comes first, as in the reference", () => {
    expectAsJudged(0xc6336407);
  });

  it("a second datagram by the same next hop gets the cached rtable, with a reference", () => {
    const ask = (): number => router.call("ipRouteOutputKey", router.call("flowTo", daddr));
    const daddr = swapBytes(hostOfRow(5));
    const first = ask();
    expect(first).not.toBe(0);
    expect(router.refcnt(first)).toBe(1);
    expect(ask()).toBe(first);
    expect(router.refcnt(first)).toBe(2);
    router.call("dstRelease", first);
    router.call("dstRelease", first);
    expect(router.refcnt(first)).toBe(0);
  });

  it("0/8 and broadcasts are refused even where a default route leads there", () => {
    addRoute(DEFAULT_ROUTE);
    expect(resolved(0xc0a80001).error).toBe(0);
    const refusals = [
      [0x00000007, -EINVAL, "zero-destination"],
      [0xffffffff, -EACCES, "broadcast-send"],
      [txAddress(0, 255), -EACCES, "broadcast-send"],
    ] as const;
    for (const [daddr, error, reason] of refusals) {
      const end = fateOf(router, () => expect(resolved(daddr).error).toBe(error));
      expect(end).toEqual({ kind: "dropped", reason });
      expectAsJudged(daddr);
    }
  });
});
