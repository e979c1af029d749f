/**
 * Internet checksums against published headers, and updates against computing anew.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decreaseTtlChecksum,
  internetChecksum,
  replaceWordChecksum,
} from "../../../src/reference/checksum.js";
import { read16, write16, writeIpv4Header } from "../../../src/reference/ipv4Frame.js";

const word = fc.integer({ min: 0, max: 0xffff });
const header = fc.record({
  tos: fc.integer({ min: 0, max: 255 }),
  totalLength: word,
  identification: word,
  dontFragment: fc.boolean(),
  ttl: fc.integer({ min: 1, max: 255 }),
  protocol: fc.integer({ min: 0, max: 255 }),
  saddr: fc.integer({ min: 0, max: 0xffffffff }),
  daddr: fc.integer({ min: 0, max: 0xffffffff }),
});

describe("internetChecksum", () => {
  it("gives the published checksum of a well-known header", () => {
    const bytes = Uint8Array.from(
      Buffer.from("4500003c1c4640004006000" + "0ac100a63ac100a0c", "hex"),
    );
    expect(internetChecksum(bytes, 0, 20)).toBe(0xb1e6);
  });

  it("is zero over a header that holds it", () => {
    fc.assert(
      fc.property(header, (fields) => {
        const bytes = new Uint8Array(20);
        writeIpv4Header(bytes, 0, fields);
        expect(internetChecksum(bytes, 0, 20)).toBe(0);
      }),
    );
  });
});

describe("decreaseTtlChecksum", () => {
  it("equals the recomputed checksum", () => {
    fc.assert(
      fc.property(header, (fields) => {
        const before = new Uint8Array(20);
        const after = new Uint8Array(20);
        writeIpv4Header(before, 0, fields);
        writeIpv4Header(after, 0, { ...fields, ttl: fields.ttl - 1 });
        expect(decreaseTtlChecksum(read16(before, 10))).toBe(read16(after, 10));
      }),
    );
  });

  it("does what ip_decrease_ttl does to the word a little-endian CPU loads, for all 65,536", () => {
    const swap = (value: number) => ((value << 8) | (value >>> 8)) & 0xffff;
    const wrong: number[] = [];
    for (let check = 0; check <= 0xffff; check++) {
      const sum = swap(check) + swap(0x0100);
      const littleEndian = (sum + (sum >= 0xffff ? 1 : 0)) & 0xffff;
      if (decreaseTtlChecksum(check) !== swap(littleEndian)) wrong.push(check);
    }
    expect(wrong).toEqual([]);
  });
});

describe("replaceWordChecksum", () => {
  it("equals the recomputed checksum wherever the word stands", () => {
    fc.assert(
      fc.property(
        header,
        fc.constantFrom(0, 2, 4, 6, 8, 12, 14, 16, 18),
        word,
        (fields, at, to) => {
          const bytes = new Uint8Array(20);
          writeIpv4Header(bytes, 0, fields);
          const updated = replaceWordChecksum(read16(bytes, 10), read16(bytes, at), to);
          write16(bytes, at, to);
          write16(bytes, 10, 0);
          expect(updated).toBe(internetChecksum(bytes, 0, 20));
        },
      ),
    );
  });
});
