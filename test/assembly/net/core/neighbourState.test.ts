/**
 * The NUD machine: packets, answers and time, on one CPU whose clock the test moves. What is sent
 * and what waits is looked at as frames and counters.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { sentFrames } from "../../../../src/machine/txRing.js";
import { HZ, macOf, Neighbourhood, STRANGER, TX0 } from "../../../helpers/neighbours.js";
import { COMPILE_MS, frameOfPair, type Router, WORLD } from "../../machine/router.js";
import { coreRouter, NUD } from "./core.js";

const BROADCAST = new Uint8Array(6).fill(0xff);
const own = WORLD.devices.find(({ ifindex }) => ifindex === TX0);
const OVERRIDE = 1;

let router: Router;
let hood: Neighbourhood;

/** Packet n to the stranger arrives, on the device that its source address means. */
const packet = (n = 0): unknown =>
  router.receive(2, frameOfPair(router, 0x08080000 + 4 * n, STRANGER));
const waiting = (): number => {
  const { parked, unparked } = readMib(router.machine);
  return parked - unparked;
};
const learn = (address: number, state: number, mac = macOf(address), flags = 0): number => {
  const view = new DataView(mac.buffer);
  const low = view.getUint32(0, true);
  return router.control(
    "neighLearn",
    hood.entry(address),
    low,
    view.getUint16(4, true),
    state,
    flags,
  );
};
/** Resolves the stranger. */
const resolve = (): void => {
  packet();
  const [request] = hood.asked();
  if (request === undefined) throw new RangeError("nobody asked");
  hood.answer(request);
};

beforeEach(async () => {
  router = await coreRouter("linux-3.10", 1);
  hood = new Neighbourhood(router);
}, COMPILE_MS);

describe("an unknown neighbour", () => {
  it("is asked for by everybody at once, and the packet waits", () => {
    expect(packet()).toEqual({ kind: "dropped", reason: "no-neighbour" });
    expect(hood.state(STRANGER)).toBe(NUD.incomplete);
    expect(waiting()).toBe(1);
    const [request, ...more] = hood.asked();
    expect(more).toEqual([]);
    expect(request).toMatchObject({ op: 1, to: BROADCAST, ifindex: TX0, target: STRANGER });
    expect(request?.sender).toBe(own?.addresses[0]?.address);
    expect(request?.senderMac).toEqual(own?.mac);
  });

  it("answers: what waited is sent in order, and the next packet at once", () => {
    const since = router.machine.ringsWord(0, "RINGS_TX_SENT");
    for (let n = 0; n < 3; n++) packet(n);
    const [request] = hood.asked();
    if (request === undefined) throw new RangeError("nobody asked");
    hood.answer(request);
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
    expect(waiting()).toBe(0);
    packet(3);
    const sent = sentFrames(router.machine, 0, since);
    expect(sent.map(({ frame }) => frame[29])).toEqual([0, 4, 8, 12]);
    for (const { frame, ifindex } of sent) {
      expect(ifindex).toBe(TX0);
      expect([...frame.slice(0, 14)]).toEqual([...macOf(STRANGER), ...(own?.mac ?? []), 8, 0]);
      expect(frame.length).toBe(60);
      expect(frame[22]).toBe(63);
    }
  });

  it("is asked three times, a second apart, and has failed: what waited is unreachable", () => {
    for (let n = 0; n < 5; n++) packet(n);
    const times: number[] = [];
    for (let tick = 0; tick < 5 * HZ; tick += 100) {
      for (const { to } of hood.asked()) {
        expect(to).toEqual(BROADCAST);
        times.push(tick);
      }
      hood.wait(100);
    }
    expect(times).toEqual([0, HZ, 2 * HZ]);
    expect(hood.state(STRANGER)).toBe(NUD.failed);
    expect(readMib(router.machine).drops["host-unreachable"]).toBe(5);
    expect(waiting()).toBe(0);
    expect(hood.stats().resFailed).toBe(1);
    expect(router.field(hood.entry(STRANGER), "NEIGH_REFCNT")).toBe(1);
    // The next packet starts again.
    packet();
    expect(hood.state(STRANGER)).toBe(NUD.incomplete);
    expect(hood.asked()).toHaveLength(1);
  });

  it("keeps 64 KiB of packets: the oldest goes when one more comes", () => {
    const room = 65_536 / 512;
    for (let n = 0; n < room + 3; n++) packet(n);
    expect(waiting()).toBe(room);
    expect(readMib(router.machine).drops.unresolved).toBe(3);
    expect(hood.stats().unresDiscards).toBe(3);
    const since = router.machine.ringsWord(0, "RINGS_TX_SENT");
    const [request] = hood.asked();
    if (request === undefined) throw new RangeError("nobody asked");
    hood.answer(request);
    const [first] = sentFrames(router.machine, 0, since);
    expect(first?.frame[29]).toBe(4 * 3);
  });

  it("that goes with its device takes what waited along", () => {
    packet();
    const before = router.deviceCount(TX0);
    const at = hood.entry(STRANGER);
    expect(router.field(at, "NEIGH_REFCNT")).toBe(2);
    router.control("devClose", hood.device);
    expect(hood.entry(STRANGER)).toBe(0);
    expect(waiting()).toBe(0);
    expect(router.deviceCount(TX0)).toBeLessThan(before);
    hood.wait(5 * HZ);
    expect(hood.asked().length).toBe(1);
  });
});

