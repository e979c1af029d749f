/** `latency` as a user runs it: the same figures from the file alone, and refusals in one line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./runCli.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-latency-"));
const saved = path.join(folder, "saved.json");
const SMALL = [
  ...["--routes", "1k", "--nexthops", "8", "--rhash-entries", "1024", "--flow-packets", "65536"],
  ...["--processes", "1", "--rounds", "1", "--trial", "30", "--give-up", "200"],
];

afterAll(() => rmSync(folder, { recursive: true }));

describe("latency", () => {
  it("prints a closed and an open loop, and report prints them again", async () => {
    const designs = ["linux-3.10", "no-cache"];
    const run = await runCli([
      "latency",
      ...designs,
      ...SMALL,
      "--load",
      "closed,30k",
      "--save",
      saved,
    ]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("internet-mix, 1 CPU, closed loop: latency of a burst in µs");
    expect(run.stdout).toContain("open loop, 0.0300 Mpps offered to each CPU");
    expect(run.stdout).toContain("! One process");
    const again = await runCli(["report", saved]);
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toBe(run.stdout);
    const json = await runCli(["report", saved, "--json"]);
    expect(json.stdout).toBe(readFileSync(saved, "utf8"));
    const spoiled = path.join(folder, "spoiled.json");
    const text = readFileSync(saved, "utf8").replace(/"maxNs":\d+/, '"maxNs":987654321000');
    writeFileSync(spoiled, text);
    expect((await runCli(["report", spoiled])).stdout).toContain("987,654,321");
    writeFileSync(spoiled, readFileSync(saved, "utf8").replace(/"bursts":\d+/, '"bursts":1'));
    const refused = await runCli(["report", spoiled]);
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/spoiled.json: cells\[0\].trials\[0\]: 1 bursts, the histogram/);
  });

  it("searches for capacities, and report prints them again to the last digit", async () => {
    const capacity = path.join(folder, "capacity.json");
    const args = ["--load", "capacity", "--search", "1", "--width", "20", "--goal", "20000"];
    const run = await runCli(["latency", "no-cache", ...SMALL, ...args, "--save", capacity]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/capacity: Mpps of each CPU with bursts seldom over 20,000 µs/);
    expect(run.stdout).toMatch(/no-cache +no burst late/);
    expect(run.stdout).not.toContain("closed loop:");
    const again = await runCli(["report", capacity]);
    expect([again.code, again.stdout]).toEqual([0, run.stdout]);
    const json = await runCli(["report", capacity, "--json"]);
    const text = readFileSync(capacity, "utf8");
    expect(json.stdout).toBe(text);
    const spoiled = path.join(folder, "spoiled-capacity.json");
    writeFileSync(spoiled, text.replace(/"isRegular":(true|false)/, '"isRegular":7'));
    expect((await runCli(["report", spoiled])).stderr).toMatch(/searches.0.results.0.isRegular: /);
    const other = (word: string): string => (word === "true" ? "false" : "true");
    const lie = text.replace(
      /"isRegular":(\w+)/,
      (_, word: string) => `"isRegular":${other(word)}`,
    );
    writeFileSync(spoiled, lie);
    expect((await runCli(["report", spoiled])).stderr).toMatch(/results\[0\]: the trials say/);
  });

  it.each([
    [["--load", "capacity,"], /--load capacity,; allowed: closed, .* or capacity/],
    [["--width", "0.4"], /--width 0.4; allowed: a number of percent from 0.5 to 50/],
    [["--search", "0"], /--search 0; allowed: a whole number from 1 to 3600/],
    [["--load", "fast"], /--load fast; allowed: closed/],
    [["--trial", "9"], /--trial 9; allowed: a whole number from 10/],
    [["--save", "/nowhere/x.json"], /--save \/nowhere\/x.json: .*; allowed: a file/],
  ])("refuses %s in one line", async (args, message) => {
    const { code, stdout, stderr } = await runCli(["latency", ...SMALL, ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trim()).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
