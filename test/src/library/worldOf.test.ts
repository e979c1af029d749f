/** Worlds from text: what follows from a few lines, and what is refused in one. */
import { describe, expect, it } from "vitest";
import {
  deviceNamed,
  parseMac,
  parsePrefix,
  routeOf,
  type WorldText,
  worldOf,
} from "../../../src/library/worldOf.js";
import { UsageError } from "../../../src/reference/usageError.js";

const TEXT: WorldText = {
  devices: [
    { name: "eth0", addresses: ["192.0.2.1/24"], mac: "02:aa:00:00:00:01", mtu: 1_400 },
    { name: "eth1", addresses: ["198.51.100.1/25"], forwarding: false },
  ],
  neighbours: [{ dev: "eth1", address: "198.51.100.7", mac: "02:00:00:00:00:07" }],
  routes: [
    { to: "203.0.113.0/24", via: "198.51.100.7" },
    { to: "default", dev: "eth0" },
    { to: "203.0.113.9", type: "blackhole" },
  ],
};

describe("worldOf", () => {
  const world = worldOf(TEXT);

  it("numbers devices behind lo and gives them what was left out", () => {
    expect(world.devices.map(({ name, ifindex }) => [name, ifindex])).toEqual([
      ["lo", 1],
      ["eth0", 2],
      ["eth1", 3],
    ]);
    expect(deviceNamed(world, "eth0")).toMatchObject({ mtu: 1_400, forwarding: true, up: true });
    const eth1 = deviceNamed(world, "eth1");
    expect(eth1).toMatchObject({ mtu: 1_500, forwarding: false });
    expect([...eth1.mac]).toEqual([2, 0, 0, 0, 0, 3]);
    expect([...deviceNamed(world, "eth0").mac]).toEqual([2, 0xaa, 0, 0, 0, 1]);
  });

  it("brings the connected routes first, then those of the setup", () => {
    const main = world.routes.filter(({ table }) => table === "main");
    expect(main.map(({ prefix, length, nexthop }) => [prefix, length, nexthop.ifindex])).toEqual([
      [0xc0000200, 24, 2],
      [0xc6336400, 25, 3],
      [0xcb007100, 24, 3],
      [0, 0, 2],
      [0xcb007109, 32, 0],
    ]);
    expect(world.routes.filter(({ table }) => table === "local")).toHaveLength(10);
  });

  it("gives a gateway's route scope UNIVERSE, one on link LINK, and finds the device", () => {
    const route = routeOf(world, { to: "10.0.0.0/8", via: "192.0.2.77", src: "192.0.2.1" });
    expect(route).toMatchObject({ scope: 0, preferredSource: 0xc0000201 });
    expect(route.nexthop).toEqual({ gateway: 0xc000024d, ifindex: 2, scope: 253 });
    const link = routeOf(world, { to: "10.0.0.0/8", dev: "eth1" });
    expect([link.scope, link.nexthop.scope]).toEqual([253, 254]);
  });

  it.each<[string, Partial<WorldText>, string]>([
    ["a name that is none", { devices: [{ name: "a b" }] }, 'device "a b"; allowed: up to 15'],
    ["lo", { devices: [{ name: "lo" }] }, 'device "lo"'],
    ["a name twice", { devices: [{ name: "a" }, { name: "a" }] }, "device a is given twice"],
    ["an mtu", { devices: [{ name: "a", mtu: 67 }] }, "device a: mtu 67; allowed: 68 to 65535"],
    [
      "a length",
      { devices: [{ name: "a", addresses: ["1.2.3.4/33"] }] },
      'prefix "1.2.3.4/33"; allowed',
    ],
    ["an address", { devices: [{ name: "a", addresses: ["1.2.3/8"] }] }, "1.2.3"],
    ["a MAC", { devices: [{ name: "a", mac: "02:00" }] }, 'MAC address "02:00"; allowed: six'],
    [
      "a neighbour's device",
      { neighbours: [{ dev: "x", address: "1.2.3.4", mac: "02:00:00:00:00:07" }] },
      'no device "x"; allowed: lo, eth0, eth1',
    ],
    ["host bits", { routes: [{ to: "10.0.0.1/8", dev: "eth0" }] }, "allowed: a prefix without"],
    ["a route to nowhere", { routes: [{ to: "10.0.0.0/8" }] }, "allowed: via, dev or both"],
    [
      "a gateway that is not on link",
      { routes: [{ to: "10.0.0.0/8", via: "9.9.9.9" }] },
      "no device has a subnet with 9.9.9.9; allowed: dev with it",
    ],
    [
      "a blackhole that leads somewhere",
      { routes: [{ to: "10.0.0.0/8", dev: "eth0", type: "blackhole" }] },
      "blackhole leads nowhere",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => worldOf({ ...TEXT, ...change })).toThrow(UsageError);
    expect(() => worldOf({ ...TEXT, ...change })).toThrow(message);
  });

  it("refuses more devices than a machine has places", () => {
    const devices = Array.from({ length: 64 }, (_, i) => ({ name: `d${i}` }));
    expect(() => worldOf({ devices })).toThrow("64 devices; allowed: 63 beside lo");
  });
});

describe("texts", () => {
  it("are read as numbers and bytes", () => {
    expect(parsePrefix("10.0.0.0/8")).toEqual({ address: 0x0a000000, length: 8 });
    expect(parsePrefix("10.0.0.1")).toEqual({ address: 0x0a000001, length: 32 });
    expect([...parseMac("02:aB:00:ff:00:01")]).toEqual([2, 0xab, 0, 0xff, 0, 1]);
  });
});
