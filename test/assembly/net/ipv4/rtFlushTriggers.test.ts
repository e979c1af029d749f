/**
 * What flushes the route cache, and how soon (spec §3.7): each trigger on each era, with a flow
 * that is cached before it.
 */
import { describe, expect, it } from "vitest";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../../../src/machine/machine.js";
import { parseAddress } from "../../../../src/reference/ipv4Address.js";
import { type Route, RT_SCOPE_UNIVERSE, RTN_UNICAST } from "../../../../src/reference/world.js";
import { hostOfRow, WORLD } from "../../machine/router.js";
import { requestRoute } from "./ipv4.js";
import { type RouteCachePair, routeCachePair } from "./routeCachePair.js";

const ROW = 41;
const FLOW = { saddr: 0x08080800, daddr: hostOfRow(ROW) };
/** A transmit device that the flow does not leave by. */
const OTHER = WORLD.nexthops[(ROW + 1) % 4]?.ifindex ?? 0;

function routeOf(prefix: number, length: number): Route {
  const nexthop = WORLD.nexthops[ROW % WORLD.nexthops.length];
  if (nexthop === undefined) throw new RangeError("no next hop");
  return { table: "main", prefix, length, type: RTN_UNICAST, scope: RT_SCOPE_UNIVERSE, nexthop };
}

const ASIDE = routeOf(parseAddress("203.0.113.0"), 24);

function add(pair: RouteCachePair, route: Route): void {
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  expect(requestRoute(pair.router, "routeNew", route, flags)).toBe(0);
}

/** Brings the machine to where the trigger can happen, then pulls it. */
interface Trigger {
  readonly prepare?: (pair: RouteCachePair) => void;
  readonly pull: (pair: RouteCachePair) => void;
}

function control(name: string, ifindex: number): (pair: RouteCachePair) => void {
  return (pair) => pair.router.control(name, pair.router.machine.deviceAt(ifindex));
}

const TRIGGERS: Readonly<Record<string, Trigger>> = {
  "a route is added": { pull: (pair) => add(pair, ASIDE) },
  "a route that was never used is deleted": {
    prepare: (pair) => add(pair, ASIDE),
    pull: (pair) => expect(requestRoute(pair.router, "routeDelete", ASIDE)).toBe(0),
  },
  "a route that was used is deleted": {
    prepare: (pair) => add(pair, routeOf(FLOW.daddr, 32)),
    pull: (pair) =>
      expect(requestRoute(pair.router, "routeDelete", routeOf(FLOW.daddr, 32))).toBe(0),
  },
  "a device comes up": { pull: control("devOpen", OTHER) },
  "a device goes down": { pull: control("devClose", OTHER) },
  "a device is unregistered": {
    prepare: control("devClose", OTHER),
    pull: control("unregisterNetdevice", OTHER),
  },
  "-1 is written to route/flush": { pull: (pair) => pair.router.control("rtCacheFlush", -1) },
  "0 is written to route/flush": { pull: (pair) => pair.router.control("rtCacheFlush", 0) },
  "5,000 is written to route/flush": { pull: (pair) => pair.router.control("rtCacheFlush", 5_000) },
};

/** Ticks until the flow is not found any more, 0 for at once, null for never within 20 s; and
 * whether the chains are empty then. */
function effect(pair: RouteCachePair): { ticks: number | null; swept: boolean } {
  for (let ticks = 0; ticks <= 20_000; ticks += 500) {
    if (pair.find(FLOW) === 0) {
      const swept = pair.model.chains.every((_, bucket) => pair.chain(bucket).length === 0);
      return { ticks, swept };
    }
    pair.router.call("clockAdvance", 500);
    pair.router.call("runDeferred");
  }
  return { ticks: null, swept: false };
}

const SOON_18 = { ticks: 2_000, swept: true };
const SOON_39 = { ticks: 0, swept: false };
const NOW = { ticks: 0, swept: true };
const NEVER = { ticks: null, swept: false };

describe.each([
  ["linux-2.6.18", "a route is added", SOON_18],
  ["linux-2.6.18", "a route that was never used is deleted", NEVER],
  ["linux-2.6.18", "a route that was used is deleted", SOON_18],
  ["linux-2.6.18", "a device comes up", SOON_18],
  ["linux-2.6.18", "a device goes down", NOW],
  ["linux-2.6.18", "a device is unregistered", NOW],
  ["linux-2.6.18", "-1 is written to route/flush", SOON_18],
  ["linux-2.6.18", "0 is written to route/flush", NOW],
  ["linux-2.6.18", "5,000 is written to route/flush", { ticks: 5_000, swept: true }],
  ["linux-2.6.39", "a route is added", SOON_39],
  ["linux-2.6.39", "a route that was never used is deleted", NEVER],
  ["linux-2.6.39", "a route that was used is deleted", SOON_39],
  ["linux-2.6.39", "a device comes up", SOON_39],
  ["linux-2.6.39", "a device goes down", NOW],
  ["linux-2.6.39", "a device is unregistered", NOW],
  ["linux-2.6.39", "-1 is written to route/flush", SOON_39],
  ["linux-2.6.39", "0 is written to route/flush", NOW],
  ["linux-2.6.39", "5,000 is written to route/flush", NOW],
] as const)("%s", (design, trigger, expected) => {
  it(`${trigger}`, async () => {
    const pair = await routeCachePair(design, 5);
    const { prepare, pull } = TRIGGERS[trigger] ?? { pull: () => {} };
    prepare?.(pair);
    // What preparing started is over before the flow is cached.
    pair.router.call("clockAdvance", 11_000);
    pair.router.call("runDeferred");
    pair.followSecret();
    pair.model.genid = pair.router.call("rtGenid");
    expect(pair.receive(FLOW)).not.toBe(0);
    pull(pair);
    expect(effect(pair)).toEqual(expected);
  });
});
