/**
 * Sizes: on the tree, and on files made too long, too wide or with too many parameters.
 */
import { describe, expect, it } from "vitest";
import { listing } from "./rules/finding.js";
import { sizeFindings, sizeNotices } from "./rules/sizes.js";
import { projectTexts } from "./tree.js";

function check(text: string, path = "src/a.ts"): string {
  return listing(sizeFindings([{ path, text }]));
}

function notices(text: string, path: string): string {
  return listing(sizeNotices([{ path, text }]));
}

function functionOf(lines: number): string {
  return `function f(): void {\n${"  g();\n".repeat(lines - 2)}}\n`;
}

describe("sizes", () => {
  it("keeps every file, function, line and parameter list within the limits", () => {
    const tree = projectTexts();
    const near = listing(sizeNotices(tree));
    if (near !== "") console.info(near);
    expect(listing(sizeFindings(tree))).toBe("");
  });

  it("refuses a file of more than 420 lines, and notes one of more than 400", () => {
    expect(check("a;\n".repeat(421))).toBe(
      "src/a.ts: [sizes] 421 lines, allowed 400: split it by object",
    );
    expect(check("a;\n".repeat(420))).toBe("");
    expect(notices("a;\n".repeat(420), "src/a.ts")).toMatch(/420 lines: 400 is the aim/);
    expect(notices("a;\n".repeat(400), "src/a.ts")).toBe("");
  });

  it("refuses a function of more than 60 lines, however it is written", () => {
    expect(check(functionOf(60))).toBe("");
    expect(check(functionOf(61))).toMatch(/a.ts:1: \[sizes\] f has 61 lines, allowed 60/);
    const body = `{\n${"  g();\n".repeat(60)}}`;
    expect(check(`class A {\n  get b(): void ${body}\n}`)).toMatch(/a.ts:2: .* b has 62 lines/);
    expect(check(`const c = (): void => ${body};`)).toMatch(/c has 62 lines/);
    expect(check(`describe("d", () => ${body});`)).toBe("");
  });

  it("notes a long function in a measured loop or a lookup", () => {
    expect(notices(functionOf(26), "assembly/workload/a.ts")).toMatch(/f has 26 lines: 25/);
    expect(notices(functionOf(26), "assembly/net/fib/fibTrie.ts")).toMatch(/f has 26 lines: 25/);
    expect(notices(functionOf(26), "assembly/lib/a.ts")).toBe("");
  });

  it("refuses more than 100 columns, counted in characters", () => {
    expect(check(`\n// ${"═".repeat(97)}`)).toBe("");
    expect(check(`\n// ${"═".repeat(98)}`)).toMatch(/a.ts:2: \[sizes\] 101 columns, allowed 100/);
  });

  it("refuses more than five parameters", () => {
    expect(check("function f(a: A, b: A, c: A, d: A, e: A): void {}")).toBe("");
    expect(check("\nfunction f(a: A, b: A, c: A, d: A, e: A, g: A): void {}")).toMatch(
      /a.ts:2: \[sizes\] f has 6 parameters, allowed 5/,
    );
  });
});
