/** Prefixes in and out of a trie, and the walk over its leaves. */
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLASS_LEAF, PAGE, TrieMachine } from "./trieMachine.js";

interface Prefix {
  key: number;
  plen: number;
}

/** Few values for each byte: prefixes share leaves and part at the top, inside and below. */
const octet = fc.constantFrom(0, 1, 2, 127, 128, 255);
const prefix: fc.Arbitrary<Prefix> = fc
  .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
  .map(([a, b, c, d, plen]) => {
    const key = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    return { key: plen === 0 ? 0 : (key & (0xffffffff << (32 - plen))) >>> 0, plen };
  });
const prefixes = fc.uniqueArray(prefix, {
  selector: ({ key, plen }) => `${key}/${plen}`,
  maxLength: 80,
});

const rising = (keys: Iterable<number>) => [...new Set(keys)].sort((a, b) => a - b);

describe("prefixes of a trie", () => {
  let m: TrieMachine;
  beforeAll(async () => {
    m = await TrieMachine.boot(1024 * 1024);
  }, 60_000);
  beforeEach(() => {
    m.settle();
    m.reset();
  });

  /** Lengths on the list of the leaf of `key`. */
  function plensOf(key: number): number[] {
    const leaf = m.word("findLeaf", key);
    const plens: number[] = [];
    for (let n = 0; leaf !== 0; n++) {
      const plen = m.call("plenOnLeaf", leaf, n);
      if (plen < 0) break;
      plens.push(plen);
    }
    return plens;
  }

  function expectExactly(wanted: readonly Prefix[]): void {
    const keys = rising(wanted.map(({ key }) => key));
    expect(m.keys()).toEqual(keys);
    for (const key of keys) {
      const plens = wanted.filter((p) => p.key === key).map(({ plen }) => plen);
      expect(plensOf(key)).toEqual(plens.sort((a, b) => b - a));
    }
    expect(m.call("classIsValid", CLASS_LEAF, keys.length + wanted.length)).toBe(1);
  }

  it("are found where they were put; leaves come in the order of keys, lengths falling", () => {
    fc.assert(
      fc.property(prefixes, fc.nat(80), (all, kept) => {
        m.settle();
        m.reset();
        for (const { key, plen } of all) {
          const at = m.word("insertPrefix", key, plen);
          expect(at).not.toBe(0);
          expect(m.word("findPrefix", key, plen)).toBe(at);
        }
        expectExactly(all);
        for (const { key, plen } of all.slice(kept)) {
          expect(m.call("removePrefix", key, plen)).toBe(1);
          expect(m.call("removePrefix", key, plen)).toBe(0);
        }
        m.settle();
        expectExactly(all.slice(0, kept));
        for (const { key, plen } of all.slice(0, kept)) m.call("removePrefix", key, plen);
        m.settle();
        expect(m.call("rootIsNone")).toBe(1);
        expect(m.unbalanced()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("walks nothing in an empty trie, and one leaf that is the root", () => {
    expect(m.keys()).toEqual([]);
    m.word("insertPrefix", 0xffffffff, 32);
    expect(m.keys()).toEqual([0xffffffff]);
  });

  it("walks in order past nodes that became wide, from address 0 to the last", () => {
    const keys = Array.from({ length: 600 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0);
    keys.push(0xffffffff);
    for (const key of keys) m.word("insertPrefix", key, 32);
    expect(m.keys()).toEqual(rising(keys));
  });

  it("does not take a leaf for another key that ends at the same place", () => {
    m.word("insertPrefix", 0x0a000000, 24);
    expect(m.word("findLeaf", 0x0a000100)).toBe(0);
    expect(m.word("findPrefix", 0x0a000000, 16)).toBe(0);
  });

  it("keeps a leaf until its last length goes", () => {
    m.word("insertPrefix", 0x0a000000, 8);
    m.word("insertPrefix", 0x0a000000, 24);
    m.call("removePrefix", 0x0a000000, 24);
    expect(plensOf(0x0a000000)).toEqual([8]);
    m.call("removePrefix", 0x0a000000, 8);
    expect(m.call("rootIsNone")).toBe(1);
  });
});

describe("a prefix for which there is no memory", () => {
  it("leaves everything as it was", async () => {
    // A page for leaves and leaf_infos, none for the tnode that a second leaf needs.
    const m = await TrieMachine.boot(2 * PAGE);
    const first = m.word("insertPrefix", 0x0a000000, 24);
    expect(m.word("insertPrefix", 0x0b000000, 24)).toBe(0);
    expect(m.keys()).toEqual([0x0a000000]);
    expect(m.word("findPrefix", 0x0a000000, 24)).toBe(first);
    expect(m.call("classIsValid", CLASS_LEAF, 2)).toBe(1);
    expect(m.call("classLive", CLASS_LEAF)).toBe(2);
    // Another length at the same leaf needs no tnode.
    expect(m.word("insertPrefix", 0x0a000000, 25)).not.toBe(0);
  });
});
