/**
 * Entries that are bound to neighbours (2.6.18, 2.6.39): who is bound to what, which references
 * that takes, and how packets go by the headers that entries share.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { parseDesign } from "../../../../src/image/designs.js";
import { sha256 } from "../../../../src/image/imageStore.js";
import { readMib } from "../../../../src/machine/counters.js";
import { sentFrames } from "../../../../src/machine/txRing.js";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { HZ, macOf, Neighbourhood, STRANGER, TX0 } from "../../../helpers/neighbours.js";
import { cachedImage } from "../../../helpers/testMachine.js";
import { COMPILE_MS, type Router, routersOf, WORLD } from "../../machine/router.js";
import { NUD } from "../core/core.js";

const EINVAL = 22;
const ENOBUFS = 105;
const THRESH3 = 1024;
const HH_CACHE = 5;
const XMIT = 1;
const RESOLVE = 2;
const LO = 1;
const [GATEWAY] = WORLD.neighbours;
const gateway = GATEWAY?.address ?? 0;

const ERAS = [
  { era: "2.6.18", neighbour: 0, layout: 0 },
  { era: "2.6.39", neighbour: 1, layout: 1 },
] as const;

describe.each(ERAS)("entries of $era", ({ era, neighbour, layout }) => {
  let router: Router;
  let hood: Neighbourhood;

  beforeEach(async () => {
    const defines = { DST_NEIGHBOUR: neighbour, DST_DST_LAYOUT: layout, DST_ROUTE_CACHE: 2 };
    const bytes = await cachedImage(
      "test/assembly/net/ipv4/neighbourOutput.as.ts",
      "debug",
      defines,
    );
    const { row } = parseDesign("nexthop-direct");
    const image = { name: era, row, bytes, sha256: sha256(bytes), compiledNow: true } as const;
    const [made] = await routersOf([], { images: [{ ...image, flavour: "debug" }], cpus: 1 });
    if (made === undefined) throw new RangeError("no machine");
    router = made;
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    hood = new Neighbourhood(router);
  }, COMPILE_MS);

  const entryTo = (address: number, isCached = true, ifindex = TX0): number =>
    router.call(
      "makeEntry",
      router.machine.deviceAt(ifindex),
      swapBytes(address),
      Number(isCached),
    );
  const bind = (dst: number): number => router.control("bindNeighbour", dst);
  const refs = (at: number): number => router.field(at, "NEIGH_REFCNT");
  const hhRefs = (hh: number): number => router.machine.u32[router.call("hhRefcntAt", hh) / 4] ?? 0;
  const packetAt = (): number => router.machine.hostFrameAt(0) + 14;
  const send = (dst: number): number =>
    router.machine.cpu(0).callSigned("sendBy", dst, packetAt(), 46);
  /** What was sent by a step: the destinations of its frames. */
  const destinations = (step: () => void): Uint8Array[] => {
    const since = router.machine.ringsWord(0, "RINGS_TX_SENT");
    step();
    return sentFrames(router.machine, 0, since).map(({ frame }) => frame.slice(0, 6));
  };

  it("take a reference when they are bound, once, and give it back when they end", () => {
    const at = hood.entry(gateway);
    const [one, other] = [entryTo(gateway), entryTo(gateway)];
    expect([bind(one), bind(other), bind(one)]).toEqual([0, 0, 0]);
    expect(router.call("dstNeighbour", one)).toBe(at);
    expect(refs(at)).toBe(3);
    router.call("dstDetachNeighbour", one);
    expect(refs(at)).toBe(2);
    expect(router.call("dstNeighbour", one)).toBe(0);
    router.call("dstDetachNeighbour", other);
    router.call("dstDetachNeighbour", other);
    expect(refs(at)).toBe(1);
  });

  it("without a device cannot be bound", () => {
    const dst = router.call("makeEntry", 0, swapBytes(gateway), 1);
    expect(bind(dst)).toBe(-EINVAL);
  });

  it("on loopback share the neighbour of address 0, whom nobody asks for", () => {
    const [one, other] = [entryTo(0x7f000001, true, LO), entryTo(0x0a0a0a0a, true, LO)];
    expect([bind(one), bind(other)]).toEqual([0, 0]);
    const shared = router.call("dstNeighbour", one);
    expect(router.call("dstNeighbour", other)).toBe(shared);
    expect(router.field(shared, "NEIGH_KEY")).toBe(0);
    expect(router.field(shared, "NEIGH_STATE")).toBe(NUD.noarp);
    expect(refs(shared)).toBe(3);
  });

  it("get a header by the first packet, one for each neighbour, shared and counted", () => {
    const [one, other] = [entryTo(gateway), entryTo(gateway)];
    bind(one);
    bind(other);
    expect(router.call("dstHh", one)).toBe(0);
    expect(destinations(() => send(one))).toEqual([GATEWAY?.mac]);
    const hh = router.call("dstHh", one);
    expect(hh).not.toBe(0);
    expect(hhRefs(hh)).toBe(2);
    expect(router.call("hhOutput", hh)).toBe(XMIT);
    send(other);
    expect(router.call("dstHh", other)).toBe(hh);
    expect(hhRefs(hh)).toBe(3);
    expect(router.call("slabInUse", HH_CACHE)).toBe(1);
    router.call("dstDetachNeighbour", one);
    expect(hhRefs(hh)).toBe(2);
  });

  it("for one use never get a header, and are sent all the same", () => {
    const dst = entryTo(gateway, false);
    bind(dst);
    expect(destinations(() => send(dst))).toEqual([GATEWAY?.mac]);
    expect(router.call("dstHh", dst)).toBe(0);
    expect(router.call("slabInUse", HH_CACHE)).toBe(0);
  });

  it("with neither header nor neighbour drop with -EINVAL", () => {
    const dst = entryTo(gateway);
    expect(destinations(() => expect(send(dst)).toBe(-EINVAL))).toEqual([]);
    expect(readMib(router.machine).drops["no-neighbour"]).toBe(1);
  });

  it("a packet by a header takes its lock: two atomics where that is a rwlock, else none", () => {
    const dst = entryTo(gateway);
    bind(dst);
    send(dst);
    const costs = router.costs(() => send(dst));
    const rmw = neighbour === 0 ? 2 : 0;
    expect(costs.atomicRmw).toBe(rmw);
    expect(costs.neighbourLookups).toBe(0);
    expect(costs.atomicCmpxchg).toBe(0);
  });

  it("of an unknown neighbour wait, three at most; the answer gives them a header", () => {
    const dst = entryTo(STRANGER);
    expect(bind(dst)).toBe(0);
    for (let i = 0; i < 5; i++) send(dst);
    expect(hood.asked()).toEqual([]);
    expect(readMib(router.machine)).toMatchObject({ parked: 5, drops: { unresolved: 2 } });
    // The first request is the timer's, a tick later.
    hood.wait(1, 1);
    const [request] = hood.asked();
    if (request === undefined) throw new RangeError("nobody asked");
    const sent = destinations(() => hood.answer(request));
    expect(sent).toEqual([macOf(STRANGER), macOf(STRANGER), macOf(STRANGER)]);
    send(dst);
    const hh = router.call("dstHh", dst);
    expect(router.call("hhOutput", hh)).toBe(XMIT);
    expect(refs(hood.entry(STRANGER))).toBe(3);
  });

  it("follow their neighbour's state and address by the header", () => {
    const dst = entryTo(STRANGER);
    bind(dst);
    send(dst);
    hood.wait(1, 1);
    const [request] = hood.asked();
    if (request === undefined) throw new RangeError("nobody asked");
    hood.answer(request);
    send(dst);
    const hh = router.call("dstHh", dst);
    hood.wait(router.call("neighReachableTime") + 10 * HZ);
    expect(hood.state(STRANGER)).toBe(NUD.stale);
    expect(router.call("hhOutput", hh)).toBe(RESOLVE);
    expect(destinations(() => send(dst))).toEqual([macOf(STRANGER)]);
    expect(hood.state(STRANGER)).toBe(NUD.delay);
    const moved = Uint8Array.of(2, 7, 7, 7, 7, 7);
    hood.wait(2 * HZ);
    hood.answer(request, moved);
    expect(router.call("hhOutput", hh)).toBe(XMIT);
    expect(destinations(() => send(dst))).toEqual([moved]);
  });

  it("keep a neighbour that has left the table, and its header, until they end", () => {
    const dst = entryTo(gateway);
    bind(dst);
    send(dst);
    const at = hood.entry(gateway);
    const hh = router.call("dstHh", dst);
    router.control("neighIfdown", hood.device);
    expect(hood.entry(gateway)).toBe(0);
    expect(refs(at)).toBe(1);
    expect(hhRefs(hh)).toBe(2);
    router.call("dstDetachNeighbour", dst);
    router.drain();
    expect(router.call("slabInUse", HH_CACHE)).toBe(0);
  });

  it("F4-78 pin their neighbours: 2000 flows to hosts on link overflow the table", () => {
    let bound = 0;
    for (let n = 0; n < 2000; n++) {
      const result = bind(entryTo(0x0a090000 + n));
      if (result === 0) bound++;
      else expect(result).toBe(-ENOBUFS);
    }
    expect(bound).toBe(THRESH3 - WORLD.neighbours.length);
    expect(hood.stats().tableFulls).toBe(2000 - bound);
    expect(hood.stats().forcedGcRuns).toBeGreaterThanOrEqual(2000 - bound);
    expect(router.call("neighEntries")).toBe(THRESH3);
  });
});
