/** Objects of the table part: made, freed at once or after a grace period, never lost. */
import { beforeEach, describe, expect, it } from "vitest";
import { CLASS_ALIAS, CLASS_LEAF, classOfBits, PAGE, TrieMachine } from "./trieMachine.js";

const POISON = 0x6b;

interface Kind {
  name: string;
  id: number;
  make: readonly [string, ...number[]];
  free: string;
}

const KINDS: Kind[] = [
  { name: "leaf", id: CLASS_LEAF, make: ["newLeaf", 0x0a000000], free: "freeLeaf" },
  { name: "leaf_info", id: CLASS_LEAF, make: ["leafInfoNew", 24], free: "freeLeafInfo" },
  { name: "fib_alias", id: CLASS_ALIAS, make: ["aliasNew", 1, 0, 1], free: "freeAlias" },
  { name: "tnode", id: classOfBits(3), make: ["newTnode", 0, 8, 3], free: "replaceTnode" },
];

describe.each(KINDS)("$name", ({ id, make, free }) => {
  let m: TrieMachine;
  beforeEach(async () => {
    m = await TrieMachine.boot();
  }, 60_000);
  const isValid = (live: number) => m.call("classIsValid", id, live) === 1;

  it("is used again only after its grace period, and zeroed", () => {
    const first = m.word(...make);
    const fresh = m.bytes(first, 56);
    expect(isValid(1)).toBe(true);
    m.call(free, first);
    expect(m.call("classWaiting", id)).toBe(1);
    expect(isValid(0)).toBe(true);
    const second = m.word(...make);
    expect(second).not.toBe(first);
    m.settle();
    expect(m.call("classWaiting", id)).toBe(0);
    expect(isValid(1)).toBe(true);
    expect(m.bytes(first + 4, 52)).toEqual(Array(52).fill(POISON));
    expect(m.word(...make)).toBe(first);
    // A list head points to itself, and the object is at the same address: the same bytes.
    expect(m.bytes(first, 56)).toEqual(fresh);
    expect(isValid(2)).toBe(true);
  });

  it("is used again at once while the table is loaded, as nobody looks", () => {
    m.call("setLoading", 1);
    const first = m.word(...make);
    m.call(free, first);
    expect(m.call("classWaiting", id)).toBe(0);
    expect(isValid(0)).toBe(true);
    expect(m.word(...make)).toBe(first);
  });

  it("balances over many rounds of making and freeing", () => {
    const held: number[] = [];
    for (let i = 0; i < 300; i++) {
      if (held.length > 0 && (i * 7) % 5 < 2) m.call(free, held.shift() ?? 0);
      else held.push(m.word(...make));
      if (i % 50 === 49) m.settle();
      expect(isValid(held.length)).toBe(true);
    }
    expect(new Set(held).size).toBe(held.length);
    for (const at of held) m.call(free, at);
    m.settle();
    expect(m.unbalanced()).toEqual([]);
  });
});

describe("tnodes", () => {
  let m: TrieMachine;
  beforeEach(async () => {
    m = await TrieMachine.boot(2 * 1024 * 1024);
  }, 60_000);

  it("begin empty, with the key cut at their position", () => {
    const at = m.word("newTnode", 0xabcdffff, 8, 5);
    expect(m.word("tnodeKey", at)).toBe(0xab000000);
    expect(m.call("tnodeEmpty", at)).toBe(32);
  });

  it("are refused when wider than 24 bits, or than the part", () => {
    expect(m.word("newTnode", 0, 0, 25)).toBe(0);
    expect(m.word("newTnode", 0, 0, 24)).toBe(0);
    expect(m.unbalanced()).toEqual([]);
  });

  it("are freed at once as long as nobody could see them", () => {
    const first = m.word("newTnode", 0, 0, 3);
    m.call("freeFreshTnode", first);
    const second = m.word("newTnode", 0, 0, 3);
    expect(second).toBe(first);
    m.call("retireTnode", second);
    expect(m.call("deadHead")).toBe(0);
    expect(m.call("classWaiting", classOfBits(3))).toBe(0);
    expect(m.unbalanced()).toEqual([]);
  });

  it("wait on the chain of the change until it is published, then for RCU", () => {
    const nodes = [1, 2, 3].map((bits) => m.word("newTnode", 0, 0, bits));
    for (const at of nodes) {
      m.call("unfresh", at);
      m.call("retireTnode", at);
    }
    expect(m.call("deadHead")).toBe(nodes[2]);
    const waiting = () => [1, 2, 3].map((bits) => m.call("classWaiting", classOfBits(bits)));
    expect(waiting()).toEqual([0, 0, 0]);
    m.call("tnodeFlush");
    expect(m.call("deadHead")).toBe(0);
    expect(waiting()).toEqual([1, 1, 1]);
    // kmalloc's sizes of 64 + 8 * 2^bits bytes.
    expect(m.call("deadBytes")).toBe(96 + 96 + 128);
    m.settle();
    expect(waiting()).toEqual([0, 0, 0]);
    expect(m.unbalanced()).toEqual([]);
  });

  it("make a change wait for a grace period once 128 pages of them were replaced", () => {
    const bytes = 65 * PAGE;
    m.call("replaceTnode", m.word("newTnode", 0, 0, 15));
    expect(m.call("classStride", classOfBits(15))).toBe(bytes);
    expect(m.call("deadBytes")).toBe(bytes);
    m.call("replaceTnode", m.word("newTnode", 0, 0, 15));
    expect(m.call("deadBytes")).toBe(0);
    m.settle();
    expect(m.unbalanced()).toEqual([]);
  });
});

describe("a part without room", () => {
  it("makes objects as far as its pages go, then 0; what was freed is used again", async () => {
    const m = await TrieMachine.boot(2 * PAGE);
    const leaves: number[] = [];
    for (let at = m.word("newLeaf", 1); at !== 0; at = m.word("newLeaf", 1)) leaves.push(at);
    expect(leaves.length).toBe(Math.floor(PAGE / 56));
    expect(m.word("leafInfoNew", 8)).toBe(0);
    expect(m.word("aliasNew", 1, 0, 1)).toBe(0);
    expect(m.word("newTnode", 0, 0, 1)).toBe(0);
    m.call("freeLeaf", leaves[5] ?? 0);
    expect(m.word("newLeaf", 1)).toBe(0);
    m.settle();
    expect(m.word("leafInfoNew", 8)).toBe(leaves[5]);
  });
});
