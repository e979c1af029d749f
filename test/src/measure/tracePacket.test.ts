/**
 * Single packets through whole machines, drawn from their events: miss, hit, drop, delivery, send.
 * A branch that is broken in the image shows in the tree.
 */
import { describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { bootInspected, type Inspected } from "../../../src/measure/inspectMachine.js";
import {
  receivingDevice,
  type TracedFlow,
  type TracedPacket,
  tracePacket,
} from "../../../src/measure/tracePacket.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { TraceText } from "../../../src/report/traceText.js";
import { traceLines, traceTree } from "../../../src/report/traceTree.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { type BustedName, builtImage, bust, bustedImage } from "../../helpers/testImages.js";
import { smallTable } from "../machine/smallExperiment.js";

const RX0 = 2;

async function machineOf(image: Image): Promise<Inspected> {
  return bootInspected({
    image,
    world: standardWorld({ nexthops: 8 }),
    table: smallTable(1_000),
    cpus: 1,
    seed: 1,
    packetsPerSecond: 1_000_000,
    flowPairs: 64,
    traceEvents: 1_024,
  });
}

const received = (daddr: string, iif = RX0): TracedFlow => {
  return { daddr: parseAddress(daddr), saddr: parseAddress("10.1.0.2"), iif };
};
const sent = (daddr: string): TracedFlow => ({ ...received(daddr), iif: undefined });

class Tracer {
  private readonly text: TraceText;

  constructor(readonly inspected: Inspected) {
    this.text = new TraceText({
      device: (n) => inspected.request.world.devices[n - 1]?.name ?? "?",
      firstDrop: inspected.machine.layout.at("MIB_DROPS"),
      outputSlot: "nh_pcpu_rth_output",
    });
  }

  /** The packet, and its lines without indentation. */
  trace(flow: TracedFlow): { packet: TracedPacket; lines: string[] } {
    const packet = tracePacket(this.inspected, flow);
    const lines = traceLines(traceTree(packet.trace.events, this.text));
    return { packet, lines: lines.map((line) => line.replace(/^(?:> | {2})+/, "")) };
  }
}

async function tracerOf(design: string): Promise<Tracer> {
  return new Tracer(await machineOf(await builtImage(design, "debug")));
}

describe("tracePacket", () => {
  it("of linux-3.10: the miss makes an rtable and installs it, the hit borrows it", async () => {
    const tracer = await tracerOf("linux-3.10");
    const miss = tracer.trace(received("10.2.0.200"));
    expect(miss.lines).toEqual([
      "ip_rcv  on rx0, 46 bytes",
      "- inReceives + 1",
      "ip_rcv_finish  10.1.0.2 to 10.2.0.200",
      "ip_route_input_noref  10.1.0.2 to 10.2.0.200",
      "ip_route_input_slow",
      "fib_lookup  10.2.0.200",
      "- local: miss",
      "- main: 10.2.0.0/24, unicast",
      "- fib_lookup: 0",
      "- forward",
      "__mkroute_input",
      "- on-link dev tx0",
      "- nh_rth_input empty",
      "rt_dst_alloc  flags 0",
      "dst_alloc",
      "- dst#1, refcnt 1, flags 0",
      "- dst#1, refcnt 1: unicast",
      "- in_slow_tot + 1",
      "rt_set_nexthop",
      "rt_cache_route",
      "- installed in the slot: dst#1, refcnt 1",
      "skb_dst_set",
      "- attached counted: dst#1, refcnt 1",
      "dst_input",
      "ip_forward",
      "- ttl 64",
      "- forwDatagrams + 1",
      "dst_output",
      "ip_output",
      "ip_finish_output2  next hop 10.2.0.200",
      "- neighbour 10.2.0.200 is connected, its header is copied",
      "dev_queue_xmit  tx0",
      "skb_dst_drop",
      "dst_release",
      "- dst#1, refcnt now 0",
      "- refcnt 0, kept by its owner: dst#1",
      "- handed to tx0, 60 bytes",
      "- outTransmits + 1",
      "kfree_skb",
    ]);
    expect(miss.packet.sent.map(({ ifindex }) => ifindex)).toEqual([6]);
    expect(miss.packet.counters).toEqual({ inReceives: 1, forwDatagrams: 1, outTransmits: 1 });
    const hit = tracer.trace(received("10.2.0.201"));
    const at = hit.lines.indexOf("__mkroute_input");
    expect(hit.lines.slice(at, at + 6)).toEqual([
      "__mkroute_input",
      "- on-link dev tx0",
      "- nh_rth_input valid: dst#1, refcnt 0",
      "skb_dst_set_noref",
      "- attached noref: dst#1, refcnt 0",
      "dst_input",
    ]);
    expect(hit.lines).toContain("- noref, nothing to release: dst#1, refcnt 0");
  });

  it("of no-cache: every packet makes an rtable, lists it and destroys it", async () => {
    const tracer = await tracerOf("no-cache");
    for (const dst of ["dst#1", "dst#1"]) {
      const { lines } = tracer.trace(received("10.2.0.200"));
      const from = lines.indexOf("rt_set_nexthop");
      expect(lines.slice(from, from + 5)).toEqual([
        "rt_set_nexthop",
        `- NOCACHE, gateway via 10.2.0.200: ${dst}, refcnt 1`,
        "rt_add_uncached_list",
        `- ${dst}, refcnt 1`,
        "skb_dst_set",
      ]);
      const end = lines.indexOf("dst_release");
      expect(lines.slice(end, end + 6)).toEqual([
        "dst_release",
        `- ${dst}, refcnt now 0`,
        "dst_destroy",
        `- ${dst}, refcnt 0`,
        "rt_del_uncached_list",
        `- ${dst}, refcnt 0`,
      ]);
    }
  });

  it("of nexthop-direct: there is no dst, the nexthop is attached", async () => {
    const { lines } = (await tracerOf("nexthop-direct")).trace(received("10.2.0.200"));
    expect(lines).toContain("- attached: the nexthop on-link dev tx0");
    expect(lines.join("\n")).not.toContain("dst#");
  });

  it("of a free that waits for RCU: the callback is a tree of its own", async () => {
    const { lines } = (await tracerOf("no-cache+free=rcu")).trace(received("10.2.0.200"));
    const from = lines.indexOf("- freed after a grace period: dst#1, refcnt 0");
    expect(from).toBeGreaterThan(0);
    const to = lines.indexOf("rcu_do_batch  dst#1");
    expect(to).toBeGreaterThan(from);
    expect(lines.slice(to + 1, to + 3)).toEqual(["dst_destroy", "- dst#1, refcnt 0"]);
  });

  it("ends at the named counter of a drop, and at a delivery", async () => {
    const tracer = await tracerOf("linux-3.10");
    const noRoute = tracer.trace(received("198.51.100.1"));
    expect(noRoute.lines).toEqual(
      expect.arrayContaining([
        "- fib_lookup: -ENETUNREACH",
        "- in_no_route + 1",
        "- no route",
        "ip_error",
      ]),
    );
    expect(noRoute.packet.dropped).toEqual(["no-route"]);
    const martian = tracer.trace({ ...received("10.2.0.200"), saddr: parseAddress("127.0.0.1") });
    expect(martian.lines).toEqual(
      expect.arrayContaining(["- in_martian_src + 1", "- dropped: martian-source", "- -EINVAL"]),
    );
    const local = tracer.trace(received("10.1.0.1"));
    expect(local.lines).toEqual(expect.arrayContaining(["- local", "ip_local_deliver"]));
    expect(local.packet.counters.inDelivers).toBe(1);
  });

  it("of a datagram of this host: the output slot is held, and loopback comes back", async () => {
    const tracer = await tracerOf("linux-3.10");
    tracer.trace(sent("10.2.0.200"));
    const { lines } = tracer.trace(sent("10.2.0.200"));
    expect(lines).toEqual(
      expect.arrayContaining([
        "ip_build_and_send_pkt  to 10.2.0.200",
        "- source 10.2.0.1",
        "- nh_pcpu_rth_output valid: dst#1, refcnt 1",
        "- attached counted: dst#1, refcnt 1",
        "- refcnt 0, kept by its owner: dst#1",
      ]),
    );
    const own = tracer.trace(sent("10.2.0.1"));
    expect(own.lines.indexOf("loopback_xmit")).toBeLessThan(
      own.lines.indexOf("- has a dst already, not routed again: dst#2, refcnt 1"),
    );
    expect(own.packet.counters.inDelivers).toBe(1);
  });
});

describe("a branch that is broken in the image", () => {
  const traceBusted = async (which: BustedName, flow: TracedFlow): Promise<string[]> => {
    const tracer = new Tracer(await machineOf(await bustedImage("linux-3.10", "debug")));
    const { machine } = tracer.inspected;
    tracer.trace(received("10.2.0.200"));
    machine.cpu(machine.controlCpu).call("rtCacheFlush");
    bust(machine, which);
    return tracer.trace(flow).lines;
  };

  it("shows: a stale slot is used", async () => {
    const stale = "- nh_rth_input stale: dst#1, refcnt 0";
    const valid = "- nh_rth_input valid: dst#1, refcnt 0";
    const good = await traceBusted("none", received("10.2.0.200"));
    expect([good.includes(stale), good.includes(valid)]).toEqual([true, false]);
    expect(good).toContain("- installed in the slot: dst#2, refcnt 1, in place of dst#1");
    const broken = await traceBusted("genid", received("10.2.0.200"));
    expect([broken.includes(stale), broken.includes(valid)]).toEqual([false, true]);
  });

  it("shows: a device that does not forward forwards", async () => {
    const off0 = 10;
    const good = await traceBusted("none", received("10.3.0.7", off0));
    expect(good).toContain("- forwarding is off");
    expect(good).toContain("- dropped: forwarding-off");
    const broken = await traceBusted("forwardingOff", received("10.3.0.7", off0));
    expect(broken).not.toContain("- forwarding is off");
    expect(broken).toContain("- ttl 64");
  });
});

describe("receivingDevice", () => {
  it("finds a receive device by name or ifindex, the first by default", async () => {
    const { inspected } = await tracerOf("linux-3.10");
    expect([undefined, "rx1", "3"].map((name) => receivingDevice(inspected, name))).toEqual([
      ...[2, 3, 3],
    ]);
    expect(() => receivingDevice(inspected, "tx0")).toThrow(/^--iif tx0; allowed: rx0 \(2\), /);
  });
});
