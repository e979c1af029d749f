/**
 * Nesting against counting every pair, and each way a table can be invalid.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkOf } from "../../../src/inputs/prefixText.js";
import { nestingOf, routingTableIsValid } from "../../../src/inputs/routingTable.js";
import { arbitraryRows, type Row, rowsOf, tableOf } from "./samples.js";

const NET_10 = 0x0a000000;

describe("nestingOf", () => {
  it("counts how many prefixes cover each", () => {
    const table = tableOf([
      [0, 0, 1],
      [NET_10, 8, 2],
      [NET_10, 16, 3],
      [NET_10 + 0x10000, 16, 4],
      [0xc0000200, 24, 5],
    ]);
    expect(nestingOf(table)).toEqual([1, 2, 2]);
  });

  it("has no holes when a chain of all 33 lengths nests", () => {
    const chain = Array.from({ length: 33 }, (_, length): Row => [0, length, length]);
    expect(nestingOf(tableOf(chain))).toEqual(new Array(33).fill(1));
  });

  it("is what counting every pair gives", () => {
    fc.assert(
      fc.property(arbitraryRows(), (rows) => {
        const expected: number[] = [];
        for (const [prefix, length] of rows) {
          const covers = rows.filter((other) => {
            return other[1] < length && networkOf(prefix, other[1]) === other[0];
          });
          expected[covers.length] = (expected[covers.length] ?? 0) + 1;
        }
        expect(nestingOf(tableOf(rows))).toEqual(expected);
      }),
    );
  });
});

describe("routingTableIsValid", () => {
  it("accepts tables in order", () => {
    fc.assert(
      fc.property(arbitraryRows(), (rows) => {
        expect(routingTableIsValid(tableOf(rows))).toBe(true);
        expect(rowsOf(tableOf(rows))).toEqual(rows);
      }),
    );
  });

  const broken: [string, Row[]][] = [
    ["no rows", []],
    ["host bits", [[NET_10 + 1, 24, 0]]],
    ["a length past 32", [[NET_10, 33, 0]]],
    [
      "a prefix twice",
      [
        [NET_10, 8, 1],
        [NET_10, 8, 2],
      ],
    ],
    [
      "the longer prefix first",
      [
        [NET_10, 16, 1],
        [NET_10, 8, 2],
      ],
    ],
    [
      "a smaller address after",
      [
        [NET_10, 8, 1],
        [0, 8, 2],
      ],
    ],
  ];
  it.each(broken)("refuses %s", (_, rows) => {
    expect(routingTableIsValid(tableOf(rows))).toBe(false);
  });

  it("refuses columns of different lengths", () => {
    const table = tableOf([[NET_10, 8, 1]]);
    expect(routingTableIsValid({ ...table, count: 2 })).toBe(false);
    expect(routingTableIsValid({ ...table, numbers: new Uint32Array(2) })).toBe(false);
    expect(routingTableIsValid({ ...table, lengths: new Uint8Array(0) })).toBe(false);
  });
});
