/**
 * How figures are printed: digits, units, and ratios that would read as something else.
 */
import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatPercent,
  formatPerPacket,
  formatRatio,
  formatSignificant,
} from "../../../src/report/numbers.js";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [212.4, "212"],
    [42.55, "42.5"],
    [1.0449, "1.04"],
    [99.96, "100"],
    [999.6, "1,000"],
    [1234.5, "1,235"],
    [0.012345, "0.0123"],
    [0.00009996, "0.000100"],
    [-5.6789, "-5.68"],
  ])("formatSignificant(%d) is %s", (value, text) => {
    expect(formatSignificant(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [7, "7"],
    [999, "999"],
    [1000, "1,000"],
    [968428, "968,428"],
    [1234567890, "1,234,567,890"],
  ])("formatCount(%d) is %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [0.0000001, "<0.001"],
    [0.9, "0.9"],
    [0.98765, "0.988"],
    [2, "2"],
    [10, "10"],
    [100, "100"],
    [2.5, "2.5"],
    [1000, "1,000"],
  ])("formatPerPacket(%d) is %s", (value, text) => {
    expect(formatPerPacket(value)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1.00 KiB"],
    [1_572_864, "1.50 MiB"],
    [1_048_575, "1.00 MiB"],
    [8 * 2 ** 30, "8.00 GiB"],
  ])("formatBytes(%d) is %s", (value, text) => {
    expect(formatBytes(value)).toBe(text);
  });

  it.each([
    [0.02, "2 %"],
    [0.95, "95 %"],
    [0.025, "2.5 %"],
  ])("formatPercent(%d) is %s", (value, text) => {
    expect(formatPercent(value)).toBe(text);
  });
});

describe("formatRatio", () => {
  it("takes two decimals where they do", () => {
    expect(formatRatio(1.0412, 1.0244, 1.0633)).toEqual({
      ratio: "1.04",
      interval: "[1.02, 1.06]",
    });
  });

  it("takes more where a bound would read as 1 or as the other bound", () => {
    expect(formatRatio(1.012, 1.0021, 1.02)).toEqual({
      ratio: "1.012",
      interval: "[1.002, 1.020]",
    });
    expect(formatRatio(1.0301, 1.0299, 1.0303)).toEqual({
      ratio: "1.0301",
      interval: "[1.0299, 1.0303]",
    });
  });

  it("never takes more than four, and none for bounds that are 1", () => {
    expect(formatRatio(1, 0.9999999, 1.0000001).interval).toBe("[1.0000, 1.0000]");
    expect(formatRatio(1, 1, 1).interval).toBe("[1.00, 1.00]");
  });

  it("has no interval where there is none", () => {
    expect(formatRatio(1.5, null, null)).toEqual({ ratio: "1.50", interval: null });
  });
});
