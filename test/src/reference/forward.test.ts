/**
 * The forwarding model: every fate of a frame, and every byte of what is sent on.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { Fate } from "../../../src/reference/fate.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { refreshChecksum, write16 } from "../../../src/reference/ipv4Frame.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import {
  type Route,
  RT_SCOPE_LINK,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";

const RX0 = 2;
const TX0 = 6;
const TX3 = 9;
const OFF0 = 10;

/** A packet from 198.51.100.9 to 203.0.113.5, 46 bytes, TTL 64, checksum 0x0249. */
const FRAME =
  "02000a010001" +
  "02005a000001" +
  "0800" +
  "4500002e1234000040110249c6336409cb007105" +
  "10000009001a0000" +
  "000102030405060708090a0b0c0d0e0f1011";

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function hex(frame: Uint8Array): string {
  return Buffer.from(frame).toString("hex");
}

function via(prefix: string, length: number, type = RTN_UNICAST, ifindex = TX0): Route {
  const gateway = parseAddress(ifindex === TX3 ? "10.2.3.13" : "10.2.0.10");
  const nexthop = { gateway, ifindex, scope: RT_SCOPE_LINK };
  return { table: "main", prefix: parseAddress(prefix), length, type, scope: 0, nexthop };
}

describe("referenceForward", () => {
  let router: ReferenceRouter;
  let frame: Uint8Array;

  beforeEach(() => {
    router = new ReferenceRouter(standardWorld());
    router.addRoute(via("203.0.113.0", 24));
    frame = bytes(FRAME);
  });

  /** The fate of the frame after a change to its bytes, checksum put right. */
  function fateWith(change: () => void, rxIfindex = RX0): string {
    change();
    refreshChecksum(frame, 14);
    return nameOf(router.forward(rxIfindex, frame));
  }

  function nameOf(fate: Fate): string {
    return fate.kind === "dropped" ? fate.reason : fate.kind;
  }

  function setAddress(at: 26 | 30, text: string): void {
    write16(frame, at, parseAddress(text) >>> 16);
    write16(frame, at + 2, parseAddress(text) & 0xffff);
  }

  it("rewrites MACs, TTL and checksum and nothing else", () => {
    const fate = router.forward(RX0, frame);
    expect(fate.kind === "forwarded" && [fate.ifindex, hex(fate.frame)]).toEqual([
      TX0,
      "02000a02000a" +
        "02000a020001" +
        "0800" +
        "4500002e123400003f110349c6336409cb007105" +
        "10000009001a0000" +
        "000102030405060708090a0b0c0d0e0f1011",
    ]);
    expect(hex(frame)).toBe(FRAME);
  });

  it("cuts off what follows the IP packet", () => {
    const fate = router.forward(RX0, bytes(`${FRAME}ffffff`));
    expect(fate.kind === "forwarded" && fate.frame.length).toBe(60);
  });

  it.each([
    ["martian-source", "224.0.0.9"],
    ["martian-source", "255.255.255.255"],
    ["martian-source", "0.0.0.0"],
    ["martian-source", "127.0.0.1"],
    ["forwarded", "240.0.0.1"],
    ["forwarded", "10.2.0.1"],
  ])("%s: source %s", (fate, saddr) => {
    expect(fateWith(() => setAddress(26, saddr))).toBe(fate);
  });

  it.each([
    ["multicast-not-member", "224.0.0.1"],
    ["delivered", "255.255.255.255"],
    ["martian-destination", "0.0.0.0"],
    ["martian-destination", "127.0.0.1"],
    ["no-route", "198.18.0.1"],
    ["no-route", "240.0.0.1"],
    ["delivered", "10.1.3.1"],
    ["delivered", "10.2.0.255"],
    ["delivered", "10.2.0.0"],
    ["forwarded", "10.2.0.200"],
    ["no-neighbour", "10.2.0.250"],
  ])("%s: destination %s", (fate, daddr) => {
    expect(fateWith(() => setAddress(30, daddr))).toBe(fate);
  });

  it("takes 0.0.0.0 to 0.0.0.0 for a broadcast", () => {
    setAddress(26, "0.0.0.0");
    expect(fateWith(() => setAddress(30, "0.0.0.0"))).toBe("delivered");
  });

  it("asks for source before destination, and for martian loopback the other way", () => {
    setAddress(30, "0.0.0.1");
    expect(fateWith(() => setAddress(26, "0.0.0.2"))).toBe("martian-source");
    expect(fateWith(() => setAddress(26, "127.0.0.2"))).toBe("martian-destination");
  });

  it("checks type, MAC, header, checksum and lengths in the kernel's order", () => {
    const name = () => nameOf(router.forward(RX0, frame));
    frame[0] = 4;
    frame[12] = 9;
    expect(name()).toBe("not-ip");
    frame[12] = 8;
    expect(name()).toBe("other-host");
    frame[0] = 2;
    frame[14] = 0x65;
    expect(name()).toBe("bad-header");
    frame[14] = 0x44;
    expect(name()).toBe("bad-header");
    frame[14] = 0x45;
    write16(frame, 16, 4000);
    expect(name()).toBe("bad-checksum");
    refreshChecksum(frame, 14);
    expect(name()).toBe("short-packet");
    expect(fateWith(() => write16(frame, 16, 19))).toBe("bad-total-length");
    frame = bytes(FRAME).slice(0, 33);
    expect(name()).toBe("short-header");
    frame[14] = 0x4f;
    expect(name()).toBe("short-header");
    frame = bytes(FRAME).slice(0, 13);
    expect(name()).toBe("short-frame");
  });

  it("wants a header with options whole before it looks at the checksum", () => {
    frame[14] = 0x4f;
    frame = frame.slice(0, 14 + 56);
    expect(nameOf(router.forward(RX0, frame))).toBe("short-header");
  });

  it("drops options after routing and before anything else", () => {
    frame[14] = 0x46;
    frame[22] = 1;
    expect(fateWith(() => setAddress(30, "198.18.0.1"))).toBe("ip-options");
    expect(fateWith(() => setAddress(30, "127.0.0.1"))).toBe("martian-destination");
  });

  it.each([0, 1])("drops TTL %i, and lets 2 pass", (ttl) => {
    expect(fateWith(() => frame.fill(ttl, 22, 23))).toBe("ttl-exceeded");
    expect(fateWith(() => frame.fill(2, 22, 23))).toBe("forwarded");
  });

  it("drops what exceeds the MTU, by Don't Fragment, after the TTL", () => {
    router.replaceRoute(via("203.0.113.0", 24, RTN_UNICAST, TX3));
    frame = bytes(FRAME + "00".repeat(30));
    expect(fateWith(() => write16(frame, 16, 68))).toBe("forwarded");
    expect(fateWith(() => write16(frame, 16, 69))).toBe("needs-fragment");
    expect(fateWith(() => write16(frame, 20, 0x4000))).toBe("frag-needed");
    expect(fateWith(() => frame.fill(1, 22, 23))).toBe("ttl-exceeded");
  });

  it("does not forward what came as a link-layer broadcast, but delivers it", () => {
    frame.fill(0xff, 0, 6);
    expect(nameOf(router.forward(RX0, frame))).toBe("link-broadcast");
    expect(fateWith(() => setAddress(30, "10.2.0.1"))).toBe("delivered");
  });

  it("delivers on a device that does not forward, and drops the rest", () => {
    frame.set(bytes("02000a030001"));
    expect(nameOf(router.forward(OFF0, frame))).toBe("forwarding-off");
    router.replaceRoute(via("203.0.113.0", 24, RTN_ANYCAST));
    expect(nameOf(router.forward(OFF0, frame))).toBe("forwarding-off");
    expect(fateWith(() => setAddress(30, "198.18.0.1"), OFF0)).toBe("no-route");
    expect(fateWith(() => setAddress(30, "10.2.0.1"), OFF0)).toBe("delivered");
  });

  it("calls a route type that nobody forwards by a martian destination", () => {
    router.replaceRoute(via("203.0.113.0", 24, RTN_ANYCAST));
    expect(nameOf(router.forward(RX0, frame))).toBe("martian-destination");
  });

  it("lets an error route hide shorter prefixes of its own table only", () => {
    router.addRoute(via("203.0.113.5", 32, RTN_UNREACHABLE));
    expect(nameOf(router.forward(RX0, frame))).toBe("no-route");
    router.deleteRoute("main", parseAddress("203.0.113.5"), 32);
    router.addRoute({ ...via("203.0.113.5", 32, RTN_BLACKHOLE), table: "local" });
    expect(nameOf(router.forward(RX0, frame))).toBe("forwarded");
  });

  it("asks local before main, even for a shorter prefix", () => {
    router.addRoute(via("127.0.0.9", 32));
    router.addRoute(via("10.2.0.1", 32));
    expect(fateWith(() => setAddress(30, "10.2.0.1"))).toBe("delivered");
  });

  it("uses a gateway only if its scope is LINK", () => {
    const onLink = via("203.0.113.0", 24);
    router.replaceRoute({ ...onLink, nexthop: { ...onLink.nexthop, scope: 254 } });
    expect(nameOf(router.forward(RX0, frame))).toBe("no-neighbour");
  });

  it("refuses a device that is not there", () => {
    expect(() => router.forward(99, frame)).toThrow("ifindex 99");
  });
});
