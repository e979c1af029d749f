/**
 * Banned words and private fields of `assembly/`: on the tree, and one bad line per rule that shows
 * it can fail.
 */
import { describe, expect, it } from "vitest";
import { assemblyWordFindings } from "./rules/assemblyWords.js";
import { listing } from "./rules/finding.js";
import { privateFieldFindings } from "./rules/privateFields.js";
import { projectTexts } from "./tree.js";

const tree = projectTexts();

function check(text: string, path = "assembly/lib/a.ts"): string {
  return listing(assemblyWordFindings([{ path, text }]));
}

function privates(text: string, path = "assembly/net/core/a.ts"): string {
  return listing(privateFieldFindings([{ path, text }]));
}

describe("banned words of assembly/", () => {
  it("are not used", () => {
    expect(listing(assemblyWordFindings(tree))).toBe("");
  });

  it.each([
    ["atomic.store<u32>(at, 1);", "memory-seam", /atomic.store outside arch/],
    ["const a = load<u32>(at);", "memory-seam", /load<> outside arch/],
    ["store<u32>(at, 1);", "memory-seam", /store<> outside arch/],
    ["memory.fill(at, 0, 8);", "memory-seam", /memory.fill outside arch/],
    ["const a = i32.atomic.load(at);", "memory-seam", /i32.atomic outside arch/],
    ["const a = u64.load(at);", "memory-seam", /u64.load outside arch/],
    ["const d = new Dst();", "managed", /new calls the allocator/],
    ["assert(a > 0);", "managed", /use bugOn/],
    ["throw a;", "managed", /use trapAt/],
    ["let a: StaticArray<u8>;", "managed", /StaticArray is managed/],
    ["function f(a: Array<u8>): void {}", "managed", /Array is managed/],
    ["function f(): void { g([1]); }", "managed", /array literal allocates/],
    ["const f = (): void => {};", "managed", /switch in calls/],
    ["const a = heap.alloc(8);", "managed", /heap. is per instance/],
    ['const a = "b";', "strings", /needs a data section/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a bad file
    ["const a = `b${c}`;", "strings", /needs a data section/],
    ["@inline\nexport function f(): void {}", "inline", /members of classes only/],
    ["@inline const A: u32 = 1;", "inline", /members of classes only/],
    ["let a: u32 = 0;", "globals", /one per instance/],
    ["export var a: u32 = 0;", "globals", /one per instance/],
    ["const a: bool = isDefined(DST_X);", "compile-time", /assembly\/config.ts/],
    ["const a = sizeof<DstEntry>();", "sizeof", /size of a pointer/],
  ])("refuses %s", (text, rule, message) => {
    const found = check(text);
    expect(found).toMatch(message);
    expect(found).toContain(`assembly/lib/a.ts:1: [${rule}]`);
  });

  it("refuses in arch/ what does not work anywhere", () => {
    expect(check("\natomic.fence();", "assembly/arch/a.ts")).toMatch(/a.ts:2: .*use smpMb/);
    expect(check("const a = atomic.load<i16>(at);", "assembly/arch/a.ts")).toMatch(
      /loses the sign/,
    );
    expect(check("const a = atomic.load<i8>(at);", "assembly/arch/a.ts")).toMatch(/load<u8>/);
  });

  it.each([
    ["// new atomic.load<i8> throw isDefined(X)", "assembly/lib/a.ts"],
    ['import { a } from "../config"; export { b } from "./c";', "assembly/lib/a.ts"],
    ['if (offsetof<A>("b") != 4) ERROR("layout");', "assembly/lib/a.ts"],
    ['@external("env", "nowNs")\ndeclare function nowNs(): u64;', "assembly/workload/a.ts"],
    ["const a = changetype<usize>(this) + sizeof<u32>();", "assembly/lib/a.ts"],
    [
      "@unmanaged class A { @inline get b(): u32 { let c: u32 = 1; return c; } }",
      "assembly/lib/a.ts",
    ],
    ["const a = atomic.load<u16>(at) + load<i16>(at);", "assembly/arch/a.ts"],
    ["let cpuAreaAt: usize = 0;", "assembly/arch/percpu.ts"],
    ["const A: bool = isDefined(DST_X);", "assembly/config.ts"],
    ["const s = new Set([`a`]);", "src/cli/a.ts"],
  ])("allows %s in %s", (text, path) => {
    expect(check(text, path)).toBe("");
  });
});

describe("private fields", () => {
  it("are named only where they are declared", () => {
    expect(listing(privateFieldFindings(tree))).toBe("");
  });

  it("refuses a read, a write and an offset from another file", () => {
    const expected = /a.ts:2: \[private-fields\] _rcuref belongs to the file/;
    expect(privates("\nconst a = dst._rcuref;")).toMatch(expected);
    expect(privates("\ndst._rcuref = 1;")).toMatch(expected);
    expect(privates('\nconst a = offsetof<Dst>("_rcuref");')).toMatch(expected);
  });

  it("allows the declaring file, and accessors from anywhere", () => {
    const own = "class Dst { private _rcuref: i32; get rcuref(): i32 { return this._rcuref; } }";
    expect(privates(`${own} const a = offsetof<Dst>("_rcuref"); dst._rcuref = 1;`)).toBe("");
    expect(privates("const a = dst.rcuref;")).toBe("");
  });

  it("lets the layout file ask for offsets, but not read", () => {
    const layout = "assembly/layout.ts";
    expect(privates('const a = offsetof<Dst>("_rcuref");', layout)).toBe("");
    expect(privates("const a = dst._rcuref;", layout)).toMatch(/_rcuref belongs/);
  });
});
