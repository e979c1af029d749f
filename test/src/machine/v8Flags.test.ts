/** The engine's flags. */
import { describe, expect, it } from "vitest";
import { setV8Flags, V8_FLAGS } from "../../../src/machine/v8Flags.js";

describe("setV8Flags", () => {
  it("sets flags that this engine knows", () => {
    expect(V8_FLAGS).toContain("--no-liftoff");
    setV8Flags();
  });
});
