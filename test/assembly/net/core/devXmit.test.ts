/** Transmit: the ring, the device's statistics, and what becomes of the dst. */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { sentFrames } from "../../../../src/machine/txRing.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf, WORLD } from "../../machine/router.js";

const FLAGS = 8;
const PRIV_FLAGS = 16;
const IFF_UP = 1;
const IFF_XMIT_DST_RELEASE = 0x400;
const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;
const FRAME_BYTES = 60;

describe("transmit", () => {
  let router: Router;

  beforeAll(async () => {
    router = await routerOf("linux-3.10");
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    router.setFlows(flowsToRows([0], 256));
  }, COMPILE_MS);

  const setWord = (offset: number, value: number): void => {
    router.machine.u32[(router.machine.deviceAt(TX0) + offset) / 4] = value;
  };
  const deviceStats = (): number[] => {
    const { machine } = router;
    const at = machine.areaOf(0) + machine.layout.at("PCPU_DEV_STATS") + 32 * (TX0 - 1);
    return [machine.u32[at / 4] ?? 0, machine.u32[at / 4 + 2] ?? 0];
  };

  it("a ring of 256 descriptors takes every frame and goes round", () => {
    const { machine } = router;
    for (const packets of [64, 192, 100]) {
      const since = machine.ringsWord(0, "RINGS_TX_SENT");
      const [frames = 0, bytes = 0] = deviceStats();
      router.forward(packets);
      const sent = sentFrames(machine, 0, since);
      expect(sent).toHaveLength(packets);
      expect(sent.filter(({ ifindex }) => ifindex !== TX0)).toEqual([]);
      expect(sent.filter(({ frame }) => frame.length !== FRAME_BYTES)).toEqual([]);
      expect(deviceStats()).toEqual([frames + packets, bytes + packets * FRAME_BYTES]);
    }
    expect(machine.ringsWord(0, "RINGS_TX_SENT")).toBe(356);
    expect(() => sentFrames(machine, 0, 0)).toThrow(RangeError);
  });

  it("F4-24 bypassed queue: no dst atomics with IFF_XMIT_DST_RELEASE, one pair without", () => {
    expect(router.costs(() => router.forward(64))).toMatchObject({ dstHolds: 0, atomicRmw: 0 });
    setWord(PRIV_FLAGS, 0);
    const costs = router.costs(() => router.forward(64));
    setWord(PRIV_FLAGS, IFF_XMIT_DST_RELEASE);
    expect(costs).toMatchObject({ dstHolds: 64, dstReleases: 64, atomicRmw: 128 });
  });

  it("a device that is down drops by name, and nothing of the packet stays", () => {
    const { machine } = router;
    const before = readMib(machine);
    const since = machine.ringsWord(0, "RINGS_TX_SENT");
    setWord(FLAGS, 0);
    router.forward(64);
    router.send(64);
    setWord(FLAGS, IFF_UP);
    expect(sentFrames(machine, 0, since)).toEqual([]);
    const after = readMib(machine);
    expect(after.drops["device-down"]).toBe(128);
    expect(after.outTransmits).toBe(before.outTransmits);
    for (const { rtable } of router.slots()) expect(router.refcnt(rtable)).toBe(0);
  });
});
