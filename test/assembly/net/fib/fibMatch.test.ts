/** The semantic match over one alias list: what is passed over, and what a dead alias does. */
import { beforeEach, describe, expect, it } from "vitest";
import { FibMachine, ip } from "./fibMachine.js";

const SITE_TRIE_CORRUPT = 601;
const NOTHING = 1;
const LINK = 253;

describe("semantic match", () => {
  let m: FibMachine;
  let head: number;
  let next: number;
  beforeEach(async () => {
    m = await FibMachine.boot({}, 16, 2);
    head = m.scratch;
    next = m.scratch + 64;
    m.call("initList", head);
  }, 60_000);

  const info = (oif: number, scope = 0) => m.createInfo({ scope, nexthops: [{ oif, gw: oif }] });
  const deadInfo = (oif: number) => {
    const number = info(oif);
    m.call("releaseInfo", number);
    return number;
  };
  /** Appends an alias; its address. */
  const alias = (number: number, tos = 0) => {
    const at = next;
    m.call("addAlias", head, at, number, tos);
    next += 64;
    return at;
  };
  const match = ({ tos = 0, scope = 0, oif = 0 } = {}) => m.call("match", head, tos, scope, oif);

  it("finds nothing in an empty list", () => {
    expect(match()).toBe(NOTHING);
  });

  it("passes over another tos, a wider scope, another device; the first left answers", () => {
    alias(info(1, LINK), 8);
    const wide = alias(info(2, 0));
    const elsewhere = alias(info(3, LINK));
    const wanted = info(4, LINK);
    const found = alias(wanted);
    const later = alias(info(4, 254));
    expect(match({ tos: 4, scope: LINK, oif: 4 })).toBe(0);
    expect(m.call("resultInfo")).toBe(wanted);
    expect(m.call("resultScope")).toBe(LINK);
    // Marked as used: who came as far as the question of its type, no other.
    expect([wide, elsewhere, found, later].map((at) => m.call("aliasState", at))).toEqual([
      0, 1, 1, 0,
    ]);
    expect(match({ tos: 4, scope: LINK, oif: 9 })).toBe(NOTHING);
  });

  it("passes over a dead fib_info of another tos like any other", () => {
    alias(deadInfo(1), 8);
    const wanted = info(2);
    alias(wanted);
    expect(match({ tos: 4 })).toBe(0);
    expect(m.call("resultInfo")).toBe(wanted);
  });

  it("reads the list again from its head when it meets a dead fib_info", () => {
    // What a writer does meanwhile, the lookup does itself here: it marks the alias in the middle
    // as used, and that byte is the scope of the first one's fib_info, too wide until then.
    info(9);
    const first = info(1, 0);
    alias(first);
    m.call("addAlias", head, m.call("aliasOverScopeOf", first), info(2, LINK), 0);
    alias(deadInfo(3));
    expect(match({ scope: 1, oif: 1 })).toBe(0);
    expect(m.call("resultInfo")).toBe(first);
    expect(m.faultSite()).toBe(0);
  });

  it("never answers from behind a dead fib_info: one that stays traps", () => {
    alias(deadInfo(1));
    alias(info(2));
    expect(() => match()).toThrow(/unreachable/);
    expect(m.faultSite()).toBe(SITE_TRIE_CORRUPT);
  });
});

describe("a table that was let go", () => {
  it("traps when it is still asked, instead of searching for ever", async () => {
    const m = await FibMachine.boot();
    m.insert({ key: ip("10.0.0.0"), plen: 8 });
    expect(m.lookup(ip("10.1.1.1")).ret).toBe(0);
    expect(m.call("fibDetachTables")).toBe(1);
    expect(m.faultSite()).toBe(0);
    expect(() => m.lookup(ip("10.1.1.1"))).toThrow(/unreachable/);
    expect(m.faultSite()).toBe(SITE_TRIE_CORRUPT);
  });
});
