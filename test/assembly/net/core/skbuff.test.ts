/** The word of an skb's dst: who holds a reference, and when none is held. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { coreRouter } from "./core.js";

const NOREF = 1;
/** Offset of `_skb_refdst`, as the kernel has it in the image's skb. */
const REFDST = 88;
const SKB_BYTES = 256;

describe("skb and dst", () => {
  let router: Router;
  let slotted = 0;
  let nocache = 0;
  let a = 0;
  let b = 0;

  beforeAll(async () => {
    router = await coreRouter("linux-3.10");
  }, COMPILE_MS);

  beforeEach(() => {
    router.drain();
    const dev = router.machine.deviceAt(6);
    slotted = router.call("rtDstAlloc", dev, 1);
    nocache = router.call("rtDstAlloc", dev, 0);
    a = router.machine.ringsWord(0, "RINGS_SKBS_AT");
    b = a + SKB_BYTES;
    for (const skb of [a, b]) router.machine.u32[(skb + REFDST) / 4] = 0;
  });

  const word = (skb: number): number => router.machine.u32[(skb + REFDST) / 4] ?? 0;
  const skbDst = (skb: number): number => {
    router.call("rcuReadLock");
    const dst = router.call("skbDst", skb);
    router.call("rcuReadUnlock");
    return dst;
  };

  it("F4-20 skb_dst_set consumes the caller's reference, skb_dst_drop gives it back", () => {
    router.call("skbDstSet", a, slotted);
    expect(router.refcnt(slotted)).toBe(1);
    expect(word(a)).toBe(slotted);
    expect(router.call("skbDstIsNoref", a)).toBe(0);
    expect(router.call("skbDst", a)).toBe(slotted);
    router.call("skbDstDrop", a);
    expect(word(a)).toBe(0);
    expect(router.refcnt(slotted)).toBe(0);
    router.call("skbDstDrop", a);
    expect(router.refcnt(slotted)).toBe(0);
  });

  it("noref takes no reference, and dropping it gives none back", () => {
    router.call("skbDstSetNoref", a, slotted);
    expect(word(a)).toBe(slotted | NOREF);
    expect(router.call("skbDstIsNoref", a)).toBe(1);
    expect(skbDst(a)).toBe(slotted);
    expect(router.refcnt(slotted)).toBe(1);
    router.call("skbDstDrop", a);
    expect(word(a)).toBe(0);
    expect(router.refcnt(slotted)).toBe(1);
  });

  it("F4-21 noref of a NOCACHE dst takes a reference", () => {
    router.call("skbDstSetNoref", a, nocache);
    expect(word(a)).toBe(nocache);
    expect(router.refcnt(nocache)).toBe(2);
    router.call("skbDstDrop", a);
    expect(router.refcnt(nocache)).toBe(1);
  });

  it("F4-20 the copy of a counted word takes one more, the copy of a noref word none", () => {
    router.call("skbDstSet", a, slotted);
    router.call("skbDstCopy", b, a);
    expect(word(b)).toBe(slotted);
    expect(router.refcnt(slotted)).toBe(2);
    router.call("skbDstDrop", a);
    router.call("skbDstDrop", b);
    expect(router.refcnt(slotted)).toBe(0);
    router.call("skbDstSetNoref", a, slotted);
    router.call("skbDstCopy", b, a);
    expect(word(b)).toBe(slotted | NOREF);
    expect(router.refcnt(slotted)).toBe(0);
    router.call("skbDstCopy", a, b + SKB_BYTES);
  });

  it("F4-80 skb_dst_force counts a borrowed dst, even from 0; a counted one stays", () => {
    router.call("dstRelease", slotted);
    expect(router.refcnt(slotted)).toBe(0);
    router.call("skbDstSetNoref", a, slotted);
    router.call("skbDstForce", a);
    expect(word(a)).toBe(slotted);
    expect(router.refcnt(slotted)).toBe(1);
    router.call("skbDstForce", a);
    expect(router.refcnt(slotted)).toBe(1);
    router.call("skbDstForce", b);
    expect(word(b)).toBe(0);
  });

  it("a debug image stops who looks at a borrowed dst outside a read section", () => {
    router.call("skbDstSetNoref", a, slotted);
    expect(() => router.call("skbDst", a)).toThrow(
      "a borrowed dst was used outside a read section",
    );
    const fault = (router.machine.areaOf(0) + router.machine.layout.at("CPU_FAULT_SITE")) / 4;
    expect(router.machine.u32[fault]).toBe(503);
  });
});
