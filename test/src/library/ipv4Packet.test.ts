/** Packets by their fields, to the byte. */
import { expect, it } from "vitest";
import { ipv4Packet } from "../../../src/library/ipv4Packet.js";
import { internetChecksumIsRight } from "./checksum.js";

const MACS = {
  macTo: Uint8Array.of(1, 2, 3, 4, 5, 6),
  macFrom: Uint8Array.of(7, 8, 9, 10, 11, 12),
};

it("writes every field where it belongs, and a checksum over them", () => {
  const payload = Uint8Array.of(0xde, 0xad);
  const frame = ipv4Packet({
    ...MACS,
    from: "192.0.2.9",
    to: "203.0.113.5",
    ttl: 7,
    tos: 0x10,
    protocol: 1,
    dontFragment: true,
    payload,
  });
  const head = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 0x45, 0x10, 0, 22, 0, 1, 0x40, 0, 7, 1,
  ];
  expect([...frame.subarray(0, 24)]).toEqual(head);
  expect([...frame.subarray(26)]).toEqual([192, 0, 2, 9, 203, 0, 113, 5, 0xde, 0xad]);
  expect(internetChecksumIsRight(frame.subarray(14, 34))).toBe(true);
});

it("fills Ethernet's shortest frame where nothing is said", () => {
  const frame = ipv4Packet({ ...MACS, from: "192.0.2.9", to: "203.0.113.5" });
  expect([frame.length, frame[14 + 8], frame[14 + 9]]).toEqual([60, 64, 17]);
});
