/**
 * The JSON report is the document, whole.
 */
import { expect, it } from "vitest";
import { jsonReport } from "../../../src/report/jsonReport.js";
import { parseResult } from "../../../src/result/parseResult.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

it("prints the whole document, every window in order", () => {
  const document = buildResult(
    buildCell({ designs: ["a", "b"], blocks: 5, nsPerPacket: (arm, block) => 90 + arm + block }),
  );
  const text = jsonReport(document);
  expect(parseResult(text)).toEqual(document);
  const sequences = [...text.matchAll(/"sequence":(\d+)/g)].map((match) => Number(match[1]));
  expect(sequences).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
