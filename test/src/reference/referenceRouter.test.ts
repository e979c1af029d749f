/**
 * The router of the model: changes of routes and devices, and when two fates are the same.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { isSameFate } from "../../../src/reference/fate.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import {
  EEXIST,
  EINVAL,
  ENETDOWN,
  ENODEV,
  ESRCH,
  ReferenceRouter,
} from "../../../src/reference/referenceRouter.js";
import {
  type Route,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RTN_UNICAST,
} from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { frameOfTemplate, rxTemplates } from "../../../src/workloads/templates.js";

const TX0 = 6;
const TX1 = 7;
const PREFIX = parseAddress("203.0.113.0");

function via(ifindex: number, prefix = PREFIX, length = 24): Route {
  const gateway = parseAddress(ifindex === TX0 ? "10.2.0.10" : "10.2.1.11");
  const nexthop = { gateway, ifindex, scope: RT_SCOPE_LINK };
  return { table: "main", prefix, length, type: RTN_UNICAST, scope: 0, nexthop };
}

describe("ReferenceRouter", () => {
  const world = standardWorld();
  let router: ReferenceRouter;

  beforeEach(() => {
    router = new ReferenceRouter(world);
  });

  function fateOf(daddr: string): string {
    const template = rxTemplates(world)[1] ?? new Uint8Array();
    const fate = router.forward(3, frameOfTemplate(template, 0xc6336409, parseAddress(daddr)));
    if (fate.kind === "forwarded") return `forwarded ${fate.ifindex}`;
    return fate.kind === "dropped" ? fate.reason : fate.kind;
  }

  it("adds, replaces and deletes, and counts only what took effect", () => {
    expect(router.addRoute(via(TX0))).toBe(0);
    expect(router.addRoute(via(TX1))).toBe(-EEXIST);
    expect(fateOf("203.0.113.5")).toBe("forwarded 6");
    expect(router.replaceRoute(via(TX1))).toBe(0);
    expect(fateOf("203.0.113.5")).toBe("forwarded 7");
    expect(router.deleteRoute("main", PREFIX, 24)).toBe(0);
    expect(router.deleteRoute("main", PREFIX, 24)).toBe(-ESRCH);
    expect(fateOf("203.0.113.5")).toBe("no-route");
    expect(router.version).toBe(3);
  });

  it("refuses host bits, unknown devices and devices that are down", () => {
    expect(router.addRoute({ ...via(TX0), prefix: PREFIX + 1 })).toBe(-EINVAL);
    expect(router.addRoute(via(99))).toBe(-ENODEV);
    router.deviceDown(TX0);
    expect(router.addRoute(via(TX0))).toBe(-ENETDOWN);
    expect(router.replaceRoute(via(TX0))).toBe(-ENETDOWN);
    expect(() => router.deviceDown(99)).toThrow("ifindex 99");
  });

  it("falls back to a shorter prefix when a device goes down, and keeps its own addresses", () => {
    router.addRoute(via(TX1, parseAddress("203.0.0.0"), 16));
    router.addRoute(via(TX0));
    const localBefore = router.tables.local.size;
    router.deviceDown(TX0);
    expect(fateOf("203.0.113.5")).toBe("forwarded 7");
    expect(fateOf("10.2.0.1")).toBe("delivered");
    expect(fateOf("10.2.0.200")).toBe("no-route");
    expect(fateOf("10.2.0.255")).toBe("no-route");
    expect(router.tables.local.size).toBe(localBefore - 2);
    const left = [...router.tables.local.routes(), ...router.tables.main.routes()]
      .filter(({ nexthop }) => nexthop.ifindex === TX0)
      .map(({ nexthop }) => nexthop.scope);
    expect(left).toEqual([RT_SCOPE_NOWHERE]);
  });

  it("brings connected routes back with the device, gateways and neighbours by hand", () => {
    router.addRoute(via(TX0));
    const before = router.tables.local.size;
    router.deviceDown(TX0);
    router.deviceUp(TX0);
    expect(router.tables.local.size).toBe(before);
    expect(fateOf("203.0.113.5")).toBe("no-route");
    expect(router.addRoute(via(TX0))).toBe(0);
    expect(fateOf("203.0.113.5")).toBe("no-neighbour");
    for (const neighbour of world.neighbours) router.replaceNeighbour(neighbour);
    expect(fateOf("203.0.113.5")).toBe("forwarded 6");
    expect(router.world.neighbours).toHaveLength(world.neighbours.length);
  });

  it("drops at a device that has stopped while its routes stand", () => {
    router.addRoute(via(TX0));
    router.deviceStopped(TX0);
    expect(fateOf("203.0.113.5")).toBe("device-down");
    router.deviceDown(TX0);
    expect(fateOf("203.0.113.5")).toBe("no-route");
  });

  it("never writes to the world it was given", () => {
    const copy = structuredClone(world);
    router.deviceDown(TX0);
    router.replaceNeighbour({ ifindex: TX1, address: 1, mac: new Uint8Array(6) });
    expect(world).toEqual(copy);
  });

  it("loads a table through the picker and refuses a next hop that is not there", () => {
    const table = {
      count: 2,
      prefixes: Uint32Array.of(PREFIX, parseAddress("198.18.0.0"), 5),
      lengths: Uint8Array.of(24, 15, 99),
      numbers: Uint32Array.of(64512, 64513, 0),
    };
    router.loadTable(table, (row) => (table.numbers[row] ?? 0) % 64);
    expect([fateOf("203.0.113.5"), fateOf("198.19.255.255")]).toEqual([
      "forwarded 6",
      "forwarded 7",
    ]);
    expect(() => router.loadTable(table, () => 64)).toThrow("no next hop 64");
  });
});

describe("isSameFate", () => {
  it("compares kind, reason, device and every byte", () => {
    const forwarded = (ifindex: number, ...frame: number[]) =>
      ({ kind: "forwarded", ifindex, frame: Uint8Array.from(frame) }) as const;
    const no = { kind: "dropped", reason: "no-route" } as const;
    const off = { kind: "dropped", reason: "forwarding-off" } as const;
    const fates = [no, off, { kind: "delivered" } as const].concat();
    const all = [...fates, forwarded(1, 7), forwarded(2, 7), forwarded(1, 8), forwarded(1, 7, 0)];
    const same = all.map((one) => all.map((other) => isSameFate(one, other)));
    expect(same).toEqual(all.map((_, i) => all.map((_, j) => i === j)));
    expect(isSameFate(forwarded(1, 7), forwarded(1, 7))).toBe(true);
  });
});
