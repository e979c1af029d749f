/** The layout: constants of an image by name, and a loud answer for a name it does not have. */
import { describe, expect, it } from "vitest";
import { Layout } from "../../../src/machine/layout.js";

function global(value: number): WebAssembly.Global {
  return new WebAssembly.Global({ value: "i32", mutable: false }, value);
}

describe("Layout", () => {
  const layout = new Layout({ ANSWER: global(42), ZERO: global(0), run: () => 0 });

  it("reads exported constants, zero among them", () => {
    expect(layout.at("ANSWER")).toBe(42);
    expect(layout.at("ZERO")).toBe(0);
  });

  it("refuses a name that is no constant", () => {
    expect(() => layout.at("NOTHING")).toThrow("exports no constant NOTHING");
    expect(() => layout.at("run")).toThrow(RangeError);
  });
});
