/**
 * The slots of 3.10's nexthops, by exact stories: what a packet costs in steady state, what a slot
 * holds, what a change of generation costs.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { COMPILE_MS, flowsToRows, type Router, routersOf } from "../../machine/router.js";

const DESIGNS = [
  "linux-3.10",
  "linux-3.10+noref=off",
  "linux-3.10+slot-ref=counted",
  "linux-3.10+output-slot=shared",
];
const M = 16;
const ROWS = Array.from({ length: M }, (_, row) => row);
const PACKETS = 640;
const CPUS = 2;

/** rtables per next hop once `packets` packets went to all of them on both CPUs. */
function warm(router: Router, path: "forward" | "send"): void {
  for (let cpu = 0; cpu < CPUS; cpu++) {
    router.setFlows(flowsToRows(ROWS, PACKETS), cpu);
    router[path](PACKETS, cpu);
  }
}

describe("nexthop caches", () => {
  let routers: Router[] = [];

  beforeAll(async () => {
    routers = await routersOf(DESIGNS, { cpus: CPUS });
    // The clock moves by hand: its atomic add is not a packet's.
    for (const { machine } of routers) machine.setWord("SB_PACKETS_PER_TICK", 0);
  }, COMPILE_MS);

  const router = (design: string): Router => {
    const found = routers[DESIGNS.indexOf(design)];
    if (found === undefined) throw new RangeError(design);
    return found;
  };

  it("F4-56 F4-48 after M next hops there are M input rtables, whatever the destinations", () => {
    for (const one of routers) {
      warm(one, "forward");
      expect(one.slots().map(({ slot }) => slot)).toEqual(ROWS.map(() => 0));
      expect(one.entries()).toBe(M);
      expect(one.rtablesInUse()).toBe(M);
    }
  });

  it("F4-56 in steady state 3.10 forwards without an allocation or any atomic write", () => {
    const costs = router("linux-3.10").costs(() => warm(router("linux-3.10"), "forward"));
    expect(costs).toMatchObject({
      packets: CPUS * PACKETS,
      slotHits: CPUS * PACKETS,
      lookups: CPUS * PACKETS * 2,
      neighbourLookups: CPUS * PACKETS,
      dstAllocations: 0,
      slabAllocations: 0,
      atomicStores: 0,
      atomicRmw: 0,
      atomicCmpxchg: 0,
      dstHolds: 0,
      dstReleases: 0,
      locks: 0,
    });
  });

  it("F4-57 noref=off: exactly one hold and one release for every packet", () => {
    const one = router("linux-3.10+noref=off");
    const costs = one.costs(() => warm(one, "forward"));
    expect(costs).toMatchObject({
      dstHolds: CPUS * PACKETS,
      dstReleases: CPUS * PACKETS,
      atomicRmw: 2 * CPUS * PACKETS,
      atomicStores: 0,
      atomicCmpxchg: 0,
      slabAllocations: 0,
    });
  });

  it("F4-57 an output slot hit takes a reference, which the end of the packet drops", () => {
    for (const one of routers) {
      warm(one, "send");
      const before = readMib(one.machine).outTransmits;
      const costs = one.costs(() => warm(one, "send"));
      expect(readMib(one.machine).outTransmits - before).toBe(CPUS * PACKETS);
      expect(costs).toMatchObject({
        slotHits: CPUS * PACKETS,
        dstHolds: CPUS * PACKETS,
        dstReleases: CPUS * PACKETS,
        dstAllocations: 0,
        slabAllocations: 0,
      });
    }
  });

  it("F4-57 output slots: one rtable for each next hop and CPU, or one for each next hop", () => {
    const outputs = (design: string): number =>
      router(design)
        .slots()
        .filter(({ slot }) => slot !== 0).length;
    expect(outputs("linux-3.10")).toBe(M * CPUS);
    expect(outputs("linux-3.10+output-slot=shared")).toBe(M);
    expect(router("linux-3.10").entries()).toBe(M + M * CPUS);
    expect(router("linux-3.10+output-slot=shared").entries()).toBe(M + M);
    const shared = router("linux-3.10+output-slot=shared").slots();
    expect(shared.filter(({ slot }) => slot >= 2)).toEqual([]);
  });

  it("F4-58 a slot holds no count in 3.10, and one where slots count", () => {
    for (const one of routers) {
      const held = one.machine.image.name.includes("slot-ref=counted") ? 1 : 0;
      for (const { rtable } of one.slots()) expect(one.refcnt(rtable)).toBe(held);
    }
  });

  it("F4-5 F4-80 the last release of a slotted rtable frees nothing, and 0 to 1 is legal", () => {
    const one = router("linux-3.10");
    const [entry] = one.slots();
    const rtable = entry?.rtable ?? 0;
    expect(one.refcnt(rtable)).toBe(0);
    one.call("dstHold", rtable);
    expect(one.refcnt(rtable)).toBe(1);
    one.call("dstRelease", rtable);
    one.drain();
    expect(one.slots()[0]).toEqual(entry);
    expect(one.refcnt(rtable)).toBe(0);
  });

  it("F4-58 F4-59 a new generation costs each slot one allocation and one cmpxchg", () => {
    for (const one of routers) {
      const slots = one.slots();
      one.control("rtCacheFlush");
      const input = one.costs(() => warm(one, "forward"));
      expect(input).toMatchObject({ dstAllocations: M, slotInstalls: M, slotLosses: 0 });
      const outputs = slots.length - M;
      const output = one.costs(() => warm(one, "send"));
      expect(output).toMatchObject({ dstAllocations: outputs, slotInstalls: outputs });
      one.drain();
      expect(one.entries()).toBe(slots.length);
      expect(one.rtablesInUse()).toBe(slots.length);
      expect(one.slots()).toHaveLength(slots.length);
      expect(one.control("uncachedMembers")).toBe(0);
      for (const { rtable } of one.slots()) {
        expect(one.field(rtable, "RTABLE_GENID_OFFSET")).toBe(one.call("rtGenid"));
      }
    }
  });

  it("F4-14 displaced rtables count as entries until their grace period is over", () => {
    const one = router("linux-3.10");
    const entries = one.entries();
    one.control("rtCacheFlush");
    one.setFlows(flowsToRows(ROWS, 64), 0);
    // CPU 1 is online and reports nothing, so no grace period can end.
    one.forward(64, 0);
    expect(one.entries()).toBe(entries + M);
    one.drain();
    expect(one.entries()).toBe(entries);
  });

  it("F4-10 F4-14 a displaced rtable that somebody holds waits on the garbage list", () => {
    const one = router("linux-3.10");
    const entries = one.entries();
    const rtable = one.slots()[0]?.rtable ?? 0;
    one.call("dstHold", rtable);
    one.control("rtCacheFlush");
    warm(one, "forward");
    one.drain();
    const head = one.call("dstGarbageHeadAt") / 4;
    expect(one.machine.u32[head]).toBe(rtable);
    expect(one.entries()).toBe(entries + 1);
    one.call("dstRelease", rtable);
    one.call("clockAdvance", 100);
    one.call("runDeferred");
    expect(one.machine.u32[head]).toBe(0);
    expect(one.entries()).toBe(entries);
  });

  it("ends with every slab empty and every device unreferenced", () => {
    for (const one of routers) {
      expect(one.tearDown().every((left) => left === 0)).toBe(true);
      expect(one.rtablesInUse()).toBe(0);
      expect(one.entries()).toBe(0);
      expect(one.slabIsValid(0)).toBe(true);
    }
  });
});
