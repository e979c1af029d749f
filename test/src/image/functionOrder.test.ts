/**
 * Functions in another order: other bytes, the same behaviour. A small module with every kind of
 * instruction that needs care is run in all its orders; images are put back into their own.
 */
import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { FLAVOURS } from "../../../src/image/flavour.js";
import {
  FunctionOrderError,
  functionCount,
  reorderFunctions,
} from "../../../src/image/functionOrder.js";
import { findImage } from "../../../src/image/imageStore.js";

/** An import, calls forward and back, branches by table, constants that look like calls. */
const TEXT = `(module
  (import "env" "memory" (memory 1 1 shared))
  (import "env" "twice" (func $twice (param i32) (result i32)))
  (global $g (mut i32) (i32.const 16))
  (func $first (export "first") (param i32) (result i32)
    (i32.add (call $twice (local.get 0)) (call $third (i32.const 16))))
  (func $second (export "second") (param i32) (result i32)
    (block $c (block $b (block $a
      (br_table $a $b $c (local.get 0)))
      (return (call $first (i32.const 1040))))
      (return (i32.const 4112)))
    (i32.trunc_sat_f64_s (f64.add (f64.const 16.0625) (f64.promote_f32 (f32.const 2.5)))))
  (func $third (param $n i32) (result i32) (local $sum i64)
    (memory.fill (i32.const 64) (i32.const 16) (i32.const 8))
    (memory.copy (i32.const 72) (i32.const 64) (i32.const 8))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.load offset=16 (i32.const 56))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $n) (i32.const 0))))
    (atomic.fence)
    (i64.atomic.store (i32.const 16) (local.get $sum))
    (global.set $g (i32.wrap_i64 (i64.atomic.rmw.add (i32.const 16) (i64.const 1048592))))
    (if (result i32) (global.get $g) (then (call $fourth)) (else (unreachable))))
  (func $fourth (export "fourth") (result i32)
    (select (global.get $g) (i32.const 16) (i32.atomic.load (i32.const 16)))))`;

function moduleBytes(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  return module.emitBinary();
}

const BYTES = moduleBytes(TEXT);

/** What the exported functions give, one after the other, from a fresh memory. */
function behaviour(bytes: Uint8Array): number[] {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const twice = (x: number): number => 2 * x;
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, twice } });
  const call = (name: string, ...args: number[]): number =>
    (exports[name] as (...args: number[]) => number)(...args);
  return [
    call("fourth"),
    call("first", 5),
    ...[0, 1, 2, 3].map((x) => call("second", x)),
    call("fourth"),
  ];
}

const orders = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 });

describe("reorderFunctions", () => {
  it("keeps the behaviour in every order, and changes the bytes in all but one", () => {
    expect(functionCount(BYTES)).toBe(4);
    const before = behaviour(BYTES);
    expect(new Set(before).size).toBeGreaterThan(3);
    const same = reorderFunctions(BYTES, [0, 1, 2, 3]);
    fc.assert(
      fc.property(orders, (order) => {
        const bytes = reorderFunctions(BYTES, order);
        expect(behaviour(bytes)).toEqual(before);
        const isSame = order.every((from, i) => from === i);
        expect(Buffer.compare(bytes, same) === 0).toBe(isSame);
      }),
    );
  });

  it("starts with the same function in every order", () => {
    const bytes = moduleBytes(`(module
      (global $g (mut i32) (i32.const 1))
      (func $read (export "read") (result i32) (global.get $g))
      (func $other (export "other") (global.set $g (i32.const 3)))
      (func $begin (global.set $g (i32.const 2)))
      (start $begin))`);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }), (order) => {
        const module = new WebAssembly.Module(
          reorderFunctions(bytes, order) as Uint8Array<ArrayBuffer>,
        );
        const { read } = new WebAssembly.Instance(module).exports;
        expect((read as () => number)()).toBe(2);
      }),
    );
  });

  it.each(FLAVOURS)(
    "puts an image in another order, and back to the byte (%s)",
    async (flavour) => {
      const { bytes } = await findImage(parseDesign("linux-3.10"), flavour);
      const order = Array.from({ length: functionCount(bytes) }, (_, i) => i).reverse();
      const other = reorderFunctions(bytes, order);
      expect(WebAssembly.validate(other as Uint8Array<ArrayBuffer>)).toBe(true);
      expect(Buffer.compare(other, bytes)).not.toBe(0);
      expect(Buffer.compare(reorderFunctions(other, order), bytes)).toBe(0);
      const names = (image: Uint8Array): string[] =>
        WebAssembly.Module.exports(new WebAssembly.Module(image as Uint8Array<ArrayBuffer>))
          .map(({ name, kind }) => `${kind} ${name}`)
          .sort();
      expect(names(other)).toEqual(names(bytes));
    },
  );

  it.each([[[0, 1, 2]], [[0, 1, 2, 2]], [[0, 1, 2, 4]], [[]]])(
    "refuses %j as an order",
    (order) => {
      expect(() => reorderFunctions(BYTES, order)).toThrow(RangeError);
    },
  );

  it("refuses what images do not have", () => {
    const table = moduleBytes(
      '(module (table 1 funcref) (elem (i32.const 0) $f) (func $f (export "f")))',
    );
    expect(() => reorderFunctions(table, [0])).toThrow("section 4 is not known here");
    const simd = moduleBytes(
      '(module (func (export "f") (result i32) (i32x4.extract_lane 0 (v128.const i64x2 1 2))))',
    );
    expect(() => reorderFunctions(simd, [0])).toThrow(FunctionOrderError);
    expect(() => reorderFunctions(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [])).toThrow(
      "not a WebAssembly binary",
    );
    expect(() => reorderFunctions(BYTES.subarray(0, BYTES.length - 3), [0, 1, 2, 3])).toThrow(
      FunctionOrderError,
    );
  });
});
