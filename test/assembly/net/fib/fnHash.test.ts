/**
 * Zones and nodes of the hash FIB: the hash, the list of zones, growth, and that checks can fail.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine, type WasmCall } from "../../../helpers/testMachine.js";

const ENTRY = "test/assembly/net/fib/hashParts.as.ts";
const CPUS = 1;

/** Rules of `assembly/net/fib/fibCheck.ts`. */
const RULE = {
  ok: 0,
  aliases: 9,
  zoneList: 15,
  divisor: 16,
  bucket: 17,
  nodeKey: 18,
  nent: 19,
  locked: 20,
};

let m: TestMachine;
let calls: Record<string, WasmCall>;

function call(name: string, ...args: number[]): number {
  const fn = calls[name];
  if (fn === undefined) throw new RangeError(`no export ${name}`);
  return (fn(...args) ?? 0) >>> 0;
}

async function boot(tableBytes = 512 * 1024): Promise<void> {
  m = await testMachine(ENTRY, { cpus: CPUS, tableBytes });
  calls = m.cpu(CPUS);
  expect(call("fnHashInit")).toBe(1);
  expect(call("makeInfo")).toBe(1);
}

/** Prefix number `i` of length `order`, host order. */
function prefix(i: number, order: number): number {
  return order === 0 ? 0 : (i * 2 ** (32 - order)) >>> 0;
}

function zoneOrders(): number[] {
  const orders: number[] = [];
  for (let at = call("firstZone"); at !== 0; at = call("nextZone", at)) {
    orders.push(call("zoneOrder", at));
  }
  return orders;
}

function nodeKeys(zone: number): number[] {
  const keys: number[] = [];
  for (let at = call("firstNode", zone); at !== 0; at = call("nextNode", zone, at)) {
    keys.push(call("nodeKey", at));
  }
  return keys;
}

describe("the hash of a key", () => {
  beforeEach(() => boot());

  it("folds the bits of the prefix by 20, 10 and 5", () => {
    const model = (key: number, order: number, mask: number): number => {
      let h = key >>> (32 - order);
      h ^= h >>> 20;
      h ^= h >>> 10;
      h ^= h >>> 5;
      return (h & mask) >>> 0;
    };
    fc.assert(
      fc.property(
        fc.nat(0xffffffff),
        fc.integer({ min: 1, max: 32 }),
        fc.constantFrom(15, 255, 1023, 0x7ffff),
        (key, order, mask) => {
          expect(call("fnHashOfKey", key, order, mask)).toBe(model(key, order, mask));
        },
      ),
    );
    // 10.1.2.0/24: 0x0a0102; by 10: 0x280, xor 0x0a0382; by 5: 0x501c, xor 0x0a539e.
    expect(call("fnHashOfKey", 0x0a010200, 24, 0xffffffff)).toBe(0x0a539e);
    expect(call("fnHashOfKey", 0x0a010200, 0, 0)).toBe(0);
  });
});

