/**
 * The dst core of 2.6.18, 2.6.39 and 3.10, row by row of the fidelity checklist: each test names
 * its row, and what an era lacks it must lack here.
 */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { COMPILE_MS } from "../assembly/machine/router.js";
import { DST_OBSOLETE_DEAD } from "../assembly/net/core/core.js";
import {
  ERAS,
  type EraRouter,
  eraOf,
  eraRouter,
  MARK_DISCARD,
  MARK_FORWARD,
  NETDEV_DOWN,
  NETDEV_UNREGISTER,
  NETDEV_UNREGISTER_FINAL,
} from "../assembly/net/core/eras.js";

const DST_NOCOUNT = 0x20;

describe.each(ERAS)("dst of $name", (era) => {
  let one: EraRouter;

  beforeAll(async () => {
    one = await eraRouter(era);
  }, COMPILE_MS);

  afterEach(() => {
    expect(one.garbage()).toEqual([]);
    expect(one.busy()).toEqual([]);
    expect(one.router.rtablesInUse()).toBe(0);
    expect(one.router.entries()).toBe(0);
  });

  const refcnt = (at: number): number => one.router.refcnt(at);

  it("F4-1 F4-15 the gate opens strictly above gc_thresh, by the fast count", () => {
    const ops = one.layout("DST_OPS_IPV4");
    // A whole batch, so that the fast count of each era says 32.
    const made = Array.from({ length: 32 }, () => one.alloc(true));
    expect(one.call("dstEntriesOf", ops, 1)).toBe(32);
    one.call("opsSetGc", ops, one.layout("DST_GC_FAIL"), 32);
    made.push(one.alloc(true));
    expect(made[32]).not.toBe(0);
    const slow = one.call("dstEntriesOf", ops, 0);
    const fast = one.call("dstEntriesOf", ops, 1);
    expect([fast, slow]).toEqual([era.name === "2.6.18" ? 33 : 32, 33]);
    // 2.6.18 counts exactly, so its gate is open now; later ones do not see the 33rd yet.
    const next = one.alloc(true);
    expect(next === 0).toBe(era.name === "2.6.18");
    if (next) made.push(next);
    one.call("opsSetGc", ops, one.layout("DST_GC_FAIL"), 31);
    expect(one.alloc(true)).toBe(0);
    one.call("opsSetGc", ops, one.layout("DST_GC_NONE"), 0);
    const ungated = one.alloc(true);
    expect(ungated).not.toBe(0);
    one.call("opsSetGc", ops, one.layout("DST_GC_NONE"), 0xffffffff);
    for (const at of [...made, ungated]) {
      one.call("dstRelease", at);
      one.call("dstFree", at);
    }
  });

  it("F4-4 dst_alloc leaves the count to the builder in 2.6.18, and sets it later", () => {
    const plain = one.rawAlloc(one.dev);
    expect(refcnt(plain)).toBe(era.name === "2.6.18" ? 0 : 1);
    expect(one.handlers(plain)).toEqual(MARK_DISCARD);
    const built = one.alloc(true);
    expect(refcnt(built)).toBe(1);
    expect(one.obsolete(built)).toBe(era.obsolete);
    if (era.name !== "2.6.18") one.call("dstRelease", plain);
    one.call("dstRelease", built);
    for (const at of [plain, built]) one.call("dstFree", at);
  });

  it("F4-5 F4-80 the last release of an entry with an owner frees nothing; 0→1 is legal", () => {
    const at = one.alloc(true);
    one.call("dstRelease", at);
    expect(refcnt(at)).toBe(0);
    expect([one.router.rtablesInUse(), one.garbage()]).toEqual([1, []]);
    one.router.drain();
    expect(one.router.rtablesInUse()).toBe(1);
    one.call("dstHold", at);
    expect(refcnt(at)).toBe(1);
    expect(one.handlers(at)).toEqual(MARK_FORWARD);
    one.call("dstRelease", at);
    one.call("dstFree", at);
  });

  it("F4-6 F4-7 the last release of a NOCACHE entry destroys it, at once or after RCU", () => {
    const at = one.alloc(false);
    one.call("dstRelease", at);
    expect(one.router.rtablesInUse()).toBe(era.name === "3.10" ? 1 : 0);
    // F4-14: what waits for RCU still counts.
    expect(one.router.entries()).toBe(era.name === "3.10" ? 1 : 0);
    one.router.drain();
    expect(one.router.rtablesInUse()).toBe(0);
  });

  it("F4-10 F4-14 dst_free of a held entry: DEAD, on the list once, counted to the end", () => {
    const at = one.alloc(true);
    one.call("dstFree", at);
    one.call("dstFree", at);
    expect(one.obsolete(at)).toBe(DST_OBSOLETE_DEAD);
    expect(one.garbage()).toEqual([at]);
    expect(one.call("dstGcTask")).toBe(1);
    expect(era.hasBusyList ? one.busy() : one.garbage()).toEqual([at]);
    one.call("dstRelease", at);
    expect(one.router.entries()).toBe(1);
    expect(one.call("dstGcTask")).toBe(0);
  });

  it("F4-10 what counts as dead already: obsolete above 1 in 2.6, above 0 in 3.10", () => {
    const at = one.alloc(true);
    one.call("setObsolete", at, 1);
    one.call("dstFree", at);
    expect(one.garbage()).toEqual(era.name === "3.10" ? [] : [at]);
    one.call("setObsolete", at, era.obsolete);
    if (era.name === "3.10") one.call("dstFree", at);
    else one.call("setObsolete", at, DST_OBSOLETE_DEAD);
    expect(one.end([at])).toEqual({ rtables: 0, entries: 0 });
  });

  it("F4-11 a DEAD entry discards if its device is down, else goes on for its holders", () => {
    const up = one.alloc(true);
    one.call("dstFree", up);
    expect(one.handlers(up)).toEqual(MARK_FORWARD);
    const down = one.alloc(true);
    one.setDeviceUp(false);
    one.call("dstFree", down);
    one.setDeviceUp(true);
    expect(one.handlers(down)).toEqual(MARK_DISCARD);
    const without = one.rawAlloc(0);
    one.setWord(without + one.layout("DST_INPUT_OFFSET"), 3);
    if (era.name === "2.6.18") one.call("dstHold", without);
    one.call("dstFree", without);
    expect(one.handlers(without)).toEqual(MARK_DISCARD);
    one.end([up, down, without]);
  });

  it("F4-12 delays in vain are 0.1, 0.6, 1.6, 3.1, 5.1 … 120 s; a new free starts again", () => {
    const held = one.alloc(true);
    one.call("dstFree", held);
    const nominal: number[] = [];
    const armed: number[] = [];
    for (let run = 0; run < 25; run++) {
      nominal.push(one.call("dstGcDelay", 0));
      armed.push(one.ticksToNextRun());
      const delay = armed[run] ?? 0;
      const isWholeSecond = (one.jiffies() - 2 ** 32) % 1000 === 0 || one.jiffies() % 1000 === 0;
      if (era.hasBusyList && delay > 4500 && one.jiffies() > 2 ** 31) {
        expect(isWholeSecond, `run ${run} after ${delay}`).toBe(true);
      }
    }
    const law = nominal.map((_, n) => Math.min(100 + 250 * n * (n + 1), 120_000));
    expect(nominal).toEqual(law);
    expect(law.slice(0, 6)).toEqual([100, 600, 1600, 3100, 5100, 7600]);
    armed.forEach((ticks, n) => {
      const exact = !era.hasBusyList || (law[n] ?? 0) <= 4000;
      if (exact) expect(ticks).toBe(law[n]);
      else expect(Math.abs(ticks - (law[n] ?? 0))).toBeLessThanOrEqual(750);
    });
    if (era.hasBusyList) expect(armed).not.toEqual(law);
    const fresh = one.alloc(true);
    one.call("dstFree", fresh);
    expect(one.call("dstGcDelay", 0)).toBe(100);
    expect(one.ticksToNextRun()).toBe(100);
    for (const at of [held, fresh]) one.call("dstRelease", at);
    // Nothing was reclaimed at 0.1 s, so the next pass comes after 0.6 s; then nothing is armed.
    expect(one.ticksToNextRun()).toBe(600);
    expect(one.router.rtablesInUse()).toBe(0);
    expect(one.ticksToNextRun()).toBe(-1);
  });

  it("F4-13 a pass that pays less than a tenth backs off with two lists; any pays with one", () => {
    const held = Array.from({ length: 20 }, () => one.alloc(true));
    const passing = Array.from({ length: 12 }, () => one.alloc(true));
    for (const at of [...held, ...passing]) one.call("dstFree", at);
    const freeAndCollect = (count: number): number => {
      for (const at of passing.splice(0, count)) one.call("dstRelease", at);
      expect(one.call("dstGcTask")).toBe(held.length + passing.length);
      return one.call("dstGcDelay", 0);
    };
    // 3 > ⌊29 / 10⌋ pays; 2 ≤ ⌊20 / 10⌋ does not; nor does nothing, in any era.
    expect(freeAndCollect(3)).toBe(100);
    expect(freeAndCollect(7)).toBe(100);
    expect(freeAndCollect(2)).toBe(era.hasBusyList ? 600 : 100);
    expect(freeAndCollect(0)).toBe(era.hasBusyList ? 1600 : 600);
    expect(one.end(held)).toEqual({ rtables: 0, entries: 0 });
    // Let what was armed come: it finds nothing.
    one.ticksToNextRun();
  });

  it("F4-16 F4-17 DOWN only discards; the era's event moves the device reference", () => {
    const dead = one.alloc(true);
    const busy = one.alloc(true);
    const live = one.alloc(true);
    one.call("dstFree", busy);
    one.call("dstGcTask");
    one.call("dstFree", dead);
    const count = (dev: number): number => one.router.control("netdevRefcntRead", dev);
    const before = [count(one.dev), count(one.loopback)];
    one.router.control("dstDevEvent", one.dev, NETDEV_DOWN);
    expect([one.handlers(dead), one.handlers(busy)]).toEqual([MARK_DISCARD, MARK_DISCARD]);
    expect([count(one.dev), count(one.loopback)]).toEqual(before);
    const other =
      era.unregisters === NETDEV_UNREGISTER ? NETDEV_UNREGISTER_FINAL : NETDEV_UNREGISTER;
    one.router.control("dstDevEvent", one.dev, other);
    expect(one.deviceOf(dead)).toBe(one.dev);
    one.router.control("dstDevEvent", one.dev, era.unregisters);
    expect([one.deviceOf(dead), one.deviceOf(busy)]).toEqual([one.loopback, one.loopback]);
    expect([count(one.dev), count(one.loopback)]).toEqual([
      (before[0] ?? 0) - 2,
      (before[1] ?? 0) + 2,
    ]);
    // Live entries are the FIB's to let go.
    expect([one.handlers(live), one.deviceOf(live)]).toEqual([MARK_FORWARD, one.dev]);
    one.call("dstFree", live);
    expect(one.end([dead, busy, live])).toEqual({ rtables: 0, entries: 0 });
  });

  it("F4-79 the event that is sent again moves what became garbage meanwhile", () => {
    const count = (): number => one.router.control("netdevRefcntRead", one.dev);
    const before = count();
    const at = one.alloc(true);
    one.router.control("dstDevEvent", one.dev, era.unregisters);
    expect(count()).toBe(before + 1);
    one.call("dstFree", at);
    expect(count()).toBe(before + 1);
    one.router.control("dstDevEvent", one.dev, era.unregisters);
    expect(count()).toBe(before);
    expect(one.end([at])).toEqual({ rtables: 0, entries: 0 });
  });

  it("F4-19 the count begins a line, but in 2.6.18 it shares the chain pointer's", () => {
    const count = one.layout("DST_REFCNT_OFFSET");
    const next = one.layout("DST_NEXT_OFFSET");
    if (era.name === "2.6.18")
      expect([Math.floor(count / 64), Math.floor(next / 64)]).toEqual([0, 0]);
    else expect(count % 64).toBe(0);
  });

  it("an entry that is not counted leaves the number of entries alone", () => {
    const at = one.alloc(true);
    const uncounted = one.rawAlloc(one.dev, DST_NOCOUNT);
    expect(one.router.entries()).toBe(1);
    expect(one.router.rtablesInUse()).toBe(2);
    if (era.name === "2.6.18") one.call("dstHold", uncounted);
    for (const entry of [at, uncounted]) one.call("dstFree", entry);
    expect(one.end([at, uncounted])).toEqual({ rtables: 0, entries: 0 });
  });

  it("a stack: a NOHASH child goes with its parent, or becomes garbage; a hashed one stays", () => {
    const NOHASH = 0x8;
    const stack = (flags: number): [parent: number, child: number] => {
      const parent = one.alloc(true);
      const child = one.alloc(true);
      one.setField(child, "flags", flags);
      one.setField(parent, "child", child);
      one.call("dstRelease", parent);
      return [parent, child];
    };
    const [goes] = stack(NOHASH);
    one.call("dstFree", goes);
    expect(one.router.rtablesInUse()).toBe(0);
    const [, stays] = (() => {
      const pair = stack(0);
      one.call("dstFree", pair[0]);
      return pair;
    })();
    expect([one.router.rtablesInUse(), refcnt(stays)]).toEqual([1, 0]);
    one.call("dstFree", stays);
    const [parent, held] = stack(NOHASH);
    one.call("dstHold", held);
    one.call("dstFree", parent);
    expect([one.garbage(), refcnt(held)]).toEqual([[held], 1]);
    expect(one.obsolete(held)).toBe(DST_OBSOLETE_DEAD);
    // The same, found by the collector: the child takes its parent's place.
    const [second, child] = stack(NOHASH);
    one.call("dstHold", child);
    one.call("dstHold", second);
    one.call("dstFree", second);
    one.call("dstRelease", second);
    expect(one.call("dstGcTask")).toBe(2);
    expect([...one.garbage(), ...one.busy()].sort()).toEqual([held, child].sort());
    expect(one.end([held, child])).toEqual({ rtables: 0, entries: 0 });
  });
});

