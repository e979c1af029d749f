/**
 * What a request to add, replace or delete does to the routes of a prefix, and which of them
 * answers.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { APPEND, CREATE, EXCL, FibMachine, ip, KINDS, LOCAL, MAIN, REPLACE } from "./fibMachine.js";

const NET = { key: ip("10.0.0.0"), plen: 8 };
const INSIDE = ip("10.1.2.3");
const via = (gw: number, oif = 1) => [{ oif, gw }];

describe.each(KINDS)("requests, %s", (kind) => {
  let m: FibMachine;
  beforeEach(async () => {
    m = await FibMachine.boot({}, 64, 4, kind);
  }, 60_000);

  it("refuses lengths over 32, host bits and unknown types with -EINVAL", () => {
    expect(m.insert({ key: 0, plen: 33 })).toBe(-22);
    expect(m.insert({ key: ip("10.0.0.1"), plen: 8 })).toBe(-22);
    expect(m.insert({ ...NET, type: 12 })).toBe(-22);
    expect(m.remove({ key: 0, plen: 33 })).toBe(-22);
    expect(m.check()).toBe(0);
  });

  it("F4-46 keeps aliases by tos falling, then priority rising; tos 0 answers any tos", () => {
    m.insert({ ...NET, priority: 5, nexthops: via(1) });
    m.insert({ ...NET, tos: 8, priority: 9, nexthops: via(2) });
    m.insert({ ...NET, priority: 1, nexthops: via(3) });
    m.insert({ ...NET, tos: 8, priority: 2, nexthops: via(4) });
    m.insert({ ...NET, tos: 16, nexthops: via(5) });
    expect(m.check()).toBe(0);
    expect(m.lookup(INSIDE, { tos: 0 }).gw).toBe(3);
    expect(m.lookup(INSIDE, { tos: 8 }).gw).toBe(4);
    expect(m.lookup(INSIDE, { tos: 16 }).gw).toBe(5);
    expect(m.lookup(INSIDE, { tos: 24 }).gw).toBe(3);
  });

  it("answers EXCL, missing CREATE and an identical route with -EEXIST, -ENOENT, -EEXIST", () => {
    expect(m.insert({ ...NET, nlflags: REPLACE })).toBe(-2);
    expect(m.insert({ ...NET, nlflags: APPEND })).toBe(-2);
    expect(m.insert({ ...NET, nlflags: CREATE })).toBe(0);
    expect(m.insert({ ...NET, nlflags: CREATE | EXCL, nexthops: via(9) })).toBe(-17);
    expect(m.insert({ ...NET, nlflags: CREATE })).toBe(-17);
    expect(m.insert({ ...NET, nlflags: CREATE | REPLACE })).toBe(0);
    m.settle();
    expect(m.check()).toBe(0);
    expect(m.aliases()).toBe(1);
  });

  it("appends after its equals, else inserts before them; replaces the first in place", () => {
    m.insert({ ...NET, nexthops: via(1) });
    m.insert({ ...NET, nexthops: via(2), nlflags: CREATE | APPEND });
    expect(m.lookup(INSIDE).gw).toBe(1);
    m.insert({ ...NET, nexthops: via(3), nlflags: CREATE });
    expect(m.lookup(INSIDE).gw).toBe(3);
    expect(m.insert({ ...NET, nexthops: via(4), nlflags: REPLACE })).toBe(0);
    expect(m.lookup(INSIDE).gw).toBe(4);
    expect(m.insert({ ...NET, nexthops: via(1), nlflags: REPLACE })).toBe(-17);
    const order = [4, 1, 2].map((gw) => {
      expect(m.lookup(INSIDE).gw).toBe(gw);
      return m.remove(NET);
    });
    expect(order).toEqual([0, 0, 0]);
    expect(m.remove(NET)).toBe(-3);
  });

  it("deletes only what type, scope, source, protocol, priority and nexthop all describe", () => {
    const precise = { ...NET, type: 1, scope: 253, protocol: 4, prefsrc: 77, priority: 3 };
    m.insert({ ...precise, nexthops: via(6, 2) });
    expect(m.remove({ ...precise, type: 2 })).toBe(-3);
    expect(m.remove({ ...precise, scope: 0 })).toBe(-3);
    expect(m.remove({ ...precise, protocol: 2 })).toBe(-3);
    expect(m.remove({ ...precise, prefsrc: 78 })).toBe(-3);
    expect(m.remove({ ...precise, priority: 4 })).toBe(-3);
    expect(m.remove({ ...precise, tos: 4 })).toBe(-3);
    expect(m.remove({ ...precise, nexthops: via(6, 1) })).toBe(-3);
    expect(m.remove({ ...precise, nexthops: via(5, 2) })).toBe(-3);
    expect(m.remove({ ...precise, nexthops: via(6, 2) })).toBe(0);
    m.settle();
    expect(m.check()).toBe(0);
    expect(m.liveObjects()).toBe(0);
  });

  it("asks only the nexthop of the wanted device, and only scopes narrow enough", () => {
    m.insert({ ...NET, nexthops: [...via(1, 1), ...via(2, 2)] });
    expect(m.lookup(INSIDE)).toMatchObject({ gw: 1, nh: 0 });
    expect(m.lookup(INSIDE, { oif: 2 })).toMatchObject({ gw: 2, nh: 1 });
    expect(m.lookup(INSIDE, { oif: 3 }).ret).toBe(1);
    expect(m.lookup(INSIDE, { scope: 253 }).ret).toBe(1);
    m.insert({ key: 0, plen: 0, scope: 253, nexthops: via(7) });
    expect(m.lookup(INSIDE, { scope: 253 })).toMatchObject({ gw: 7, plen: 0, scope: 253 });
  });

  it("F4-44 deleting or replacing a route that no lookup has used invalidates nothing", () => {
    m.insert(NET);
    const added = m.call("rtGenid");
    m.insert({ ...NET, nlflags: REPLACE, nexthops: via(2) });
    m.remove(NET);
    expect(m.call("rtGenid")).toBe(added);
    m.insert(NET);
    m.lookup(INSIDE);
    m.remove(NET);
    expect(m.call("rtGenid")).toBe(added + 2);
  });

  it("F4-47 a table reports the error of the route's type; fib_lookup only -ENETUNREACH", () => {
    const errors: [type: number, error: number][] = [
      [6, -22],
      [7, -113],
      [8, -13],
      [9, -11],
    ];
    for (const [type, error] of errors) {
      m.insert({ ...NET, type });
      expect(m.lookup(INSIDE).ret).toBe(error);
      expect(m.lookupAll(INSIDE).ret).toBe(-101);
      m.remove(NET);
    }
    expect(m.lookupAll(INSIDE).ret).toBe(-101);
  });

  it("asks local before main, moves on after any failure, and skips local if told", async () => {
    m.insert({ ...NET, nexthops: via(1) });
    m.insert({ ...NET, table: LOCAL, type: 2, scope: 254, nexthops: via(2) });
    expect(m.lookupAll(INSIDE)).toMatchObject({ gw: 2, type: 2, scope: 254 });
    expect(m.lookupAll(INSIDE).table).toBe(m.call("fibTableAt", LOCAL));
    m.remove({ ...NET, table: LOCAL });
    m.insert({ ...NET, table: LOCAL, type: 7 });
    expect(m.lookupAll(INSIDE)).toMatchObject({ gw: 1, table: m.call("fibTableAt", MAIN) });
    const before = m.memory[(0x10000 + 40) / 4];
    expect(before).toBe(2);
    m.memory[(0x10000 + 40) / 4] = 1;
    m.remove({ ...NET, table: LOCAL });
    m.insert({ ...NET, table: LOCAL, nexthops: via(3) });
    expect(m.lookupAll(INSIDE).gw).toBe(1);
  });

  it("traps in a debug image when a table changes without RTNL", () => {
    expect(() => m.call("insertUnlocked", MAIN, m.scratch)).toThrow(/unreachable/);
  });
});
