/** `trace` in processes of its own. */
import { describe, expect, it } from "vitest";
import type { TraceArguments } from "../../../src/cli/traceCommand.js";
import { TRACE_DEFAULTS } from "../../../src/cli/traceCommand.js";
import type { TraceDocument } from "../../../src/report/traceReport.js";
import { DISCLAIMER } from "../../../src/result/disclaimer.js";
import { runCli } from "./runCli.js";

describe("trace", () => {
  it("draws one packet by default, and ends with what it is not", async () => {
    const { code, stdout, stderr } = await runCli(["trace", "linux-3.10", "10.2.0.200"]);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "linux-3.10, packet 1: 10.1.0.2 to 10.2.0.200, received on rx0",
      "> ip_rcv  on rx0, 46 bytes",
      "  - inReceives + 1",
    ]);
    expect(lines).toContain(
      "fate: sent out of tx0 to 02:00:0a:02:00:c8, 60 bytes " +
        "(inReceives + 1, forwDatagrams + 1, outTransmits + 1)",
    );
    expect(lines.filter((line) => /packet \d/.test(line))).toHaveLength(1);
    expect(lines.slice(-2)).toEqual([DISCLAIMER, ""]);
  });

  it("prints a document: packets in order, trees of calls and branches", async () => {
    const args = ["trace", "linux-3.10", "10.2.0.200", "--packets", "2", "--iif", "rx1"];
    const { code, stdout } = await runCli([...args, "--saddr", "192.0.2.1", "--json"]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as TraceDocument;
    expect(document).toMatchObject({ disclaimer: DISCLAIMER, design: "linux-3.10" });
    expect(document.image).toMatch(/^[0-9a-f]{64}$/);
    expect(document.packets.map(({ flow }) => flow)).toEqual(
      new Array(2).fill("192.0.2.1 to 10.2.0.200, received on rx1"),
    );
    const [miss, hit] = document.packets.map((packet) => JSON.stringify(packet.tree));
    expect([miss?.includes("slot_valid"), hit?.includes("slot_valid")]).toEqual([false, true]);
  });

  it("draws what this host sends, and says where a table has no route", async () => {
    const run = await runCli(["trace", "no-cache", "198.51.100.1", "--send"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("> ip_build_and_send_pkt  to 198.51.100.1");
    expect(run.stdout).toContain("fate: dropped: no-route (");
    expect(run.stderr).toMatch(/^no route to 198\.51\.100\.1 in this table of 1000 routes; /);
  });

  const bad: [string, string[]][] = [
    ["a design that is none", ["linux-9", "10.2.0.200"]],
    ["an address that is none", ["linux-3.10", "10.2.0"]],
    ["a source that is none", ["linux-3.10", "10.2.0.200", "--saddr", "x"]],
    ["a device that is none", ["linux-3.10", "10.2.0.200", "--iif", "tx0"]],
    ["no packet", ["linux-3.10", "10.2.0.200", "--packets", "0"]],
    ["a sender with a device", ["linux-3.10", "10.2.0.200", "--send", "--iif", "rx0"]],
    ["no address", ["linux-3.10"]],
  ];
  it.each(bad)("refuses %s in one line, exit 2", async (_, args) => {
    const { code, stdout, stderr } = await runCli(["trace", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^dstbench: [^\n]+\n$/);
  });
});

it("has defaults that are arguments", () => {
  expect(TRACE_DEFAULTS satisfies Partial<TraceArguments>).toEqual({ packets: "1" });
});
