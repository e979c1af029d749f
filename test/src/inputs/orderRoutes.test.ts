/**
 * Rows in table order from any order of lines, and the line that repeats a prefix.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderRoutes } from "../../../src/inputs/orderRoutes.js";
import { formatPrefix } from "../../../src/inputs/prefixText.js";
import type { RouteLines } from "../../../src/inputs/routesText.js";
import { arbitraryRows, inputErrorOf, type Row, rowsOf, tableOf } from "./samples.js";

/** Rows as a file would give them, with every second line a comment. */
function linesOf(rows: readonly Row[]): RouteLines {
  return { ...tableOf(rows), lines: Uint32Array.from(rows, (_, i) => 2 * i + 1) };
}

const shuffledRows = arbitraryRows(2).chain((rows) => {
  return fc.tuple(
    fc.constant(rows),
    fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
  );
});

describe("orderRoutes", () => {
  it("gives the order of a table whatever the order of the file", () => {
    fc.assert(
      fc.property(shuffledRows, ([rows, shuffled]) => {
        const columns = orderRoutes("t", linesOf(shuffled));
        expect(rowsOf({ ...tableOf([]), ...columns })).toEqual(rows);
      }),
    );
  });

  it("refuses the first line that repeats a prefix and names the line it repeats", () => {
    fc.assert(
      fc.property(shuffledRows, fc.nat(), fc.nat(), ([, rows], pick, place) => {
        const original = pick % rows.length;
        const repeated = original + 1 + (place % (rows.length - original));
        const row = rows[original] ?? [0, 0, 0];
        const twice = [...rows.slice(0, repeated), row, ...rows.slice(repeated), row];
        const error = inputErrorOf(() => orderRoutes("t", linesOf(twice)));
        expect(error.message).toBe(
          `t:${2 * repeated + 1}:1: found «${formatPrefix(row[0], row[1])}», ` +
            `allowed: each prefix once (it is on line ${2 * original + 1} already)`,
        );
      }),
    );
  });
});
