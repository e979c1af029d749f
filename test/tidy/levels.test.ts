/**
 * Levels of `assembly/` and `src/`, and the door `calls/`: on the tree, and on bad files that show
 * each rule can fail.
 */
import { describe, expect, it } from "vitest";
import { CALLS_ALLOWED } from "./data/callsDoor.js";
import { ASSEMBLY_LEVELS, SRC_LEVELS } from "./data/levels.js";
import { listing } from "./rules/finding.js";
import { callsDoorFindings, levelFindings } from "./rules/levels.js";
import { projectTexts } from "./tree.js";

const tree = projectTexts();

function assembly(path: string, text: string): string {
  return listing(levelFindings([{ path, text }], "assembly", ASSEMBLY_LEVELS));
}

function src(path: string, text: string): string {
  return listing(levelFindings([{ path, text }], "src", SRC_LEVELS));
}

describe("levels", () => {
  it("holds in assembly/", () => {
    expect(listing(levelFindings(tree, "assembly", ASSEMBLY_LEVELS))).toBe("");
  });

  it("holds in src/", () => {
    expect(listing(levelFindings(tree, "src", SRC_LEVELS))).toBe("");
  });

  it("refuses an import that goes up, and names file and line", () => {
    expect(assembly("assembly/lib/a.ts", '\nimport { x } from "../mm/slab";')).toBe(
      "assembly/lib/a.ts:2: [levels] lib (level 2) imports mm (level 3): import from lower " +
        "levels or the own folder only; move the code down, or call through calls/",
    );
    expect(assembly("assembly/net/core/a.ts", 'export { x } from "../ipv4/route";')).toMatch(
      /net\/core \(level 5\) imports net\/ipv4 \(level 7\)/,
    );
    expect(assembly("assembly/errno.ts", 'export { x } from "./index";')).toMatch(/level 10/);
    expect(src("src/machine/a.ts", 'const m = await import("../report/b.js");')).toMatch(
      /machine \(level 3\) imports report \(level 6\)/,
    );
    expect(assembly("assembly/workload/a.ts", 'import "../boot";')).toMatch(/boot.ts \(level 10\)/);
    expect(src("src/report/a.ts", 'import "../index.js";')).toMatch(/index.ts \(level 7\)/);
  });

  it("refuses an import from a sibling of the same level", () => {
    expect(assembly("assembly/net/ipv4/a.ts", 'import { x } from "../ipv6/b";')).toMatch(/ipv6/);
    expect(src("src/measure/a.ts", 'import { x } from "../stress/b.js";')).toMatch(/stress/);
  });

  it("refuses files without a level, packages in assembly/, and imports across the halves", () => {
    expect(assembly("assembly/net/misc.ts", "")).toMatch(/net\/misc.ts: \[levels\] has no level/);
    expect(assembly("assembly/lib/a.ts", 'import { x } from "./b";\nimport "../odd/c";')).toMatch(
      /a.ts:2: .*assembly\/odd\/c.ts, which has no level/,
    );
    expect(assembly("assembly/lib/a.ts", 'import { x } from "piscina";')).toMatch(/stands alone/);
    expect(src("src/cli/a.ts", 'import { x } from "../../assembly/errno";')).toMatch(/outside src/);
  });

  it("allows the own folder, lower levels and packages in src/", () => {
    expect(assembly("assembly/mm/a.ts", 'import { x } from "./b"; import "../config";')).toBe("");
    expect(src("src/cli/a.ts", 'import { x } from "commander"; import "../index.js";')).toBe("");
    expect(assembly("assembly/index.ts", 'export { x } from "./boot";')).toBe("");
  });
});

describe("the door calls/", () => {
  const user = { path: "assembly/kernel/rcu.ts", text: 'import { f } from "../calls/rcu";' };

  it("is used by the listed files only, and every entry is in use", () => {
    expect(listing(callsDoorFindings(tree, CALLS_ALLOWED))).toBe("");
  });

  it("refuses a file that is not listed", () => {
    expect(listing(callsDoorFindings([user], {}))).toMatch(
      /kernel\/rcu.ts:1: \[calls-door\] imports/,
    );
    expect(listing(callsDoorFindings([user], { [user.path]: "call_rcu" }))).toBe("");
  });

  it("refuses an entry that is no longer needed", () => {
    const idle = { path: user.path, text: "" };
    expect(listing(callsDoorFindings([idle], { [user.path]: "call_rcu" }))).toMatch(
      /kernel\/rcu.ts: \[calls-door\] no longer imports/,
    );
  });

  it("does not let calls/ import the entry file", () => {
    const path = "assembly/calls/rcu.ts";
    expect(listing(callsDoorFindings([{ path, text: 'import "../index";' }], {}))).toMatch(
      /below index.ts only/,
    );
    expect(listing(callsDoorFindings([{ path, text: 'import "../net/core/dst";' }], {}))).toBe("");
  });
});