describe("skb and dst", () => {
  const REFDST = 88;

  it("F4-20 F4-21 2.6.18 counts what packets point to; 2.6.39 borrows, no NOCACHE", async () => {
    for (const name of ["2.6.18", "2.6.39"] as const) {
      const one = await eraRouter(eraOf(name));
      const skb = one.router.machine.ringsWord(0, "RINGS_SKBS_AT");
      const copy = skb + 256;
      const hashed = one.alloc(true);
      const nocache = one.alloc(false);
      const borrows = name === "2.6.39";
      one.call("skbDstSetNoref", skb, hashed);
      expect(one.word(skb + REFDST)).toBe(borrows ? hashed | 1 : hashed);
      expect(one.router.refcnt(hashed)).toBe(borrows ? 1 : 2);
      one.call("skbDstCopy", copy, skb);
      expect(one.router.refcnt(hashed)).toBe(borrows ? 1 : 3);
      one.call("skbDstForce", copy);
      expect(one.word(copy + REFDST)).toBe(hashed);
      expect(one.router.refcnt(hashed)).toBe(borrows ? 2 : 3);
      one.call("skbDstDrop", copy);
      one.call("skbDstDrop", skb);
      expect(one.router.refcnt(hashed)).toBe(1);
      one.call("skbDstSetNoref", skb, nocache);
      expect(one.router.refcnt(nocache)).toBe(2);
      one.call("skbDstDrop", skb);
      one.call("dstRelease", nocache);
      one.call("dstFree", hashed);
      expect(one.end([hashed])).toEqual({ rtables: 0, entries: 0 });
    }
  });
});
