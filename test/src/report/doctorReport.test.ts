/** The doctor's words: a sentence that is as strong as the findings, and a line for each. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/measure/doctor.js";
import { doctorReport, doctorSentence } from "../../../src/report/doctorReport.js";

const FINE: Finding = { name: "clock", kind: "fine", found: "steps of 25 ns", advice: null };
const LIMITS: Finding = { name: "steal", kind: "limits", found: "3 %", advice: "more processes" };
const UNKNOWN: Finding = {
  name: "turbo",
  kind: "unknown",
  found: "unknown: no file",
  advice: null,
};
const BLOCKS: Finding = { name: "Node", kind: "blocks", found: "refuses", advice: "another" };

describe("doctorSentence", () => {
  it.each([
    [[FINE], "Ratios can be measured here, and nothing speaks against it."],
    [[FINE, LIMITS], "Ratios can be measured here, but these limit it: steal."],
    [[LIMITS, UNKNOWN], "Ratios can be measured here, but these limit it: steal; unknown: turbo."],
    [[LIMITS, BLOCKS], "Nothing can be measured here: Node."],
  ])("%#", (findings, sentence) => {
    expect(doctorSentence(findings)).toBe(sentence);
  });
});

describe("doctorReport", () => {
  it("has a line for each finding, its advice below it, and says that nothing was changed", () => {
    expect(doctorReport([FINE, LIMITS]).split("\n")).toEqual([
      "Ratios can be measured here, but these limit it: steal.",
      "",
      "✓ fine    clock  steps of 25 ns",
      "! limits  steal  3 %",
      "                 more processes",
      "",
      "Nothing was changed. How well it measures: dstbench selftest.",
      "",
    ]);
  });
});
