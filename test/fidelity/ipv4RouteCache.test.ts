/**
 * Rows of the checklist of behaviour that speak of the route cache of 2.6: keys, hits, insertion,
 * eviction, what is cached and what is not. One CPU whose clock the test moves; every packet is a
 * frame, every number is the machine's own.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import { RTN_BROADCAST, RTN_LOCAL, RTN_UNICAST } from "../../src/reference/world.js";
import { COMPILE_MS, hostOfRow, nexthopOf, TABLE, WORLD } from "../assembly/machine/router.js";
import { CALL, type RouteCache, RTCF, routeCache } from "../helpers/routeCache.js";

const ERAS = ["linux-2.6.18", "linux-2.6.39"] as const;
/** Received on rx0, rx1, …; no route leads back there. */
const SADDR = 0x08080800;
const RTN_UNREACHABLE = 7;
const LO = 1;
const HZ = 1000;
const NO_ROUTE_ADDRESS = 0x09090909;
const EHOSTUNREACH = 113;
const ENETUNREACH = 101;
const EINVAL = 22;

let cache: RouteCache;

function device(ifindex: number): number {
  return cache.router.machine.deviceAt(ifindex);
}

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

  it("F4-25 a key has TOS under 0x1C for input and 0x1D for output, and TOS is not hashed", () => {
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

  it("F4-26 an output entry's key has the addresses that were asked for, also none", () => {
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

  it("F4-27 a hit writes lastuse and use and counts one; each entry passed counts one search", () => {
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

  it("F4-28 an entry inserted twice: the one that was there moves to the head, the other goes", () => {
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

  it("F4-30 the score: 30 bits of newest use, bit 30 for what is not local, bit 31 valuable", () => {
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

  it("F4-52 a miss looks up twice, thrice where the way back is another device; a hit never", () => {
    const daddr = hostOfRow(5);
    const lookups = (saddr: number): number =>
      cache.router.costs(() => cache.receive(saddr, daddr)).lookups;
    // Each lookup asks the local table, then main.
    expect(lookups(SADDR)).toBe(2 * 2);
    expect(lookups(SADDR)).toBe(0);
    expect(lookups(hostOfRow(9))).toBe(3 * 2);
    expect(lookups(hostOfRow(9))).toBe(0);
    // From the link itself: 10.1.0.4 is behind rx0.
    expect(lookups(0x0a010004)).toBe(2 * 2);
    const at = cache.find(0x0a010004, daddr);
    expect(cache.field(at, "rtFlags")).toBe(RTCF.directsrc);
  });

  it("F4-53 martians leave no entry behind; to a martian is -EHOSTUNREACH, from one -EINVAL", () => {
    const daddr = hostOfRow(5);
    const result = (saddr: number, to: number): number =>
      cache.callSigned("inputSlow", swapBytes(to), swapBytes(saddr), 0, 1);
    for (const to of [0x00000001, 0x7f000001, 0xf0000001]) {
      expect(cache.stats(() => expect(result(SADDR, to)).toBe(-EHOSTUNREACH))).toEqual({
        in_martian_dst: 1,
      });
    }
    for (const from of [0xe0000001, 0xf0000001, 0xffffffff, 0x7f000001, 0x00000001]) {
      expect(cache.stats(() => expect(result(from, daddr)).toBe(-EINVAL))).toEqual({
        in_martian_src: 1,
      });
    }
    // An own address as the source: only the lookup finds that out.
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    expect(result(own, daddr)).toBe(-EINVAL);
    expect(result(own, own)).toBe(-EINVAL);
    expect(result(own, 0xffffffff)).toBe(-EINVAL);
    expect(cache.hashed()).toEqual([]);
    expect(cache.router.rtablesInUse()).toBe(0);
  });

  it("F4-54 without a route: an entry for the flow, found by the next packet; not without forwarding", () => {
    const packet = (): unknown => cache.receive(SADDR, NO_ROUTE_ADDRESS);
    expect(cache.stats(packet)).toEqual({ in_no_route: 1 });
    const at = cache.find(SADDR, NO_ROUTE_ADDRESS);
    expect(cache.fields(at, "error", "rtType", "rtFlags")).toEqual({
      error: ENETUNREACH,
      rtType: RTN_UNREACHABLE,
      rtFlags: 0,
    });
    const before = cache.hashed().length;
    expect(cache.stats(packet)).toEqual({ in_hit: 1 });
    expect(packet()).toEqual({ kind: "dropped", reason: "no-route" });
    const off = WORLD.devices.findIndex(({ forwarding }) => !forwarding);
    const [d, s] = [swapBytes(NO_ROUTE_ADDRESS), swapBytes(SADDR)];
    const refused = (): void =>
      expect(cache.callSigned("inputSlow", d, s, 0, off)).toBe(-EHOSTUNREACH);
    expect(cache.stats(refused)).toEqual({});
    expect(cache.hashed()).toHaveLength(before);
  });

  it("F4-61 which functions and which device an entry of each kind has", () => {
    const names = ["input", "output", "dev", "rtType"] as const;
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    const packets: readonly [string, number, object][] = [
      [
        "local",
        own,
        { input: CALL.ip_local_deliver, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_LOCAL },
      ],
      [
        "broadcast",
        0xffffffff,
        { input: CALL.ip_local_deliver, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_BROADCAST },
      ],
      [
        "no route",
        NO_ROUTE_ADDRESS,
        { input: CALL.ip_error, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_UNREACHABLE },
      ],
      [
        "forward",
        hostOfRow(5),
        {
          input: CALL.ip_forward,
          output: CALL.ip_output,
          dev: ifindexOfRow(5),
          rtType: RTN_UNICAST,
        },
      ],
    ];
    for (const [what, daddr, expected] of packets) {
      cache.receive(SADDR, daddr);
      const found = cache.fields(cache.find(SADDR, daddr), ...names);
      expect({ what, ...found }).toEqual({ what, ...withDevice(expected) });
    }
    const sent: readonly [string, number, object][] = [
      [
        "unicast",
        hostOfRow(5),
        { input: CALL.discard, output: CALL.ip_output, dev: ifindexOfRow(5), rtType: RTN_UNICAST },
      ],
      [
        "to this host",
        own,
        { input: CALL.ip_local_deliver, output: CALL.ip_output, dev: LO, rtType: RTN_LOCAL },
      ],
    ];
    for (const [what, daddr, expected] of sent) {
      cache.router.setFlows([[SADDR, daddr]]);
      cache.router.send(1);
      const found = cache.fields(cache.findOutput(daddr), ...names);
      expect({ what, ...found }).toEqual({ what, ...withDevice(expected) });
    }
  });

  it("F4-62 in_slow_tot counts lookups that found a route, whatever comes of it", () => {
    const daddr = hostOfRow(5);
    expect(cache.stats(() => cache.receive(SADDR, daddr))).toEqual({ in_slow_tot: 1 });
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    expect(cache.stats(() => cache.receive(SADDR, own))).toMatchObject({ in_slow_tot: 1 });
    // No rtable is made for a device that does not forward, nor for an impossible source.
    const off = WORLD.devices.findIndex(({ forwarding }) => !forwarding);
    const made = cache.router.rtablesInUse();
    const step = (saddr: number, slot: number): unknown =>
      cache.callSigned("inputSlow", swapBytes(daddr), swapBytes(saddr), 0, slot);
    expect(cache.stats(() => step(SADDR, off))).toEqual({ in_slow_tot: 1 });
    expect(cache.stats(() => step(own, 1))).toEqual({ in_slow_tot: 1, in_martian_src: 1 });
    expect(cache.stats(() => step(SADDR, off))).toEqual({ in_slow_tot: 1 });
    expect(cache.router.rtablesInUse()).toBe(made);
    // A broadcast to everybody is not looked up.
    expect(cache.stats(() => cache.receive(SADDR, 0xffffffff))).toEqual({ in_brd: 1 });
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

  it("F4-44 deleting a route that was never used leaves the cache alone", () => {
    const used = hostOfRow(5);
    // What the set-up asked for is over.
    cache.wait(11 * HZ);
    cache.router.call("runDeferred");
    cache.receive(SADDR, used);
    const at = cache.find(SADDR, used);
    const isFound = (): boolean => cache.find(SADDR, used) === at;
    expect(deleteRow(6)).toBe(0);
    cache.wait(11 * HZ);
    cache.router.call("runDeferred");
    expect(isFound()).toBe(true);
    expect(deleteRow(5)).toBe(0);
    if (isOld) {
      cache.wait(2 * HZ - 1);
      cache.router.call("runDeferred");
      expect(isFound()).toBe(true);
      cache.wait(1);
      cache.router.call("runDeferred");
    }
    expect(isFound()).toBe(false);
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

/** Numbers of devices become their addresses. */
function withDevice(expected: object): object {
  return { ...expected, dev: device((expected as { dev: number }).dev) };
}

/** Device that the table's row leads to. */
function ifindexOfRow(row: number): number {
  return WORLD.nexthops[nexthopOf(row)]?.ifindex ?? 0;
}

/** Deletes the table's row from main; 0 or a negative errno. */
function deleteRow(row: number): number {
  const nexthop = WORLD.nexthops[nexthopOf(row)];
  if (nexthop === undefined) throw new RangeError(`no next hop of row ${row}`);
  const route = {
    table: "main",
    prefix: TABLE.prefixes[row] ?? 0,
    length: TABLE.lengths[row] ?? 0,
    type: RTN_UNICAST,
    scope: 0,
    nexthop,
  } as const;
  cache.router.machine.writeRequest(route, 0);
  return cache.router.control("routeDelete", 254);
}
