/**
 * Finding a workload by name, with its parameters; what is refused.
 */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/reference/usageError.js";
import { findWorkload, WORKLOADS } from "../../../src/workloads/workload.js";

describe("findWorkload", () => {
  it("finds each by its name", () => {
    const names = ["local-send", "single-flow", "internet-mix", "scan"];
    expect(names.map((name) => findWorkload(name).name)).toEqual(names);
    expect(WORKLOADS.map(({ name }) => name)).toEqual(names);
    expect(names.map((name) => findWorkload(name).path)).toEqual([
      "local-send",
      "forward",
      "forward",
      "forward",
    ]);
  });

  it("takes another exponent for internet-mix only", () => {
    expect(findWorkload("internet-mix").zipfExponent).toBe(1);
    expect(findWorkload("internet-mix:0.8")).toMatchObject({
      name: "internet-mix:0.8",
      zipfExponent: 0.8,
      hostsPerPrefix: 4,
    });
    expect(() => findWorkload("scan:0.8")).toThrow("allowed: local-send, single-flow");
  });

  it.each(["internet-mix:", "internet-mix:-1", "internet-mix:5", "internet-mix:1e0", "mix"])(
    "refuses %s in one line that names what is allowed",
    (name) => {
      expect(() => findWorkload(name)).toThrow(UsageError);
      expect(() => findWorkload(name)).toThrow(/^[^\n]+; allowed: [^\n]+$/);
    },
  );
});
