/**
 * What is timed beside the images must answer as the reference does, or it is no peer: tables
 * against a comparison with every route, caches against the list that they were filled from.
 */
import { describe, expect, it } from "vitest";
import {
  ChainedHash,
  lruCacheLookup,
  mapLookup,
  quickLruLookup,
} from "../../../bench/cache/jsCaches.js";
import { freshObjects, ObjectPool } from "../../../bench/dst/jsDst.js";
import {
  answersAsReference,
  PackageTable,
  prefixText,
} from "../../../bench/peers/longestPrefixMatch.js";
import { MultibitTrie } from "../../../bench/peers/multibitTrie.js";
import { objectPairs, SharedCount } from "../../../bench/refcount/jsCounts.js";
import { LinkedList, setPairs } from "../../../bench/uncached/jsLists.js";
import { isInPrefix, netmask } from "../../../src/reference/ipv4Address.js";
import { Prng } from "../../../src/workloads/prng.js";

interface Row {
  readonly prefix: number;
  readonly length: number;
  readonly answer: number;
}

/** Rows in the order of a table, nested by chance: they differ in few bits. */
function randomRows(prng: Prng, count: number, shortest: number): Row[] {
  const rows = new Map<string, Row>();
  while (rows.size < count) {
    const length = shortest + prng.below(33 - shortest);
    const address = (prng.below(4) << 30) | (prng.below(4) << 15) | (prng.below(8) << 7);
    const prefix = ((address | prng.below(8)) & netmask(length)) >>> 0;
    rows.set(prefixText(prefix, length), { prefix, length, answer: rows.size + 1 });
  }
  return [...rows.values()].sort((a, b) => a.prefix - b.prefix || a.length - b.length);
}

function linear(rows: readonly Row[], address: number): number {
  let best: Row | undefined;
  for (const row of rows) {
    if (!isInPrefix(address, row.prefix, row.length)) continue;
    if (best === undefined || row.length > best.length) best = row;
  }
  return best?.answer ?? 0;
}

/** Addresses at and around the rows' borders. */
function addressesNear(rows: readonly Row[]): number[] {
  return rows.flatMap(({ prefix, length }) => {
    const last = (prefix | ~netmask(length)) >>> 0;
    return [prefix, last, (prefix - 1) >>> 0, (last + 1) >>> 0];
  });
}

function packageOf(rows: readonly Row[]): PackageTable {
  const columns = {
    count: rows.length,
    prefixes: Uint32Array.from(rows, ({ prefix }) => prefix),
    lengths: Uint8Array.from(rows, ({ length }) => length),
  };
  return new PackageTable(columns, (row) => rows[row]?.answer ?? 0);
}

describe("tables in TypeScript", () => {
  it("16-8-8 bits answers as a comparison with every route", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rows = randomRows(new Prng(seed), 60, 0);
      const trie = new MultibitTrie();
      for (const { prefix, length, answer } of rows) trie.add(prefix, length, answer);
      for (const address of addressesNear(rows)) {
        expect(trie.lookup(address), prefixText(address, 32)).toBe(linear(rows, address));
      }
    }
  });

  it("the npm package does too, where there is no default route", () => {
    const rows = randomRows(new Prng(7), 60, 1);
    const table = packageOf(rows);
    const lookup = (address: number): number => table.lookup(prefixText(address, 32));
    const addresses = addressesNear(rows);
    expect(answersAsReference(lookup, (a) => linear(rows, a), addresses)).toBe(true);
  });

  it("the npm package never finds a default route, and is told from an equal by that", () => {
    const rows = [
      { prefix: 0, length: 0, answer: 1 },
      { prefix: 0x0a000000, length: 8, answer: 2 },
    ];
    const table = packageOf(rows);
    expect(table.lookup("10.1.2.3/32")).toBe(2);
    expect(table.lookup("192.0.2.1/32")).toBe(0);
    expect(linear(rows, 0xc0000201)).toBe(1);
    const lookup = (address: number): number => table.lookup(prefixText(address, 32));
    expect(answersAsReference(lookup, (a) => linear(rows, a), [0xc0000201])).toBe(false);
  });
});

describe("caches in TypeScript", () => {
  const keys = Uint32Array.from({ length: 64 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
  const routes = { keys, gateways: keys.map((_, i) => i + 1) };
  const asked = Uint32Array.from({ length: 128 }, (_, i) => keys[(i * 5) % 64] ?? 0);
  const wanted = asked.reduce((sum, key) => sum + keys.indexOf(key) + 1, 0);
  const lookups = {
    Map: mapLookup(routes, asked),
    "lru-cache": lruCacheLookup(routes, asked),
    "quick-lru": quickLruLookup(routes, asked),
    "chained hash": new ChainedHash(routes, 9, 16).lookup(asked),
  };

  it.each(Object.entries(lookups))("%s finds every flow, round and round", (_, lookup) => {
    expect(lookup(0, 128)).toBe(wanted);
    expect(lookup(100, 128)).toBe(wanted);
  });

  it("the chained hash compares the source as well, and does not invent flows", () => {
    const hash = new ChainedHash(routes, 9, 16);
    expect(hash.find(keys[3] ?? 0, 9)).toBe(4);
    expect(hash.find(keys[3] ?? 0, 8)).toBe(0);
    expect(hash.find(12345, 9)).toBe(0);
  });
});

describe("counts, objects and lists in TypeScript", () => {
  it("do as many pairs as they are asked for", () => {
    expect(new SharedCount().pairs(100)).toBe(100);
    expect(objectPairs(100)).toBe(100);
    expect(freshObjects(128)).toBe(128);
    const pool = new ObjectPool();
    expect([pool.pairs(128), pool.pairs(64)]).toEqual([128, 64]);
    expect(setPairs(100)).toBe(100);
    expect(new LinkedList(3).pairs(100)).toBe(100);
  });
});
