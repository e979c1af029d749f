/** ARP packets that arrive: requests are answered, neighbours updated, everything else ignored. */
import { beforeEach, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { ARPOP_REPLY, ARPOP_REQUEST, arpFrame } from "../../../../src/reference/arpFrame.js";
import { macOf, Neighbourhood, STRANGER, TX0 } from "../../../helpers/neighbours.js";
import { COMPILE_MS, type Router, WORLD } from "../../machine/router.js";
import { NUD } from "../core/core.js";
import { ipv4Router } from "./ipv4.js";

const own = WORLD.devices.find(({ ifindex }) => ifindex === TX0);
const ownMac = own?.mac ?? new Uint8Array(6);
const ownAddress = own?.addresses[0]?.address ?? 0;
const BROADCAST = new Uint8Array(6).fill(0xff);
const NOBODY = new Uint8Array(6);
/** The stranger asks for this host's address. */
const question = {
  op: ARPOP_REQUEST,
  senderMac: macOf(STRANGER),
  sender: STRANGER,
  targetMac: NOBODY,
  target: ownAddress,
};

let router: Router;
let hood: Neighbourhood;

beforeEach(async () => {
  router = await ipv4Router("linux-3.10");
  hood = new Neighbourhood(router);
}, COMPILE_MS);

describe("a request for this host's address", () => {
  it("is answered, and makes the asker a STALE neighbour", () => {
    hood.receive(arpFrame(question, BROADCAST));
    const [answer, ...more] = hood.asked();
    expect(more).toEqual([]);
    expect(answer).toEqual({
      op: ARPOP_REPLY,
      senderMac: ownMac,
      sender: ownAddress,
      targetMac: macOf(STRANGER),
      target: STRANGER,
      to: macOf(STRANGER),
      ifindex: TX0,
    });
    expect(hood.state(STRANGER)).toBe(NUD.stale);
  });

  it("from nobody (a probe for a duplicate) is answered, and makes no neighbour", () => {
    const before = router.call("neighEntries");
    hood.receive(arpFrame({ ...question, sender: 0 }, BROADCAST));
    expect(hood.asked()).toHaveLength(1);
    expect(router.call("neighEntries")).toBe(before);
  });
});

describe("what is not for this host", () => {
  it.each([
    ["a request for another's address", { ...question, target: 0x0a020042 }, BROADCAST],
    ["a reply of somebody unknown", { ...question, op: ARPOP_REPLY }, ownMac],
    ["a frame for another host", question, macOf(0x01020304)],
    ["an operation that nobody knows", { ...question, op: 9 }, BROADCAST],
    ["a question about multicast", { ...question, target: 0xe0000001 }, BROADCAST],
    ["a question about loopback", { ...question, target: 0x7f000001 }, BROADCAST],
  ])("%s: nothing is sent, and nobody becomes a neighbour", (_, packet, destination) => {
    const before = router.call("neighEntries");
    hood.receive(arpFrame(packet, destination));
    expect(hood.asked()).toEqual([]);
    expect(router.call("neighEntries")).toBe(before);
  });

  it("counts in no IP counter; a frame that only says it is ARP is not IP", () => {
    hood.receive(arpFrame(question, BROADCAST));
    expect(readMib(router.machine)).toMatchObject({ inReceives: 0, arpSent: 1, drops: {} });
    const broken = arpFrame(question, BROADCAST);
    broken[18] = 8;
    hood.receive(broken);
    hood.receive(arpFrame(question, BROADCAST).slice(0, 41));
    const mib = readMib(router.machine);
    expect(mib).toMatchObject({ inReceives: 2, arpSent: 1, drops: { "not-ip": 2 } });
  });
});

describe("what is heard of a known neighbour", () => {
  it("a reply to this host proves that it can be reached, a broadcast only tells where", () => {
    hood.receive(arpFrame(question, BROADCAST));
    hood.wait(2000);
    const reply = { ...question, op: ARPOP_REPLY, targetMac: ownMac };
    hood.receive(arpFrame(reply, BROADCAST));
    expect(hood.state(STRANGER)).toBe(NUD.stale);
    hood.receive(arpFrame(reply, ownMac));
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
  });

  it("a device without ARP neither asks nor answers", () => {
    const IFF_NOARP = 0x80;
    router.control(
      "setDeviceFlags",
      hood.device,
      router.call("deviceFlags", hood.device) | IFF_NOARP,
    );
    hood.receive(arpFrame(question, BROADCAST));
    expect(hood.asked()).toEqual([]);
    expect(hood.entry(STRANGER)).toBe(0);
  });
});
