/** `sweep` and `merge` in processes of their own: shards, documents, CSV, exit codes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSweep } from "../../../src/result/sweepDocument.js";
import { type CliRun, runCli } from "./runCli.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-sweep-"));
const fileOf = (name: string): string => path.join(folder, name);
const ARGS = [
  ...["sweep", "linux-3.10", "no-cache", "--workload", "hit-share:0..1/2", "--flows", "100"],
  ...["--routes", "1k,2k", "--nexthops", "8", "--flow-packets", "16k", "--blocks", "2"],
  ...["--budget", "1"],
];

afterAll(() => rmSync(folder, { recursive: true }));

describe("sweep", () => {
  const runs: CliRun[] = [];

  beforeAll(async () => {
    for (const shard of [1, 2]) {
      const args = [...ARGS, "--shard", `${shard}/2`, "--save", fileOf(`${shard}.json`), "--json"];
      runs.push(await runCli(args));
    }
  });

  it("measures the points of its shard and saves what it prints", () => {
    for (const [i, run] of runs.entries()) {
      expect(run.stderr).not.toContain("dstbench: ");
      expect(run.code).toBe(0);
      expect(readFileSync(fileOf(`${i + 1}.json`), "utf8")).toBe(run.stdout);
      const sweep = parseSweep(run.stdout, "stdout");
      expect(sweep.points).toHaveLength(6);
      expect(sweep.runs.flatMap(({ document }) => document.cells)).toHaveLength(3);
    }
  });

  it("is put together by merge, to a report and a CSV file", async () => {
    const files = [fileOf("2.json"), fileOf("1.json")];
    const csv = fileOf("out.csv");
    const { code, stdout } = await runCli(["merge", ...files, "--csv", csv]);
    expect(code).toBe(0);
    expect(stdout).toContain("hit-share, 1000 routes, 1 CPU");
    expect(stdout).toContain("flows:100, 1 CPU");
    expect(stdout).not.toContain("missing");
    expect(readFileSync(csv, "utf8").trim().split("\n")).toHaveLength(1 + 6 * 2);
  });

  it.each([
    ["a shard twice", ["merge", "1.json", "1.json"], /shard 1\/2 is in .* too; allowed: each/],
    ["a file that is none", ["merge", "none.json"], /none.json: found .*, allowed: a file that/],
    ["a file of another kind", ["merge", "other.json"], /other.json: schema: .*; allowed: what/],
  ])("merge refuses %s in one line", async (_, args, message) => {
    writeFileSync(fileOf("other.json"), "{}");
    const [command = "", ...names] = args;
    const { code, stderr } = await runCli([command, ...names.map(fileOf)]);
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
  });

  it.each([
    ["a shard that is none", ["--shard", "3/2"], /--shard 3\/2; allowed: I\/N/],
    ["a range that is none", ["--workload", "hit-share:1..0"], /--workload hit-share:1..0; all/],
    ["a CSV file that cannot be written", ["--csv", "/no/such/place"], /--csv \/no\/such\/place/],
  ])("refuses %s before anything runs", async (_, more, message) => {
    const { code, stderr } = await runCli([...ARGS, ...more]);
    expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
    expect(existsSync("/no/such/place")).toBe(false);
  });
});
