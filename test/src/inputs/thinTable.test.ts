/**
 * Thinned tables: which rows stay, that samples nest, and what is refused.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadEmbeddedTable } from "../../../src/inputs/embeddedTable.js";
import { hash32, hashPrefix, mix32 } from "../../../src/inputs/hash32.js";
import { nestingOf, routingTableIsValid } from "../../../src/inputs/routingTable.js";
import { thinTable } from "../../../src/inputs/thinTable.js";
import { arbitraryRows, formatRow, inputErrorOf, rowsOf, tableOf } from "./samples.js";

const anySeed = fc.nat({ max: 0xffffffff });

describe("thinTable", () => {
  it("keeps the rows with the smallest hashes, in table order", () => {
    fc.assert(
      fc.property(arbitraryRows(), fc.nat(), anySeed, (rows, pick, seed) => {
        const count = 1 + (pick % rows.length);
        const thinned = thinTable(tableOf(rows), count, seed);
        const byHash = [...rows].sort((left, right) => {
          return hashPrefix(left[0], left[1], seed) - hashPrefix(right[0], right[1], seed);
        });
        const expected = new Set(byHash.slice(0, count).map(formatRow));
        expect(thinned.count).toBe(count);
        expect(routingTableIsValid(thinned)).toBe(true);
        expect(rowsOf(thinned).every((row) => expected.has(formatRow(row)))).toBe(true);
      }),
    );
  });

  it("judges each prefix alone: a row that goes leaves the choice of the others as it was", () => {
    fc.assert(
      fc.property(arbitraryRows(3), fc.nat(), anySeed, (rows, pick, seed) => {
        const count = Math.floor(rows.length / 2);
        const kept = rowsOf(thinTable(tableOf(rows), count, seed)).map(formatRow);
        const losers = rows.filter((row) => !kept.includes(formatRow(row)));
        const gone = losers[pick % losers.length];
        const without = rows.filter((row) => row !== gone);
        expect(rowsOf(thinTable(tableOf(without), count, seed)).map(formatRow)).toEqual(kept);
      }),
    );
  });

  it("lays smaller samples inside larger ones", () => {
    fc.assert(
      fc.property(arbitraryRows(2), anySeed, (rows, seed) => {
        const half = thinTable(tableOf(rows), Math.ceil(rows.length / 2), seed);
        const one = thinTable(tableOf(rows), 1, seed);
        expect(rowsOf(half)).toContainEqual(rowsOf(one)[0]);
      }),
    );
  });

  it("breaks a tie of two hashes by table order", () => {
    // The length enters a hash as a key that is xored to the address: equal hashes can be made.
    const key = (length: number) => mix32(hash32(length, 0) + 0x9e3779b9);
    const twin = (key(8) ^ key(32)) >>> 0;
    expect(hashPrefix(twin, 32, 0)).toBe(hashPrefix(0, 8, 0));
    const tied = tableOf([
      [0, 8, 1],
      [twin, 32, 2],
    ]);
    expect(rowsOf(thinTable(tied, 1, 0))).toEqual([[0, 8, 1]]);
    expect(rowsOf(thinTable(tied, 2, 0))).toEqual(rowsOf(tied));
  });

  it("gives all rows back for the whole count, in arrays of their own", () => {
    const table = tableOf([
      [0, 8, 1],
      [0x0a000000, 8, 2],
    ]);
    const whole = thinTable(table, 2, 1);
    expect(rowsOf(whole)).toEqual(rowsOf(table));
    whole.numbers[0] = 9;
    expect(table.numbers[0]).toBe(1);
  });

  it.each([0, -1, 3, 1.5, Number.NaN])("refuses %d of 2 routes", (count) => {
    const table = tableOf(
      [
        [0, 8, 1],
        [0x0a000000, 8, 2],
      ],
      "two",
    );
    expect(inputErrorOf(() => thinTable(table, count, 1)).message).toBe(
      `two: found «${count} routes», allowed: 1 to 2, the routes of this table`,
    );
  });

  it("takes a fair sample of the Internet, another for each seed", () => {
    const internet = loadEmbeddedTable();
    const [one, other] = [1, 2].map((seed) => thinTable(internet, 10_000, seed));
    if (one === undefined || other === undefined) throw new Error("two samples");
    // 60.6 % with a standard error of 0.49 %.
    const slash24 = one.lengths.filter((length) => length === 24).length / one.count;
    expect(Math.abs(slash24 - 0.606)).toBeLessThan(0.02);
    // Independent samples share 10,000² / 968,428 = 103 routes, with a deviation of 10.
    const rows = new Set(rowsOf(one).map(formatRow));
    const shared = rowsOf(other).filter((row) => rows.has(formatRow(row))).length;
    expect(Math.abs(shared - 103)).toBeLessThan(50);
    expect(one.source).toMatch(/thinned to 10000 routes with seed 1$/);
    expect(nestingOf(one).reduce((sum, part) => sum + part)).toBe(10_000);
    expect(nestingOf(one).length).toBeLessThan(nestingOf(internet).length);
  });
});
