/** ARP frames: bytes as RFC 826 has them, read back, and refused when they are something else. */
import { describe, expect, it } from "vitest";
import {
  ARPOP_REPLY,
  ARPOP_REQUEST,
  arpFrame,
  arpReply,
  parseArpFrame,
} from "../../../src/reference/arpFrame.js";

const MINE = Uint8Array.of(2, 0, 10, 2, 0, 1);
const YOURS = Uint8Array.of(2, 0, 10, 2, 0, 99);
const BROADCAST = new Uint8Array(6).fill(0xff);
const NOBODY = new Uint8Array(6);
const request = {
  op: ARPOP_REQUEST,
  senderMac: MINE,
  sender: 0x0a020001,
  targetMac: NOBODY,
  target: 0x0a020063,
};

describe("ARP frames", () => {
  it("lay a request out byte by byte", () => {
    expect([...arpFrame(request, BROADCAST)]).toEqual([
      ...[255, 255, 255, 255, 255, 255, 2, 0, 10, 2, 0, 1, 8, 6],
      ...[0, 1, 8, 0, 6, 4, 0, 1],
      ...[2, 0, 10, 2, 0, 1, 10, 2, 0, 1],
      ...[0, 0, 0, 0, 0, 0, 10, 2, 0, 99],
    ]);
  });

  it("read back what they say, and answer whoever asked", () => {
    expect(parseArpFrame(arpFrame(request, BROADCAST))).toEqual(request);
    const reply = arpReply(request, YOURS);
    expect(reply.slice(0, 6)).toEqual(MINE);
    const sender = { senderMac: YOURS, sender: request.target };
    const target = { targetMac: MINE, target: request.sender };
    expect(parseArpFrame(reply)).toEqual({ op: ARPOP_REPLY, ...sender, ...target });
  });

  it.each([
    ["another EtherType", 12, 0x08, 0x00],
    ["another hardware", 14, 0, 6],
    ["another protocol", 16, 0x86, 0xdd],
    ["other lengths", 18, 8, 4],
  ])("say nothing with %s", (_, at, high, low) => {
    const frame = arpFrame(request, BROADCAST);
    frame.set([high, low], at);
    expect(parseArpFrame(frame)).toBeUndefined();
    expect(parseArpFrame(arpFrame(request, BROADCAST).slice(0, 41))).toBeUndefined();
  });
});
