/** Values of options: what is taken, and one line for what is not. */
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { cpuNumbers, nameList, wholeNumber } from "../../../src/cli/optionValues.js";
import { UsageError } from "../../../src/reference/usageError.js";

describe("wholeNumber", () => {
  it.each([
    ["5", 5],
    ["10k", 10_000],
    ["2M", 2_000_000],
    ["007", 7],
  ])("reads %s", (text, value) => {
    expect(wholeNumber("--n", text, 1, 10_000_000)).toBe(value);
  });

  it.each(["", "0", "11", "1.5", "-3", "1e3", "10kk", " 5", "0x5", "9999999999999999", "five"])(
    "refuses %j, with the range",
    (text) => {
      const read = (): number => wholeNumber("--n", text, 1, 10);
      expect(read).toThrow(UsageError);
      expect(read).toThrow(`--n ${text}; allowed: a whole number from 1 to 10`);
    },
  );
});

describe("cpuNumbers", () => {
  it("reads numbers and all, each once, in the order given", () => {
    expect(cpuNumbers("2,1,64")).toEqual([2, 1, 64]);
    expect(cpuNumbers("3,3")).toEqual([3]);
    expect(cpuNumbers("all")).toEqual([Math.min(64, availableParallelism())]);
  });

  it("leaves a core to a control plane at work, where there is one to leave", () => {
    const cores = availableParallelism();
    expect(cpuNumbers("all", true)).toEqual([Math.min(64, Math.max(1, cores - 1))]);
    expect(cpuNumbers("7", true)).toEqual([7]);
  });

  it.each(["0", "65", "x", "", "1,", "1;2", "1.5", "-1", "1000"])("refuses %j", (text) => {
    expect(() => cpuNumbers(text)).toThrow(`--cpus ${text}; allowed: numbers from 1 to 64 and all`);
  });
});

describe("nameList", () => {
  it("splits at commas and refuses empty names", () => {
    expect(nameList("--workload", "scan,single-flow")).toEqual(["scan", "single-flow"]);
    for (const text of ["", ",", "scan,"]) {
      expect(() => nameList("--workload", text)).toThrow("allowed: names separated by commas");
    }
  });
});