describe("zones", () => {
  beforeEach(() => boot());

  it("are made once, in any order, and listed longest first", () => {
    const made = [24, 8, 32, 0, 16].map((order) => call("zoneFor", order));
    expect(call("zoneFor", 8)).toBe(made[1]);
    expect(call("zoneOf", 9)).toBe(0);
    expect(zoneOrders()).toEqual([32, 24, 16, 8, 0]);
    expect(call("check")).toBe(RULE.ok);
    expect(call("zoneDivisor", call("zoneOf", 0))).toBe(1);
    expect(call("zoneDivisor", call("zoneOf", 24))).toBe(16);
  });

  it("grow by 16, 256, 1024, then twice, at more than 2 nodes a bucket, up to 4 MiB", () => {
    const steps = [16];
    for (let at = 16; at < 524_288; at = call("fnNextDivisor", at)) {
      expect(call("fnGrowthIsDue", 2 * at, at, 32)).toBe(0);
      expect(call("fnGrowthIsDue", 2 * at + 1, at, 32)).toBe(1);
      steps.push(call("fnNextDivisor", at));
    }
    expect(steps.slice(0, 5)).toEqual([16, 256, 1024, 2048, 4096]);
    expect(steps.at(-1)).toBe(524_288);
    expect(call("fnGrowthIsDue", 10_000_000, 524_288, 32)).toBe(0);
    // A length with no more prefixes than buckets has no use for more.
    expect(call("fnGrowthIsDue", 100, 16, 4)).toBe(0);
    expect(call("fnGrowthIsDue", 100, 16, 5)).toBe(1);
    expect(call("fnGrowthIsDue", 3, 1, 0)).toBe(0);
  });

  it("keep every node through growth, each in its bucket, and give the old array back", () => {
    const zone = call("zoneFor", 24);
    const keys = Array.from({ length: 3_000 }, (_, i) => prefix(0x0a0000 + 37 * i, 24));
    for (const key of keys) {
      call("grow", zone);
      expect(call("addNode", zone, key)).not.toBe(0);
    }
    expect(call("zoneDivisor", zone)).toBe(2048);
    expect(call("zoneNent", zone)).toBe(3_000);
    expect(nodeKeys(zone).sort()).toEqual([...keys].sort());
    for (const key of keys) expect(call("nodeKey", call("findNode", zone, key))).toBe(key);
    expect(call("findNode", zone, prefix(0x0b0000, 24))).toBe(0);
    for (const [n, live] of [
      [4, 0],
      [8, 0],
      [10, 0],
      [11, 1],
    ] as const) {
      expect(call("bucketsAreValid", n, live), `2^${n}`).toBe(1);
    }
    call("unlinkNode", zone, call("findNode", zone, keys[0] ?? 0));
    expect(call("findNode", zone, keys[0] ?? 0)).toBe(0);
    expect(call("zoneNent", zone)).toBe(2_999);
    expect(call("zoneDivisor", zone)).toBe(2048);
  });

  it("stay as they are when the part has no room for more buckets, and take nodes", async () => {
    await boot(5 * 4096);
    const zone = call("zoneFor", 24);
    for (let i = 0; i < 40; i++) {
      expect(call("addNode", zone, prefix(i, 24))).not.toBe(0);
    }
    // Header, zones, buckets of 16, nodes, aliases: all pages are taken.
    call("grow", zone);
    expect(call("zoneDivisor", zone)).toBe(16);
    expect(call("zoneFor", 16)).not.toBe(0);
    expect(nodeKeys(zone)).toHaveLength(40);
    for (let i = 40; i < 73; i++) expect(call("addNode", zone, prefix(i, 24))).not.toBe(0);
    expect(call("addNode", zone, prefix(73, 24))).toBe(0);
    expect(call("zoneNent", zone)).toBe(73);
  });
});

describe("the checks of a hash table", () => {
  let zone: number;
  let node: number;
  beforeEach(async () => {
    await boot();
    call("zoneFor", 8);
    zone = call("zoneFor", 24);
    node = call("addNode", zone, prefix(5, 24));
  });

  it.each([
    ["a zone that is not on the list", RULE.zoneList, () => call("setZoneNext", zone, 0)],
    [
      "a number of buckets between the steps",
      RULE.divisor,
      () => call("setZoneDivisor", zone, 512),
    ],
    ["a count of nodes that is not theirs", RULE.nent, () => call("setZoneNent", zone, 2)],
    ["a key with host bits", RULE.nodeKey, () => call("setNodeKey", node, prefix(5, 24) + 1)],
    ["a node in the wrong bucket", RULE.bucket, () => call("setNodeKey", node, prefix(6, 24))],
    ["a key that is there twice", RULE.nodeKey, () => call("addNode", zone, prefix(5, 24))],
    ["a node without a route", RULE.aliases, () => call("emptyNode", node)],
    ["the lock left behind", RULE.locked, () => (m.u32[call("lockAt") / 4] = 1)],
  ])("see %s", (_, rule, spoil) => {
    expect(call("check")).toBe(RULE.ok);
    spoil();
    expect(call("check")).toBe(rule);
  });

  it("see that an object of the part is in no table", () => {
    expect(call("fnHashPoolCheck")).toBe(0);
    call("setZoneNent", zone, 2);
    expect(call("fnHashPoolCheck")).toBe(12);
  });
});

describe("the figures of a hash table", () => {
  it("have a record for each zone, by lengths of its chains, and count the bytes", async () => {
    await boot();
    const at = call("bootAlloc", 4096, 64);
    const zone = call("zoneFor", 24);
    call("zoneFor", 0);
    for (let i = 0; i < 20; i++) call("addNode", zone, prefix(i, 24));
    call("stat", at);
    const words = [...m.u32.subarray(at / 4, at / 4 + 6 + 2 * 22)];
    expect(words.slice(0, 4)).toEqual([2, 20, 20, 0]);
    const bytes = 2 * 40 + 20 * (40 + 56) + 16 * 8 + 32;
    expect(words.slice(4, 6)).toEqual([bytes, 0]);
    const [order, divisor, entries, longest, aliases, ...chains] = words.slice(6, 28);
    expect([order, divisor, entries, longest, aliases]).toEqual([24, 16, 20, 2, 20]);
    // Twenty keys in a row fill 16 buckets and four of them twice.
    expect(chains).toEqual([0, 12, 4, ...new Array(14).fill(0)]);
    expect(words.slice(28, 34)).toEqual([0, 1, 0, 0, 0, 1]);
  });
});
