/**
 * Finding a workload by name, with its parameters; what is refused.
 */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/reference/usageError.js";
import {
  findWorkload,
  PACKETS_PER_SECOND,
  WORKLOADS,
  workloadParameter,
} from "../../../src/workloads/workload.js";

describe("findWorkload", () => {
  it("finds each by its name", () => {
    const names = ["local-send", "single-flow", "internet-mix", "scan", "hit-share", "flows"];
    expect(names.map((name) => findWorkload(name).name)).toEqual(names);
    expect(WORKLOADS.map(({ name }) => name)).toEqual(names);
    expect(names.map((name) => findWorkload(name).path)).toEqual([
      "local-send",
      "forward",
      "forward",
      "forward",
      "forward",
      "forward",
    ]);
  });

  it("fills caches for scan alone, at a rate of its own", () => {
    const full = WORKLOADS.filter(({ startsFull }) => startsFull === true);
    expect(full.map(({ name, packetsPerSecond }) => [name, packetsPerSecond])).toEqual([
      ["scan", 100_000],
    ]);
    expect(PACKETS_PER_SECOND).toBe(1_000_000);
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

  it("takes another share for hit-share", () => {
    expect(findWorkload("hit-share").hitShare).toBe(0.9);
    for (const share of ["0", "0.25", "1"]) {
      expect(findWorkload(`hit-share:${share}`)).toMatchObject({
        name: `hit-share:${share}`,
        destinations: "hit-share",
        hitShare: Number(share),
      });
    }
    expect(() => findWorkload("hit-share:1.1")).toThrow('"1.1" is no share; allowed: 0 to 1, as 0');
  });

  it("takes another number of flows, and tells a parameter from its name", () => {
    expect(findWorkload("flows:1000")).toMatchObject({ hitShare: 1, residentFlows: 1_000 });
    expect(() => findWorkload("flows:1.5")).toThrow("is no number of flows; allowed: 1 to 33554");
    expect(workloadParameter("flows:1000")).toEqual({ base: "flows", value: 1_000 });
    expect(workloadParameter("hit-share:0.25")).toEqual({ base: "hit-share", value: 0.25 });
    expect(workloadParameter("scan")).toBeNull();
    expect(workloadParameter("scan:1")).toBeNull();
  });

  it.each([
    "flows:0",
    "flows:",
    "hit-share:0.5:1",
    "hit-share:",
    "hit-share:-0.1",
    "hit-share:x",
    "internet-mix:",
    "internet-mix:-1",
    "internet-mix:5",
    "internet-mix:1e0",
    "mix",
  ])("refuses %s in one line that names what is allowed", (name) => {
    expect(() => findWorkload(name)).toThrow(UsageError);
    expect(() => findWorkload(name)).toThrow(/^[^\n]+; allowed: [^\n]+$/);
  });
});
