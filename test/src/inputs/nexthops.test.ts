/**
 * The next hop of a route: its law over ASes, its bounds, the seed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadEmbeddedTable } from "../../../src/inputs/embeddedTable.js";
import { assignNexthops, nexthopIndex } from "../../../src/inputs/nexthops.js";
import { arbitraryRows, type Row, tableOf } from "./samples.js";

const anySeed = fc.nat({ max: 0xffffffff });
const anyCount = fc.integer({ min: 1, max: 256 });

function law(nexthops: number): number[] {
  const weights = Array.from({ length: nexthops }, (_, k) => 1 / (k + 1));
  const sum = weights.reduce((left, right) => left + right);
  return weights.map((weight) => weight / sum);
}

/** Share of each of 64 next hops. */
function sharesOf(indices: Uint8Array): number[] {
  const counts = new Array<number>(64).fill(0);
  for (const index of indices) counts[index] = (counts[index] ?? 0) + 1;
  return counts.map((count) => count / indices.length);
}

describe("nexthopIndex", () => {
  it("is a next hop that exists, the same each time", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), anyCount, anySeed, (number, nexthops, seed) => {
        const index = nexthopIndex(number, nexthops, seed);
        expect(Number.isInteger(index) && index >= 0 && index < nexthops).toBe(true);
        expect(nexthopIndex(number, nexthops, seed)).toBe(index);
      }),
    );
  });

  it("has one answer for one next hop, and reaches the last of 256", () => {
    expect(nexthopIndex(13335, 1, 5)).toBe(0);
    const reached = new Set(Array.from({ length: 20_000 }, (_, as) => nexthopIndex(as, 256, 5)));
    expect(reached.size).toBe(256);
  });

  it("depends on the seed", () => {
    const ases = Array.from({ length: 1000 }, (_, as) => as);
    const moved = ases.filter((as) => nexthopIndex(as, 64, 1) !== nexthopIndex(as, 64, 2)).length;
    expect(moved).toBeGreaterThan(800);
  });

  it.each([0, -1, 257, 1.5, Number.NaN])("refuses %d next hops", (nexthops) => {
    expect(() => nexthopIndex(1, nexthops, 1)).toThrow(/next hops, allowed: 1 to 256$/);
    expect(() => assignNexthops(tableOf([[0, 0, 1]]), nexthops, 1)).toThrow(RangeError);
  });
});

describe("assignNexthops", () => {
  it("is nexthopIndex of every row", () => {
    fc.assert(
      fc.property(arbitraryRows(), anyCount, anySeed, (rows, nexthops, seed) => {
        const indices = assignNexthops(tableOf(rows), nexthops, seed);
        expect([...indices]).toEqual(rows.map((row) => nexthopIndex(row[2], nexthops, seed)));
      }),
    );
  });

  const internet = loadEmbeddedTable();
  const indices = assignNexthops(internet, 64, 1);

  it("gives all routes of an AS one next hop", () => {
    const byAs = new Map<number, number>();
    let differing = 0;
    indices.forEach((index, row) => {
      const as = internet.numbers[row] ?? 0;
      if ((byAs.get(as) ?? index) !== index) differing++;
      byAs.set(as, index);
    });
    expect(differing).toBe(0);
    expect(byAs.size).toBe(73_718);
  });

  it("follows the law over ASes within sampling error, and over routes roughly", () => {
    const ases = [...new Set(internet.numbers)];
    const asShare = sharesOf(assignNexthops(tableOf(ases.map((as): Row => [0, 32, as])), 64, 1));
    const routeShare = sharesOf(indices);
    law(64).forEach((expected, k) => {
      const error = Math.sqrt((expected * (1 - expected)) / ases.length);
      expect(Math.abs((asShare[k] ?? 0) - expected)).toBeLessThan(5 * error);
      expect(Math.abs((routeShare[k] ?? 0) - expected)).toBeLessThan(0.03);
    });
  });
});
