/**
 * Rows 76 and 79 of the checklist of behaviour: whose device reference moves where when a device
 * goes away, and how long the device waits. On CPUs of this thread, by a clock the test moves.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { readCachedDsts } from "../../src/machine/dstView.js";
import { NetdevWait } from "../../src/machine/netdevWait.js";
import {
  COMPILE_MS,
  flowsToRows,
  type Router,
  routerOf,
  WORLD,
} from "../assembly/machine/router.js";

const HZ = 1000;
const LO = 1;
const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;

async function quietRouter(design: string, cpus = 2): Promise<Router> {
  const router = await routerOf(design, { cpus });
  router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  return router;
}
const blackholeCount = (router: Router): number =>
  router.control("netdevRefcntRead", router.call("blackholeNetdev"));

/** The first transmit device is unregistered; the host's own next hops went before. */
function begun(router: Router): NetdevWait {
  router.control("fibDetachTables");
  router.drain();
  const wait = new NetdevWait(router.machine, TX0);
  wait.begin();
  return wait;
}

/** Drives the wait for `ticks` at most; at which tick, from the begin, each thing happened. */
function drive(router: Router, wait: NetdevWait, ticks: number): Record<string, number[]> {
  const at: Record<string, number[]> = { look: [], resent: [], warning: [], barrier: [], free: [] };
  const start = router.call("jiffies");
  const now = (): number => (router.call("jiffies") - start) >>> 0;
  let before = wait.record();
  while (now() < ticks) {
    const step = wait.step();
    const after = wait.record();
    if (after.looks > before.looks) at.look?.push(now());
    if (after.resent > before.resent) at.resent?.push(now());
    if (after.warnings > before.warnings) at.warning?.push(now());
    before = after;
    if (step.kind === "barrier") {
      at.barrier?.push(now());
      router.drain();
    } else if (step.kind === "free") {
      at.free?.push(now());
      return at;
    } else {
      router.drain();
      router.call("clockAdvance", (step.untilJiffies - router.call("jiffies")) >>> 0);
    }
  }
  return at;
}

/** Multiples of `step` below `end`. */
const every = (step: number, end: number): number[] =>
  Array.from({ length: Math.ceil(end / step) - 1 }, (_, i) => (i + 1) * step);

/** Entries of the hash that go out of a device. */
const cachedOn = (router: Router, ifindex: number): number[] =>
  readCachedDsts(router.machine)
    .filter((dst) => dst.ifindex === ifindex)
    .map((dst) => dst.address);

