/**
 * The shape of every built image, its pinned exports, and hand-made bad images that show each part
 * of the rule can fail.
 */
import { describe, expect, it } from "vitest";
import { assemble, disassemble } from "./disassembly.js";
import { againstGolden, goldenLines, UPDATING } from "./golden.js";
import { builtImages } from "./images.js";
import { exportNames, shapeMessages } from "./shapeRules.js";
import { parseWasm } from "./wasmFile.js";

const GOOD = '(import "env" "memory" (memory 1 2 shared)) (global $cpu (mut i32) (i32.const 0))';
const WAIT = "(memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const 1))";
const CLOCK = '(import "env" "nowNs" (func $nowNs (result f64)))';

function check(fields: string, flavour = "release"): string {
  const bytes = assemble(`(module ${fields})`);
  return shapeMessages(parseWasm(bytes), disassemble(bytes), flavour).join("\n");
}

describe("built images", () => {
  it("have the shape that lets any number of instances share one memory", () => {
    const wrong = builtImages().flatMap(({ file, flavour, bytes }) =>
      shapeMessages(parseWasm(bytes), disassemble(bytes), flavour).map((m) => `${file} ${m}`),
    );
    expect(wrong.join("\n")).toBe("");
  });

  it("export the pinned functions and layout constants, every image the same", () => {
    const images = builtImages().map(({ file, bytes }) => ({ file, wasm: parseWasm(bytes) }));
    const first = images[0]?.wasm;
    for (const [name, kind] of [
      ["exports.txt", "function"],
      ["layout.txt", "global"],
    ] as const) {
      if (UPDATING && first !== undefined) {
        againstGolden(
          name,
          exportNames(first, kind)
            .map((line) => `${line}\n`)
            .join(""),
        );
      }
      const pinned = goldenLines(name);
      for (const { file, wasm } of images) {
        const names = exportNames(wasm, kind);
        const more = names.filter((n) => !pinned.includes(n)).map((n) => `+ ${n}`);
        const less = pinned.filter((n) => !names.includes(n)).map((n) => `- ${n}`);
        expect([...less, ...more], `${file} against test/build/golden/${name}`).toEqual([]);
      }
    }
  });
});

describe("the shape rule", () => {
  it("accepts a good image of each flavour", () => {
    expect(check(GOOD)).toBe("");
    expect(check(GOOD, "debug")).toBe("");
    expect(check(`${CLOCK} ${GOOD}`, "timed")).toBe("");
  });

  it("accepts exported constants, which are immutable globals", () => {
    expect(check(`${GOOD} (global $a i32 (i32.const 8)) (export "A" (global $a))`)).toBe("");
  });

  it("accepts a sleep above a constant", () => {
    const note = `(i32.store (global.get $cpu) (i32.sub (i32.const 3) ${WAIT}))`;
    expect(check(`${GOOD} (func $f ${note})`)).toBe("");
  });

  it.each([
    ["release", `${CLOCK} ${GOOD}`, /imports function env.nowNs, memory env.memory; wanted memory/],
    ["debug", `${CLOCK} ${GOOD}`, /wanted memory env.memory$/],
    ["timed", GOOD, /imports memory env.memory; wanted memory env.memory, function env.nowNs/],
    ["release", "(global $cpu (mut i32) (i32.const 0))", /imports nothing/],
    ["release", `${GOOD} (data (i32.const 8) "abc")`, /has a data section/],
    ["debug", `${GOOD} (data (i32.const 8) "abc")`, /has a data section/],
    ["release", `${GOOD} (func $f) (start $f)`, /has a start section/],
    ["release", `${GOOD} (table 1 funcref)`, /has a table section/],
    ["release", `${GOOD} (table 1 funcref) (func $f) (elem (i32.const 0) $f)`, /element section/],
    ["release", `${GOOD} (global $b (mut i64) (i64.const 1))`, /has 2 mutable globals; wanted 1/],
    ["release", `${GOOD} (export "cpu" (global $cpu))`, /exports the mutable global cpu/],
    ["release", `${GOOD} (export "memory" (memory 0))`, /exports the memory memory/],
    ["release", `${GOOD} (func $f (atomic.fence))`, /has atomic.fence/],
    ["release", `${GOOD} (func $f (drop ${WAIT}))`, /function \S+ sleeps with no constant below/],
  ])("refuses in a %s image: %s", (flavour, fields, message) => {
    expect(check(fields, flavour)).toMatch(message);
  });

  it("reads globals whose initial value has bytes of other sections in it", () => {
    const bytes = assemble(`(module
      (global i64 (i64.const -1)) (global f64 (f64.const 1)) (global (mut f32) (f32.const 2)))`);
    expect(parseWasm(bytes).globals).toEqual([
      { index: 0, type: "i64", isMutable: false },
      { index: 1, type: "f64", isMutable: false },
      { index: 2, type: "f32", isMutable: true },
    ]);
  });

  it("refuses what is not a binary, or ends early", () => {
    expect(() => parseWasm(new Uint8Array([1, 2, 3, 4]))).toThrow(/not a WebAssembly binary/);
    expect(() => parseWasm(assemble(`(module ${GOOD})`).subarray(0, 14))).toThrow(/ends early/);
  });
});
