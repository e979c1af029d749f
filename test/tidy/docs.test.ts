/**
 * Headers and doc comments: on the tree, and on files that lack them.
 */
import { describe, expect, it } from "vitest";
import { functionDocFindings, headerFindings } from "./rules/docs.js";
import { listing } from "./rules/finding.js";
import { projectTexts } from "./tree.js";

const tree = projectTexts();
const HEADER = "/**\n * What it is.\n */\n";

function header(path: string, text: string): string {
  return listing(headerFindings([{ path, text }]));
}

function docs(text: string): string {
  return listing(functionDocFindings([{ path: "src/a.ts", text }]));
}

describe("file headers", () => {
  it("open every file", () => {
    expect(listing(headerFindings(tree))).toBe("");
  });

  it("are required, and of two lines in assembly/ and src/", () => {
    expect(header("src/a.ts", "const a = 1;")).toMatch(
      /src\/a.ts:1: \[header\] begins with 0 lines/,
    );
    expect(header("src/a.ts", "/** One line. */\nconst a = 1;")).toMatch(
      /1 lines of comment, wanted 2/,
    );
    expect(header("src/a.ts", "\n// late\n// header\n")).toMatch(/0 lines/);
    expect(header("test/a.test.ts", "const a = 1;")).toMatch(/wanted 1/);
  });

  it("may be a doc comment or line comments, after a shebang", () => {
    expect(header("assembly/lib/a.ts", HEADER)).toBe("");
    expect(header("src/a.ts", "// One.\n// Two.\n\nconst a = 1;")).toBe("");
    expect(header("src/cli/main.ts", `#!/usr/bin/env node\n${HEADER}`)).toBe("");
    expect(header("test/a.test.ts", "/** One line. */\n")).toBe("");
  });
});

describe("doc comments", () => {
  it("stand on every exported function of assembly/ and src/", () => {
    expect(listing(functionDocFindings(tree))).toBe("");
  });

  it("are required on functions and on constants that hold one", () => {
    expect(docs(`${HEADER}import "./b.js";\nexport function f(): void {}`)).toBe(
      "src/a.ts:5: [function-docs] f has no doc comment: say shapes, units, errors and source",
    );
    expect(docs("export const g = (): void => {};")).toMatch(/g has no doc comment/);
    expect(docs(`${HEADER}export function f(): void {}`)).toMatch(/f has no doc comment/);
    expect(docs("// plain\nexport function f(): void {}")).toMatch(/f has no doc comment/);
  });

  it("are not required on what is not exported or not a function", () => {
    expect(docs("function f(): void {}\nexport const A = 1;")).toBe("");
    expect(docs(`${HEADER}\n/** Does. */\nexport function f(): void {}`)).toBe("");
  });
});
