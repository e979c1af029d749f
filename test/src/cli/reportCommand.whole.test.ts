/**
 * `report`, `doctor` and `selftest` as a user runs them: every number again from the file, facts
 * without a change, an error rate with a state to go on from.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli, TINY } from "./runCli.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-report-"));
const saved = path.join(folder, "saved.json");

afterAll(() => rmSync(folder, { recursive: true }));

describe("report", () => {
  it("prints what compare printed, to the last digit, from the file alone", async () => {
    const args = ["compare", ...TINY, "--processes", "2", "--workload", "single-flow,local-send"];
    const run = await runCli([...args, "--cpus", "1,2", "--save", saved]);
    expect(run.code).toBe(0);
    const again = await runCli(["report", saved]);
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toBe(run.stdout);
    const json = await runCli(["report", saved, "--json"]);
    expect(json.stdout).toBe(readFileSync(saved, "utf8"));
    // A window that took longer is seen: nothing of the report is kept beside the windows.
    const spoiled = path.join(folder, "spoiled.json");
    const text = readFileSync(saved, "utf8");
    writeFileSync(
      spoiled,
      text.replaceAll(/"endNs":\[(\d+)/g, (_, ns) => `"endNs":[${Number(ns) + 9e6}`),
    );
    expect((await runCli(["report", spoiled])).stdout).not.toBe(run.stdout);
  });

  it.each([
    ["that is not there", "none.json", null, /none.json.*ENOENT.*allowed: a file that --save/],
    ["that is no JSON", "text.json", "{", /text.json:1:2: found .*; allowed: JSON of a result/],
    ["of another version", "old.json", '{"version":1}', /old.json: .*found/],
  ])("refuses a file %s in one line", async (_, name, text, line) => {
    const file = path.join(folder, name);
    if (text !== null) writeFileSync(file, text);
    const { code, stdout, stderr } = await runCli(["report", file]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trim()).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("doctor", () => {
  it("tells facts, ends well and says that nothing was changed", async () => {
    const { code, stdout, stderr } = await runCli(["doctor"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Ratios can be measured here/);
    expect(stdout).toContain("Nothing was changed.");
  });
});

describe("selftest", () => {
  it("goes on from its state, and refuses one of other settings", async () => {
    const state = path.join(folder, "state.json");
    const args = ["selftest", "--aa", "1", "--budget", "1", "--routes", "1k", "--state", state];
    const run = await runCli(args);
    expect(run.stdout).toMatch(/^self-test of dstbench .*: linux-3.10 on internet-mix, 1 CPU/);
    expect([0, 5]).toContain(run.code);
    const kept = readFileSync(state, "utf8");
    expect(JSON.parse(kept).trials).toHaveLength(1);
    const again = await runCli(args);
    expect(again.stdout).toBe(run.stdout);
    expect(readFileSync(state, "utf8")).toBe(kept);
    const other = await runCli([...args, "--design", "no-cache"]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/--state .*: its design is linux-3.10, this test's no-cache/);
  });
});
