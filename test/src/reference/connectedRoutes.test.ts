/**
 * The routes that an address of a device brings, at the lengths where rules change.
 */
import { describe, expect, it } from "vitest";
import { connectedRoutes } from "../../../src/reference/connectedRoutes.js";
import { formatAddress, parseAddress } from "../../../src/reference/ipv4Address.js";
import type { Device } from "../../../src/reference/world.js";

const TYPES = ["unspec", "unicast", "local", "broadcast"];

/** Routes as `ip route show table all` words them. */
function shown(device: Partial<Device>, ...addresses: [string, number][]): string[] {
  const routes = connectedRoutes({
    name: "eth0",
    ifindex: 2,
    mac: new Uint8Array(6),
    mtu: 1500,
    kind: "tx",
    forwarding: true,
    up: true,
    addresses: addresses.map(([text, prefixLength]) => ({
      address: parseAddress(text),
      prefixLength,
    })),
    ...device,
  });
  return routes.map(
    ({ table, type, prefix, length, scope, nexthop, preferredSource }) =>
      `${table} ${TYPES[type]} ${formatAddress(prefix)}/${length} scope ${scope}` +
      ` nh ${nexthop.scope} src ${formatAddress(preferredSource ?? 0)}`,
  );
}

describe("connectedRoutes", () => {
  it("derives four routes from an address on a subnet", () => {
    expect(shown({}, ["10.2.0.1", 24])).toEqual([
      "local local 10.2.0.1/32 scope 254 nh 255 src 10.2.0.1",
      "main unicast 10.2.0.0/24 scope 253 nh 254 src 10.2.0.1",
      "local broadcast 10.2.0.0/32 scope 253 nh 254 src 10.2.0.1",
      "local broadcast 10.2.0.255/32 scope 253 nh 254 src 10.2.0.1",
    ]);
  });

  it("makes the whole of 127/8 local on loopback", () => {
    expect(shown({ kind: "loopback" }, ["127.0.0.1", 8])).toEqual([
      "local local 127.0.0.1/32 scope 254 nh 255 src 127.0.0.1",
      "local local 127.0.0.0/8 scope 254 nh 255 src 127.0.0.1",
      "local broadcast 127.0.0.0/32 scope 253 nh 254 src 127.0.0.1",
      "local broadcast 127.255.255.255/32 scope 253 nh 254 src 127.0.0.1",
    ]);
  });

  it("has no broadcast on a /31, no subnet on a /32", () => {
    expect(shown({}, ["10.2.0.1", 31])).toEqual([
      "local local 10.2.0.1/32 scope 254 nh 255 src 10.2.0.1",
      "main unicast 10.2.0.0/31 scope 253 nh 254 src 10.2.0.1",
    ]);
    expect(shown({}, ["10.2.0.1", 32])).toHaveLength(1);
  });

  it("gives a device that is down, and a secondary address, their own /32 only", () => {
    expect(shown({ up: false }, ["10.2.0.1", 24])).toHaveLength(1);
    expect(shown({}, ["10.2.0.1", 24], ["10.2.0.2", 24]).slice(4)).toEqual([
      "local local 10.2.0.2/32 scope 254 nh 255 src 10.2.0.2",
    ]);
    expect(shown({}, ["10.2.0.1", 24], ["10.2.0.2", 25])).toHaveLength(8);
  });
});
