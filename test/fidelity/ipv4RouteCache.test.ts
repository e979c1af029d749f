/**
 * Rows of the checklist of behaviour that speak of the route cache of 2.6: keys, hits, insertion,
 * eviction, what is cached and what is not. One CPU whose clock the test moves; every packet is a
 * frame, every number is the machine's own.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import { COMPILE_MS, hostOfRow, nexthopOf, WORLD } from "../assembly/machine/router.js";
import { type RouteCache, RTCF, routeCache } from "../helpers/routeCache.js";

const ERAS = ["linux-2.6.18", "linux-2.6.39"] as const;
/** Received on rx0, rx1, …; no route leads back there. */
const SADDR = 0x08080800;

let cache: RouteCache;

/** Fills one chain with unreferenced entries of flows from SADDR, one tick apart, oldest first. */
function fillChain(count: number): { hash: number; daddrs: number[]; entries: number[] } {
  const hash = cache.chainOf(SADDR, hostOfRow(0));
  const daddrs = cache.colliding(SADDR, hash, count + 3, hostOfRow(0));
  const entries = daddrs.slice(0, count).map((daddr) => {
    cache.wait(1);
    cache.receive(SADDR, daddr);
    return cache.find(SADDR, daddr);
  });
  return { hash, daddrs, entries };
}

