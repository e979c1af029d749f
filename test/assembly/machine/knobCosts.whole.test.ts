/**
 * What each knob is there for: the counted cost that `shownBy` claims really differs between its
 * values, in that design and workload, by exact numbers.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { KNOBS, type KnobName } from "../../../src/image/knobs.js";
import type { Costs } from "../../../src/machine/counters.js";
import { buildFlowLists } from "../../../src/workloads/flows.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { coreRouter } from "../net/core/core.js";
import { type Router, routerOf, TABLE, WORLD } from "./router.js";

const CPUS = 2;
const PACKETS = 6400;

/** Costs per packet in steady state, and what a machine holds after it. */
interface Shown {
  readonly perPacket: Partial<Record<keyof Costs, number>>;
  readonly entries?: number;
  /** Bytes of an rtable. */
  readonly entryBytes?: number;
}

/** For each knob and value: what its claim comes to. */
const SHOWN: Readonly<Record<KnobName, Readonly<Record<string, Shown>>>> = {
  "route-cache": {
    none: { perPacket: { dstAllocations: 1, slotHits: 0 } },
    nexthop: { perPacket: { dstAllocations: 0, slotHits: 1 } },
    direct: { perPacket: { dstAllocations: 0, slotHits: 0 } },
    hash: { perPacket: { dstAllocations: 0, slotHits: 1 }, entries: CPUS },
  },
  "output-slot": {
    shared: { perPacket: { dstAllocations: 0 }, entries: WORLD.nexthops.length },
    percpu: { perPacket: { dstAllocations: 0 }, entries: CPUS * WORLD.nexthops.length },
  },
  "slot-ref": {
    uncounted: { perPacket: { atomicRmw: 2, atomicCmpxchg: 0 } },
    counted: { perPacket: { atomicRmw: 1, atomicCmpxchg: 1 } },
  },
  noref: {
    off: { perPacket: { atomicRmw: 2 } },
    on: { perPacket: { atomicRmw: 0 } },
  },
  refcount: {
    atomic: { perPacket: { atomicRmw: 1, atomicCmpxchg: 1 } },
    "inc-not-zero": { perPacket: { atomicRmw: 1, atomicCmpxchg: 1 } },
    rcuref: { perPacket: { atomicRmw: 2, atomicCmpxchg: 0 } },
  },
  uncached: {
    global: { perPacket: { locks: 2, uncachedAdds: 1, uncachedDels: 1 } },
    percpu: { perPacket: { locks: 2, uncachedAdds: 1, uncachedDels: 1 } },
  },
  "dev-count": {
    shared: { perPacket: { devHolds: 1, atomicRmw: 3 } },
    percpu: { perPacket: { devHolds: 1, atomicRmw: 1 } },
  },
  fib: {
    trie: { perPacket: { lookups: 2, zoneProbes: 0, atomicRmw: 0 } },
    // Both zones of local, then those of main from its longest on.
    hash: { perPacket: { lookups: 2, zoneProbes: 3.9, atomicRmw: 4 } },
  },
  free: {
    now: { perPacket: { rcuCallbacks: 0 } },
    rcu: { perPacket: { rcuCallbacks: 1 } },
  },
  // What a pass costs is below: no packet pays for it.
  "dst-gc": {
    timer: { perPacket: { dstDestroys: 0 } },
    work: { perPacket: { dstDestroys: 0 } },
  },
  entries: {
    shared: { perPacket: { dstAllocations: 1, atomicRmw: 3 } },
    percpu: { perPacket: { dstAllocations: 1, atomicRmw: 1 } },
  },
  "dst-layout": {
    "208": { perPacket: { lookups: 2 }, entryBytes: 328 },
    "160": { perPacket: { lookups: 2 }, entryBytes: 232 },
    "152": { perPacket: { lookups: 2 }, entryBytes: 192 },
  },
  neighbour: {
    "bound-rwlock": { perPacket: { neighbourLookups: 0, atomicRmw: 4 } },
    "bound-seqlock": { perPacket: { neighbourLookups: 0, atomicRmw: 2 } },
    lookup: { perPacket: { neighbourLookups: 1 } },
  },
  invalidate: {
    flush: { perPacket: { lookups: 0, slotHits: 1 } },
    genid: { perPacket: { lookups: 0, slotHits: 1 } },
  },
  "expire-scan": {
    none: { perPacket: { lookups: 0, slotHits: 1 } },
    timer: { perPacket: { lookups: 0, slotHits: 1 } },
    work: { perPacket: { lookups: 0, slotHits: 1 } },
  },
  "source-check": {
    always: { perPacket: { lookups: 6 } },
    shortcut: { perPacket: { lookups: 2 } },
  },
};

function withFlows(router: Router, workload: string): void {
  const lists = buildFlowLists(findWorkload(workload), TABLE, {
    cpus: CPUS,
    packets: 8192,
    seed: 1,
    world: WORLD,
  });
  router.experiment.setFlows(lists.perCpu);
}

