/**
 * The table of a cell: all columns in one where they fit, else timed and counted apart, each with
 * the designs in front. What figures look like is in `numbers.test.ts`.
 */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import { cellTable } from "../../../src/report/cellTable.js";
import { createPaint } from "../../../src/report/paint.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const CELL = buildCell({
  designs: ["linux-3.10", "no-cache"],
  blocks: 12,
  nsPerPacket: (arm) => 100 * (arm + 1),
});

function tables(width: number, cell = CELL): string[][] {
  const analysis = analyseCell(cell);
  if (analysis.kind !== "analysed") throw new Error("the built cell has no figures");
  const text = cellTable(cell, analysis, width, createPaint(false));
  return text.split("\n\n").map((table) => table.split("\n"));
}

describe("cellTable", () => {
  it("is one table where all columns fit, with a row a design", () => {
    const [table = [], ...others] = tables(1000);
    expect(others).toEqual([]);
    expect(table).toHaveLength(3);
    expect(table[0]).toMatch(/^design +ns\/packet \[p10\] .* verdict .* slab memory$/);
    expect(table[1]).toMatch(/^linux-3\.10 +100 \[100\] .* 1 +first /);
    expect(table[2]).toMatch(/^no-cache +200 \[200\] .*▲ slower /);
  });

  it("keeps time and cost apart where they do not, and every line within the width", () => {
    const found = tables(100);
    expect(found.length).toBeGreaterThan(1);
    for (const lines of found) {
      expect(lines[0]).toMatch(/^design /);
      expect(lines.slice(1).map((line) => line.split(" ")[0])).toEqual(["linux-3.10", "no-cache"]);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    }
    const heads = found.map(([head = ""]) => head);
    expect(heads.some((head) => /Mpps/.test(head) && /hits/.test(head))).toBe(false);
  });

  it("loses no column and repeats none, whatever the width", () => {
    const headOf = (width: number): string[] =>
      tables(width).flatMap(([head = ""]) => head.split(/ {2,}/).filter((h) => h !== "design"));
    expect(headOf(100)).toEqual(headOf(1000));
    expect(headOf(1)).toEqual(headOf(1000));
  });

  it("shows a figure that does not exist as a dash, not as 0", () => {
    const arms = CELL.arms.map((arm, index) => (index === 0 ? arm : { ...arm, counted: null }));
    const [table = []] = tables(1000, { ...CELL, arms });
    expect(table[1]).not.toContain("–");
    expect(table[2]?.match(/–/g)).toHaveLength(5);
  });
});
