/** The command line in processes of its own: what is refused, in one line, before anything runs. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli, TINY } from "./runCli.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-cli-"));

/** A file in the test's folder, with this text. */
function fileOf(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const BAD = fileOf("bad.txt", "20.0.0.0/8\nnonsense\n");
const HOST_BITS = fileOf("host-bits.txt", "20.0.0.0/8\t1\n20.1.2.3/16\t2\n");
const TOO_LONG = fileOf("too-long.txt", "20.0.0.0/33\n");
const EMPTY = fileOf("empty.txt", "");
const ONE = fileOf("one.txt", "20.0.0.0/8\n");

afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong, the arguments, and what the line must say. */
const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    "an unknown design",
    ["compare", "linux-9"],
    /"linux-9"; allowed: linux-2.6.18, linux-2.6.39, linux-3.10, no-c/,
  ],
  ["an unknown knob", ["compare", "linux-3.10+nope=1"], /knob "nope=1"; allowed: route-cache=none/],
  [
    "an unknown value",
    ["compare", "linux-3.10+noref=maybe"],
    /unknown value "maybe" of noref; allowed: off, on/,
  ],
  [
    "an unsound combination",
    ["compare", "linux-3.10+refcount=rcuref"],
    /would free a slotted dst .* allowed: \+slot-ref=counted/,
  ],
  [
    "a knob that is never read",
    ["compare", "no-cache+noref=off"],
    /noref is never read: route-cache=none caches nothing/,
  ],
  [
    "a knob twice",
    ["compare", "linux-3.10+noref=off+noref=on"],
    /noref is given twice; allowed: once/,
  ],
  [
    "a design twice",
    ["compare", "no-cache", "no-cache"],
    /"no-cache" is given twice; allowed: each/,
  ],
  ["an unknown workload", ["compare", "--workload", "flood"], /"flood"; allowed: .*internet-mix/],
  ["an unknown option", ["compare", "--fast"], /unknown option '--fast'; allowed: --workload, --r/],
  ["an unknown command", ["flood"], /unknown design "flood"; allowed: linux/],
  [
    "too many arguments",
    ["list", "more"],
    /too many arguments for 'list'.*allowed: compare, sweep, latency, merge, trace, show/,
  ],
  [
    "help for nothing",
    ["help", "nothing"],
    /allowed: compare, sweep, latency, merge, trace, show, stress, list/,
  ],
  ["an option without its value", ["compare", "--cpus"], /'--cpus <numbers>' argument missing/],
  [
    "an unknown side load",
    ["compare", "--side-load", "flood:5"],
    /--side-load flood:5; allowed: route-churn, device-flap/,
  ],
  ["no CPU", ["compare", "--cpus", "0"], /--cpus 0; allowed: numbers from 1 to 64 and all/],
  ["65 CPUs", ["compare", "--cpus", "65"], /--cpus 65; allowed: numbers from 1 to 64/],
  [
    "CPUs that are no number",
    ["compare", "--cpus", "x"],
    /--cpus x; allowed: numbers from 1 to 64/,
  ],
  ["too many next hops", ["compare", "--nexthops", "191"], /--nexthops 191; allowed: .* 1 to 190/],
  ["a negative seed", ["compare", "--seed", "-1"], /--seed -1; allowed: .* 0 to 4294967295/],
  ["no blocks", ["compare", "--blocks", "0"], /--blocks 0; allowed: .* 1 to 4000/],
  ["no process", ["compare", "--processes", "0"], /--processes 0; allowed: .* 1 to 20/],
  ["no margin", ["compare", "--margin", "0"], /--margin 0; allowed: .* percent from 0.1 to 50/],
  ["no budget", ["compare", "--budget", "0"], /--budget 0; allowed: .* 1 to 86400/],
  [
    "a flow list that a cache could hold",
    ["compare", "linux-3.10", "--flow-packets", "64", "--cpus", "1", "--routes", ONE],
    /--flow-packets 64: the cache of linux-3.10 can hold 128 entries; allowed: 512 or more/,
  ],
  ["a bad line", ["compare", "--routes", BAD], /bad.txt:2:1: found «nonsense», allowed: /],
  ["host bits", ["compare", "--routes", HOST_BITS], /host-bits.txt:2:\d+: found «.*», allowed: /],
  ["a long prefix", ["compare", "--routes", TOO_LONG], /too-long.txt:1:\d+: found «.*33.*», allo/],
  ["an empty file", ["compare", "--routes", EMPTY], /empty.txt.*: found «.*», allowed: /],
  ["a missing file", ["compare", "--routes", "./none.txt"], /--routes: found «.\/none.txt», allo/],
  ["a folder", ["compare", "--routes", folder], /found «a directory», allowed: a file/],
  ["too many routes", ["compare", "--routes", "3m"], /found «3.*», allowed: /],
  [
    "a number that is none",
    ["compare", "--routes", "10kk"],
    /--routes: found «10kk», allowed: all/,
  ],
  [
    "a file that cannot be written",
    ["compare", "--save", path.join(folder, "none", "a.json")],
    /--save .*a.json: ENOENT.*; allowed: a file that can be written/,
  ],
  [
    "more memory than there is",
    [
      ...["compare", "linux-3.10", "linux-3.10+noref=off", "no-cache", "no-cache+free=rcu"],
      ...["no-cache+uncached=global", "no-cache+dev-count=shared", "nexthop-direct"],
      ...["--routes", ONE, "--cpus", "64", "--flow-packets", "64m"],
    ],
    /memory \d+ MiB: table .*, flow lists .*, 39 machines of .*; allowed: \d+ MiB/,
  ],
];

describe.concurrent("a command that is refused", () => {
  it.each(REFUSED)("for %s: exit 2, one line, nothing on stdout", async (_, args, line) => {
    const { code, stdout, stderr } = await runCli(args);
    const errors = stderr.split("\n").filter((text) => text.startsWith("dstbench: "));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(line);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stderr).toMatch(/\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("leaves no file behind", async () => {
    const save = path.join(folder, "save.json");
    expect((await runCli(["compare", "linux-9", "--save", save])).code).toBe(2);
    expect(readdirSync(folder)).not.toContain("save.json");
  });
});

describe.concurrent("a command that tells", () => {
  it.each([
    [["--help"], /Usage: dstbench[\s\S]*compare[\s\S]*list/],
    [["compare", "--help"], /--workload <names>[\s\S]*--deadline/],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["list"], /^Designs [\s\S]*Knobs [\s\S]*Workloads:/],
    [["help", "compare"], /--workload <names>/],
  ])("%j: exit 0, on stdout", async (args, text) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(text);
  });
});

describe("a reader that goes away", () => {
  it("ends nothing and prints no stack trace", async () => {
    const args = ["compare", "nexthop-direct", ...TINY, "--workload", "single-flow", "--cpus", "1"];
    const listed = await runCli(["list"], (child) => child.stdout?.destroy());
    const compared = await runCli([...args, "--json"], (child) => child.stdout?.destroy());
    const muted = await runCli([...args, "--json"], (child) => child.stderr?.destroy());
    for (const { stderr } of [listed, compared, muted]) expect(stderr).not.toMatch(/EPIPE|^ +at /m);
    expect([listed.code, compared.code, muted.code]).toEqual([0, 0, 0]);
    expect(muted.stdout).toMatch(/^\{/);
  });
});
