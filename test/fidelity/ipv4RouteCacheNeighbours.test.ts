/**
 * Rows 38 and 78 of the checklist of behaviour, the eras of the route cache: each cached route
 * pins its neighbour, so a cache larger than the neighbour table fills it. One CPU whose clock the
 * test moves; every packet is a frame.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { readMib, readRtStat } from "../../src/machine/counters.js";
import { RT_STAT_NAMES } from "../../src/machine/kernelViews.js";
import { NLM_F_CREATE, NLM_F_EXCL } from "../../src/machine/machine.js";
import {
  type Route,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RTN_UNICAST,
} from "../../src/reference/world.js";
import { COMPILE_MS, frameOfPair, type Router, WORLD } from "../assembly/machine/router.js";
import { coreRouter } from "../assembly/net/core/core.js";
import { requestRoute } from "../assembly/net/ipv4/ipv4.js";
import { Neighbourhood, TX0 } from "../helpers/neighbours.js";

const THRESH3 = 1024;
const STATIC = WORLD.neighbours.length;
const SADDR = 0x08080800;
/** Addresses of a subnet that has no neighbours yet. */
const host = (n: number): number => 0x0a090000 + n;
const onLink: Route = {
  table: "main",
  prefix: host(0),
  length: 16,
  type: RTN_UNICAST,
  scope: RT_SCOPE_LINK,
  nexthop: { gateway: 0, ifindex: TX0, scope: RT_SCOPE_HOST },
};

let router: Router;
let hood: Neighbourhood;

const entries = (): number => router.call("neighEntries");
const gcTotal = (): number => readRtStat(router.machine, RT_STAT_NAMES.indexOf("gc_total"));
const receive = (n: number): unknown => router.receive(2, frameOfPair(router, SADDR, host(n)));

/** A neighbour for each of the hosts, resolved at once, and the cached route that pins it. */
function fillTable(): void {
  for (let n = 0; n < THRESH3 - STATIC; n++) {
    receive(n);
    // To 2.6.39 the first request leaves with the timer.
    hood.wait(2);
    const [request] = hood.asked();
    if (request === undefined) throw new RangeError(`nobody asked for host ${n}`);
    hood.answer(request);
    // Ten hosts a second, so that they are STALE, and nothing but its route pins one of them.
    hood.wait(100);
  }
  hood.wait(60_000, 1000);
  expect(entries()).toBe(THRESH3);
}

describe.each(["linux-2.6.18", "linux-2.6.39"])("%s", (design) => {
  beforeEach(async () => {
    router = await coreRouter(design, 1);
    hood = new Neighbourhood(router);
    // No scan beside: an idle entry would let its neighbour go after five minutes.
    expect(requestRoute(router, "routeNew", onLink, NLM_F_CREATE | NLM_F_EXCL)).toBe(0);
    router.control("clockAdvance", 3_000);
    router.call("runDeferred");
    router.drain();
  }, COMPILE_MS);

  it("F4-78 F4-38 routes pin neighbours; from softirq a full table fails at once", () => {
    fillTable();
    const before = { gc: gcTotal(), drops: readMib(router.machine).drops["no-buffer"] ?? 0 };
    const routes = router.entries();
    for (let n = 2000; n < 2010; n++) receive(n);
    expect(entries()).toBe(THRESH3);
    expect(hood.stats().tableFulls).toBe(10);
    expect((readMib(router.machine).drops["no-buffer"] ?? 0) - before.drops).toBe(10);
    // Nobody looked for room in the cache, and the routes that could not be bound are gone.
    expect(gcTotal()).toBe(before.gc);
    router.drain();
    expect(router.entries()).toBe(routes);
  });

  it("F4-38 from process context one collection is forced, elasticity 1 and interval 0", () => {
    fillTable();
    const before = gcTotal();
    const routes = router.entries();
    router.setFlows([[SADDR, host(3000)]]);
    router.send(1);
    // What it unlinks frees its neighbour a grace period later: too late for this datagram.
    expect(gcTotal()).toBe(before + 1);
    expect(readMib(router.machine).drops["no-buffer"] ?? 0).toBeGreaterThan(0);
    expect(router.field(router.machine.plan.superblock.base, "RT_GC_ELASTICITY")).toBe(8);
    router.drain();
    expect(router.entries()).toBeLessThanOrEqual(routes);
  });
});
