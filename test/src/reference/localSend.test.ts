/**
 * The local sender of the model: source, MTU and refusals.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { preferredSource, type SendTemplate } from "../../../src/reference/localSend.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { type Route, RT_SCOPE_LINK, RTN_UNICAST } from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";

const TEMPLATE: SendTemplate = {
  identification: 0x1234,
  tos: 0x10,
  protocol: 17,
  dontFragment: true,
  payload: Uint8Array.of(1, 2, 3, 4),
};

const TO_TX1: Route = {
  table: "main",
  prefix: parseAddress("203.0.113.0"),
  length: 24,
  type: RTN_UNICAST,
  scope: 0,
  nexthop: { gateway: parseAddress("10.2.1.11"), ifindex: 7, scope: RT_SCOPE_LINK },
};

describe("referenceLocalSend", () => {
  let router: ReferenceRouter;

  beforeEach(() => {
    router = new ReferenceRouter(standardWorld());
    router.addRoute(TO_TX1);
  });

  function nameOf(daddr: string, template = TEMPLATE): string {
    const fate = router.localSend(parseAddress(daddr), template);
    return fate.kind === "dropped" ? fate.reason : fate.kind;
  }

  it("sends a frame with the output device's address as its source", () => {
    const fate = router.localSend(parseAddress("203.0.113.5"), TEMPLATE);
    expect(
      fate.kind === "forwarded" && [fate.ifindex, Buffer.from(fate.frame).toString("hex")],
    ).toEqual([
      7,
      "02000a02010b" +
        "02000a020101" +
        "0800" +
        "451000181234400040" +
        "11e188" +
        "0a020101cb007105" +
        "01020304",
    ]);
  });

  it.each([
    ["delivered", "0.0.0.0"],
    ["delivered", "127.0.0.1"],
    ["delivered", "10.2.3.1"],
    ["forwarded", "10.2.2.200"],
    ["no-neighbour", "10.2.2.250"],
    ["no-route", "198.18.0.1"],
    ["no-route", "255.255.255.255"],
    ["broadcast-send", "10.2.2.255"],
  ])("%s: to %s", (fate, daddr) => {
    expect(nameOf(daddr)).toBe(fate);
  });

  it("refuses 0/8, the limited broadcast and multicast even under a default route", () => {
    router.addRoute({ ...TO_TX1, prefix: 0, length: 0 });
    expect(nameOf("0.0.0.9")).toBe("zero-destination");
    expect(nameOf("255.255.255.255")).toBe("broadcast-send");
    expect(() => nameOf("224.0.0.1")).toThrow("multicast");
  });

  it("minds the MTU of the output device", () => {
    const template = { ...TEMPLATE, payload: new Uint8Array(49) };
    expect(nameOf("10.2.3.200", { ...TEMPLATE, payload: new Uint8Array(48) })).toBe("forwarded");
    expect(nameOf("10.2.3.200", template)).toBe("frag-needed");
    expect(nameOf("10.2.3.200", { ...template, dontFragment: false })).toBe("needs-fragment");
  });

  it("chooses the source: the route's, the gateway's subnet, the first, another device's", () => {
    const { world } = router;
    const [lo, rx0] = world.devices;
    if (lo === undefined || rx0 === undefined) throw new Error("no devices");
    const addresses = ["192.0.2.1", "10.9.0.1"].map((text) => ({
      address: parseAddress(text),
      prefixLength: 24,
    }));
    const device = { ...rx0, addresses };
    const via = (gateway: string) => ({
      ...TO_TX1,
      nexthop: { ...TO_TX1.nexthop, gateway: parseAddress(gateway) },
    });
    const own = { ...via("10.9.0.7"), preferredSource: 77 };
    expect(preferredSource(world, device, own)).toBe(77);
    expect(preferredSource(world, device, via("10.9.0.7"))).toBe(parseAddress("10.9.0.1"));
    expect(preferredSource(world, device, via("0.0.0.0"))).toBe(parseAddress("192.0.2.1"));
    const bare = { ...rx0, addresses: [] };
    expect(preferredSource(world, bare, via("0.0.0.0"))).toBe(parseAddress("10.1.0.1"));
    expect(preferredSource({ ...world, devices: [lo] }, bare, via("0.0.0.0"))).toBe(0);
  });
});
