/**
 * The embedded table against what is known of its source, and where it is looked for.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { embeddedTablePath, loadEmbeddedTable } from "../../../src/inputs/embeddedTable.js";
import { formatPrefix } from "../../../src/inputs/prefixText.js";
import { readRoutesFile } from "../../../src/inputs/readRoutesFile.js";
import { nestingOf, routingTableIsValid } from "../../../src/inputs/routingTable.js";
import { encodePayload } from "../../../src/inputs/tableCodec.js";
import { formatRow, inputErrorOf, rowsOf, SampleFiles } from "./samples.js";

const files = new SampleFiles();
afterAll(() => files.remove());

const table = loadEmbeddedTable();

describe("the embedded table", () => {
  it("has 968,428 routes in order, 60.6 % of them /24", () => {
    expect(table.count).toBe(968_428);
    expect(routingTableIsValid(table)).toBe(true);
    const slash24 = table.lengths.filter((length) => length === 24).length;
    expect(slash24).toBe(587_046);
    expect(((100 * slash24) / table.count).toFixed(1)).toBe("60.6");
  });

  it("has the lines of its source at the ends and between", () => {
    const line = (i: number) => {
      const prefix = formatPrefix(table.prefixes[i] ?? 0, table.lengths[i] ?? 0);
      return `${prefix} ${table.numbers[i]}`;
    };
    expect([0, 1, 2, 3, 4].map(line)).toEqual([
      "1.0.0.0/24 13335",
      "1.0.4.0/22 38803",
      "1.0.5.0/24 38803",
      "1.0.16.0/24 2519",
      "1.0.64.0/18 18144",
    ]);
    expect([100_000, 500_000, 900_000].map(line)).toEqual([
      "45.142.71.0/24 206366",
      "151.59.128.0/21 1267",
      "208.86.240.0/24 46926",
    ]);
    expect(line(table.count - 1)).toBe("223.255.254.0/24 55415");
  });

  it("comes from 73,718 autonomous systems and nests up to 8 deep", () => {
    expect(new Set(table.numbers).size).toBe(73_718);
    expect(nestingOf(table)).toEqual([440175, 356618, 126206, 32583, 8499, 2751, 1550, 45, 1]);
  });

  it("says where it comes from and under which licence", () => {
    expect(table).toMatchObject({ name: "libloc-20221029-v4", licence: "CC-BY-SA-4.0" });
    expect(table.source).toContain("IPFire");
    const licence = readFileSync(embeddedTablePath().replace(/bin$/, "LICENSE.md"), "utf8");
    for (const word of ["IPFire", "CC BY-SA 4.0", "2022-10-29", "libloc-database", "968,428"]) {
      expect(licence).toContain(word);
    }
  });

  it("encodes to the payload that is in its file, byte for byte", () => {
    const file = readFileSync(embeddedTablePath());
    expect(file.length).toBeLessThan(2_500_000);
    // The compressor may change with Node; what it compresses may not.
    expect(encodePayload(table).equals(brotliDecompressSync(file.subarray(56)))).toBe(true);
  });

  it("is read back from its text form", () => {
    const text = rowsOf(table).map(formatRow).join("\n");
    const read = readRoutesFile(files.write("all.txt", text));
    expect(read.count).toBe(table.count);
    expect(Buffer.from(read.prefixes.buffer).equals(Buffer.from(table.prefixes.buffer))).toBe(true);
    expect(Buffer.from(read.numbers.buffer).equals(Buffer.from(table.numbers.buffer))).toBe(true);
    expect(Buffer.from(read.lengths).equals(Buffer.from(table.lengths))).toBe(true);
  });
});

describe("where it is looked for", () => {
  it("is found from src/inputs and from dist/inputs of one package", () => {
    mkdirSync(files.path("src/inputs/tables"), { recursive: true });
    mkdirSync(files.path("dist/inputs"), { recursive: true });
    const bin = files.write("src/inputs/tables/libloc-20221029-v4.bin", "");
    for (const module of ["src/inputs/embeddedTable.ts", "dist/inputs/embeddedTable.js"]) {
      expect(embeddedTablePath(pathToFileURL(files.path(module)).href)).toBe(bin);
    }
    const here = fileURLToPath(new URL("../../../src/inputs/tables/", import.meta.url));
    expect(embeddedTablePath()).toBe(`${here}libloc-20221029-v4.bin`);
  });

  it("is missed in one line", () => {
    const module = pathToFileURL(files.path("other/dist/inputs/embeddedTable.js")).href;
    expect(inputErrorOf(() => embeddedTablePath(module)).message).toBe(
      `${files.path("other/dist/inputs/tables/libloc-20221029-v4.bin")}: ` +
        "found «no such file», allowed: the table that comes with dstbench: install it again",
    );
  });

  it("is refused when it is cut off or altered", () => {
    const whole = readFileSync(embeddedTablePath());
    const cut = files.write("cut.bin", whole.subarray(0, 500_000));
    expect(inputErrorOf(() => loadEmbeddedTable(cut)).message).toMatch(/500000 bytes where the/);
    const altered = Buffer.from(whole);
    altered[30] = (altered[30] ?? 0) ^ 1;
    const path = files.write("altered.bin", altered);
    expect(inputErrorOf(() => loadEmbeddedTable(path)).found).toMatch(/checksum/);
    expect(inputErrorOf(() => loadEmbeddedTable(files.path("none"))).found).toBe("no such file");
  });
});
