/**
 * Frame templates and the receive device that a source address names.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { internetChecksum } from "../../../src/reference/checksum.js";
import { read16, read32 } from "../../../src/reference/ipv4Frame.js";
import { receiveDeviceIndex } from "../../../src/workloads/receiveDevice.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import {
  FRAME_BYTES,
  frameOfTemplate,
  rxTemplates,
  sendTemplateOf,
  TEMPLATE_BYTES,
  TEMPLATE_IP_OFFSET,
} from "../../../src/workloads/templates.js";

const address = fc.integer({ min: 0, max: 0xffffffff });

describe("rxTemplates", () => {
  const world = standardWorld();
  const templates = rxTemplates(world);

  it("lays a 60-byte frame into 64 bytes, IP header at 16", () => {
    const template = templates[2] ?? new Uint8Array();
    expect(Buffer.from(template).toString("hex")).toBe(
      "0000" +
        "02000a010201" +
        "0200ff010201" +
        "0800" +
        "4500002e26180000401154a8" +
        "0000000000000000" +
        "10000009001a0000" +
        "2c2d2e2f303132333435363738393a3b3c3d" +
        "0000",
    );
    expect(templates.map((one) => one.length)).toEqual(
      world.devices.filter(({ kind }) => kind === "rx").map(() => TEMPLATE_BYTES),
    );
    expect(internetChecksum(template, TEMPLATE_IP_OFFSET, 20)).toBe(0);
  });

  it("becomes a correct frame for any two addresses", () => {
    fc.assert(
      fc.property(address, address, fc.nat(3), (saddr, daddr, device) => {
        const template = templates[device] ?? new Uint8Array();
        const frame = frameOfTemplate(template, saddr, daddr);
        expect(frame.length).toBe(FRAME_BYTES);
        expect(internetChecksum(frame, 14, 20)).toBe(0);
        expect(read16(frame, 24)).not.toBe(0xffff);
        expect([read32(frame, 26), read32(frame, 30)]).toEqual([saddr, daddr]);
        expect(frame.subarray(34)).toEqual(template.subarray(36, 62));
      }),
    );
  });

  it("hands its payload and header fields to a local sender", () => {
    const template = sendTemplateOf(templates[0] ?? new Uint8Array());
    expect(template).toMatchObject({
      identification: 0x2618,
      tos: 0,
      protocol: 17,
      dontFragment: false,
    });
    expect(template.payload.length).toBe(26);
    expect(read16(template.payload, 4)).toBe(26);
  });
});

describe("receiveDeviceIndex", () => {
  it("is the last octet modulo the devices", () => {
    expect(
      [0x01020300, 0x01020305, 0xfffffffe].map((saddr) => receiveDeviceIndex(saddr, 4)),
    ).toEqual([0, 1, 2]);
    expect(receiveDeviceIndex(0xff, 3)).toBe(0);
  });
});
