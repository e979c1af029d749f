/** The life of a dst_entry, by the rows of the spec. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { COMPILE_MS, flowsToRows, type Router, RTABLE_CACHE } from "../../machine/router.js";
import {
  CALL_DISCARD,
  CALL_IP_FORWARD,
  CALL_IP_OUTPUT,
  coreRouter,
  DST_INPUT,
  DST_OBSOLETE_DEAD,
  DST_OUTPUT,
} from "./core.js";

const TX = 6;
const LO = 1;
const IFF_UP = 1;
const NETDEV_DOWN = 2;
const NETDEV_UNREGISTER_FINAL = 0x11;
const FLAGS_OF_DEVICE = 8;

function obsoleteOf(router: Router, at: number): number {
  const bytes = new DataView(router.machine.memory.buffer);
  return bytes.getInt16(at + router.machine.layout.at("DST_OBSOLETE_OFFSET"), true);
}

describe.each([
  { design: "linux-3.10", counted: false, frees: "rcu" },
  { design: "linux-3.10+slot-ref=counted+free=now", counted: true, frees: "now" },
])("dst of $design", ({ design, counted, frees }) => {
  let router: Router;
  let dev = 0;

  beforeAll(async () => {
    router = await coreRouter(design);
    dev = router.machine.deviceAt(TX);
  }, COMPILE_MS);

  beforeEach(() => {
    router.drain();
    expect(router.entries()).toBe(0);
    expect(router.rtablesInUse()).toBe(0);
  });

  /** An rtable for the device with handlers of a forward route and one reference. */
  const alloc = (willCache: boolean): number => {
    const at = router.call("rtDstAlloc", dev, willCache ? 1 : 0);
    expect(at).not.toBe(0);
    router.machine.u32[(at + DST_INPUT) / 4] = CALL_IP_FORWARD;
    router.machine.u32[(at + DST_OUTPUT) / 4] = CALL_IP_OUTPUT;
    return at;
  };
  const handlers = (at: number): number[] => [
    router.machine.u32[(at + DST_INPUT) / 4] ?? 0,
    router.machine.u32[(at + DST_OUTPUT) / 4] ?? 0,
  ];

  it("allocates with one reference, discard handlers and a reference on the device", () => {
    const before = router.deviceCount(TX);
    const at = router.call("rtDstAlloc", dev, 0);
    expect(at % 64).toBe(0);
    expect(router.refcnt(at)).toBe(1);
    expect(handlers(at)).toEqual([CALL_DISCARD, CALL_DISCARD]);
    expect(obsoleteOf(router, at)).toBe(-1);
    expect(router.deviceCount(TX)).toBe(before + 1);
    expect(router.entries()).toBe(1);
    router.call("dstRelease", at);
    router.drain();
    expect(router.deviceCount(TX)).toBe(before);
  });

  it("F4-1 the collector is asked only when entries are strictly greater than gc_thresh", () => {
    const gcFail = router.machine.layout.at("DST_GC_FAIL");
    const ops = router.machine.layout.at("DST_OPS_IPV4");
    // The gate reads the fast count, which grows by whole batches of 32.
    const made = Array.from({ length: 32 }, () => alloc(false));
    router.call("opsSetGc", ops, gcFail, 32);
    const atThreshold = router.call("rtDstAlloc", dev, 0);
    expect(atThreshold).not.toBe(0);
    router.call("opsSetGc", ops, gcFail, 31);
    expect(router.call("rtDstAlloc", dev, 0)).toBe(0);
    expect(router.entries()).toBe(33);
    router.call("opsSetGc", ops, router.machine.layout.at("DST_GC_NONE"), 31);
    const ungated = router.call("rtDstAlloc", dev, 0);
    expect(ungated).not.toBe(0);
    router.call("opsSetGc", ops, router.machine.layout.at("DST_GC_NONE"), 0xffffffff);
    for (const at of [...made, atThreshold, ungated]) router.call("dstRelease", at);
  });

  it("F4-5 F4-7 the last release frees a NOCACHE entry; a slotted one if slots count", () => {
    const slotted = alloc(true);
    router.call("dstRelease", slotted);
    const nocache = alloc(false);
    router.call("dstRelease", nocache);
    const waiting = frees === "rcu" ? 1 : 0;
    expect(router.rtablesInUse()).toBe((counted ? 0 : 1) + waiting);
    expect(router.entries()).toBe((counted ? 0 : 1) + waiting);
    router.drain();
    expect(router.rtablesInUse()).toBe(counted ? 0 : 1);
    if (!counted) {
      expect(router.refcnt(slotted)).toBe(0);
      router.call("dstFree", slotted);
    }
  });

  it("hold and release: entries are freed by the last release, not by the first", () => {
    const at = alloc(false);
    router.call("dstHold", at);
    expect(router.call("dstClone", at)).toBe(at);
    expect(router.call("dstClone", 0)).toBe(0);
    expect(router.call("dstHoldSafe", at)).toBe(1);
    expect(router.refcnt(at)).toBe(4);
    for (let left = 3; left >= 1; left--) {
      router.call("dstRelease", at);
      expect(router.refcnt(at)).toBe(left);
    }
    router.call("dstRelease", 0);
    expect(router.rtablesInUse()).toBe(1);
    router.call("dstRelease", at);
    router.drain();
    expect(router.rtablesInUse()).toBe(0);
  });
});

