/** The fidelity page and the tests it names: on the tree, and on pages that are wrong. */
import { describe, expect, it } from "vitest";
import { FIDELITY_PAGE, fidelityFindings } from "./rules/fidelity.js";
import { listing } from "./rules/finding.js";
import { projectTexts } from "./tree.js";

const TEST = { path: "test/a.test.ts", text: 'it("F4-5 is so", () => {});' };

function findings(page: string, ...others: { path: string; text: string }[]): string {
  return listing(fidelityFindings([{ path: FIDELITY_PAGE, text: page }, ...others]));
}

describe("the fidelity page", () => {
  it("names the tests of each row, and each test with a row is named", () => {
    expect(listing(fidelityFindings(projectTexts()))).toBe("");
  });

  it("is held to what the tests are called", () => {
    expect(findings("| 5 | must | B | linux-3.10 | `test/a.test.ts` |", TEST)).toBe("");
    expect(findings("| 5 | must | B | linux-3.10 | |", TEST)).toMatch(/row 5 names no test/);
    expect(findings("| 6 | must | B | linux-3.10 | `test/a.test.ts` |", TEST)).toMatch(
      /has no test titled F4-6/,
    );
    expect(findings("", TEST)).toMatch(/titled F4-5, and row 5 .* does not name it/);
  });
});
