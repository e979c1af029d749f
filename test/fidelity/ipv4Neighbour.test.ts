/**
 * Rows 77 and 78 of the checklist of behaviour: when the neighbour table makes room, when it is
 * full, and who keeps entries from going. On one CPU whose clock the test moves.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { readMib } from "../../src/machine/counters.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/machine/machine.js";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import {
  type Route,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTN_UNICAST,
} from "../../src/reference/world.js";
import { COMPILE_MS, frameOfPair, type Router, WORLD } from "../assembly/machine/router.js";
import { coreRouter, NUD } from "../assembly/net/core/core.js";
import { requestRoute } from "../assembly/net/ipv4/ipv4.js";
import { HZ, macOf, Neighbourhood, TX0 } from "../helpers/neighbours.js";

const ENOBUFS = 105;
const THRESH2 = 512;
const THRESH3 = 1024;
const STATIC = WORLD.neighbours.length;
/** Addresses of a subnet that has no neighbours yet. */
const host = (n: number): number => 0x0a090000 + n;

/** 10.9/16 on the first transmit device. */
const onLink: Route = {
  table: "main",
  prefix: host(0),
  length: 16,
  type: RTN_UNICAST,
  scope: RT_SCOPE_LINK,
  nexthop: { gateway: 0, ifindex: TX0, scope: RT_SCOPE_HOST },
};
const CREATE = NLM_F_CREATE | NLM_F_EXCL;

let router: Router;
let hood: Neighbourhood;

const entries = (): number => router.call("neighEntries");
/** Adds entries until the table has `count`; with a reference each, which keeps them. */
function fill(count: number, isHeld: boolean, from = 0): void {
  for (let n = from; entries() < count; n++) expect(hood.create(host(n), isHeld)).toBe(0);
}
function release(n: number): void {
  router.control("neighRelease", hood.entry(host(n)));
}

beforeEach(async () => {
  router = await coreRouter("linux-3.10", 1);
  hood = new Neighbourhood(router);
}, COMPILE_MS);

describe("the neighbour table", () => {
  it("F4-77 at gc_thresh2 a collection is forced once in 5 s: what nobody refers to goes", () => {
    fill(THRESH2, false);
    expect(hood.stats().forcedGcRuns).toBe(0);
    // The last collection was at boot: not 5 s ago.
    hood.wait(5 * HZ);
    fill(THRESH2 + 10, false, 1000);
    expect(hood.stats().forcedGcRuns).toBe(0);
    hood.wait(100);
    expect(hood.create(host(2000))).toBe(0);
    expect(hood.stats().forcedGcRuns).toBe(1);
    // All but the PERMANENT ones went; the new entry is there, and counted before it looked.
    expect(entries()).toBe(STATIC + 1);
    expect(hood.entry(host(0))).toBe(0);
    fill(THRESH2 + 10, false, 3000);
    expect(hood.stats().forcedGcRuns).toBe(1);
  });

  it("F4-77 one entry below gc_thresh2 forces nothing, however long ago the last one was", () => {
    hood.wait(100 * HZ, 1000);
    fill(THRESH2, false);
    expect(hood.stats().forcedGcRuns).toBe(0);
    expect(hood.create(host(2000))).toBe(0);
    expect(hood.stats().forcedGcRuns).toBe(1);
  });

  it("F4-77 at gc_thresh3 it fails only if nothing could be freed", () => {
    fill(THRESH3, true);
    const { forcedGcRuns } = hood.stats();
    expect(hood.create(host(5000))).toBe(-ENOBUFS);
    expect(hood.stats()).toMatchObject({ forcedGcRuns: forcedGcRuns + 1, tableFulls: 1 });
    expect(entries()).toBe(THRESH3);
    // At once again: gc_thresh3 does not wait 5 s.
    expect(hood.create(host(5000))).toBe(-ENOBUFS);
    expect(hood.stats()).toMatchObject({ forcedGcRuns: forcedGcRuns + 2, tableFulls: 2 });
    release(7);
    expect(hood.create(host(5000))).toBe(0);
    expect(hood.entry(host(7))).toBe(0);
    expect(entries()).toBe(THRESH3);
    expect(hood.stats().tableFulls).toBe(2);
  });

  it("F4-77 entries with a timer have a second reference: resolved ones are not taken", () => {
    fill(THRESH3, false);
    for (let n = 0; n < 100; n++) {
      const view = new DataView(macOf(host(n)).buffer);
      const words = [view.getUint32(0, true), view.getUint16(4, true)] as const;
      const at = hood.entry(host(n));
      expect(router.control("neighLearn", at, ...words, NUD.reachable, 0)).toBe(0);
      expect(router.field(at, "NEIGH_REFCNT")).toBe(2);
    }
    expect(hood.create(host(5000))).toBe(0);
    expect(entries()).toBe(STATIC + 100 + 1);
    expect(hood.state(host(99))).toBe(NUD.reachable);
    expect(hood.entry(host(100))).toBe(0);
  });

  it("F4-77 a packet to a host that the full table has no room for is dropped at once", () => {
    fill(THRESH3, true);
    const silent = 0x0a0200fa;
    expect(router.control("ipv4NeighLookupNoref", hood.device, swapBytes(silent))).toBe(0);
    router.setFlows([[0x08080800, silent]]);
    router.forward(3);
    const { drops, parked } = readMib(router.machine);
    expect(parked).toBe(0);
    expect(drops["no-neighbour"]).toBe(3);
    expect(router.control("neighEntries")).toBe(THRESH3);
    expect(hood.stats().tableFulls).toBe(3);
  });

  it("F4-78 nothing is bound: 2000 hosts on link, few of them busy at once, are recycled", () => {
    expect(requestRoute(router, "routeNew", onLink, CREATE)).toBe(0);
    for (let n = 0; n < 2000; n++) {
      router.receive(2, frameOfPair(router, 0x08080800, host(n)));
      const [request] = hood.asked();
      if (request === undefined) throw new RangeError(`nobody asked for host ${n}`);
      hood.answer(request);
      expect(hood.state(host(n))).toBe(NUD.reachable);
      // Ten hosts a second: each is STALE long before the table is full of them.
      hood.wait(100);
    }
    expect(entries()).toBeLessThanOrEqual(THRESH3);
    const { tableFulls, forcedGcRuns, allocs } = hood.stats();
    expect(tableFulls).toBe(0);
    expect(forcedGcRuns).toBeGreaterThan(0);
    expect(allocs).toBe(STATIC + 2000);
    expect(readMib(router.machine).outTransmits).toBe(2 * 2000);
  });

  it("F4-78 hosts that are busy at once fill the table in every era: they have timers", () => {
    expect(requestRoute(router, "routeNew", onLink, CREATE)).toBe(0);
    for (let n = 0; n < 2000; n++) {
      router.receive(2, frameOfPair(router, 0x08080800, host(n)));
    }
    expect(entries()).toBe(THRESH3);
    expect(hood.stats().tableFulls).toBe(2000 - (THRESH3 - STATIC));
  });
});
