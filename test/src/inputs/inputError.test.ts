/**
 * The one line of an input error: place, what was found, what is allowed; hostile text in it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/inputs/inputError.js";

/** Any code points, halves of surrogate pairs too. */
const anyText = fc
  .array(fc.oneof(fc.nat({ max: 0x100 }), fc.nat({ max: 0x10ffff })), { maxLength: 60 })
  .map((codes) => String.fromCodePoint(...codes));

describe("InputError", () => {
  it("is one line with place, found and allowed", () => {
    const error = new InputError({ file: "a.txt", line: 3, column: 7 }, "256", "0 to 255");
    expect(error.message).toBe("a.txt:3:7: found «256», allowed: 0 to 255");
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "InputError", file: "a.txt", line: 3, column: 7 });
    expect(error).toMatchObject({ found: "256", allowed: "0 to 255" });
  });

  it("leaves line and column out where there is no text", () => {
    const error = new InputError({ file: "a.txt" }, "no such file", "a file");
    expect(error.message).toBe("a.txt: found «no such file», allowed: a file");
    expect(error.line).toBeUndefined();
    expect(error.column).toBeUndefined();
  });

  it("shortens what was found to 48 characters", () => {
    const at48 = new InputError({ file: "a" }, "x".repeat(48), "y");
    expect(at48.found).toBe("x".repeat(48));
    const at49 = new InputError({ file: "a" }, "x".repeat(49), "y");
    expect(at49.found).toBe(`${"x".repeat(48)}…`);
  });

  it("escapes what is not printable ASCII, in found", () => {
    const error = new InputError({ file: "a" }, "\0\x1b[31m\r\né\u2028😀", "y");
    expect(error.found).toBe("\\x00\\x1b[31m\\x0d\\x0a\\xe9\\u{2028}\\u{1f600}");
  });

  it("keeps letters of a file's name but not its controls", () => {
    const error = new InputError({ file: "né\n\u202e.txt", line: 1, column: 1 }, "x", "y");
    expect(error.message).toBe("né\\x0a\\u{202e}.txt:1:1: found «x», allowed: y");
  });

  it("is one line of printable text whatever was found", () => {
    fc.assert(
      fc.property(anyText, (found) => {
        const { message } = new InputError({ file: found, line: 1, column: 1 }, found, "y");
        expect(message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