describe("a known neighbour", () => {
  it("that nobody uses is STALE after reachable_time; a packet makes it DELAY and is sent", () => {
    resolve();
    const reachable = router.call("neighReachableTime");
    expect(reachable).toBeGreaterThanOrEqual(15 * HZ);
    expect(reachable).toBeLessThan(45 * HZ);
    hood.wait(reachable);
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
    hood.wait(1000);
    expect(hood.state(STRANGER)).toBe(NUD.stale);
    expect(packet()).toMatchObject({ kind: "forwarded" });
    expect(hood.state(STRANGER)).toBe(NUD.delay);
    expect(hood.asked()).toEqual([]);
  });

  it("in DELAY is asked at its own address after 5 s, and answers", () => {
    resolve();
    learn(STRANGER, NUD.stale);
    router.control("neighForget", hood.entry(STRANGER), NUD.stale, 0);
    hood.wait(60 * HZ, 500);
    packet();
    expect(hood.state(STRANGER)).toBe(NUD.delay);
    hood.wait(5 * HZ - 200);
    expect(hood.asked()).toEqual([]);
    hood.wait(400);
    expect(hood.state(STRANGER)).toBe(NUD.probe);
    const [request] = hood.asked();
    expect(request?.to).toEqual(macOf(STRANGER));
    expect(packet()).toMatchObject({ kind: "forwarded" });
    if (request !== undefined) hood.answer(request);
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
  });

  it("in DELAY that is confirmed by an upper layer is REACHABLE again without being asked", () => {
    resolve();
    hood.wait(router.call("neighReachableTime") + 1000);
    packet();
    hood.wait(1000);
    router.call("confirm", hood.entry(STRANGER));
    hood.wait(5 * HZ);
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
    expect(hood.asked()).toEqual([]);
  });

  it("that is silent in PROBE fails after 3 requests to its own address", () => {
    resolve();
    const reachable = router.call("neighReachableTime");
    hood.wait(reachable - 1000);
    // Hearing of it in a request is no proof: a REACHABLE entry stays as it is.
    learn(STRANGER, NUD.stale, macOf(STRANGER), OVERRIDE);
    expect(hood.state(STRANGER)).toBe(NUD.reachable);
    hood.wait(2000);
    expect(hood.state(STRANGER)).toBe(NUD.stale);
    packet();
    hood.wait(5 * HZ + 100);
    expect(hood.state(STRANGER)).toBe(NUD.probe);
    hood.wait(4 * HZ);
    expect(hood.state(STRANGER)).toBe(NUD.failed);
    const requests = hood.asked();
    expect(requests).toHaveLength(3);
    for (const { to } of requests) expect(to).toEqual(macOf(STRANGER));
  });

  it("keeps its address for a second against others' claims, then takes the new one", () => {
    resolve();
    const other = Uint8Array.of(2, 9, 9, 9, 9, 9);
    const [request] = [{ op: 1, sender: 0x0a020001, senderMac: own?.mac ?? other }];
    const claim = { ...request, targetMac: other, target: STRANGER };
    hood.answer(claim, other);
    packet();
    hood.wait(1100);
    const since = router.machine.ringsWord(0, "RINGS_TX_SENT");
    packet();
    expect(sentFrames(router.machine, 0, since)[0]?.frame.slice(0, 6)).toEqual(macOf(STRANGER));
    hood.answer(claim, other);
    const later = router.machine.ringsWord(0, "RINGS_TX_SENT");
    packet();
    expect(sentFrames(router.machine, 0, later)[0]?.frame.slice(0, 6)).toEqual(other);
  });

  it("is PERMANENT when the administrator says so: nobody else changes it", () => {
    packet();
    const key = 0x6400020a;
    expect(router.control("neighAddPermanent", hood.device, key, 0x11, 0x22)).toBe(0);
    expect(waiting()).toBe(0);
    expect(hood.state(STRANGER)).toBe(NUD.permanent);
    expect(learn(STRANGER, NUD.reachable)).toBe(-1);
    hood.wait(100 * HZ, 1000);
    expect(hood.state(STRANGER)).toBe(NUD.permanent);
    expect(router.control("neighDelete", hood.device, key)).toBe(0);
    expect(hood.state(STRANGER)).toBe(NUD.failed);
    expect(router.control("neighDelete", hood.device, 0x6500020a)).toBe(-2);
  });
});
