/**
 * The mirror of tests: on the tree, and on made-up files that show each part of the rule can fail.
 */
import { describe, expect, it } from "vitest";
import { MIRROR_EXCEPTIONS, MIRROR_EXCEPTIONS_MAX } from "./data/mirrorExceptions.js";
import { listing } from "./rules/finding.js";
import { mirrorFindings } from "./rules/mirror.js";
import { projectTexts } from "./tree.js";

const HASH = { "assembly/lib/hash.ts": "export function hash(a: u32): u32 { return a; }" };
const UNTESTED =
  "assembly/lib/hash.ts: [mirror] no test exercises it: " +
  "import it in a test or an *.as.ts of test/assembly/lib/";

function check(texts: Record<string, string>, exceptions: Record<string, string> = {}): string {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  return listing(mirrorFindings(files, exceptions, Object.keys(exceptions).length));
}

describe("mirror", () => {
  it("has every source of assembly/ and src/ exercised by a test of its folder", () => {
    const findings = mirrorFindings(projectTexts(), MIRROR_EXCEPTIONS, MIRROR_EXCEPTIONS_MAX);
    expect(listing(findings)).toBe("");
  });

  it("refuses a source that no test imports, and says where the test goes", () => {
    expect(check(HASH)).toBe(UNTESTED);
  });

  it("takes an entry that re-exports it, a test that imports it, or a test of its name", () => {
    const specifier = "../../../assembly/lib/hash";
    expect(check({ ...HASH, "test/assembly/lib/l.as.ts": `export * from "${specifier}";` })).toBe(
      "",
    );
    expect(check({ ...HASH, "test/assembly/lib/l.test.ts": `import "${specifier}.js";` })).toBe("");
    expect(check({ ...HASH, "test/assembly/lib/hash.test.ts": "" })).toBe("");
    expect(check({ ...HASH, "test/assembly/lib/hash.whole.test.ts": "" })).toBe("");
  });

  it("refuses an import from another folder, or from a helper that is no test", () => {
    const specifier = "../../../assembly/lib/hash";
    const elsewhere = { "test/assembly/mm/m.as.ts": `export * from "${specifier}";` };
    expect(check({ ...HASH, ...elsewhere })).toBe(UNTESTED);
    const helper = { "test/assembly/lib/helper.ts": `import "${specifier}.js";` };
    expect(check({ ...HASH, ...helper })).toBe(UNTESTED);
  });

  it.each([
    ["constants and types", "export const A = 1;\nexport interface B { c(): void }"],
    ["a layout", "export class A { b: u32; get c(): u32 { return this.b; } set c(v: u32) {} }"],
    ["what is not exported", "function f(): void {}\nclass A { b(): void {} }"],
    ["re-exports", 'export { a } from "./b";'],
  ])("asks no test of %s", (_, text) => {
    expect(check({ "src/a/a.ts": text })).toBe("");
  });

  it.each([
    ["a function", "export async function f(): Promise<void> {}"],
    ["a function value", "export const f = (): number => 1;"],
    ["a class with a method", "export class A { b(): void {} }"],
  ])("asks a test of %s", (_, text) => {
    expect(check({ "src/a/a.ts": text })).toMatch(/of test\/src\/a\/$/);
  });

  it("takes tests of whole machines for calls/ and the entry files, and for nothing else", () => {
    const text = "export function f(): void {}";
    const machine = { "test/assembly/machine/forward.whole.test.ts": "" };
    for (const path of ["calls/dst", "boot", "layout", "index"]) {
      const source = { [`assembly/${path}.ts`]: text };
      expect(check(source)).toMatch(/an \*\.as\.ts of test\/assembly\/machine\/$/);
      expect(check({ ...source, ...machine })).toBe("");
    }
    expect(check({ ...HASH, ...machine })).toBe(UNTESTED);
  });

  it("refuses an exception that is tested or gone", () => {
    const why = { "assembly/lib/hash.ts": "a reason" };
    expect(check(HASH, why)).toBe("");
    expect(check({ ...HASH, "test/assembly/lib/hash.test.ts": "" }, why)).toMatch(/is tested now/);
    expect(check({}, why)).toMatch(/is gone/);
  });

  it("refuses a list that is longer, or shorter, than its pinned length", () => {
    const files = Object.entries(HASH).map(([path, text]) => ({ path, text }));
    const why = { "assembly/lib/hash.ts": "a reason" };
    expect(listing(mirrorFindings(files, why, 0))).toMatch(/only shrinks/);
  });
});
