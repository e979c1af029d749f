/** fib_info: sharing, counts, numbers, and devices that go. */
import { beforeEach, describe, expect, it } from "vitest";
import { deviceOf, FibMachine, ip, KINDS, LOCAL, MAIN } from "./fibMachine.js";

const DEAD = 1;
const net = (i: number) => ({ key: ip("10.0.0.0") + i * 256, plen: 24 });
const two = [
  { oif: 1, gw: 1 },
  { oif: 2, gw: 2 },
];

describe.each(KINDS)("fib_info, %s", (kind) => {
  let m: FibMachine;
  beforeEach(async () => {
    m = await FibMachine.boot({}, 8, 2, kind);
  }, 60_000);

  it("F4-48 identical nexthop sets share one fib_info, any difference makes another", () => {
    for (let i = 0; i < 20; i++) expect(m.insert({ ...net(i), nexthops: two })).toBe(0);
    expect(m.call("infosInUse")).toBe(1);
    const shared = m.lookup(ip("10.0.3.1")).info;
    expect(m.call("infoTreeref", shared)).toBe(20);
    const base = { nexthops: two };
    const others = [
      { ...base, protocol: 3 },
      { ...base, prefsrc: 9 },
      { ...base, priority: 7 },
      { ...base, mtu: 1400 },
      { ...base, scope: 253 },
      { nexthops: [two[1], two[0]].flatMap((nh) => nh ?? []) },
    ];
    const numbers = others.map((other) => m.createInfo(other));
    expect(new Set([shared, ...numbers]).size).toBe(7);
    expect(m.call("infoMtu", numbers[3] ?? 0)).toBe(1400);
    expect(m.call("infoMtu", shared)).toBe(0);
    expect(m.check(6)).toBe(0);
  });

  it("hands a number out again only after the grace period, and says no when all are taken", () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7].map((gw) => m.createInfo({ nexthops: [{ oif: 1, gw }] }));
    expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(m.createInfo({ nexthops: [{ oif: 1, gw: 8 }] })).toBe(0);
    expect(m.insert({ ...net(0), nexthops: [{ oif: 1, gw: 8 }] })).toBe(-105);
    m.call("releaseInfo", 3);
    expect(m.call("infoIsDead", 3)).toBe(1);
    expect(m.createInfo({ nexthops: [{ oif: 1, gw: 8 }] })).toBe(0);
    expect(m.check(6, 1)).toBe(0);
    m.settle();
    expect(m.createInfo({ nexthops: [{ oif: 1, gw: 8 }] })).toBe(3);
    expect(m.check(7)).toBe(0);
  });

  it("keeps a number while a client holds it, though its routes are gone", () => {
    m.insert({ ...net(0), nexthops: two });
    const info = m.lookup(ip("10.0.0.1")).info;
    m.call("holdInfo", info);
    m.remove(net(0));
    m.settle();
    expect(m.call("infoIsDead", info)).toBe(1);
    expect(m.check(0, 1)).toBe(0);
    m.call("putInfo", info);
    m.settle();
    expect(m.check(0, 0)).toBe(0);
  });

  it("doubles its hash, from 1 or 16, at as many as it has buckets, and finds all", async () => {
    const big = await FibMachine.boot({}, 101, 1, kind);
    const first = kind === "hash" ? 1 : 16;
    expect(big.call("infoBuckets")).toBe(first);
    const numbers: number[] = [];
    for (let gw = 1; gw <= 100; gw++) {
      numbers.push(big.createInfo({ nexthops: [{ oif: 1, gw }] }));
      const before = Math.max(first, 2 ** Math.ceil(Math.log2(gw)));
      expect(big.call("infoBuckets")).toBe(before);
    }
    expect(new Set(numbers).size).toBe(100);
    for (let gw = 1; gw <= 99; gw++) {
      big.call("releaseInfo", numbers[gw - 1] ?? 0);
      big.settle();
      expect(big.createInfo({ nexthops: [{ oif: 1, gw: gw + 1 }] })).toBe(numbers[gw]);
      big.call("releaseInfo", numbers[gw] ?? 0);
    }
    expect(big.call("infosInUse")).toBe(1);
    expect(big.call("infoBuckets")).toBe(128);
  });

  it("refuses more nexthops than it was sized for", () => {
    expect(m.createInfo({ nexthops: [...two, { oif: 3, gw: 3 }] })).toBe(0);
  });

  it("gives each CPU an output slot on lines that no other CPU has", () => {
    const lines = new Map<number, Set<number>>();
    for (let cpu = 0; cpu < 3; cpu++) {
      for (let info = 1; info < 8; info++) {
        const at = m.call("outputSlot", info, 1, cpu);
        expect(at % 8).toBe(0);
        const owners = lines.get(Math.floor(at / 64)) ?? new Set();
        lines.set(Math.floor(at / 64), owners.add(cpu));
      }
    }
    expect([...lines.values()].every((owners) => owners.size === 1)).toBe(true);
  });
});

describe.each(KINDS)("a device goes down, %s", (kind) => {
  let m: FibMachine;
  beforeEach(async () => {
    m = await FibMachine.boot({}, 32, 2, kind);
    m.insert({ ...net(1), nexthops: [{ oif: 1, gw: 1 }] });
    m.insert({ ...net(2), nexthops: [{ oif: 2, gw: 2 }] });
    m.insert({ ...net(3), nexthops: two });
    m.insert({ ...net(4), table: LOCAL, nexthops: [{ oif: 1, gw: 4 }] });
  }, 60_000);

  it("its nexthops answer no more, even before the flush", () => {
    expect(m.call("fibSyncDownDev", deviceOf(1))).toBe(2);
    expect(m.lookup(ip("10.0.1.1")).ret).toBe(1);
    expect(m.lookup(ip("10.0.2.1")).gw).toBe(2);
    expect(m.lookup(ip("10.0.3.1"))).toMatchObject({ gw: 2, nh: 1 });
    expect(m.call("fibSyncDownDev", deviceOf(1))).toBe(0);
  });

  it("a flush removes the routes that have no nexthop left, and makes cached routes stale", () => {
    const genid = m.call("rtGenid");
    expect(m.call("flush", MAIN)).toBe(0);
    expect(m.call("rtGenid")).toBe(genid);
    expect(m.deviceDown(1)).toBe(2);
    expect(m.call("rtGenid")).toBe(genid + 2);
    expect(m.aliases(MAIN)).toBe(2);
    expect(m.aliases(LOCAL)).toBe(0);
    expect(m.deviceDown(2)).toBe(2);
    m.settle();
    expect(m.check()).toBe(0);
    expect(m.liveObjects()).toBe(0);
  });

  it("a device that comes back revives the nexthops of routes that stayed", () => {
    m.deviceDown(1);
    expect(m.call("fibSyncUpDev", deviceOf(1))).toBe(1);
    const both = m.lookup(ip("10.0.3.1"));
    expect(both).toMatchObject({ gw: 1, nh: 0 });
    expect(m.call("infoFlags", both.info) & DEAD).toBe(0);
  });

  it("a new route through a dead nexthop shares the dead fib_info, as DEAD is not compared", () => {
    m.call("fibSyncDownDev", deviceOf(2));
    m.insert({ ...net(9), nexthops: [{ oif: 2, gw: 2 }] });
    expect(m.lookup(ip("10.0.9.1")).ret).toBe(1);
    m.call("fibSyncUpDev", deviceOf(2));
    expect(m.lookup(ip("10.0.9.1")).gw).toBe(2);
    expect(m.check()).toBe(0);
  });
});
