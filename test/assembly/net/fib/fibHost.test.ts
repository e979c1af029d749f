/** What the host does with fib_infos by number, and how it lets go of a table that others use. */
import { beforeEach, describe, expect, it } from "vitest";
import { deviceOf, FibMachine, ip, LOCAL } from "./fibMachine.js";

const PAGE = 4096;
const through = (...oifs: number[]) => ({ nexthops: oifs.map((oif) => ({ oif, gw: oif })) });
const net = (i: number) => ({ key: ip("10.0.0.0") + i * 256, plen: 24 });

describe("fib_infos by number", () => {
  let m: FibMachine;
  beforeEach(async () => {
    m = await FibMachine.boot({}, 8, 2);
  }, 60_000);

  it("makes one from the request area, and one request twice is one number held twice", () => {
    const first = m.createInfoRequest(through(1));
    expect(first).toBe(1);
    expect(m.createInfoRequest(through(1))).toBe(first);
    expect(m.call("infoTreeref", first)).toBe(2);
    expect(m.createInfoRequest(through(2))).toBe(2);
    expect(m.check(3)).toBe(0);
  });

  it("is 0 for a request that the machine was not sized for", () => {
    expect(m.createInfoRequest(through(1, 2, 3))).toBe(0);
    expect(m.call("infosInUse")).toBe(0);
  });

  it("gives a treeref back; with the last one the number is free a grace period later", () => {
    const info = m.createInfoRequest(through(1));
    m.createInfoRequest(through(1));
    m.call("fibReleaseInfoNumber", info);
    expect(m.call("infoIsDead", info)).toBe(0);
    m.call("fibReleaseInfoNumber", info);
    expect(m.call("infoIsDead", info)).toBe(1);
    expect(m.createInfoRequest(through(2))).not.toBe(info);
    m.settle();
    expect(m.createInfoRequest(through(3))).toBe(info);
    expect(m.check(2)).toBe(0);
  });

  it("leaves a fib_info alone that routes still hold", () => {
    const info = m.createInfoRequest(through(1));
    m.insert({ ...net(1), ...through(1) });
    m.call("fibReleaseInfoNumber", info);
    expect(m.lookup(ip("10.0.1.1"))).toMatchObject({ ret: 0, info });
    expect(m.check(0)).toBe(0);
  });

  it("counts the nexthops of living fib_infos through a device", () => {
    expect(m.call("fibInfosOfDevice", deviceOf(1))).toBe(0);
    m.createInfoRequest(through(1, 2));
    m.createInfoRequest({
      nexthops: [
        { oif: 1, gw: 7 },
        { oif: 1, gw: 8 },
      ],
    });
    const gone = m.createInfoRequest(through(2));
    const count = (oif: number) => m.call("fibInfosOfDevice", deviceOf(oif));
    expect([1, 2, 3].map(count)).toEqual([3, 2, 0]);
    m.call("fibReleaseInfoNumber", gone);
    expect([1, 2, 3].map(count)).toEqual([3, 1, 0]);
  });
});

describe("letting go of the tables", () => {
  it("drops every treeref at once, and does not touch the table part", async () => {
    const m = await FibMachine.boot({}, 8, 2);
    for (let i = 0; i < 10; i++) m.insert({ ...net(i), ...through(1 + (i % 2)) });
    m.insert({ ...net(3), table: LOCAL, ...through(3) });
    m.createInfoRequest(through(4));
    const before = { stat: m.stat().aliases, live: m.call("poolLive") };
    expect(m.call("fibDetachTables")).toBe(4);
    expect(m.call("infosInUse")).toBe(0);
    expect({ stat: m.stat().aliases, live: m.call("poolLive") }).toEqual(before);
    for (const oif of [1, 2, 3, 4]) expect(m.call("fibInfosOfDevice", deviceOf(oif))).toBe(0);
    expect(m.call("fibDetachTables")).toBe(0);
    // All numbers come back: 7 is what 8 of them leave beside number 0.
    m.settle();
    const numbers = [1, 2, 3, 4, 5, 6, 7].map((oif) => m.createInfo(through(oif)));
    expect([...numbers].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("bytes of the table part", () => {
  it("are the header, then a page for each class that was needed, which stays", async () => {
    const m = await FibMachine.boot();
    const bytes = () => m.call("tablePartBytes");
    expect(bytes()).toBe(PAGE);
    // Leaf and leaf_info share a class; then an alias.
    m.insert(net(1));
    expect(bytes()).toBe(3 * PAGE);
    // A second leaf needs a tnode above both.
    m.insert(net(2));
    expect(bytes()).toBe(4 * PAGE);
    m.remove(net(1));
    m.remove(net(2));
    m.settle();
    expect(m.call("poolLive")).toBe(0);
    expect(bytes()).toBe(4 * PAGE);
  });
});
