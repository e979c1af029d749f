/** The receive ring: frames to the byte, the device they arrive on, the list's position. */
import { beforeAll, describe, expect, it } from "vitest";
import { Prng } from "../../../src/workloads/prng.js";
import { receiveDeviceIndex } from "../../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../../src/workloads/standardWorld.js";
import { FRAME_BYTES, TEMPLATE_FRAME_OFFSET } from "../../../src/workloads/templates.js";
import { COMPILE_MS, frameOfPair, type Router, routerOf, WORLD } from "../machine/router.js";

const BURST = 64;
/** Fields of an skb: the device's word, and the frame's address and length. */
const SKB = { dev: 32, refdst: 88, len: 104 };

type Pair = readonly [number, number];

function pairsOf(count: number): Pair[] {
  const prng = new Prng(1071);
  return Array.from({ length: count }, (): Pair => [prng.next() >>> 0, prng.next() >>> 0]);
}

describe("the receive ring", () => {
  let router: Router;

  beforeAll(async () => {
    router = await routerOf("linux-3.10");
  }, COMPILE_MS);

  /** What the ring made of packet `i` of the last burst. */
  const received = (i: number): { dev: number; refdst: number; len: number; frame: Uint8Array } => {
    const { machine } = router;
    const { layout } = machine;
    const skb = machine.ringsWord(0, "RINGS_SKBS_AT") + i * layout.at("SK_BUFF_BYTES");
    const frames = machine.ringsWord(0, "RINGS_FRAMES_AT") + i * layout.at("RX_FRAME_BYTES");
    const at = frames + layout.at("FRAME_TEMPLATE") + TEMPLATE_FRAME_OFFSET;
    const frame = new Uint8Array(machine.memory.buffer, at, FRAME_BYTES).slice();
    const word = (offset: number): number => machine.u32[(skb + offset) / 4] ?? 0;
    return { dev: word(SKB.dev), refdst: word(SKB.refdst), len: word(SKB.len), frame };
  };

  const expected = ([saddr, daddr]: Pair) => {
    const rx = receiveDevices(WORLD);
    const device = rx[receiveDeviceIndex(saddr, rx.length)];
    const frame = frameOfPair(router, saddr, daddr);
    return { dev: router.machine.deviceAt(device?.ifindex ?? 0), refdst: 0, len: 60, frame };
  };

  const position = (): number => router.machine.ringsWord(0, "RINGS_FLOW_NEXT");

  it("makes every frame of a burst as the templates say, on the device of its source", () => {
    const pairs = pairsOf(16 * BURST);
    router.setFlows(pairs);
    for (let burst = 0; burst < 16; burst++) {
      router.call("nullPackets", BURST);
      const made = Array.from({ length: BURST }, (_, i) => received(i));
      expect(made).toEqual(pairs.slice(burst * BURST, (burst + 1) * BURST).map(expected));
    }
    const devices = new Set(pairs.map((pair) => expected(pair).dev));
    expect(devices.size).toBe(receiveDevices(WORLD).length);
  });

  it("carries the position on from burst to burst, wraps at the list's end, makes n frames", () => {
    const pairs = pairsOf(100);
    router.setFlows(pairs);
    let next = 0;
    for (const n of [BURST, BURST, 1, 35, 36, BURST]) {
      const untouched = received(n % BURST);
      router.call("nullPackets", n);
      for (let i = 0; i < n; i++) {
        expect(received(i)).toEqual(expected(pairs[(next + i) % 100] ?? [0, 0]));
      }
      if (n < BURST) expect(received(n)).toEqual(untouched);
      next = (next + n) % 100;
      expect(position()).toBe(next);
    }
  });

  it("gives every checksum that two addresses can make, zero and all ones included", () => {
    const edges = [0, 0xffff, 0x10000, 0xffff0000, 0xfffeffff, 0x7fff8000, 0xffffffff];
    const pairs = edges.flatMap((saddr) => edges.map((daddr): Pair => [saddr, daddr]));
    router.setFlows(pairs);
    router.call("nullPackets", pairs.length);
    expect(pairs.map((_, i) => received(i))).toEqual(pairs.map(expected));
  });
});
