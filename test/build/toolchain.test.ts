/**
 * The toolchain canary: one instruction per primitive, atomics never merged, nothing of a runtime
 * linked. A new asc or binaryen that compiles one of them otherwise is caught here, by name.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { compileImage } from "../../src/image/compile.js";
import { type Disassembly, disassemble } from "./disassembly.js";
import { memoryOpcodes } from "./opcodes.js";
import { shapeMessages } from "./shapeRules.js";
import { parseWasm } from "./wasmFile.js";

let bytes: Uint8Array;
let code: Disassembly;

function listingOf(name: string): string {
  const listing = code.functions.get(code.exported.get(name) ?? "");
  if (listing === undefined) throw new Error(`the canary exports no function ${name}`);
  return listing;
}

describe("asc", () => {
  beforeAll(async () => {
    const entry = "test/build/canary.as.ts";
    bytes = await compileImage({ entry, flavour: "release", defines: {} });
    code = disassemble(bytes);
  });

  it.each([
    ["load32", ["i32.atomic.load"]],
    ["load64", ["i64.atomic.load"]],
    ["store16", ["i32.atomic.store16"]],
    ["store32", ["i32.atomic.store"]],
    ["store64", ["i64.atomic.store"]],
    ["add32", ["i32.atomic.rmw.add"]],
    ["add64", ["i64.atomic.rmw.add"]],
    ["sub32", ["i32.atomic.rmw.sub"]],
    ["and32", ["i32.atomic.rmw.and"]],
    ["or32", ["i32.atomic.rmw.or"]],
    ["xor32", ["i32.atomic.rmw.xor"]],
    ["xchg32", ["i32.atomic.rmw.xchg"]],
    ["cmpxchg32", ["i32.atomic.rmw.cmpxchg"]],
    ["wait32", ["memory.atomic.wait32"]],
    ["notify", ["memory.atomic.notify"]],
  ])("compiles %s to %j", (name, opcodes) => {
    expect(memoryOpcodes(listingOf(name))).toEqual(opcodes);
  });

  it("keeps the sign of a 16-bit load only through the detour over u16", () => {
    expect(memoryOpcodes(listingOf("load16"))).toEqual(["i32.atomic.load16_u"]);
    expect(listingOf("load16")).toContain("i32.extend16_s");
  });

  it("merges two plain loads of a word, which is why shared words are never read plainly", () => {
    expect(memoryOpcodes(listingOf("twoPlainLoads"))).toEqual(["i32.load"]);
  });

  it("merges no atomic access, and no plain one across it", () => {
    const atomic = "i32.atomic.load";
    expect(memoryOpcodes(listingOf("twoAtomicLoads"))).toEqual([atomic, atomic]);
    const kept = memoryOpcodes(listingOf("plainAtomicPlain")).sort();
    expect(kept).toEqual([atomic, "i32.load", "i32.load"]);
    expect(memoryOpcodes(listingOf("droppedAtomicLoad"))).toEqual([atomic]);
    expect(memoryOpcodes(listingOf("spin"))).toEqual([atomic]);
    expect(listingOf("spin")).toContain("(loop");
  });

  it("keeps an rmw whose result nobody wants: the full barrier", () => {
    expect(memoryOpcodes(listingOf("droppedAdd"))).toEqual(["i32.atomic.rmw.add"]);
    expect(memoryOpcodes(listingOf("smpMb"))).toEqual(["i32.atomic.rmw.add"]);
  });

  it.each([
    ["readOnce32", "i32.atomic.load"],
    ["publish32", "i32.atomic.store"],
    ["atomicLoad16s", "i32.atomic.load16_u"],
    ["atomicAdd32", "i32.atomic.rmw.add"],
    ["atomicSub32", "i32.atomic.rmw.sub"],
    ["atomicXchg32", "i32.atomic.rmw.xchg"],
    ["atomicCmpxchg32", "i32.atomic.rmw.cmpxchg"],
    ["atomicAdd64", "i64.atomic.rmw.add"],
    ["plainLoad32", "i32.load"],
    ["plainStore64", "i64.store"],
    ["fillBytes", "memory.fill"],
    ["copyBytes", "memory.copy"],
  ])("makes the helper %s of the seam one instruction, without a call", (name, opcode) => {
    expect(memoryOpcodes(listingOf(name))).toEqual([opcode]);
    expect(listingOf(name)).not.toContain("(call");
  });

  it("links no runtime: the canary has the shape of an image", () => {
    expect(shapeMessages(parseWasm(bytes), code, "release")).toEqual([]);
  });
});