describe("F4-79 a device that goes away", () => {
  it("is free after the barrier, with no look, when nobody keeps a reference", async () => {
    const router = await quietRouter("linux-3.10");
    router.setFlows(flowsToRows([0, 4, 8], 64));
    router.forward(64);
    const wait = begun(router);
    expect(drive(router, wait, HZ)).toEqual({
      ...{ look: [], resent: [], warning: [] },
      ...{ barrier: [0], free: [0] },
    });
    expect(router.deviceCount(TX0)).toBe(0);
  });

  it.each(["linux-2.6.18", "linux-2.6.39"])(
    "is free at the first look when nobody keeps a reference, without a barrier, %s",
    async (design) => {
      const router = await quietRouter(design);
      router.setFlows(flowsToRows([0, 4, 8], 64));
      router.forward(64);
      expect(cachedOn(router, TX0).length).toBeGreaterThan(0);
      const wait = begun(router);
      // Entries that were flushed give their references back after a grace period.
      expect(drive(router, wait, HZ)).toEqual({
        ...{ look: [250], resent: [], warning: [], barrier: [] },
        free: [250],
      });
      expect(router.deviceCount(TX0)).toBe(0);
      expect(cachedOn(router, TX0)).toEqual([]);
    },
  );

  it.each(["linux-2.6.18", "linux-2.6.39"])(
    "waits for whoever holds a cached entry until the event is sent again, %s",
    async (design) => {
      const router = await quietRouter(design);
      router.setFlows(flowsToRows([0], 64));
      router.forward(64);
      const [held = 0] = cachedOn(router, TX0);
      router.call("dstHold", held);
      const wait = begun(router);
      // At the event the flushed entry waits for its grace period; 1.25 s later it is garbage,
      // which the event moves to loopback.
      expect(drive(router, wait, 5 * HZ)).toEqual({
        ...{ look: [250, 500, 750, 1000, 1250, 1500], resent: [1250] },
        ...{ warning: [], barrier: [], free: [1500] },
      });
      expect(router.field(held, "DST_DEV_OFFSET")).toBe(router.machine.deviceAt(LO));
      router.call("dstRelease", held);
    },
  );

  it.each(["linux-2.6.18", "linux-2.6.39"])(
    "waits for ever for a leaked reference: every 250 ms, 1 s and 10 s, %s",
    async (design) => {
      const router = await quietRouter(design);
      router.call("devHold", router.machine.deviceAt(TX0));
      const wait = begun(router);
      const seen = drive(router, wait, 25 * HZ);
      expect(seen.look).toEqual(every(250, 25 * HZ));
      expect(seen.resent).toEqual(every(1_250, 25 * HZ));
      expect(seen.warning).toEqual(every(10_250, 25 * HZ));
      expect([seen.barrier, seen.free]).toEqual([[], []]);
      expect(wait.record()).toMatchObject({ ifindex: TX0, count: 1 });
      router.call("devPut", router.machine.deviceAt(TX0));
      router.call("clockAdvance", 250);
      expect(wait.step()).toEqual({ kind: "free" });
    },
  );

  it("waits for ever for a leaked reference: every 250 ms, 1 s and 10 s", async () => {
    const router = await quietRouter("linux-3.10");
    router.call("devHold", router.machine.deviceAt(TX0));
    const since = router.call("jiffies");
    const wait = begun(router);
    const seen = drive(router, wait, 60 * HZ);
    expect(seen.free).toEqual([]);
    expect(seen.look).toEqual(every(250, 60 * HZ));
    // More than a second, and more than ten, looked at every 250 ms.
    expect(seen.resent).toEqual(every(1_250, 60 * HZ));
    expect(seen.warning).toEqual(every(10_250, 60 * HZ));
    // Each time the event is sent again a barrier follows, as after the first.
    expect(seen.barrier).toEqual([0, ...every(1_250, 60 * HZ)]);
    expect(wait.record()).toEqual({
      ifindex: TX0,
      count: 1,
      sinceJiffies: since,
      looks: 239,
      resent: 47,
      warnings: 5,
    });
    router.call("devPut", router.machine.deviceAt(TX0));
    router.call("clockAdvance", 250);
    expect(wait.step()).toEqual({ kind: "free" });
    expect(wait.step()).toEqual({ kind: "free" });
  });

  it("says that it sleeps when it is asked too early", async () => {
    const router = await quietRouter("linux-3.10", 1);
    router.call("devHold", router.machine.deviceAt(TX0));
    const wait = begun(router);
    expect(wait.step()).toEqual({ kind: "barrier" });
    const asleep = wait.step();
    expect(asleep).toEqual({ kind: "sleep", untilJiffies: (router.call("jiffies") + 250) >>> 0 });
    router.call("clockAdvance", 249);
    expect(wait.step()).toEqual(asleep);
    expect(wait.record().looks).toBe(0);
  });

  it("is free although somebody keeps a dst: that moves to loopback", async () => {
    const router = await quietRouter("linux-3.10");
    router.setFlows(flowsToRows([0], 64));
    router.forward(64);
    const [slot] = router.slots();
    const held = slot?.rtable ?? 0;
    router.call("dstHold", held);
    const wait = begun(router);
    const seen = drive(router, wait, 5 * HZ);
    expect(seen.free).toEqual([0]);
    expect(router.field(held, "DST_DEV_OFFSET")).toBe(router.machine.deviceAt(LO));
    // The tables that referred to it are gone.
    expect(router.deviceCount(LO)).toBe(1);
  });
});

describe("blackhole_netdev", () => {
  let router: Router;

  beforeAll(async () => {
    router = await quietRouter("linux-3.10+slot-ref=counted");
  }, COMPILE_MS);

  it("was never registered: no ifindex, MTU 68, up", () => {
    const at = router.call("blackholeNetdev") / 4;
    const [ifindex, , flags, mtu] = router.machine.u32.subarray(at, at + 4);
    expect({ ifindex, mtu }).toEqual({ ifindex: 0, mtu: 68 });
    expect((flags ?? 0) & 0x41).toBe(0x41);
    expect(router.control("registerNetdevice", 64, 1500, 1)).toBe(0);
  });

  it("F4-76 takes the entries of slots and uncached lists where slots count, not loopback", () => {
    router.setFlows(flowsToRows([0], 64));
    router.forward(64);
    const [slot] = router.slots();
    const held = slot?.rtable ?? 0;
    router.call("dstHold", held);
    const wait = begun(router);
    expect(drive(router, wait, 5 * HZ).free).toEqual([0]);
    expect(router.field(held, "DST_DEV_OFFSET")).toBe(router.call("blackholeNetdev"));
    expect(blackholeCount(router)).toBe(1);
    expect(router.deviceCount(LO)).toBe(0);
    router.call("dstRelease", held);
    router.drain();
    expect(blackholeCount(router)).toBe(0);
  });
});
