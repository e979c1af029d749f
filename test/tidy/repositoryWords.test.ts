/**
 * Banned words of the repository: on the tree, and one bad text per rule. The bad words are put
 * together here, so that this file does not break its own rules.
 */
import { describe, expect, it } from "vitest";
import { listing } from "./rules/finding.js";
import { repositoryWordFindings } from "./rules/repositoryWords.js";
import { projectTexts } from "./tree.js";

function check(path: string, ...parts: string[]): string {
  return listing(repositoryWordFindings([{ path, text: parts.join("") }]));
}

describe("banned words of the repository", () => {
  it("are not used", () => {
    expect(listing(repositoryWordFindings(projectTexts()))).toBe("");
  });

  it.each([
    ["src/a.ts", "leftovers", ["\n// TO", "DO later"]],
    ["docs/a.md", "leftovers", ["\nFIX", "ME"]],
    ["assembly/lib/a.ts", "leftovers", ["\n// X", "XX"]],
    ["test/a.test.ts", "silenced-tests", ["\nit.sk", 'ip("a", f);']],
    ["test/a.test.ts", "silenced-tests", ["\ndescribe.on", 'ly("a", f);']],
    ["test/a.test.ts", "silenced-tests", ["\nit.to", 'do("a");']],
    ["assembly/lib/a.ts", "silenced-types", ["\n// @ts-", "ignore: why"]],
    ["src/a.ts", "silenced-types", ["\n// @ts-", "nocheck"]],
    ["docs/a.md", "machine-paths", ["\nsee `/ho", "me/me/a`"]],
    ["src/a.ts", "machine-paths", ['\nconst a = "/t', 'mp/a";']],
    ["bench/a.ts", "registry-hosts", ['\n"https://regis', 'try.npmjs.org/a"']],
    ["docs/a.md", "registry-hosts", ["\nhttps://npm.nex", "us.example/a"]],
    ["package-lock.json", "registry-hosts", ['\n"resol', 'ved": "x"']],
    ["src/a.ts", "any", ["\nconst a: any = 1;"]],
    ["src/a.ts", "default-exports", ["\nexport default 1;"]],
    ["src/a.ts", "default-exports", ["\nexport default function f() {}"]],
    ["assembly/lib/a.ts", "default-exports", ["\nexport { a as default };"]],
    ["src/a.ts", "catch-all", ['\nimport { a } from "./utils.js";']],
  ])("refuses in %s, by rule %s, %j", (path, rule, parts) => {
    expect(check(path, ...parts)).toContain(`${path}:2: [${rule}] `);
  });

  it("refuses files and folders named for nothing", () => {
    expect(check("src/utils/a.ts", "")).toMatch(/catch-all/);
    expect(check("assembly/lib/util.ts", "")).toMatch(/catch-all/);
    expect(check("src/utility.ts", "")).toBe("");
  });

  it.each([
    ["assembly/config.ts", ["// @ts-", "ignore: a constant of --use"]],
    ["src/machine/cpuWorker.ts", ["export default function run(): void {}"]],
    ["vitest.config.ts", ["export default 1;"]],
    ["src/a.ts", ['import { a } from "../wor', 'k/b.js"; const many = "any";']],
    ["docs/a.md", ["https://example.org/ho", "me/page and net/wor", "k/ and any.only"]],
  ])("allows in %s %j", (path, parts) => {
    expect(check(path, ...parts)).toBe("");
  });
});