describe.each(ERAS)("%s", (design) => {
  const isOld = design === "linux-2.6.18";

  beforeEach(async () => {
    // Few buckets: chains grow long with addresses that the table routes.
    cache = await routeCache(design, { buckets: 64 });
  }, COMPILE_MS);

  it("F4-25 TOS counts under 0x1C for input and 0x1D for output, and is not hashed", () => {
    const daddr = hostOfRow(5);
    for (const tos of [0, 0x10, 0x1c]) cache.receive(SADDR, daddr, tos);
    const hash = cache.chainOf(SADDR, daddr);
    expect(cache.chain(hash).map((at) => cache.field(at, "keyTos"))).toEqual([0x1c, 0x10, 0]);
    expect(cache.hashed()).toHaveLength(3);
    // Precedence and the two low bits belong to no key.
    expect(cache.stats(() => cache.receive(SADDR, daddr, 0xe3))).toMatchObject({ in_hit: 1 });
    expect(cache.stats(() => cache.receive(SADDR, daddr, 0xf3))).toMatchObject({ in_hit: 1 });
    cache.router.setFlows([[SADDR, daddr]]);
    cache.router.send(1);
    const out = cache.findOutput(daddr);
    const asked = (tos: number): number => cache.call("findOutput", swapBytes(daddr), 0, 0, tos, 0);
    expect([0xe2, 0x02, 0x01, 0x04].map(asked)).toEqual([out, out, 0, 0]);
  });

  it("F4-26 the key of an output entry has the addresses that were asked for, also none", () => {
    const daddr = hostOfRow(5);
    cache.router.setFlows([[SADDR, daddr]]);
    expect(cache.stats(() => cache.router.send(2))).toMatchObject({ out_slow_tot: 1, out_hit: 1 });
    const at = cache.findOutput(daddr);
    const own = WORLD.devices.find(({ ifindex }) => ifindex === ifindexOfRow(5))?.addresses[0];
    expect(cache.fields(at, "keyDst", "keySrc", "keyOif", "rtDst", "rtSrc")).toEqual({
      keyDst: swapBytes(daddr),
      keySrc: 0,
      keyOif: 0,
      rtDst: swapBytes(daddr),
      rtSrc: swapBytes(own?.address ?? 0),
    });
    expect(cache.findOutput(daddr, own?.address)).toBe(0);
    cache.router.setFlows([[SADDR, 0]]);
    cache.router.send(1);
    const toNobody = cache.findOutput(0);
    expect(cache.fields(toNobody, "keyDst", "rtDst")).toEqual({ keyDst: 0, rtDst: 0x0100007f });
  });

  it("F4-27 a hit writes lastuse and use and counts; each entry passed counts a search", () => {
    const { daddrs, entries } = fillChain(3);
    const [first] = entries;
    const at = first ?? 0;
    const before = cache.field(at, "use");
    cache.wait(5);
    expect(cache.stats(() => cache.receive(SADDR, daddrs[0] ?? 0))).toEqual({
      in_hit: 1,
      in_hlist_search: 2,
    });
    expect(cache.field(at, "use")).toBe(before + 1);
    expect(cache.field(at, "lastuse")).toBe(cache.jiffies);
    // The head: nothing is passed.
    expect(cache.stats(() => cache.receive(SADDR, daddrs[2] ?? 0))).toEqual({ in_hit: 1 });
    cache.router.setFlows([[SADDR, daddrs[0] ?? 0]]);
    cache.router.send(1);
    const out = cache.findOutput(daddrs[0] ?? 0);
    const used = cache.field(out, "use");
    cache.wait(5);
    expect(cache.stats(() => cache.router.send(1))).toMatchObject({ out_hit: 1 });
    expect(cache.field(out, "use")).toBe(used + 1);
    expect(cache.field(out, "lastuse")).toBe(cache.jiffies);
  });

  it("F4-28 inserted twice: the entry that was there moves to the head, the new one goes", () => {
    const iif = cache.iifOf(SADDR);
    const { hash, daddrs, entries } = fillChain(3);
    const [oldest = 0, middle = 0, newest = 0] = entries;
    expect(cache.chain(hash)).toEqual([newest, middle, oldest]);
    const use = cache.field(oldest, "use");
    cache.wait(5);
    const key = [swapBytes(daddrs[0] ?? 0), swapBytes(SADDR), iif] as const;
    expect(cache.call("internInput", ...key, 0, ifindexOfRow(0) - 1)).toBe(oldest);
    expect(cache.chain(hash)).toEqual([oldest, newest, middle]);
    expect(cache.field(oldest, "use")).toBe(use + 1);
    expect(cache.field(oldest, "lastuse")).toBe(cache.jiffies);
    expect(cache.refcnt(oldest)).toBe(1);
    // The new one waits for readers, then it is gone.
    expect(cache.router.rtablesInUse()).toBe(4);
    cache.router.drain();
    expect(cache.router.rtablesInUse()).toBe(3);
    cache.router.call("dstRelease", oldest);
  });

  it("F4-29 the tenth of a chain evicts the least of nine that nobody holds", () => {
    const { hash, daddrs, entries } = fillChain(9);
    expect(cache.chain(hash)).toHaveLength(9);
    // The oldest by use is not the one farthest from the head.
    cache.receive(SADDR, daddrs[0] ?? 0);
    cache.wait(1);
    cache.receive(SADDR, daddrs[9] ?? 0);
    const left = cache.chain(hash);
    expect(left).toHaveLength(9);
    expect(left).not.toContain(entries[1]);
    expect(left).toContain(entries[0]);
  });

  it("F4-29 of equals the one farthest from the head goes, and one that is held stays", () => {
    const { hash, daddrs, entries } = fillChain(9);
    const now = cache.jiffies;
    for (const at of entries) cache.call("setWorth", at, now, 0, 0);
    cache.router.call("dstHold", entries[0] ?? 0);
    cache.receive(SADDR, daddrs[9] ?? 0);
    expect(cache.chain(hash)).toContain(entries[0]);
    expect(cache.chain(hash)).not.toContain(entries[1]);
    // Where every entry is held the chain has no bound.
    for (const at of cache.chain(hash)) cache.router.call("dstHold", at);
    for (const daddr of daddrs.slice(10)) {
      cache.receive(SADDR, daddr);
      cache.router.call("dstHold", cache.chain(hash)[0] ?? 0);
    }
    expect(cache.chain(hash)).toHaveLength(9 + daddrs.length - 10);
  });

  it("F4-30 the score: 30 bits of newest use, bit 30 where not local, bit 31 if valuable", () => {
    const [at = 0] = fillChain(1).entries;
    const score = (age: number, expires: number, rtFlags: number): number => {
      cache.call("setWorth", at, (cache.jiffies - age) >>> 0, expires, rtFlags);
      return cache.call("scoreOf", at) >>> 0;
    };
    const unicast = 0x40000000;
    const valuable = 0x80000000;
    expect(score(0, 0, 0)).toBe(0x3fffffff + unicast);
    expect(score(5, 0, 0)).toBe(0x3ffffffa + unicast);
    expect(score(5, 0, RTCF.local)).toBe(0x3ffffffa);
    expect(score(5, 0, RTCF.broadcast)).toBe(0x3ffffffa);
    expect(score(5, 0, RTCF.multicast)).toBe(0x3ffffffa);
    expect(score(5, 0, RTCF.redirected)).toBe(0x3ffffffa + unicast + valuable);
    expect(score(5, 0, RTCF.notify | RTCF.local)).toBe(0x3ffffffa + valuable);
    // 2.6.18: whatever expires at all, reached or not. Later that is a peer's path MTU.
    expect(score(5, 1, 0)).toBe(0x3ffffffa + unicast + (isOld ? valuable : 0));
    cache.router.setFlows([[SADDR, 0]]);
    cache.router.send(1);
    const out = cache.findOutput(0);
    expect(cache.field(out, "rtFlags")).toBe(RTCF.local);
    expect((cache.call("scoreOf", out) >>> 0) & unicast).toBe(unicast);
  });

  it("F4-30 a broadcast entry is cleaned fast unless it is the last of its chain", () => {
    const { entries } = fillChain(2);
    const [last = 0, head = 0] = entries;
    for (const at of entries) cache.call("setWorth", at, cache.jiffies, 0, RTCF.broadcast);
    expect(cache.call("fastClean", head)).toBe(1);
    expect(cache.call("fastClean", last)).toBe(0);
    // Of an age that others may reach.
    expect(cache.call("mayExpire", head, 100, 100)).toBe(1);
    expect(cache.call("mayExpire", last, 100, 100)).toBe(0);
    cache.call("setWorth", head, cache.jiffies, 0, RTCF.broadcast | RTCF.redirected);
    expect(cache.call("mayExpire", head, 100, 100)).toBe(0);
    cache.router.call("dstHold", last);
    cache.wait(200);
    expect(cache.call("mayExpire", last, 100, 100)).toBe(0);
    cache.router.call("dstRelease", last);
    expect(cache.call("mayExpire", last, 100, 100)).toBe(1);
  });

  it("F4-24 a hit costs a hold and a release, or where it is borrowed nothing", () => {
    const daddr = hostOfRow(5);
    const packet = (): unknown => cache.receive(SADDR, daddr);
    expect(cache.router.costs(packet)).toMatchObject({ dstAllocations: 1, dstReleases: 1 });
    const expected = isOld ? { dstHolds: 1, dstReleases: 1 } : { dstHolds: 0, dstReleases: 0 };
    expect(cache.router.costs(packet)).toMatchObject({
      slotHits: 1,
      dstAllocations: 0,
      ...expected,
    });
    expect(cache.refcnt(cache.find(SADDR, daddr))).toBe(0);
  });
});

