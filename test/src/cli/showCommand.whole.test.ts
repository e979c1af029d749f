/** `show` in processes of its own. */
import { describe, expect, it } from "vitest";
import { SHOW_DEFAULTS } from "../../../src/cli/showCommand.js";
import { runCli } from "./runCli.js";

describe("show", () => {
  it("prints the counters of each CPU in the kernel's format, data on stdout alone", async () => {
    const args = ["show", "no-cache", "counters", "--cpus", "2", "--packets", "1000"];
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(0);
    const lines = stdout.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^entries {2}in_hit in_slow_tot .* out_hlist_search$/);
    const slow = lines.slice(1, 3).map((line) => Number.parseInt(line.split(/ +/)[2] ?? "", 16));
    expect((slow[0] ?? 0) + (slow[1] ?? 0)).toBe(1_000);
    expect(stderr).toContain("no-cache after 1000 packets of internet-mix");
  });

  it("prints the slabs as a kernel does, and as a document", async () => {
    const { stdout } = await runCli(["show", "linux-3.10", "slabs"]);
    const [, , row] = stdout.split("\n");
    expect(row).toMatch(
      /^ip_dst_cache +\d+ +\d+ +192 +21 +1 : tunables .* : slabdata +\d+ +\d+ +0$/,
    );
    const json = await runCli(["show", "linux-3.10", "slabs", "--json"]);
    const document = JSON.parse(json.stdout);
    expect(document).toMatchObject({ design: "linux-3.10", packets: 10_000, cpus: 1 });
    expect(document.slabs[0].activeObjects).toBe(Number(row?.split(/ +/)[1]));
  });

  it("prints the tables: a trie as fib_triestat, a hash by its zones", async () => {
    const trie = await runCli(["show", "linux-3.10", "fib"]);
    expect(trie.stdout).toMatch(/^Local:\n\tAver depth: {5}\d+\.\d\d\n/m);
    expect(trie.stdout).toMatch(/^\tPrefixes: {7}1\d\d\d\n/m);
    const hash = await runCli(["show", "linux-3.10+fib=hash", "fib", "--json"]);
    const { fib } = JSON.parse(hash.stdout);
    expect(fib.map((table: { name: string }) => table.name)).toEqual(["Local", "Main"]);
    expect(fib[0].statistics.zones[0]).toMatchObject({ order: 32, divisor: 16 });
  });

  it("prints entries as ip route does, as /proc/net/rt_cache, and as a dump", async () => {
    const args = ["show", "linux-3.10", "cache", "--limit", "2"];
    const route = await runCli(args);
    expect(route.stdout).toMatch(
      /^(?:\* via 10\.2\.\d+\.\d+ dev tx\d\n {4}cache {2}nh_rth_input, fib_info \d+\n){2}$/,
    );
    expect(route.stderr).toMatch(/^2 of \d+ entries$/m);
    // Kernels without entries that name a flow print the header alone.
    expect((await runCli([...args, "--proc"])).stdout).toMatch(/^Iface\tDestination[^\n]*\n$/);
    const dump = await runCli([...args, "--format", "dump"]);
    expect(dump.stdout.match(/^the dst_entry:$/gm)).toHaveLength(2);
    const document = JSON.parse((await runCli([...args, "--json"])).stdout);
    expect(document.cache).toHaveLength(2);
    expect(document.cache[0]).toMatchObject({ obsolete: -1, refcnt: 0, rtType: 1 });
  });

  const bad: [string, string[]][] = [
    ["a format that is none", ["linux-3.10", "cache", "--format", "x"]],
    ["two formats", ["linux-3.10", "cache", "--format", "dump", "--proc"]],
    ["a view that is none", ["linux-3.10", "everything"]],
    ["a workload that is none", ["linux-3.10", "slabs", "--workload", "x"]],
    ["no CPU", ["linux-3.10", "slabs", "--cpus", "0"]],
    ["no view", ["linux-3.10"]],
  ];
  it.each(bad)("refuses %s in one line, exit 2", async (_, args) => {
    const { code, stdout, stderr } = await runCli(["show", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^dstbench: [^\n]+\n$/);
  });
});

it("has defaults that are arguments", () => {
  expect(Object.keys(SHOW_DEFAULTS)).toEqual(["workload", "packets", "cpus", "limit"]);
});
