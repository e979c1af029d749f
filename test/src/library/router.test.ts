/** A router of one's own: fates, changes, counters, time, and an audit that balances. */
import { describe, expect, it } from "vitest";
import { ipv4Packet } from "../../../src/library/ipv4Packet.js";
import { bootRouter, type Router } from "../../../src/library/router.js";
import { parseMac, type WorldText } from "../../../src/library/worldOf.js";
import { internetChecksumIsRight } from "./checksum.js";

const MAC = parseMac("02:00:00:00:00:02");
const SENDER = parseMac("02:00:00:00:00:09");
const WORLD: WorldText = {
  devices: [
    { name: "eth0", addresses: ["192.0.2.1/24"] },
    { name: "eth1", addresses: ["198.51.100.1/24"], mtu: 600 },
  ],
  neighbours: [
    { dev: "eth1", address: "198.51.100.7", mac: "02:00:00:00:00:07" },
    { dev: "eth1", address: "198.51.100.8", mac: "02:00:00:00:00:08" },
  ],
  routes: [
    { to: "203.0.113.0/24", via: "198.51.100.7" },
    { to: "203.0.113.128/25", type: "prohibit" },
  ],
};

function packet(to: string, more: { ttl?: number; payload?: Uint8Array; from?: string } = {}) {
  return ipv4Packet({ from: "192.0.2.9", to, macTo: MAC, macFrom: SENDER, ...more });
}

function receive(router: Router, to: string, more: Parameters<typeof packet>[1] = {}) {
  return router.receive("eth0", packet(to, more));
}

async function expectBalance(router: Router): Promise<void> {
  expect((await router.close()).failures).toEqual([]);
}

describe.each(["linux-3.10", "no-cache", "nexthop-direct"])("a router of %s", (design) => {
  it("forwards with the neighbour's address, a lower TTL and a right checksum", async () => {
    const router = await bootRouter(design, WORLD);
    const fate = receive(router, "203.0.113.5", { ttl: 9 });
    if (fate.kind !== "forwarded") throw new Error(`it was ${fate.kind}`);
    expect(fate.dev).toBe("eth1");
    expect([...fate.frame.subarray(0, 6)]).toEqual([2, 0, 0, 0, 0, 7]);
    expect(fate.frame[14 + 8]).toBe(8);
    expect(internetChecksumIsRight(fate.frame.subarray(14, 34))).toBe(true);
    await expectBalance(router);
  });

  it("tells every other fate by its name", async () => {
    const router = await bootRouter(design, WORLD);
    const dropped = (reason: string) => ({ kind: "dropped", reason });
    expect(receive(router, "192.0.2.1")).toEqual({ kind: "delivered" });
    expect(receive(router, "203.0.113.200")).toEqual(dropped("no-route"));
    expect(receive(router, "9.9.9.9")).toEqual(dropped("no-route"));
    expect(receive(router, "203.0.113.5", { ttl: 1 })).toEqual(dropped("ttl-exceeded"));
    expect(receive(router, "203.0.113.5", { from: "127.0.0.1" })).toEqual(
      dropped("martian-source"),
    );
    const big = new Uint8Array(700);
    expect(receive(router, "203.0.113.5", { payload: big })).toEqual(dropped("needs-fragment"));
    expect(router.send("203.0.113.5")).toMatchObject({ kind: "forwarded", dev: "eth1" });
    expect(router.counters().mib).toMatchObject({ inReceives: 6, inDelivers: 1, outRequests: 1 });
    await expectBalance(router);
  });

  it("follows changes of routes and devices at once", async () => {
    const router = await bootRouter(design, WORLD);
    const neighbourOf = () => {
      const fate = receive(router, "203.0.113.5");
      return fate.kind === "forwarded" ? fate.frame[5] : fate;
    };
    expect(neighbourOf()).toBe(7);
    expect(router.replaceRoute({ to: "203.0.113.0/24", via: "198.51.100.8" })).toBe(0);
    expect(neighbourOf()).toBe(8);
    expect(router.addRoute({ to: "203.0.113.5", via: "198.51.100.7" })).toBe(0);
    expect(neighbourOf()).toBe(7);
    expect(router.addRoute({ to: "203.0.113.5", via: "198.51.100.7" })).toBe(-17);
    expect(router.deleteRoute({ to: "203.0.113.5", via: "198.51.100.7" })).toBe(0);
    expect(router.deleteRoute({ to: "203.0.113.5", via: "198.51.100.7" })).toBe(-3);
    router.flush();
    expect(neighbourOf()).toBe(8);
    router.down("eth1");
    expect(neighbourOf()).toEqual({ kind: "dropped", reason: "no-route" });
    router.up("eth1");
    expect(router.addRoute({ to: "203.0.113.0/24", via: "198.51.100.8" })).toBe(0);
    // Static neighbours do not come back with their device: it is asked for.
    expect(neighbourOf()).toEqual({ kind: "waiting" });
    await expectBalance(router);
  });
});

describe("a router", () => {
  it("counts what its design did, on each CPU", async () => {
    const router = await bootRouter("linux-3.10", WORLD, { cpus: 2 });
    for (const cpu of [0, 1, 1]) router.receive("eth0", packet("203.0.113.5"), cpu);
    const { rtCacheStat, entries, costs } = router.counters();
    expect(rtCacheStat).toMatchObject({ in_slow_tot: 1, in_hit: 0, gc_total: 0 });
    expect([entries, costs.slotHits]).toEqual([1, 2]);
    await expectBalance(router);
  });

  it("stands still in time until it is moved", async () => {
    const router = await bootRouter("linux-3.10", WORLD, { flavour: "release", hz: 100 });
    const jiffies = () => router.machine.cpu(0).call("jiffies");
    const before = jiffies();
    for (let i = 0; i < 300; i++) receive(router, "203.0.113.5");
    expect(jiffies()).toBe(before);
    router.advance(2.5);
    expect(jiffies() - before).toBe(250);
    await expectBalance(router);
  });

  it("refuses what there is not, in one line", async () => {
    const router = await bootRouter("no-cache", WORLD);
    expect(() => router.receive("eth7", packet("9.9.9.9"))).toThrow('no device "eth7"; allowed');
    expect(() => router.receive("eth0", new Uint8Array(1_501))).toThrow("allowed: 1500 or less");
    expect(() => router.receive("eth0", packet("9.9.9.9"), 1)).toThrow("CPU 1; allowed: 0 to 0");
    await expect(bootRouter("linux-9", WORLD)).rejects.toThrow('unknown design "linux-9"');
  });
});
