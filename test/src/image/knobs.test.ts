/**
 * The table of knobs: one constant a knob, one number a value, and for one knob that its number
 * reaches the binary. All knobs and whole images: `knobs.whole.test.ts`.
 */
import { describe, expect, it } from "vitest";
import { compileImage } from "../../../src/image/compile.js";
import { KERNELS, parseDesign } from "../../../src/image/designs.js";
import { sha256 } from "../../../src/image/imageStore.js";
import { definesOf, findKnob, KNOBS, unsoundness } from "../../../src/image/knobs.js";

describe("the table of knobs", () => {
  it("has a constant of its own for each knob, and numbers that grow for its values", () => {
    expect(new Set(KNOBS.map((knob) => knob.define)).size).toBe(KNOBS.length);
    for (const { name, define, values } of KNOBS) {
      expect(define).toBe(`DST_${name.toUpperCase().replaceAll("-", "_")}`);
      const numbers = values.map((value) => value.define);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(numbers[0]).toBe(0);
      expect(new Set(values.map((value) => value.name)).size).toBe(values.length);
    }
  });

  it("finds a knob by its name only", () => {
    expect(findKnob("free")?.define).toBe("DST_FREE");
    expect(findKnob("DST_FREE")).toBeUndefined();
  });

  it("gives every kernel a value it knows, for every knob", () => {
    for (const { row } of KERNELS) {
      for (const { name, values } of KNOBS) expect(values.map((v) => v.name)).toContain(row[name]);
      expect(Object.keys(definesOf(row))).toHaveLength(KNOBS.length);
      expect(unsoundness(row)).toBeNull();
    }
  });

  it("shows each knob by a design that reads it", () => {
    for (const { name, unread, shownBy } of KNOBS) {
      expect(unread(parseDesign(shownBy.design).row), name).toBeNull();
    }
  });
});

describe("a knob's value", () => {
  it("reaches the binary of the file that reads it", async () => {
    const hashes = [0, 1].map(async (value) => {
      const defines = { DST_SLOT_REF: 1, DST_REFCOUNT: value };
      const entry = "assembly/lib/refcount.ts";
      return sha256(await compileImage({ entry, flavour: "release", defines }));
    });
    const [atomic, incNotZero] = await Promise.all(hashes);
    expect(atomic).not.toBe(incNotZero);
  });
});
