/**
 * The standard setup: its devices, neighbours, next hops and local addresses.
 */
import { describe, expect, it } from "vitest";
import { formatAddress, isInPrefix } from "../../../src/reference/ipv4Address.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { findDevice, RTN_LOCAL } from "../../../src/reference/world.js";
import {
  receiveDevices,
  SILENT_HOST_OCTET,
  standardWorld,
  txAddress,
} from "../../../src/workloads/standardWorld.js";

describe("standardWorld", () => {
  const world = standardWorld();

  it("has lo, four devices to receive on, four to send on, one that does not forward", () => {
    expect(
      world.devices.map(({ ifindex, name, mtu, addresses: [own] }) =>
        [ifindex, name, mtu, formatAddress(own?.address ?? 0)].join(" "),
      ),
    ).toEqual([
      "1 lo 65536 127.0.0.1",
      "2 rx0 1500 10.1.0.1",
      "3 rx1 1500 10.1.1.1",
      "4 rx2 1500 10.1.2.1",
      "5 rx3 1500 10.1.3.1",
      "6 tx0 1500 10.2.0.1",
      "7 tx1 1500 10.2.1.1",
      "8 tx2 1500 10.2.2.1",
      "9 tx3 68 10.2.3.1",
      "10 off0 1500 10.3.0.1",
    ]);
    expect(world.devices.filter(({ forwarding }) => !forwarding).map(({ name }) => name)).toEqual([
      "off0",
    ]);
    expect(receiveDevices(world).map(({ name }) => name)).toEqual(["rx0", "rx1", "rx2", "rx3"]);
    const macs = new Set(world.devices.map(({ mac }) => mac.join()));
    expect(macs.size).toBe(world.devices.length);
    expect(
      world.devices.every(({ mac, kind }) => ((mac[0] ?? 0) & 3) === (kind === "loopback" ? 0 : 2)),
    ).toBe(true);
  });

  it("has a neighbour on its subnet for every next hop, and none for the silent host", () => {
    expect(world.nexthops).toHaveLength(64);
    expect(formatAddress(world.nexthops[63]?.gateway ?? 0)).toBe("10.2.3.73");
    for (const { gateway, ifindex } of world.nexthops) {
      const own = findDevice(world, ifindex)?.addresses[0];
      expect(own && isInPrefix(gateway, own.address, own.prefixLength)).toBe(true);
      const entries = world.neighbours.filter((one) => one.address === gateway);
      expect(entries.map((one) => one.ifindex)).toEqual([ifindex]);
    }
    expect(world.neighbours).toHaveLength(64 + 4 * 4);
    const silent = txAddress(0, SILENT_HOST_OCTET);
    expect(world.neighbours.some(({ address }) => address === silent)).toBe(false);
  });

  it("makes each of its addresses local", () => {
    const local = world.routes.filter(({ type, length }) => type === RTN_LOCAL && length === 32);
    expect(local.map(({ prefix }) => prefix)).toEqual(
      world.devices.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    );
  });

  it("takes other sizes, and refuses those that do not fit in one line", () => {
    const small = standardWorld({ nexthops: 1, rxDevices: 1, txDevices: 1 });
    expect(small.devices.map(({ name, mtu }) => `${name} ${mtu}`)).toEqual([
      "lo 65536",
      "rx0 1500",
      "tx0 1500",
      "off0 1500",
    ]);
    for (const nexthops of [0, 191, 1.5]) {
      expect(() => standardWorld({ nexthops })).toThrow(UsageError);
      expect(() => standardWorld({ nexthops })).toThrow(/^nexthops .*; allowed: 1 to 190$/);
    }
  });
});
