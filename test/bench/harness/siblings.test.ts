/**
 * Lists of CPUs as the kernel writes them.
 */
import { describe, expect, it } from "vitest";
import { areSiblings, parseCpuList } from "../../../bench/harness/siblings.js";

describe("parseCpuList", () => {
  it.each([
    ["0\n", [0]],
    ["0,2", [0, 2]],
    ["0-1,4\n", [0, 1, 4]],
  ])("%j", (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });
});

describe("areSiblings", () => {
  it("answers, or does not know: it never throws", () => {
    expect([true, false, null]).toContain(areSiblings());
  });
});
