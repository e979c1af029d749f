/** Exit codes: which failure is which, and the one line it leaves. */
import { describe, expect, it } from "vitest";
import { exitCodeOf, failureLine } from "../../../src/cli/exitCodes.js";
import { CompileError } from "../../../src/image/compile.js";
import { ImageMissingError } from "../../../src/image/imageStore.js";
import { InputError } from "../../../src/inputs/inputError.js";
import { CpuFailure } from "../../../src/machine/cpus.js";
import { TrapError } from "../../../src/machine/faults.js";
import { JudgeError } from "../../../src/measure/judge.js";
import { UsageError } from "../../../src/reference/usageError.js";

describe("exitCodeOf", () => {
  it.each([
    ["usage", new UsageError("--x 1; allowed: 2")],
    ["input", new InputError({ file: "a.txt", line: 1, column: 2 }, "x", "y")],
    ["an image that cannot be had", new ImageMissingError("no image")],
  ])("is 2 for %s", (_, error) => {
    expect(exitCodeOf(error)).toBe(2);
  });

  it.each([
    ["the judge", new JudgeError("wrong")],
    ["a CPU", new CpuFailure("CPU 1 died", [1])],
    ["a trap", new TrapError("CPU 0 trapped")],
    ["a defect", new TypeError("x is undefined")],
    ["something that is no error", "text"],
  ])("is 3 for %s", (_, error) => {
    expect(exitCodeOf(error)).toBe(3);
  });
});

describe("failureLine", () => {
  it("is one line, without a stack", () => {
    const error = new Error("first\nsecond");
    expect(failureLine(error)).toBe("first");
    expect(failureLine(new TypeError(""))).toBe("");
    expect(failureLine("text")).toBe("text");
  });

  it("keeps a compiler's diagnostics, which need their lines", () => {
    expect(failureLine(new CompileError("ERROR a\n in b"))).toBe(
      "the image does not compile:\nERROR a\n in b",
    );
  });
});
