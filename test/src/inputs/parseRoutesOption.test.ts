/**
 * Every form of the value of `--routes`, and the slips that are refused.
 */
import { describe, expect, it } from "vitest";
import { parseRoutesOption } from "../../../src/inputs/parseRoutesOption.js";
import { inputErrorOf } from "./samples.js";

describe("parseRoutesOption", () => {
  it("knows all", () => {
    expect(parseRoutesOption("all")).toEqual({ kind: "all" });
  });

  const counts: [string, number][] = [
    ["1", 1],
    ["5000", 5000],
    ["007", 7],
    ["10k", 10_000],
    ["10K", 10_000],
    ["1m", 1_000_000],
    ["4M", 4_000_000],
    ["4000k", 4_000_000],
  ];
  it.each(counts)("reads %j as a count", (value, count) => {
    expect(parseRoutesOption(value)).toEqual({ kind: "count", count });
  });

  const paths = [
    "routes.txt",
    "./10k",
    "/a/b.gz",
    "2022-10-29.txt",
    "2022.gz",
    "ALL",
    "a b",
    "1/2",
  ];
  it.each(paths)("takes %j for a file", (path) => {
    expect(parseRoutesOption(path)).toEqual({ kind: "file", path });
  });

  const wrong = [
    "",
    " ",
    "0",
    "0k",
    "4000001",
    "5m",
    "9".repeat(400),
    "10kk",
    "1.5k",
    "1,000",
    "1_000",
    "-5",
    "+5",
    "10g",
    "-",
    "--all",
    "a\0b",
  ];
  it.each(wrong)("refuses %j in one line that names what is allowed", (value) => {
    const { message } = inputErrorOf(() => parseRoutesOption(value));
    expect(message).toMatch(
      /^--routes: found «[ -~]*…?», allowed: all, a number from 1 to 4000000/,
    );
    expect(message).toMatch(/or a file$/);
  });
});
