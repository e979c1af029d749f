/**
 * The mirror of tests: on the tree, and on lists of paths that show each part of the rule can fail.
 */
import { describe, expect, it } from "vitest";
import { MIRROR_EXCEPTIONS, MIRROR_EXCEPTIONS_MAX } from "./data/mirrorExceptions.js";
import { listing } from "./rules/finding.js";
import { mirrorFindings } from "./rules/mirror.js";
import { projectTexts } from "./tree.js";

function check(paths: string[], exceptions: Record<string, string> = {}): string {
  const files = paths.map((path) => ({ path, text: "" }));
  return listing(mirrorFindings(files, exceptions, Object.keys(exceptions).length));
}

describe("mirror", () => {
  it("gives every source of assembly/ and src/ a test file", () => {
    const findings = mirrorFindings(projectTexts(), MIRROR_EXCEPTIONS, MIRROR_EXCEPTIONS_MAX);
    expect(listing(findings)).toBe("");
  });

  it("refuses a source without a twin, and says where the twin goes", () => {
    expect(check(["assembly/lib/hash.ts"])).toBe(
      "assembly/lib/hash.ts: [mirror] has no test: write test/assembly/lib/hash.test.ts " +
        "or test/assembly/lib/hash.whole.test.ts",
    );
  });

  it("takes a unit test or a whole test as the twin", () => {
    expect(check(["src/cli/main.ts", "test/src/cli/main.test.ts"])).toBe("");
    expect(check(["src/cli/main.ts", "test/src/cli/main.whole.test.ts"])).toBe("");
  });

  it("refuses an exception that has a twin or no source", () => {
    const why = { "src/a.ts": "a reason" };
    expect(check(["src/a.ts"], why)).toBe("");
    expect(check(["src/a.ts", "test/src/a.test.ts"], why)).toMatch(/has a test now/);
    expect(check([], why)).toMatch(/is gone/);
  });

  it("refuses a list that is longer, or shorter, than its pinned length", () => {
    const files = [{ path: "src/a.ts", text: "" }];
    expect(listing(mirrorFindings(files, { "src/a.ts": "a reason" }, 0))).toMatch(/only shrinks/);
  });
});
