/** How wide nodes become: thresholds, the quirk of era B, and what happens without memory. */
import { beforeEach, describe, expect, it } from "vitest";
import { FibMachine, ip, MAIN } from "./fibMachine.js";

/** Slot `i` of a node of `bits` right at the top. */
const slot = (i: number, bits: number) => (i * 2 ** (32 - bits)) >>> 0;

describe("resize", () => {
  let m: FibMachine;
  beforeEach(async () => {
    m = await FibMachine.boot({ tableBytes: 4 * 1024 * 1024 });
  }, 60_000);
  const rootBits = () => m.call("rootBits", MAIN);
  const add = (key: number, plen: number) => expect(m.insert({ key, plen })).toBe(0);
  const drop = (key: number, plen: number) => expect(m.remove({ key, plen })).toBe(0);

  it("F4-49 trie thresholds: a root inflates once 50 * (full + used) reaches 30 * length", () => {
    // Two leaves make a root of one bit; it has no full child, so it stays.
    add(slot(0, 4), 4);
    add(slot(15, 4), 4);
    expect(rootBits()).toBe(1);
    // 0 and 1 part at bit 3: the child skips bits and is not full. Nothing to inflate.
    add(slot(1, 4), 4);
    expect(rootBits()).toBe(1);
    // 0 and 4 part at bit 1: a full child. 50 * (1 + 2) >= 30 * 2: the root takes its bit.
    add(slot(4, 4), 4);
    expect(rootBits()).toBe(2);
    expect(m.check()).toBe(0);
  });

  it("F4-49 sixteen neighbours end in one node of four bits, below the root as well", () => {
    for (let i = 0; i < 16; i++) add(slot(i, 4), 4);
    expect(rootBits()).toBe(4);
    expect(m.stat()).toMatchObject({ tnodes: 1, nullPointers: 0, maxDepth: 1 });
    for (let i = 0; i < 16; i++) add((ip("16.20.0.0") + i * 4096) >>> 0, 20);
    const stat = m.stat();
    expect(stat.ofBits(4)).toBe(2);
    expect(m.check()).toBe(0);
  });

  it("F4-49 a root halves only below 15 percent", () => {
    for (let i = 0; i < 16; i++) add(slot(i, 4), 4);
    // Down to 3 of 16 slots, 18 percent: stays.
    for (let i = 15; i >= 3; i--) drop(slot(i, 4), 4);
    expect(rootBits()).toBe(4);
    // 2 of 16: 12 percent, halved; then 2 of 8, 25 percent: stays there.
    drop(slot(1, 4), 4);
    expect(rootBits()).toBe(3);
    drop(slot(2, 4), 4);
    expect(rootBits()).toBe(0);
    m.settle();
    expect(m.check()).toBe(0);
  });

  it("F4-49 never halves a node that has a full child (the quirk of era B)", () => {
    for (let i = 0; i < 16; i++) add(slot(i, 4), 4);
    for (let i = 15; i >= 3; i--) drop(slot(i, 4), 4);
    // Slot 0 gets a full child: two keys that part right behind the index. 50 * (1 + 3) < 30 * 16.
    add(slot(1, 5), 5);
    expect(m.call("rootFull", MAIN)).toBe(1);
    expect(rootBits()).toBe(4);
    // 2 of 16 used: halved without the full child, as the test above shows; not with it.
    drop(slot(1, 4), 4);
    expect(rootBits()).toBe(4);
    // Without the full child the next change halves it.
    drop(slot(1, 5), 5);
    expect(rootBits()).toBeLessThan(4);
    m.settle();
    expect(m.check()).toBe(0);
  });

  it("F4-49 a root inflates from 30 percent on, and splits a wide full child into halves", () => {
    // Slot 0 of a root of 3 bits holds a full child of 2 bits; the root is too empty to take it in.
    for (let i = 0; i < 8; i++) add(slot(i, 3), 3);
    for (let i = 7; i >= 2; i--) drop(slot(i, 3), 3);
    for (let i = 1; i < 4; i++) add(slot(i, 5), 5);
    expect(rootBits()).toBe(3);
    expect(m.stat()).toMatchObject({ tnodes: 2, maxDepth: 2 });
    expect(m.stat().ofBits(2)).toBe(1);
    // 50 * (1 + 3) < 30 * 8: 25 percent is too little.
    add(slot(2, 3), 3);
    expect(rootBits()).toBe(3);
    // 50 * (1 + 4) >= 30 * 8, 31 percent: the child becomes two of one bit. Then 50 * (2 + 4) <
    // 30 * 16, 19 percent.
    add(slot(3, 3), 3);
    expect(rootBits()).toBe(4);
    expect(m.call("rootFull", MAIN)).toBe(2);
    expect(m.stat()).toMatchObject({ tnodes: 3, maxDepth: 2 });
    expect(m.stat().ofBits(1)).toBe(2);
    m.settle();
    expect(m.check()).toBe(0);
  });

  it("gives up an inflate when memory runs out, answers -ENOBUFS, and stays whole", async () => {
    const small = await FibMachine.boot({ tableBytes: 40 * 1024 });
    const kept: number[] = [];
    let ret = 0;
    for (let i = 0; ret === 0 && i < 4096; i++) {
      const key = (ip("10.0.0.0") + ((i * 2654435761) >>> 16) * 256) >>> 0;
      ret = small.insert({ key, plen: 24 });
      if (ret === 0) kept.push(key);
    }
    expect(ret).toBe(-105);
    expect(small.check()).toBe(0);
    expect(kept.every((key) => small.lookup(key + 1).plen === 24)).toBe(true);
    for (const key of kept) expect(small.remove({ key, plen: 24 })).toBe(0);
    small.settle();
    expect(small.check()).toBe(0);
    expect(small.call("poolLive")).toBe(0);
  });

  it("the checks see a wrong count and a lost object", () => {
    add(slot(0, 4), 4);
    add(slot(9, 4), 4);
    add(slot(12, 4), 4);
    drop(slot(12, 4), 4);
    drop(slot(9, 4), 4);
    m.settle();
    // Takes back what RCU returned: one object is used again, one stays on the free list.
    add(slot(9, 4), 4);
    expect(m.check()).toBe(0);
    m.call("losePoolObject", 1);
    expect(m.check()).toBe(12);
    m.call("spoilRoot", MAIN);
    expect(m.check()).toBe(5);
  });
});
