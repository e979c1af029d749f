/**
 * Single packets through the route cache of 2.6, drawn from their events: miss, hit, what a source
 * check looks up, a chain that is too long, a martian.
 */
import { describe, expect, it } from "vitest";
import { bootInspected } from "../../../src/measure/inspectMachine.js";
import { type TracedPacket, tracePacket } from "../../../src/measure/tracePacket.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { TraceText } from "../../../src/report/traceText.js";
import { traceLines, traceTree } from "../../../src/report/traceTree.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { builtImage } from "../../helpers/testImages.js";
import { smallTable } from "../machine/smallExperiment.js";

const RX0 = 2;

type Trace = (daddr: string, saddr?: string) => { packet: TracedPacket; lines: string[] };

/** Traces packets through one machine; `saddr` "" means that this host sends. */
async function tracerOf(design: string): Promise<Trace> {
  const world = standardWorld({ nexthops: 8 });
  const inspected = await bootInspected({
    image: await builtImage(design, "debug"),
    world,
    table: smallTable(1_000),
    cpus: 1,
    seed: 1,
    packetsPerSecond: 1_000_000,
    flowPairs: 64,
    traceEvents: 1_024,
  });
  const text = new TraceText({
    device: (n) => world.devices[n - 1]?.name ?? "?",
    firstDrop: inspected.machine.layout.at("MIB_DROPS"),
    outputSlot: "",
  });
  return (daddr, saddr = "10.1.0.2") => {
    const iif = saddr === "" ? undefined : RX0;
    const flow = { daddr: parseAddress(daddr), saddr: parseAddress(saddr || "0.0.0.0"), iif };
    const packet = tracePacket(inspected, flow);
    const lines = traceLines(traceTree(packet.trace.events, text));
    return { packet, lines: lines.map((line) => line.replace(/^(?:> | {2})+/, "")) };
  };
}

describe("linux-2.6.18", () => {
  it("misses, looks source and destination up and interns; then it hits, counted", async () => {
    const trace = await tracerOf("linux-2.6.18");
    const miss = trace("10.2.0.200").lines;
    const steps = [
      "ip_route_input  10.1.0.2 to 10.2.0.200",
      "- miss",
      "ip_route_input_slow",
      "fib_lookup  10.2.0.200",
      "- fib_lookup: 0",
      "- in_slow_tot + 1",
      "fib_validate_source  10.1.0.2",
      "fib_lookup  10.1.0.2",
      "- forward",
      "__mkroute_input",
      "rt_intern_hash",
      "skb_dst_set",
      "- attached counted: dst#1, refcnt 1",
    ];
    expect(miss.filter((line) => steps.includes(line)).slice(0, steps.length)).toEqual(steps);
    expect(miss.some((line) => /^- head of chain \d+: dst#1, refcnt 1$/.test(line))).toBe(true);
    expect(miss).toContain("- refcnt 0, kept by its owner: dst#1");
    const hit = trace("10.2.0.200").lines;
    const at = hit.indexOf("ip_route_input  10.1.0.2 to 10.2.0.200");
    expect(hit.slice(at + 1, at + 8)).toEqual([
      "- hit: dst#1, refcnt 0, used 0 times before",
      "- in_hit + 1",
      "dst_hold",
      "- dst#1, refcnt now 1",
      "skb_dst_set",
      "- attached counted: dst#1, refcnt 1",
      "dst_input",
    ]);
    expect(hit.join("\n")).not.toContain("fib_lookup");
  });

  it("makes another entry for another source, and caches what has no route", async () => {
    const trace = await tracerOf("linux-2.6.18");
    trace("10.2.0.200");
    expect(trace("10.2.0.200", "10.1.0.3").lines).toContain("- miss");
    const noRoute = trace("198.51.100.1");
    expect(noRoute.lines).toEqual(
      expect.arrayContaining(["- no route", "rt_intern_hash", "ip_error"]),
    );
    expect(noRoute.packet.dropped).toEqual(["no-route"]);
    expect(trace("198.51.100.1").lines.some((line) => line.startsWith("- hit: dst#3"))).toBe(true);
  });

  it("drops a martian before anything is made", async () => {
    const { lines, packet } = (await tracerOf("linux-2.6.18"))("10.2.0.200", "127.0.0.1");
    expect(lines).toContain("- martian source");
    expect(lines.join("\n")).not.toContain("dst_alloc");
    expect(packet.dropped).toEqual(["martian-source"]);
  });

  it("routes a datagram of this host by the same cache", async () => {
    const trace = await tracerOf("linux-2.6.18");
    const miss = trace("10.2.0.200", "").lines;
    expect(miss).toEqual(
      expect.arrayContaining(["- miss", "ip_route_output_slow", "__mkroute_output"]),
    );
    const hit = trace("10.2.0.200", "").lines;
    expect(hit).toContain("- hit: dst#1, refcnt 0, used 0 times before");
    expect(hit).toContain("- out_hit + 1");
  });
});

describe("calls of linux-2.6.18 that later kernels made otherwise", () => {
  it("allocate by dst_alloc, inside of the function that fills the entry", async () => {
    const trace = await tracerOf("linux-2.6.18");
    const input = trace("10.2.0.200").lines;
    const made = input.indexOf("__mkroute_input");
    expect(input.slice(made, made + 5)).toEqual([
      "__mkroute_input",
      "dst_alloc",
      "- dst#1, refcnt 0, flags 0",
      "- on-link dev tx0",
      "rt_set_nexthop",
    ]);
    const output = trace("10.2.0.200", "").lines;
    const sent = output.indexOf("__mkroute_output");
    expect(output.slice(sent, sent + 6)).toEqual([
      "__mkroute_output",
      "dst_alloc",
      "- dst#2, refcnt 0, flags 0",
      "- out_slow_tot + 1",
      "rt_set_nexthop",
      "- dst#2, refcnt 1: unicast",
    ]);
    for (const lines of [input, output]) expect(lines.join("\n")).not.toContain("rt_dst_alloc");
    expect((await tracerOf("linux-2.6.39"))("10.2.0.200").lines).toContain("rt_dst_alloc  flags 0");
  });

  it("tell of a packet that waits for its neighbour, and of its place in the queue", async () => {
    for (const design of ["linux-2.6.18", "linux-3.10"]) {
      const trace = await tracerOf(design);
      const place = (n: number) =>
        `- waits for the address of neighbour 10.2.0.199, number ${n} of its queue`;
      for (const n of [1, 2]) {
        const { lines, packet } = trace("10.2.0.199");
        expect(lines).toContain(place(n));
        expect(packet.counters).toMatchObject({ parked: 1 });
      }
      expect(trace("10.2.0.200").lines.join("\n")).not.toContain("waits for");
    }
  });
});

describe("linux-2.6.39", () => {
  it("borrows the entry of a hit", async () => {
    const trace = await tracerOf("linux-2.6.39");
    trace("10.2.0.200");
    const { lines } = trace("10.2.0.200");
    expect(lines).toEqual(
      expect.arrayContaining([
        "skb_dst_set_noref",
        "- attached noref: dst#1, refcnt 0",
        "- noref, nothing to release: dst#1, refcnt 0",
      ]),
    );
    expect(lines).not.toContain("dst_hold");
  });
});
