/**
 * The binary form of a table: there and back, by its description, and damaged in every byte.
 */
import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTable, encodePayload, encodeTable } from "../../../src/inputs/tableCodec.js";
import { arbitraryRows, inputErrorOf, type Row, rowsOf, tableOf } from "./samples.js";

function decodedRows(bytes: Uint8Array): Row[] {
  return rowsOf({ ...tableOf([]), ...decodeTable("t.bin", bytes) });
}

/** A file with a right header and checksum around any payload. */
function fileAround(payload: Buffer, count: number): Buffer {
  const body = brotliCompressSync(payload);
  const file = Buffer.alloc(56 + body.length);
  file.write("dstroute", "latin1");
  [1, count, payload.length, body.length].forEach((word, i) => {
    file.writeUInt32LE(word, 8 + 4 * i);
  });
  createHash("sha256").update(file.subarray(8, 24)).update(payload).digest().copy(file, 24);
  body.copy(file, 56);
  return file;
}

const SAMPLE: Row[] = [
  [0x0a000000, 8, 1],
  [0x0a000000, 16, 300],
  [0xc0000200, 24, 0xffffffff],
];
const ALLOWED = "a routing table in dstbench's binary form, version 1";

describe("tableCodec", () => {
  it("decodes what it encodes, and encodes that to the same bytes", () => {
    fc.assert(
      fc.property(arbitraryRows(), (rows) => {
        const file = encodeTable(tableOf(rows));
        expect(decodedRows(file)).toEqual(rows);
        expect(encodeTable(decodeTable("t", file)).equals(file)).toBe(true);
      }),
    );
  });

  it("keeps the ends of every range", () => {
    const rows: Row[] = [
      [0, 0, 0],
      [0, 32, 0xffffffff],
      [0xffffffff, 32, 0x80000000],
    ];
    expect(decodedRows(encodeTable(tableOf(rows)))).toEqual(rows);
  });

  it("writes the payload that the format describes", () => {
    // 10.0.0.0/8 is network 10; the /16 there is 0 on from it; 192.0.2.0/24 is 0xb60002 /24s on.
    const steps = [10, 0, 0x82, 0x80, 0xd8, 0x05];
    const numbers = [1, 0xac, 0x02, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect([...encodePayload(tableOf(SAMPLE))]).toEqual([...steps, 8, 16, 24, ...numbers]);
  });

  it("does not care where in a larger buffer the file lies", () => {
    const file = encodeTable(tableOf(SAMPLE));
    const larger = Buffer.concat([Buffer.alloc(3), file, Buffer.alloc(5)]);
    expect(decodedRows(larger.subarray(3, 3 + file.length))).toEqual(SAMPLE);
  });

  it("refuses a file with any byte changed", () => {
    const file = encodeTable(tableOf(SAMPLE));
    for (let at = 0; at < file.length; at++) {
      for (const flip of [1, 0x80]) {
        const damaged = Buffer.from(file);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const sameRows = brotliIgnores(damaged);
        if (!sameRows) {
          expect(inputErrorOf(() => decodeTable("t.bin", damaged)).allowed).toBe(ALLOWED);
        }
      }
    }
  });

  it("refuses a file that is cut off or continued at any byte", () => {
    const file = encodeTable(tableOf(SAMPLE));
    for (let length = 0; length < file.length; length++) {
      expect(inputErrorOf(() => decodeTable("t.bin", file.subarray(0, length))).file).toBe("t.bin");
    }
    const longer = Buffer.concat([file, Buffer.alloc(1)]);
    expect(inputErrorOf(() => decodeTable("t.bin", longer)).message).toBe(
      `t.bin: found «${longer.length} bytes where the header says ${file.length}», ` +
        `allowed: ${ALLOWED}`,
    );
  });

  it("says what is wrong with the header", () => {
    const file = encodeTable(tableOf(SAMPLE));
    const foundWith = (at: number, word: number) => {
      const changed = Buffer.from(file);
      changed.writeUInt32LE(word, at);
      return inputErrorOf(() => decodeTable("t.bin", changed)).found;
    };
    expect(foundWith(0, 0)).toBe("another kind of file");
    expect(foundWith(8, 2)).toBe("version 2");
    expect(foundWith(12, 0)).toMatch(/^0 routes in/);
    expect(foundWith(12, 4_000_001)).toMatch(/^4000001 routes in/);
    expect(foundWith(12, 2)).toBe("a table whose checksum is wrong");
    expect(foundWith(16, 0xffffffff)).toMatch(/^3 routes in 4294967295/);
    expect(foundWith(16, 5)).toBe("compressed data that is damaged");
    expect(foundWith(16, 30)).toBe("17 bytes of payload");
    expect(foundWith(24, 0)).toBe("a table whose checksum is wrong");
  });

  const wrongPayloads: [string, number[], number][] = [
    ["too few columns", [10, 8], 1],
    ["bytes left over", [10, 8, 1, 0], 1],
    ["a varint of six bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0, 8, 1], 1],
    ["a number past 32 bits", [10, 8, 0xff, 0xff, 0xff, 0xff, 0x7f], 1],
    ["an address past 32 bits", [0x80, 0x02, 8, 1], 1],
    ["a length past 32", [10, 33, 1], 1],
    ["the same prefix twice", [10, 0, 8, 8, 1, 1], 2],
    ["a shorter prefix after", [10, 0, 16, 8, 1, 1], 2],
  ];
  it.each(wrongPayloads)("refuses a right checksum around %s", (_, payload, count) => {
    const error = inputErrorOf(() => decodeTable("t.bin", fileAround(Buffer.from(payload), count)));
    expect(error.found).toBe("columns that do not fit together");
  });

  it("accepts the file around a right payload, so the cases above fail for their reason", () => {
    expect(decodedRows(fileAround(Buffer.from([10, 1, 8, 8, 1, 2]), 2))).toEqual([
      [0x0a000000, 8, 1],
      [0x0b000000, 8, 2],
    ]);
  });
});

/** A bit of the body that brotli does not read leaves the payload, and so the table, as it was. */
function brotliIgnores(damaged: Buffer): boolean {
  try {
    return encodePayload(decodeTable("t.bin", damaged)).equals(encodePayload(tableOf(SAMPLE)));
  } catch {
    return false;
  }
}
