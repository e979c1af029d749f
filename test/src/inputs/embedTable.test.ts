/**
 * The script that embeds a table: its output on small tables, its exit code and its lines.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { embedTable, runEmbedTable } from "../../../src/inputs/embedTable.js";
import { decodeTable } from "../../../src/inputs/tableCodec.js";
import { inputErrorOf, rowsOf, SampleFiles, tableOf } from "./samples.js";

const files = new SampleFiles();
afterAll(() => files.remove());
afterEach(() => vi.restoreAllMocks());

const input = files.write("in.txt.gz", gzipSync("; two\n192.0.2.0/24\t64496\n10.0.0.0/8\t64497\n"));

describe("embedTable", () => {
  it("turns a small gzip text into the binary form of the same rows", () => {
    const output = files.path("out.bin");
    const bytes = () => readFileSync(output);
    const said = embedTable(input, output);
    expect(said).toBe(`${output}: 2 routes in ${bytes().length} bytes`);
    expect(rowsOf({ ...tableOf([]), ...decodeTable(output, bytes()) })).toEqual([
      [0x0a000000, 8, 64497],
      [0xc0000200, 24, 64496],
    ]);
    const first = bytes();
    embedTable(input, output);
    expect(bytes().equals(first)).toBe(true);
  });

  it("refuses an output that cannot be written", () => {
    const output = files.path("no/such/directory.bin");
    expect(inputErrorOf(() => embedTable(input, output)).message).toBe(
      `${output}: found «no such file», allowed: a file that can be written`,
    );
  });
});

describe("the script", () => {
  it("ends with 0 and one line on stdout", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(runEmbedTable([input, files.path("script.bin")])).toBe(0);
    expect(log.mock.calls).toEqual([
      [expect.stringMatching(/script\.bin: 2 routes in \d+ bytes$/)],
    ]);
  });

  it("ends with 2 and one line on stderr when text or arguments are wrong", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const wrong = files.write("wrong.txt", "10.0.0.0/8\nx\n");
    expect(runEmbedTable([wrong, files.path("wrong.bin")])).toBe(2);
    expect(error.mock.lastCall).toEqual([expect.stringContaining(`${wrong}:2:1: found «x»`)]);
    for (const args of [[], [input], [input, "b", "c"]]) expect(runEmbedTable(args)).toBe(2);
    expect(error).toHaveBeenCalledTimes(4);
  });
});
