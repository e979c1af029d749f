/**
 * Bulk load: the mix of lengths of a real table, every answer by the model, and adopting a table.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FibMachine, ip, KINDS, type Kind } from "./fibMachine.js";

/** Share of prefix lengths in percent, as in tables of the Internet. */
const MIX: [plen: number, percent: number][] = [
  [24, 60],
  [23, 10],
  [22, 11],
  [21, 5],
  [20, 5],
  [19, 3],
  [18, 2],
  [17, 1],
  [16, 2],
  [12, 1],
];

interface Row {
  key: number;
  plen: number;
  info: number;
}

function randomOf(seed: number): () => number {
  let s = seed;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return s >>> 0;
  };
}

/** The length at `percent` of the mix, 0 to 99. */
function lengthAt(percent: number): number {
  let sum = 0;
  for (const [plen, share] of MIX) {
    sum += share;
    if (percent < sum) return plen;
  }
  return 24;
}

/** `count` different prefixes, clustered in 40 blocks of /12, that use the first 8 fib_infos. */
function table(count: number, seed: number): Row[] {
  const random = randomOf(seed);
  const blocks = Array.from({ length: 40 }, () => random() & 0xfff00000);
  const rows = new Map<string, Row>();
  while (rows.size < count) {
    const plen = lengthAt(random() % 100);
    const host = random() & 0x000fffff;
    const key = (((blocks[random() % 40] ?? 0) | host) & (0xffffffff << (32 - plen))) >>> 0;
    rows.set(`${key}/${plen}`, { key, plen, info: 1 + (random() % 8) });
  }
  return [...rows.values()];
}

function longestMatch(lengths: Map<number, Map<number, Row>>, key: number): Row | undefined {
  for (let plen = 32; plen >= 0; plen--) {
    const network = plen === 0 ? 0 : (key & (0xffffffff << (32 - plen))) >>> 0;
    const row = lengths.get(plen)?.get(network);
    if (row !== undefined) return row;
  }
  return undefined;
}

function byLength(rows: Row[]): Map<number, Map<number, Row>> {
  const lengths = new Map<number, Map<number, Row>>();
  for (const row of rows) {
    const of = lengths.get(row.plen) ?? new Map<number, Row>();
    lengths.set(row.plen, of.set(row.key, row));
  }
  return lengths;
}

function load(m: FibMachine, rows: Row[]): number {
  rows.forEach((row, i) => {
    m.call("writeRow", m.rowsAt + 8 * i, row.key, row.plen, row.info);
  });
  return m.call("load", m.rowsAt, rows.length);
}

async function withInfos(kind: Kind, tableBytes: number): Promise<FibMachine> {
  const m = await FibMachine.boot({ tableBytes, ringsBytes: 512 * 1024 }, 64, 4, kind);
  for (let gw = 1; gw <= 8; gw++) expect(m.createInfo({ nexthops: [{ oif: gw, gw }] })).toBe(gw);
  return m;
}

describe.each(KINDS)("bulk load, %s", (kind) => {
  it("loads 20,000 prefixes; any address gets the longest; unloading leaves nothing", async () => {
    const m = await withInfos(kind, 16 * 1024 * 1024);
    const rows = table(20_000, 7);
    expect(load(m, rows)).toBe(rows.length);
    expect(m.aliases()).toBe(rows.length);
    expect(m.check(8)).toBe(0);
    expect(m.call("poolWaits")).toBe(0);
    const lengths = byLength(rows);
    const near = fc
      .tuple(fc.constantFrom(...rows), fc.integer({ min: -1, max: 256 }))
      .map(([row, by]) => (row.key + by) >>> 0);
    const key = fc.oneof({ weight: 9, arbitrary: near }, fc.nat(0xffffffff));
    fc.assert(
      fc.property(key, (address) => {
        const row = longestMatch(lengths, address);
        const got = m.lookup(address);
        expect(got.ret).toBe(row === undefined ? 1 : 0);
        if (row !== undefined) expect(got).toMatchObject({ plen: row.plen, gw: row.info });
      }),
      { numRuns: 5000 },
    );
    for (const row of rows) expect(m.remove(row)).toBe(0);
    m.settle();
    expect(m.check(8)).toBe(0);
    expect(m.liveObjects()).toBe(0);
  });

  it("leaves out rows of no prefix or no fib_info, twice, or with the part full", async () => {
    const m = await withInfos(kind, 20 * 1024);
    const good = { key: ip("10.0.0.0"), plen: 8, info: 1 };
    const bad = [
      { ...good, key: good.key + 1 },
      { ...good, plen: 33 },
      { ...good, info: 0 },
      { ...good, info: 9 },
      good,
    ];
    expect(load(m, [good, ...bad])).toBe(1);
    expect(m.lookup(ip("10.9.9.9"))).toMatchObject({ plen: 8, gw: 1 });
    const inserted = load(m, table(1000, 3));
    expect(inserted).toBeGreaterThan(10);
    expect(inserted).toBeLessThan(1000);
    expect(m.check(8)).toBe(0);
  });

  it("a machine that finds a loaded part takes the references its routes stand for", async () => {
    const m = await withInfos(kind, 4 * 1024 * 1024);
    load(m, table(3000, 5));
    const refs = [1, 2, 3].map((info) => m.call("infoTreeref", info));
    // A second boot of the design part over the same table part.
    expect(m.call("fibInfoInit", 64, 4)).toBe(1);
    for (let gw = 1; gw <= 8; gw++) m.createInfo({ nexthops: [{ oif: gw, gw }] });
    expect(m.check(8)).not.toBe(0);
    expect(m.call("fibAdoptTables")).toBe(1);
    expect([1, 2, 3].map((info) => m.call("infoTreeref", info))).toEqual(refs);
    expect(m.check(8)).toBe(0);
  });

  it("refuses to adopt a part whose numbers it does not have", async () => {
    const m = await withInfos(kind, 1024 * 1024);
    load(m, table(100, 5));
    expect(m.call("fibInfoInit", 64, 4)).toBe(1);
    m.createInfo({});
    expect(m.call("fibAdoptTables")).toBe(0);
  });
});
