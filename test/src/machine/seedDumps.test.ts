/**
 * Two dumps of dst entries that a kernel developer of 2.6 published: of a datagram to the host
 * itself through its loopback `mylo`, and of one to a neighbour on `eth0`. The same setup, the same
 * two datagrams, the same dump, but for the clock.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
import type { RoutingTable } from "../../../src/inputs/routingTable.js";
import { readCachedDsts } from "../../../src/machine/dstView.js";
import { bootInspected, type Inspected } from "../../../src/measure/inspectMachine.js";
import { connectedRoutes } from "../../../src/reference/connectedRoutes.js";
import { parseAddress, swapBytes } from "../../../src/reference/ipv4Address.js";
import type { Device, World } from "../../../src/reference/world.js";
import { dumpLines } from "../../../src/report/showCache.js";

const MYLO = 4;

function device(name: string, ifindex: number, address: string, prefixLength: number): Device {
  const isLoopback = name === "mylo";
  return {
    name,
    ifindex,
    mac: Uint8Array.of(2, 0, 0, 0, 0, isLoopback ? 0 : ifindex),
    mtu: isLoopback ? 16_436 : 1_500,
    kind: isLoopback ? "loopback" : "rx",
    forwarding: false,
    up: true,
    addresses: [{ address: parseAddress(address), prefixLength }],
  };
}

const DEVICES = [device("mylo", 1, "127.10.0.1", 8), device("eth0", 2, "172.16.48.2", 24)];

const WORLD: World = {
  devices: DEVICES,
  neighbours: [
    { ifindex: 2, address: parseAddress("172.16.48.1"), mac: Uint8Array.of(2, 0, 0, 0, 48, 1) },
  ],
  nexthops: [],
  routes: DEVICES.flatMap(connectedRoutes),
};

const NO_ROUTES: RoutingTable = {
  name: "none",
  source: "none",
  licence: "none",
  count: 0,
  prefixes: new Uint32Array(0),
  lengths: new Uint8Array(0),
  numbers: new Uint32Array(0),
};

/** A machine with that setup. Its loopback is the first device and had number 4 in the dump. */
async function machine(design: string): Promise<Inspected> {
  const inspected = await bootInspected({
    image: await findImage(parseDesign(design), "release"),
    world: WORLD,
    table: NO_ROUTES,
    cpus: 1,
    seed: 1,
    packetsPerSecond: 1_000_000,
    flowPairs: 64,
    traceEvents: 0,
  });
  inspected.machine.u32[inspected.machine.deviceAt(1) / 4] = MYLO;
  return inspected;
}

/** Sends a datagram to `daddr` and dumps the entries that there are then. */
function dumpAfter({ machine: m, experiment }: Inspected, daddr: string): string[] {
  experiment.setFlows([Uint32Array.of(0, swapBytes(parseAddress(daddr)))]);
  m.cpu(0).call("rcuCpuOnline");
  m.cpu(0).call("sendPackets", 1);
  m.cpu(0).call("rcuCpuOffline");
  const names = new Map([
    [MYLO, "mylo"],
    [2, "eth0"],
  ]);
  const lines = dumpLines(readCachedDsts(m), (ifindex) => names.get(ifindex) ?? "?");
  return lines.map((line) => line.replace(/now: \d+$/, "now: …"));
}

const LOCAL = [
  "the dst_entry:",
  "    the dev name: mylo",
  "    the error: 0",
  "    the obsolete: 0",
  "    the flag: DST_HOST",
  "    expires: 0, now: …",
  "    header len: 0",
  "rt_flag: RTCF_LOCAL",
  "rt_type: RTN_LOCAL",
  "rt_dst: 127.10.0.1",
  "rt_src: 127.10.0.1",
  "rt_iif: 4",
  "rt_gateway: 127.10.0.1",
  "rt_spec_dst: 127.10.0.1",
];

const ON_LINK = [
  "the dst_entry:",
  "    the dev name: eth0",
  "    the error: 0",
  "    the obsolete: 0",
  "    the flag: DST_HOST",
  "    expires: 0, now: …",
  "    header len: 0",
  "rt_flag: 0",
  "rt_type: RTN_UNICAST",
  "rt_dst: 172.16.48.1",
  "rt_src: 172.16.48.2",
  "rt_iif: 2",
  "rt_gateway: 172.16.48.1",
  "rt_spec_dst: 172.16.48.2",
];

describe("linux-2.6.18", () => {
  let local: string[];
  let onLink: string[];

  beforeAll(async () => {
    local = dumpAfter(await machine("linux-2.6.18"), "127.10.0.1");
    onLink = dumpAfter(await machine("linux-2.6.18"), "172.16.48.1");
  });

  it("has the entry of a datagram to the host itself as it was dumped", () => {
    expect(local).toEqual(LOCAL);
  });

  it("has the entry of a datagram to a neighbour as it was dumped", () => {
    expect(onLink).toEqual(ON_LINK);
  });
});

describe("linux-2.6.39", () => {
  it("differs in what clients ask before each use, in nothing else that is dumped", async () => {
    const onLink = dumpAfter(await machine("linux-2.6.39"), "172.16.48.1");
    expect(onLink).toEqual(
      ON_LINK.map((line) => line.replace("the obsolete: 0", "the obsolete: -1")),
    );
  });
});