function perPacket(router: Router, workload: string): Record<keyof Costs, number> {
  const { path } = findWorkload(workload);
  const run = (): void => {
    for (let done = 0; done < PACKETS; done += 64) {
      for (let cpu = 0; cpu < CPUS; cpu++) {
        if (path === "forward") router.forward(64, cpu);
        else router.send(64, cpu);
      }
    }
    // What RCU deferred belongs to the packets that caused it.
    router.drain();
  };
  run();
  const costs = router.costs(run);
  const shares = Object.entries(costs).map(([name, count]) => [name, count / (CPUS * PACKETS)]);
  return Object.fromEntries(shares) as Record<keyof Costs, number>;
}

describe.each(KNOBS)("$name", ({ name, values, shownBy }) => {
  const routers = new Map<string, Router>();

  beforeAll(async () => {
    const kernel = parseDesign(shownBy.design);
    for (const value of values) {
      const isItsOwn = kernel.row[name] === value.name;
      const design =
        value.shownBy ?? (isItsOwn ? shownBy.design : `${shownBy.design}+${name}=${value.name}`);
      const router = await routerOf(design, { cpus: CPUS });
      router.machine.setWord("SB_PACKETS_PER_TICK", 0);
      withFlows(router, shownBy.workload);
      routers.set(value.name, router);
    }
  });

  it.each(values.map((value) => value.name))(`${name}=%s costs what it says`, (value) => {
    const router = routers.get(value);
    const shown = SHOWN[name][value];
    if (router === undefined || shown === undefined) throw new RangeError(value);
    const seen = perPacket(router, shownBy.workload);
    for (const [cost, count] of Object.entries(shown.perPacket)) {
      expect({ [cost]: Number(seen[cost as keyof Costs].toFixed(1)) }).toEqual({ [cost]: count });
    }
    if (shown.entryBytes !== undefined) {
      expect(router.machine.layout.at("RTABLE_BYTES")).toBe(shown.entryBytes);
    }
    if (shown.entries !== undefined) expect(router.entries()).toBe(shown.entries);
  });
});

describe("where one row of counters is not enough", () => {
  it.each([
    ["atomic", { atomicRmw: 2, atomicCmpxchg: 0 }],
    ["inc-not-zero", { atomicRmw: 1, atomicCmpxchg: 1 }],
    ["rcuref", { atomicRmw: 2, atomicCmpxchg: 0 }],
  ])("refcount=%s: a plain hold and a release for every packet", async (refcount, expected) => {
    const design = `linux-3.10+noref=off+slot-ref=counted+refcount=${refcount}`;
    const router = await routerOf(design, { cpus: CPUS });
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    withFlows(router, "single-flow");
    expect(perPacket(router, "single-flow")).toMatchObject(expected);
  });

  it.each([
    // The list's, and the timer's twice; or the mutex and the list's, with the timer left armed.
    ["timer", 3],
    ["work", 2],
  ])("dst-gc=%s: locks of a second pass over ten entries that are held", async (gc, expected) => {
    const router = await coreRouter(`linux-3.10+dst-gc=${gc}`, CPUS);
    const dev = router.machine.deviceAt(WORLD.nexthops[0]?.ifindex ?? 0);
    for (let i = 0; i < 10; i++) router.call("dstFree", router.call("rtDstAlloc", dev, 1));
    router.call("dstGcTask");
    expect(router.costs(() => router.call("dstGcTask")).locks).toBe(expected);
  });

  it.each([
    ["none", false],
    ["timer", true],
    ["work", true],
  ])("expire-scan=%s: entries without packets for eleven minutes", async (scan, areGone) => {
    const router = await routerOf(`linux-2.6.39+expire-scan=${scan}`, { cpus: CPUS });
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    withFlows(router, "internet-mix");
    router.forward(640);
    router.drain();
    const before = router.entries();
    expect(before).toBeGreaterThan(100);
    for (let minute = 0; minute < 12; minute++) {
      router.call("clockAdvance", 60_000);
      router.call("runDeferred");
    }
    router.drain();
    expect(router.entries()).toBe(areGone ? 0 : before);
  });

  it.each([
    ["global", [2 * 64]],
    ["percpu", [64, 64, 0]],
  ])("uncached=%s: two CPUs write to one list, or each to its own", async (uncached, expected) => {
    const router = await coreRouter(`no-cache+free=rcu+uncached=${uncached}`, CPUS);
    withFlows(router, "internet-mix");
    // CPU 1 reports nothing while CPU 0 works, and the other way round: nothing is freed yet.
    for (let cpu = 0; cpu < CPUS; cpu++) router.forward(64, cpu);
    const lists = Array.from({ length: router.call("uncachedLists") }, (_, n) => {
      const head = router.call("uncachedListAt", n) + 16;
      let members = 0;
      for (let at = head; router.machine.u32[at / 4] !== head; members++) {
        at = router.machine.u32[at / 4] ?? head;
      }
      return members;
    });
    expect(lists).toEqual(expected);
  });
});
