/**
 * Private fields of `assembly/`: on the tree, and on files that reach into another's class.
 */
import { describe, expect, it } from "vitest";
import { listing } from "./rules/finding.js";
import { privateFieldFindings } from "./rules/privateFields.js";
import { projectTexts } from "./tree.js";

function check(text: string): string {
  return listing(privateFieldFindings([{ path: "assembly/net/core/a.ts", text }]));
}

describe("private fields", () => {
  it("are named only where they are declared", () => {
    expect(listing(privateFieldFindings(projectTexts()))).toBe("");
  });

  it("refuses a read, a write and an offset from another file", () => {
    const expected = /a.ts:2: \[private-fields\] _rcuref belongs to the file/;
    expect(check("\nconst a = dst._rcuref;")).toMatch(expected);
    expect(check("\ndst._rcuref = 1;")).toMatch(expected);
    expect(check('\nconst a = offsetof<Dst>("_rcuref");')).toMatch(expected);
  });

  it("allows the declaring file, and accessors from anywhere", () => {
    const own = "class Dst { private _rcuref: i32; get rcuref(): i32 { return this._rcuref; } }";
    expect(check(`${own} const a = offsetof<Dst>("_rcuref"); dst._rcuref = 1;`)).toBe("");
    expect(check("const a = dst.rcuref;")).toBe("");
  });
});
