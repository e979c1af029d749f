/**
 * Colour, without it, and the environment that decides.
 */
import { execFileSync } from "node:child_process";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { createPaint, isColourWanted } from "../../../src/report/paint.js";
import { verdictMark } from "../../../src/report/verdictMark.js";

describe("createPaint", () => {
  it("gives text back unchanged without colour", () => {
    const paint = createPaint(false);
    expect(paint.strong("a")).toBe("a");
    expect(paint.error("a")).toBe("a");
    expect(paint.verdict("a ▲ slower")).toBe("a ▲ slower");
  });

  it("colours the mark and its word, and leaves the line around them", () => {
    const paint = createPaint(true);
    for (const verdict of ["slower", "faster", "inconclusive"] as const) {
      const line = paint.verdict(`a  ${verdictMark(verdict)}  b`);
      expect(line.startsWith("a  \u001b[")).toBe(true);
      expect(line.endsWith("m  b")).toBe(true);
    }
    expect(paint.verdict("a = equivalent")).toBe("a = equivalent");
  });

  it("asks the environment: NO_COLOR wins", () => {
    const wanted = (env: Record<string, string>): string =>
      execFileSync(process.execPath, ["-p", "String(require('picocolors').isColorSupported)"], {
        env: { ...env, NODE_NO_WARNINGS: "1" },
        encoding: "utf8",
      }).trim();
    expect(isColourWanted()).toBe(pc.isColorSupported);
    expect(wanted({ FORCE_COLOR: "1" })).toBe("true");
    expect(wanted({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe("false");
  });

  it("has a mark of its own for each verdict", () => {
    const verdicts = ["slower", "faster", "tiny", "equivalent", "inconclusive"] as const;
    const marks = verdicts.map((verdict) => verdictMark(verdict).split(" "));
    expect(new Set(marks.map(([mark]) => mark)).size).toBe(5);
    expect(marks.map(([, word]) => word)).toEqual([...verdicts]);
  });
});
