/**
 * Which table each form of `--routes` gives, and what is said when there is none.
 */
import { afterAll, describe, expect, it } from "vitest";
import { loadRoutes } from "../../../src/inputs/loadRoutes.js";
import { parseRoutesOption } from "../../../src/inputs/parseRoutesOption.js";
import { thinTable } from "../../../src/inputs/thinTable.js";
import { inputErrorOf, rowsOf, SampleFiles } from "./samples.js";

const files = new SampleFiles();
afterAll(() => files.remove());

function load(value: string, seed = 1) {
  return loadRoutes(parseRoutesOption(value), seed);
}

const all = load("all");

describe("loadRoutes", () => {
  it("gives the embedded table for all", () => {
    const { name, count } = all;
    expect({ name, count }).toEqual({ name: "libloc-20221029-v4", count: 968_428 });
  });

  it("gives a thinned one for a count, by the seed", () => {
    expect(load("1k", 7)).toEqual(thinTable(all, 1000, 7));
    expect(rowsOf(load("1k", 7))).not.toEqual(rowsOf(thinTable(all, 1000, 8)));
  });

  it("gives the file for a path, whatever the seed", () => {
    const path = files.write("mine.txt", "10.0.0.0/8\t5\n192.0.2.0/24\t6\n");
    expect(rowsOf(load(path))).toEqual([
      [0x0a000000, 8, 5],
      [0xc0000200, 24, 6],
    ]);
    expect(load(path, 9)).toEqual(load(path, 1));
  });

  it("refuses more routes than there are", () => {
    expect(inputErrorOf(() => load("1m")).message).toBe(
      "libloc-20221029-v4: found «1000000 routes», allowed: 1 to 968428, the routes of this table",
    );
  });

  it("names all that is allowed when a file does not exist", () => {
    expect(inputErrorOf(() => load("al")).message).toBe(
      "--routes: found «al», " +
        "allowed: all, a number from 1 to 4000000 as 5000, 10k or 1m, or a file",
    );
  });
});
