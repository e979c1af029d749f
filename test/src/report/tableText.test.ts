/** Tables without lines: widths as they are drawn, alignment, colour that adds nothing. */
import { describe, expect, it } from "vitest";
import { createPaint } from "../../../src/report/paint.js";
import { drawTable, tableWidth } from "../../../src/report/tableText.js";

const COLUMNS = [
  { head: "design", cells: ["a", "longer name"], right: false },
  { head: "ns", cells: ["1,234", "5"], right: true },
];

describe("drawTable", () => {
  it("aligns columns, two spaces apart, as wide as it says", () => {
    const text = drawTable(COLUMNS, createPaint(false));
    expect(text.split("\n")).toEqual([
      "design          ns",
      "a            1,234",
      "longer name      5",
    ]);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBe(tableWidth(COLUMNS));
  });

  it("colours verdicts and the head only", () => {
    const columns = [{ head: "verdict", cells: ["▲ slower"], right: false }];
    const painted = drawTable(columns, createPaint(true));
    expect(painted).not.toBe(drawTable(columns, createPaint(false)));
    expect(painted).toContain("\u001b[31m▲ slower");
  });
});
