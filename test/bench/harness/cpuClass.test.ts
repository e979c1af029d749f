/**
 * Classes of CPU pairs by made-up latencies, at each border.
 */
import { describe, expect, it } from "vitest";
import { cpuClass, parseCpuList } from "../../../bench/harness/cpuClass.js";

describe("cpuClass", () => {
  it.each([
    [5, null, "SMT"],
    [19.9, false, "SMT"],
    [20, false, "unknown"],
    [29.9, null, "unknown"],
    [30, false, "other core"],
    [250, null, "other core"],
    [999, false, "other core"],
    [1000, false, "same core"],
    [Number.NaN, null, "unknown"],
    [0, true, "unknown"],
  ] as const)("%d ns, siblings %s: %s", (ns, siblings, wanted) => {
    expect(cpuClass(ns, siblings)).toBe(wanted);
  });

  it("believes the system where it names the two as threads of one core", () => {
    expect(cpuClass(45, true)).toBe("SMT");
    expect(cpuClass(5000, true)).toBe("same core");
  });
});

describe("parseCpuList", () => {
  it.each([
    ["0\n", [0]],
    ["0,2", [0, 2]],
    ["0-1,4\n", [0, 1, 4]],
  ])("%j", (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });
});
