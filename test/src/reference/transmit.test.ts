/**
 * The last steps of a packet that leaves: whom to ask for, the MAC header, and the two drops.
 */
import { describe, expect, it } from "vitest";
import { nexthopAddress, transmit } from "../../../src/reference/transmit.js";
import {
  type Route,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_UNIVERSE,
  RTN_UNICAST,
} from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";

const WORLD = standardWorld();
const [NEXTHOP] = WORLD.nexthops;
const DEVICE = WORLD.devices.find((device) => device.ifindex === NEXTHOP?.ifindex);
const PACKET = Uint8Array.from({ length: 46 }, (_, at) => at);
const FAR = 0xcb007109;

function routeVia(gateway: number, scope: number): Route {
  const nexthop = { gateway, ifindex: NEXTHOP?.ifindex ?? 0, scope };
  const where = { table: "main", prefix: 0, length: 0, type: RTN_UNICAST } as const;
  return { ...where, scope: RT_SCOPE_UNIVERSE, nexthop };
}

describe("nexthopAddress", () => {
  it("is a gateway on the link, else the destination", () => {
    expect(nexthopAddress(routeVia(0x0a02000a, RT_SCOPE_LINK), FAR)).toBe(0x0a02000a);
    expect(nexthopAddress(routeVia(0x0a02000a, RT_SCOPE_HOST), FAR)).toBe(FAR);
    expect(nexthopAddress(routeVia(0, RT_SCOPE_LINK), FAR)).toBe(FAR);
  });
});

describe("transmit", () => {
  if (NEXTHOP === undefined || DEVICE === undefined) throw new Error("a nexthop wanted");
  const route = routeVia(NEXTHOP.gateway, RT_SCOPE_LINK);

  it("puts the neighbour's and the device's MAC before a copy of the packet", () => {
    const fate = transmit(WORLD, DEVICE, route, FAR, PACKET);
    const mac = WORLD.neighbours.find((entry) => entry.address === NEXTHOP.gateway)?.mac ?? [];
    const frame = Uint8Array.of(...mac, ...DEVICE.mac, 8, 0, ...PACKET);
    expect(fate).toEqual({ kind: "forwarded", ifindex: DEVICE.ifindex, frame });
    expect(PACKET[0]).toBe(0);
  });

  it("drops what has no neighbour on this device, before it looks whether the device is up", () => {
    const down = { ...DEVICE, up: false };
    const onLink = routeVia(0, RT_SCOPE_HOST);
    const unknown = { kind: "dropped", reason: "no-neighbour" };
    expect(transmit(WORLD, DEVICE, onLink, FAR, PACKET)).toEqual(unknown);
    expect(transmit(WORLD, down, onLink, FAR, PACKET)).toEqual(unknown);
    const other = { ...DEVICE, ifindex: DEVICE.ifindex + 1 };
    expect(transmit(WORLD, other, route, FAR, PACKET)).toEqual(unknown);
    const isDown = { kind: "dropped", reason: "device-down" };
    expect(transmit(WORLD, down, route, FAR, PACKET)).toEqual(isDown);
  });
});
