/** Claims of several cells, adjusted as one list. */
import { describe, expect, it } from "vitest";
import { acrossCells } from "../../../src/measure/acrossCells.js";
import { analyseCell } from "../../../src/measure/analyse.js";
import type { CellAnalysis } from "../../../src/measure/analysis.js";
import { buildCell } from "../../helpers/resultBuilder.js";

/** A cell's analysis whose ratios have these p-values and words. */
function analysisWith(...ps: [number, CellAnalysis["ratios"][number]["verdict"]][]): CellAnalysis {
  const designs = ["first", ...ps.map((_, i) => `d${i}`)];
  const analysis = analyseCell(
    buildCell({ designs, blocks: 8, processes: 6, nsPerPacket: () => 100 }),
  );
  if (analysis.kind === "failed") throw new Error(analysis.reason);
  const ratios = analysis.ratios.map((ratio, i) => {
    const [alone, verdict] = ps[i] ?? [1, "inconclusive"];
    return { ...ratio, verdict, p: { alone, holm: alone, signs: alone } };
  });
  return { ...analysis, ratios };
}

describe("acrossCells", () => {
  it("lets claims fall that many comparisons would give by luck", () => {
    const strong = analysisWith([0.001, "slower"]);
    const weak = analysisWith([0.04, "tiny"], [0.6, "inconclusive"], [0.7, "equivalent"]);
    const { comparisons, standing, falling } = acrossCells([strong, null, weak]);
    expect(comparisons).toBe(4);
    expect(standing).toEqual([{ cell: 0, design: "d0", p: 0.001 }]);
    expect(falling).toEqual([{ cell: 2, design: "d0", p: 0.04 }]);
  });

  it("has nothing to say about one process", () => {
    const quick = analysisWith([0.001, "slower"]);
    const ratios = quick.ratios.map((ratio) => ({ ...ratio, p: null }));
    expect(acrossCells([{ ...quick, ratios }]).comparisons).toBe(0);
  });
});