describe("the garbage list of linux-3.10", () => {
  let router: Router;
  let dev = 0;

  beforeAll(async () => {
    router = await coreRouter("linux-3.10");
    dev = router.machine.deviceAt(TX);
  }, COMPILE_MS);

  const alloc = (): number => {
    const at = router.call("rtDstAlloc", dev, 1);
    router.machine.u32[(at + DST_INPUT) / 4] = CALL_IP_FORWARD;
    router.machine.u32[(at + DST_OUTPUT) / 4] = CALL_IP_OUTPUT;
    return at;
  };
  const word = (at: number): number => router.machine.u32[at / 4] ?? 0;
  const handlers = (at: number): number[] => [word(at + DST_INPUT), word(at + DST_OUTPUT)];
  const garbageHead = (): number => word(router.call("dstGarbageHeadAt"));
  const busyHead = (): number => word(router.call("dstBusyHeadAt"));
  const setDeviceUp = (up: boolean): void => {
    const at = (dev + FLAGS_OF_DEVICE) / 4;
    const flags = router.machine.u32[at] ?? 0;
    router.machine.u32[at] = up ? flags | IFF_UP : flags & ~IFF_UP;
  };
  const release = (...entries: number[]): void => {
    for (const at of entries) router.call("dstRelease", at);
    expect(router.call("dstGcTask")).toBe(0);
    expect(router.rtablesInUse()).toBe(0);
  };

  it("dst_free of an entry that nobody holds destroys it", () => {
    const at = alloc();
    router.call("dstRelease", at);
    router.call("dstFree", at);
    expect(garbageHead()).toBe(0);
    release();
  });

  it("F4-10 F4-14 of a held one: DEAD, on the list, still counted; twice is once", () => {
    const at = alloc();
    router.call("dstFree", at);
    router.call("dstFree", at);
    expect(obsoleteOf(router, at)).toBe(DST_OBSOLETE_DEAD);
    expect(garbageHead()).toBe(at);
    expect(router.field(at, "DST_NEXT_OFFSET")).toBe(0);
    expect(router.entries()).toBe(1);
    expect(router.call("dstGcTask")).toBe(1);
    expect([garbageHead(), busyHead()]).toEqual([0, at]);
    router.call("dstRelease", at);
    expect(router.entries()).toBe(1);
    release();
    expect(router.entries()).toBe(0);
    expect([garbageHead(), busyHead()]).toEqual([0, 0]);
  });

  it("F4-11 a DEAD entry discards if its device is down, else goes on for its holders", () => {
    const up = alloc();
    router.call("dstFree", up);
    expect(handlers(up)).toEqual([CALL_IP_FORWARD, CALL_IP_OUTPUT]);
    const down = alloc();
    setDeviceUp(false);
    router.call("dstFree", down);
    setDeviceUp(true);
    expect(handlers(down)).toEqual([CALL_DISCARD, CALL_DISCARD]);
    expect(handlers(up)).toEqual([CALL_IP_FORWARD, CALL_IP_OUTPUT]);
    release(up, down);
  });

  it("F4-16 DOWN installs discard, unregistering moves the device reference to loopback", () => {
    const at = alloc();
    const live = alloc();
    router.call("dstFree", at);
    const counts = [router.deviceCount(TX), router.deviceCount(LO)];
    router.control("dstDevEvent", dev, NETDEV_DOWN);
    expect(handlers(at)).toEqual([CALL_DISCARD, CALL_DISCARD]);
    expect([router.deviceCount(TX), router.deviceCount(LO)]).toEqual(counts);
    router.control("dstDevEvent", dev, NETDEV_UNREGISTER_FINAL);
    expect(router.field(at, "DST_DEV_OFFSET")).toBe(router.machine.deviceAt(LO));
    expect(router.deviceCount(TX)).toBe((counts[0] ?? 0) - 1);
    expect(router.deviceCount(LO)).toBe((counts[1] ?? 0) + 1);
    // Only dead entries are visited.
    expect(handlers(live)).toEqual([CALL_IP_FORWARD, CALL_IP_OUTPUT]);
    expect(router.field(live, "DST_DEV_OFFSET")).toBe(dev);
    router.call("dstFree", live);
    release(at, live);
  });

  it("the collector's timer drains the list, 0.1 s after the first free, and comes again", () => {
    const held = alloc();
    const gone = alloc();
    router.call("dstFree", held);
    router.call("dstFree", gone);
    router.call("dstRelease", gone);
    router.call("clockAdvance", 99);
    router.call("runDeferred");
    expect(router.rtablesInUse()).toBe(2);
    router.call("clockAdvance", 1);
    router.call("runDeferred");
    expect(router.rtablesInUse()).toBe(1);
    router.call("dstRelease", held);
    router.call("clockAdvance", 100);
    router.call("runDeferred");
    expect(router.rtablesInUse()).toBe(0);
    expect(garbageHead()).toBe(0);
    router.call("clockAdvance", 1000);
    expect(router.call("runDeferred")).toBe(0);
  });

  it("F4-3 no number of live rtables fails before the slab is empty; then drops count", () => {
    const base = router.entries();
    const made: number[] = [];
    for (let at = alloc(); at !== 0; at = router.call("rtDstAlloc", dev, 1)) made.push(at);
    expect(made.length).toBeGreaterThan(10_000);
    expect(router.entries()).toBe(base + made.length);
    router.setFlows(flowsToRows([0, 1], 64));
    router.forward(64);
    expect(readMib(router.machine).drops).toEqual({ "no-buffer": 64 });
    router.send(64);
    expect(readMib(router.machine).drops).toEqual({ "no-buffer": 128 });
    expect(readMib(router.machine).outTransmits).toBe(0);
    for (const at of made) {
      router.call("dstRelease", at);
      router.call("dstFree", at);
    }
    expect(router.rtablesInUse()).toBe(0);
    router.forward(64);
    expect(readMib(router.machine).outTransmits).toBe(64);
    expect(router.slabIsValid(RTABLE_CACHE)).toBe(true);
  });
});
