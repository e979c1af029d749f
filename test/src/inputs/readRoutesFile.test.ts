/**
 * A routes file as a whole: order, compression, names, and errors with their place.
 */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ROUTES_FILE_LIMITS, readRoutesFile } from "../../../src/inputs/readRoutesFile.js";
import { routingTableIsValid } from "../../../src/inputs/routingTable.js";
import { arbitraryRows, formatRow, inputErrorOf, rowsOf, SampleFiles } from "./samples.js";

const files = new SampleFiles();
afterAll(() => files.remove());

describe("readRoutesFile", () => {
  it("names the table after its file and does not claim a licence", () => {
    const path = files.write("mine.txt", "10.0.0.0/8\t1\n");
    expect(readRoutesFile(path)).toEqual({
      name: "mine.txt",
      source: path,
      licence: "not stated",
      count: 1,
      prefixes: Uint32Array.of(0x0a000000),
      lengths: Uint8Array.of(8),
      numbers: Uint32Array.of(1),
    });
  });

  it("reads back what was written, in any order, plain or gzip", () => {
    const written = arbitraryRows().chain((rows) => {
      const all = { minLength: rows.length, maxLength: rows.length };
      return fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, all), fc.boolean());
    });
    fc.assert(
      fc.property(written, ([rows, shuffled, packed]) => {
        const text = `; made\n${shuffled.map(formatRow).join("\n")}\n`;
        const table = readRoutesFile(files.write("back", packed ? gzipSync(text) : text));
        expect(rowsOf(table)).toEqual(rows);
        expect(routingTableIsValid(table)).toBe(true);
      }),
    );
  });

  it("gives a route without a number the same number in any file", () => {
    const alone = readRoutesFile(files.write("alone", "192.0.2.0/24\n"));
    const among = readRoutesFile(files.write("among", "10.0.0.0/8\n\n192.0.2.0/24\n1.0.0.0/8\n"));
    expect(among.numbers[2]).toBe(alone.numbers[0]);
    expect(new Set(among.numbers).size).toBe(3);
  });

  it("names file, line and column of a wrong line inside gzip", () => {
    const path = files.write("wrong.gz", gzipSync("10.0.0.0/8\n10.1.0.0/8\n"));
    expect(inputErrorOf(() => readRoutesFile(path)).message).toBe(
      `${path}:2:1: found «10.1.0.0/8», allowed: no bits past the length: 10.0.0.0/8`,
    );
  });

  it("names the first line of a prefix that comes twice", () => {
    const path = files.write("twice", "# x\n10.0.0.0/8\t1\n9.0.0.0/8\n10.0.0.0/8\t2\n");
    expect(inputErrorOf(() => readRoutesFile(path)).message).toBe(
      `${path}:4:1: found «10.0.0.0/8», allowed: each prefix once (it is on line 2 already)`,
    );
  });

  it("has limits that an honest table of full size fits in", () => {
    const longest = "255.255.255.255/32\t4294967295\n".length;
    expect(ROUTES_FILE_LIMITS.routesMax * longest).toBeLessThan(ROUTES_FILE_LIMITS.bytesMax);
    const small = { ...ROUTES_FILE_LIMITS, bytesMax: 10 };
    const path = files.write("large", "10.0.0.0/8\t1\n");
    expect(inputErrorOf(() => readRoutesFile(path, small)).found).toBe("more than 10 bytes");
  });
});
