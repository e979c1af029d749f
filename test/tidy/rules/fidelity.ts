/**
 * The fidelity page: every row of the checklist names the tests that prove it, and every test with
 * a row in its title is named by that row.
 *
 *   | 29 | what must be so | eras | presets | `test/fidelity/ipv4RouteCache.test.ts` |
 */
import { type Finding, type SourceText, sourcesIn } from "./finding.js";

export const FIDELITY_PAGE = "docs/fidelity.md";
const RULE = "fidelity";
const ROW = /^\| *(\d+) *\|/;

/** Row numbers in the titles of a test file: `it("F4-29 F4-30 …")`. */
function rowsTested(text: string): Set<number> {
  const titles = text.match(/F4-\d+(?=[ ,:"`])/g) ?? [];
  return new Set(titles.map((title) => Number(title.slice(3))));
}

/** Cells of a row, or none if the line is not one of the checklist. */
function cellsOf(line: string): string[] | undefined {
  return ROW.test(line) ? line.split("|").map((cell) => cell.trim()) : undefined;
}

function testsNamed(cells: readonly string[]): string[] {
  return [...(cells[5] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

/** Rows and tests that do not name each other. */
export function fidelityFindings(files: readonly SourceText[]): Finding[] {
  const page = files.find(({ path }) => path === FIDELITY_PAGE)?.text ?? "";
  const tested = new Map(
    sourcesIn(files, "test")
      .filter(({ path }) => path.endsWith(".test.ts") && !path.startsWith("test/tidy/"))
      .filter(({ path }) => !path.startsWith("test/mutants/"))
      .map(({ path, text }) => [path, rowsTested(text)] as const)
      .filter(([, rows]) => rows.size > 0),
  );
  const findings: Finding[] = [];
  const named = new Set<string>();
  page.split("\n").forEach((text, index) => {
    const cells = cellsOf(text);
    if (cells === undefined) return;
    const row = Number(cells[1]);
    const tests = testsNamed(cells);
    const report = (message: string): void => {
      findings.push({ rule: RULE, path: FIDELITY_PAGE, line: index + 1, message });
    };
    if (tests.length === 0) report(`row ${row} names no test`);
    for (const test of tests) {
      named.add(`${row} ${test}`);
      if (tested.get(test)?.has(row) !== true) report(`${test} has no test titled F4-${row}`);
    }
  });
  for (const [path, rows] of tested) {
    for (const row of rows) {
      if (named.has(`${row} ${path}`)) continue;
      const message = `titled F4-${row}, and row ${row} of ${FIDELITY_PAGE} does not name it`;
      findings.push({ rule: RULE, path, line: 0, message });
    }
  }
  return findings;
}
