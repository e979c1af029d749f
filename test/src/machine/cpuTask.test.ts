/** The experiment page: its words have cache lines of their own, inside one page. */
import { describe, expect, it } from "vitest";
import { EXPERIMENT_PAGE } from "../../../src/machine/cpuTask.js";
import { WASM_PAGE_BYTES } from "../../../src/machine/plan.js";

describe("EXPERIMENT_PAGE", () => {
  it("gives each word a line, the gate two, and stays inside its page", () => {
    const places = Object.entries(EXPERIMENT_PAGE).sort((a, b) => a[1] - b[1]);
    let end = 0;
    for (const [name, at] of places) {
      expect(at % 64, name).toBe(0);
      expect(at, name).toBeGreaterThanOrEqual(end);
      end = at + (name === "gate" ? 128 : 64);
    }
    expect(end).toBeLessThanOrEqual(WASM_PAGE_BYTES);
  });
});