describe.each(ERAS)("%s, by numbers", (design) => {
  beforeEach(async () => {
    cache = await routeCache(design, { buckets: 4096 });
  }, COMPILE_MS);

  it("one flow of n packets is made once and found n - 1 times", () => {
    cache.router.setFlows([[SADDR, hostOfRow(5)]]);
    expect(cache.stats(() => cache.router.forward(1000))).toEqual({ in_slow_tot: 1, in_hit: 999 });
    expect(cache.router.entries()).toBe(1);
  });

  it("M flows below the threshold are M entries", () => {
    const flows = Array.from({ length: 1000 }, (_, i): [number, number] => [
      SADDR + (i % 4),
      hostOfRow(i % 500, i < 500 ? 1 : 2),
    ]);
    cache.router.setFlows(flows);
    expect(cache.stats(() => cache.router.forward(3000))).toMatchObject({
      in_slow_tot: 1000,
      in_hit: 2000,
    });
    expect(cache.hashed()).toHaveLength(1000);
    expect(cache.router.entries()).toBe(1000);
    expect(cache.router.rtablesInUse()).toBe(1000);
  });
});

describe("linux-2.6.18+route-cache=none", () => {
  it(
    "makes an entry for each packet, and the last release ends it",
    async () => {
      cache = await routeCache("linux-2.6.18+route-cache=none");
      cache.router.setFlows([[SADDR, hostOfRow(5)]]);
      const costs = cache.router.costs(() => cache.router.forward(64));
      expect(costs).toMatchObject({
        lookups: 64 * 4,
        dstAllocations: 64,
        dstDestroys: 64,
        rcuCallbacks: 0,
      });
      expect(cache.router.rtablesInUse()).toBe(0);
      expect(cache.router.entries()).toBe(0);
    },
    COMPILE_MS,
  );
});

/** Device that the table's row leads to. */
function ifindexOfRow(row: number): number {
  return WORLD.nexthops[nexthopOf(row)]?.ifindex ?? 0;
}
