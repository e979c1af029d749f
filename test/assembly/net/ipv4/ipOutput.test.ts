/** From a routed packet to a frame, or to the reason that there is none. */
import { beforeAll, describe, expect, it } from "vitest";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { SILENT_HOST_OCTET, txAddress } from "../../../../src/workloads/standardWorld.js";
import { PACKET_BYTES, sendTemplateOf } from "../../../../src/workloads/templates.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  type Router,
  referenceRouter,
  WORLD,
} from "../../machine/router.js";
import { fateOf, ipv4Router, sendTo } from "./ipv4.js";

const IFF_UP = 1;
const ETH_HLEN = 14;
const SADDR = 0x08080800;
const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;
const TX0_MTU = WORLD.devices.find(({ ifindex }) => ifindex === TX0)?.mtu ?? 0;
const RX = WORLD.devices[1]?.ifindex ?? 0;

describe("ip_output", () => {
  let router: Router;
  const judge = referenceRouter();

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10");
  }, COMPILE_MS);

  const judged = (daddr: number) => {
    const [template = new Uint8Array(64)] = router.templates;
    return judge.localSend(daddr, sendTemplateOf(template));
  };

  it.each([
    ["by a gateway", hostOfRow(0)],
    ["by another device", hostOfRow(1)],
    ["on-link", txAddress(0, 200)],
  ])("a datagram %s is the reference's frame to the byte", (_, daddr) => {
    const end = sendTo(router, daddr);
    expect(end.kind).toBe("forwarded");
    expect(end).toEqual(judged(daddr));
  });

  it("puts a header before the packet and changes none of its bytes", () => {
    const { machine } = router;
    const frame = frameOfPair(router, SADDR, hostOfRow(2));
    const at = machine.hostFrameAt(0) + ETH_HLEN;
    new Uint8Array(machine.memory.buffer).set(frame.subarray(ETH_HLEN), at);
    const end = fateOf(router, () => {
      const daddr = swapBytes(hostOfRow(2));
      const dev = machine.deviceAt(RX);
      expect(router.call("outputReceived", dev, at, PACKET_BYTES, daddr)).toBe(0);
    });
    if (end.kind !== "forwarded") throw new Error(end.kind);
    expect(end.ifindex).toBe(WORLD.nexthops[2]?.ifindex);
    expect(end.frame.subarray(ETH_HLEN)).toEqual(frame.subarray(ETH_HLEN));
    const mac = WORLD.neighbours.find(({ address }) => address === WORLD.nexthops[2]?.gateway)?.mac;
    expect(end.frame.subarray(0, 6)).toEqual(mac);
  });

  it("needs-fragment: one byte more than the MTU", () => {
    const dev = router.machine.deviceAt(TX0);
    router.control("setDeviceMtu", dev, PACKET_BYTES - 1);
    expect(sendTo(router, hostOfRow(0))).toEqual({ kind: "dropped", reason: "needs-fragment" });
    router.control("setDeviceMtu", dev, PACKET_BYTES);
    expect(sendTo(router, hostOfRow(0))).toEqual(judged(hostOfRow(0)));
    router.control("setDeviceMtu", dev, TX0_MTU);
  });

  it("no-neighbour: an on-link host that nobody knows", () => {
    const silent = txAddress(0, SILENT_HOST_OCTET);
    expect(sendTo(router, silent)).toEqual({ kind: "dropped", reason: "no-neighbour" });
    expect(judged(silent)).toEqual({ kind: "dropped", reason: "no-neighbour" });
  });

  it("device-down: a route still leads to a device that is not up", () => {
    const dev = router.machine.deviceAt(TX0);
    const flags = router.control("deviceFlags", dev);
    expect(flags & IFF_UP).toBe(IFF_UP);
    router.control("setDeviceFlags", dev, flags & ~IFF_UP);
    expect(sendTo(router, hostOfRow(0))).toEqual({ kind: "dropped", reason: "device-down" });
    router.control("setDeviceFlags", dev, flags);
    expect(sendTo(router, hostOfRow(0))).toEqual(judged(hostOfRow(0)));
  });
});
