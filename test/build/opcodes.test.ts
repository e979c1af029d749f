/**
 * Golden opcode counts of the exports of every release image, golden listings of a few leaf
 * functions, and small modules that show the counting and the comparison can fail.
 */
import { describe, expect, it } from "vitest";
import { COUNTED_EXPORTS, LEAF_EXPORTS, LEAF_IMAGE } from "./data/goldenExports.js";
import { assemble, disassemble } from "./disassembly.js";
import { againstGolden, lineDifference } from "./golden.js";
import { builtImages } from "./images.js";
import { describeExport, memoryOpcodes, reachedFrom } from "./opcodes.js";

const MEMORY = '(import "env" "memory" (memory 1 2 shared))';

function code(fields: string) {
  return disassemble(assemble(`(module ${MEMORY} ${fields})`));
}

describe("release images", () => {
  it("do per export the memory operations, calls and loops of the golden counts", () => {
    const counts: Record<string, Record<string, string>> = {};
    for (const { file, flavour, bytes } of builtImages()) {
      if (flavour !== "release") continue;
      const image = disassemble(bytes);
      const names = [...image.exported.keys()].filter((name) => COUNTED_EXPORTS.test(name)).sort();
      counts[file] = Object.fromEntries(names.map((name) => [name, describeExport(image, name)]));
    }
    expect(againstGolden("opcodes.json", `${JSON.stringify(counts, null, 2)}\n`)).toBe("");
  });

  it("compile leaf functions to the golden listings", () => {
    const image = builtImages().find(({ file }) => file === LEAF_IMAGE);
    expect(image, `build/${LEAF_IMAGE} is not there: run npm run build first`).toBeDefined();
    if (image === undefined) return;
    const { exported, functions } = disassemble(image.bytes);
    const listings = LEAF_EXPORTS.map((name) => {
      const id = exported.get(name) ?? "";
      const listing = functions.get(id);
      if (listing === undefined) throw new Error(`${LEAF_IMAGE} exports no function ${name}`);
      if (listing.includes("(call")) throw new Error(`${name} calls: it is not a leaf function`);
      const header = /^ \(func \S+ (?:\(type \S+\) )?/;
      return `${listing.replace(header, ` (func $${name} `)}\n`;
    });
    expect(againstGolden("leaves.wat", listings.join("\n"))).toBe("");
  });
});

describe("counting", () => {
  const caller = code(`
    (func $deep (atomic.fence) (i32.store (i32.const 0) (i32.const 1)))
    (func $callee (call $deep) (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
    (func (export "hot") (param i32)
      (loop $again
        (i64.store (local.get 0) (i64.load (local.get 0)))
        (i32.atomic.store (i32.const 8) (i32.atomic.load8_u (i32.const 4)))
        (drop (i64.atomic.rmw32.cmpxchg_u (i32.const 0) (i64.const 1) (i64.const 2)))
        (call $callee)
        (br_if $again (i32.atomic.rmw16.xchg_u (i32.const 0) (i32.const 1)))))
    (func (export "idle"))`);

  it("tells plain from atomic, read-modify-write from compare-and-swap, own from reached", () => {
    expect(describeExport(caller, "hot")).toBe(
      "1 load, 1 store, 1 atomicLoad, 1 atomicStore, 1 rmw, 1 cmpxchg, 1 call, 1 loop; " +
        "in 2 more: 1 store, 1 rmw, 1 call",
    );
    expect(describeExport(caller, "idle")).toBe("nothing");
  });

  it("follows recursion once", () => {
    const mutual = code(`(func $a (export "a") (call $b)) (func $b (call $a) (call $b))`);
    expect(reachedFrom(mutual, mutual.exported.get("a") ?? "")).toHaveLength(1);
  });

  it("refuses an export that is not there", () => {
    expect(() => describeExport(caller, "gone")).toThrow(/gone is not an exported function/);
  });

  it("lists memory opcodes in order", () => {
    const listing = caller.functions.get(caller.exported.get("hot") ?? "") ?? "";
    expect(memoryOpcodes(listing)).toEqual([
      "i64.store",
      "i64.load",
      "i32.atomic.store",
      "i32.atomic.load8_u",
      "i64.atomic.rmw32.cmpxchg_u",
      "i32.atomic.rmw16.xchg_u",
    ]);
  });
});

describe("golden comparison", () => {
  it("shows the lines that differ, and nothing when none does", () => {
    expect(lineDifference("a\nb\n", "a\nb\n")).toBe("");
    expect(lineDifference("a\nb 1\nc\n", "a\nb 2\nc\n")).toBe("- b 1\n+ b 2");
    expect(lineDifference("a\nb\n", "b\na\n")).toMatch(/another order/);
  });
});
