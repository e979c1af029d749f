/**
 * The neighbour table: its hash grows and is keyed anew while readers walk the old one, entries
 * are counted, and the periodic collection forgets those that nobody uses.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { HZ, macOf, Neighbourhood } from "../../../helpers/neighbours.js";
import { COMPILE_MS, NEIGHBOUR_CACHE, type Router, WORLD } from "../../machine/router.js";
import { coreRouter, NUD } from "./core.js";

const STATIC = WORLD.neighbours.length;
const host = (n: number): number => 0x0a090000 + n;

let router: Router;
let hood: Neighbourhood;
const entries = (): number => router.call("neighEntries");
const chained = (): number => {
  let count = 0;
  for (let at = router.call("neighNext", 0); at !== 0; at = router.call("neighNext", at)) count++;
  return count;
};
function learn(n: number, state: number): void {
  const view = new DataView(macOf(host(n)).buffer);
  const words = [view.getUint32(0, true), view.getUint16(4, true)] as const;
  expect(router.control("neighLearn", hood.entry(host(n)), ...words, state, 1)).toBe(0);
}

beforeEach(async () => {
  router = await coreRouter("linux-3.10", 1);
  hood = new Neighbourhood(router);
}, COMPILE_MS);

describe("the hash", () => {
  it("starts with 8 buckets and doubles when there are more entries than buckets", () => {
    // Growth is seen by the next entry: 80 entries have 128 buckets only if 65 were there before.
    const buckets = 2 ** Math.ceil(Math.log2(STATIC));
    expect(router.call("neighBuckets")).toBe(buckets);
    expect(hood.stats().hashGrows).toBe(Math.log2(buckets / 8));
    for (let n = 0; entries() < buckets; n++) hood.create(host(n));
    expect(router.call("neighBuckets")).toBe(buckets);
    hood.create(host(5000));
    expect(router.call("neighBuckets")).toBe(2 * buckets);
    expect(chained()).toBe(entries());
    for (const { ifindex, address } of WORLD.neighbours) {
      const dev = router.machine.deviceAt(ifindex);
      expect(router.call("ipv4NeighLookupNoref", dev, swapBytes(address))).not.toBe(0);
    }
  });

  it("is keyed anew, and a reader of the old one ends, with the entry or without", () => {
    const old = router.call("neighHashAt");
    const secret = router.machine.u32[old / 4 + 1];
    for (let n = 0; router.call("neighHashAt") === old; n++) hood.create(host(n));
    expect(router.machine.u32[router.call("neighHashAt") / 4 + 1]).not.toBe(secret);
    let found = 0;
    for (let n = 0; n < entries() - STATIC; n++) {
      const at = router.call("findInHash", old, hood.device, swapBytes(host(n)));
      expect([0, hood.entry(host(n))]).toContain(at);
      if (at !== 0) found++;
    }
    expect(found).toBeGreaterThan(0);
  });

  it("stops growing at gc_thresh3's size", () => {
    for (let n = 0; entries() < 1024; n++) hood.create(host(n), true);
    expect(router.call("neighBuckets")).toBe(1024);
  });
});

describe("entries", () => {
  it("count until their last reference goes, in the table or out of it", () => {
    hood.create(host(1), true);
    const at = hood.entry(host(1));
    expect(router.field(at, "NEIGH_REFCNT")).toBe(2);
    const found = router.control("neighLookup", hood.device, swapBytes(host(1)));
    expect(found).toBe(at);
    expect(router.field(at, "NEIGH_REFCNT")).toBe(3);
    router.control("neighRelease", at);
    const devices = router.deviceCount(hood.ifindex);
    const removed = router.control("neighIfdown", hood.device);
    expect(chained()).toBe(STATIC + 1 - removed);
    expect(entries()).toBe(STATIC + 2 - removed);
    // Only the device reference of the entry that is still held is left of theirs.
    expect(router.deviceCount(hood.ifindex)).toBe(devices - removed + 1);
    router.control("neighRelease", at);
    expect(entries()).toBe(STATIC + 1 - removed);
    expect(router.deviceCount(hood.ifindex)).toBe(devices - removed);
    router.drain();
    expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(entries());
    expect(hood.stats().lookups).toBe(1);
  });

  it("of multicast, broadcast and loopback are asked of nobody", () => {
    hood.create(0xe0010203);
    expect(hood.state(0xe0010203)).toBe(NUD.noarp);
    const data = router.machine.hostFrameAt(0) + 14;
    router.call("hhCopy", hood.entry(0xe0010203), data);
    const bytes = new Uint8Array(router.machine.memory.buffer, data - 14, 6);
    expect([...bytes]).toEqual([1, 0, 0x5e, 1, 2, 3]);
    hood.create(0xffffffff);
    expect(hood.state(0xffffffff)).toBe(NUD.noarp);
    const loopback = new Neighbourhood(router, 1);
    loopback.create(0x7f000001);
    expect(loopback.state(0x7f000001)).toBe(NUD.noarp);
  });
});

describe("the periodic collection", () => {
  it("leaves fewer than gc_thresh1 entries alone", () => {
    for (let n = 0; n < 5; n++) hood.create(host(n));
    hood.wait(200 * HZ, 1000);
    expect(hood.stats().periodicGcRuns).toBeGreaterThan(10);
    expect(entries()).toBe(STATIC + 5);
  });

  it("takes failed entries, and others 60 s after their last use, but none with a timer", () => {
    for (let n = 0; n < 100; n++) hood.create(host(n));
    learn(0, NUD.stale);
    hood.wait(59 * HZ, 1000);
    expect(entries()).toBe(STATIC + 100);
    hood.create(host(200));
    learn(1, NUD.reachable);
    router.control("neighForget", hood.entry(host(200)), NUD.failed, 1);
    hood.wait(16 * HZ, 1000);
    expect(hood.entry(host(0))).toBe(0);
    expect(hood.entry(host(200))).toBe(0);
    expect(hood.state(host(1)) & (NUD.reachable | NUD.stale)).not.toBe(0);
    expect(entries()).toBe(STATIC + 1);
  });

  it("draws reachable_time anew after 300 s, between half and three halves of 30 s", () => {
    const drawn = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const ticks = router.call("neighReachableTime");
      expect(ticks).toBeGreaterThanOrEqual(15 * HZ);
      expect(ticks).toBeLessThan(45 * HZ);
      drawn.add(ticks);
      let lasted = 0;
      for (; router.call("neighReachableTime") === ticks; lasted++) hood.wait(HZ, HZ);
      // The collection that draws runs every 15 s.
      if (i > 0) expect(lasted).toBeGreaterThan(300);
      expect(lasted).toBeLessThanOrEqual(300 + 15);
    }
    expect(drawn.size).toBe(8);
  });
});
