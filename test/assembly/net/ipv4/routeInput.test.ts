/**
 * Input routing by exact stories: what makes an rtable, where it is kept, what it says.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib, readRtStat } from "../../../../src/machine/counters.js";
import { writeEthernet } from "../../../../src/reference/ipv4Frame.js";
import { txAddress } from "../../../../src/workloads/standardWorld.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  type Router,
  routersOf,
  WORLD,
} from "../../machine/router.js";

const DESIGNS = ["linux-3.10", "no-cache"];
/** Columns of `rt_cache_stat`. */
const STAT = { inSlowTot: 1, inNoRoute: 3, inBrd: 4, inMartianDst: 5, inMartianSrc: 6 };
/** Offsets of 3.10's dst_entry and rtable (spec 1.1), and ids of the handlers. */
const INPUT = 80;
const OUTPUT = 88;
const ERROR_WORD = 100;
const RT_FLAGS = 156;
const RT_TYPE = 160;
const CALL = { discard: 1, ipLocalDeliver: 2, ipForward: 3, ipError: 4, ipOutput: 5, ipRtBug: 6 };
const RTCF = { broadcast: 0x10000000, local: 0x80000000 };
const RTN = { unicast: 1, local: 2, broadcast: 3, unreachable: 7 };
const SADDR = 0x08080804;
const RX = WORLD.devices[1]?.ifindex ?? 0;
const OFF = WORLD.devices.find((device) => !device.forwarding);
const LO = 1;

describe("input routing", () => {
  let routers: Router[] = [];

  beforeAll(async () => {
    routers = await routersOf(DESIGNS);
  }, COMPILE_MS);

  const router = (design: string): Router => {
    const found = routers[DESIGNS.indexOf(design)];
    if (found === undefined) throw new RangeError(design);
    return found;
  };

  /** Receives a packet to `daddr` on a device that forwards, or on the one that does not. */
  const receive = (one: Router, daddr: number, on: "rx" | "off" = "rx", saddr = SADDR) => {
    const frame = frameOfPair(one, saddr, daddr);
    const device = on === "rx" ? WORLD.devices[1] : OFF;
    writeEthernet(frame, 0, device?.mac ?? new Uint8Array(6), new Uint8Array(6));
    const fate = one.receive(device?.ifindex ?? 0, frame);
    if (typeof fate === "string") return fate;
    return fate.kind === "dropped" ? fate.reason : fate.kind;
  };

  const slotsAfter = (one: Router, run: () => void): number[] => {
    const before = new Set(one.slots().map(({ rtable }) => rtable));
    run();
    return one
      .slots()
      .map(({ rtable }) => rtable)
      .filter((rtable) => !before.has(rtable));
  };

  const word = (one: Router, at: number): number => one.machine.u32[at / 4] ?? 0;

  it("F4-53 martian sources and destinations never make an rtable", () => {
    for (const one of routers) {
      const stats = [STAT.inMartianSrc, STAT.inMartianDst].map((i) => readRtStat(one.machine, i));
      const entries = one.entries();
      const costs = one.costs(() => {
        for (const saddr of [0xe0000001, 0xffffffff, 0x00000007, 0x7f000009]) {
          expect(receive(one, hostOfRow(3), "rx", saddr)).toBe("martian-source");
        }
        for (const daddr of [0x00000007, 0x7f000001]) {
          expect(receive(one, daddr)).toBe("martian-destination");
        }
        expect(receive(one, 0xe0000001)).toBe("multicast-not-member");
      });
      expect(costs).toMatchObject({ dstAllocations: 0, lookups: 0 });
      expect(one.entries()).toBe(entries);
      const now = [STAT.inMartianSrc, STAT.inMartianDst].map((i) => readRtStat(one.machine, i));
      expect(now).toEqual([(stats[0] ?? 0) + 4, (stats[1] ?? 0) + 2]);
    }
  });

  it("F4-54 an unroutable packet makes an rtable for itself alone", () => {
    for (const one of routers) {
      one.drain();
      const before = one.slots().length;
      const entries = one.entries();
      const noRoute = readRtStat(one.machine, STAT.inNoRoute);
      const costs = one.costs(() => {
        for (let i = 0; i < 5; i++) expect(receive(one, 0xc0a80001 + i)).toBe("no-route");
      });
      expect(costs).toMatchObject({ dstAllocations: 5, uncachedAdds: 0, slotInstalls: 0 });
      expect(one.slots()).toHaveLength(before);
      expect(readRtStat(one.machine, STAT.inNoRoute)).toBe(noRoute + 5);
      one.drain();
      expect(one.entries()).toBe(entries);
    }
  });

  it("F4-55 forwarding off on one device poisons the shared slot for the others", () => {
    const one = router("linux-3.10");
    expect(receive(one, hostOfRow(8), "off")).toBe("forwarding-off");
    expect(receive(one, hostOfRow(8), "rx")).toBe("forwarding-off");
    // Another destination behind the same next hop, too.
    expect(receive(one, hostOfRow(8 + 64), "rx")).toBe("forwarding-off");
  });

  it("F4-55 and the other way round: a cached route lets the device forward", () => {
    const one = router("linux-3.10");
    expect(receive(one, hostOfRow(9), "rx")).toBe("forwarded");
    expect(receive(one, hostOfRow(9), "off")).toBe("forwarded");
  });

  it("F4-55 without a cache neither happens", () => {
    const one = router("no-cache");
    expect(receive(one, hostOfRow(8), "off")).toBe("forwarding-off");
    expect(receive(one, hostOfRow(8), "rx")).toBe("forwarded");
    expect(receive(one, hostOfRow(8), "off")).toBe("forwarding-off");
  });

  it("F4-60 F4-61 what a cached input rtable says: local", () => {
    const one = router("linux-3.10");
    const [rt = 0] = slotsAfter(one, () => {
      expect(receive(one, txAddress(1, 1))).toBe("delivered");
    });
    expect(word(one, rt + INPUT)).toBe(CALL.ipLocalDeliver);
    expect(word(one, rt + OUTPUT)).toBe(CALL.ipRtBug);
    expect(one.field(rt, "DST_DEV_OFFSET")).toBe(one.machine.deviceAt(LO));
    expect(word(one, rt + RT_FLAGS) >>> 0).toBe(RTCF.local);
    expect(word(one, rt + RT_TYPE) & 0xffff).toBe(RTN.local);
  });

  it("F4-61 what a cached input rtable says: a subnet's broadcast, once for its next hop", () => {
    const one = router("linux-3.10");
    const brd = readRtStat(one.machine, STAT.inBrd);
    const slow = readRtStat(one.machine, STAT.inSlowTot);
    const found = slotsAfter(one, () => {
      expect(receive(one, txAddress(1, 255))).toBe("delivered");
      expect(receive(one, txAddress(1, 255))).toBe("delivered");
    });
    expect(found).toHaveLength(1);
    const [rt = 0] = found;
    expect(word(one, rt + INPUT)).toBe(CALL.ipLocalDeliver);
    expect(word(one, rt + OUTPUT)).toBe(CALL.ipRtBug);
    expect(word(one, rt + RT_FLAGS) >>> 0).toBe((RTCF.local | RTCF.broadcast) >>> 0);
    expect(word(one, rt + RT_TYPE) & 0xffff).toBe(RTN.broadcast);
    expect(one.field(rt, "DST_DEV_OFFSET")).toBe(one.machine.deviceAt(LO));
    expect(readRtStat(one.machine, STAT.inBrd)).toBe(brd + 2);
    expect(readRtStat(one.machine, STAT.inSlowTot)).toBe(slow + 1);
  });

  it("the limited broadcast has no next hop and is never cached", () => {
    const one = router("linux-3.10");
    const costs = one.costs(() => {
      for (let i = 0; i < 3; i++) expect(receive(one, 0xffffffff)).toBe("delivered");
    });
    expect(costs).toMatchObject({ dstAllocations: 3, lookups: 0, slotInstalls: 0 });
  });

  it("F4-61 what a cached input rtable says: unreachable", () => {
    const one = router("linux-3.10");
    const [rt = 0] = slotsAfter(one, () => {
      expect(receive(one, hostOfRow(10), "off")).toBe("forwarding-off");
    });
    expect(word(one, rt + INPUT)).toBe(CALL.ipError);
    expect(word(one, rt + OUTPUT)).toBe(CALL.ipRtBug);
    expect(one.field(rt, "DST_DEV_OFFSET")).toBe(one.machine.deviceAt(LO));
    expect(word(one, rt + RT_FLAGS)).toBe(0);
    expect(word(one, rt + RT_TYPE) & 0xffff).toBe(RTN.unreachable);
    expect(word(one, rt + ERROR_WORD) & 0xffff).toBe(0);
  });

  it("F4-61 what a cached input rtable says: forward", () => {
    const one = router("linux-3.10");
    const [rt = 0] = slotsAfter(one, () => {
      expect(receive(one, hostOfRow(11))).toBe("forwarded");
    });
    const nexthop = WORLD.nexthops[11];
    expect(word(one, rt + INPUT)).toBe(CALL.ipForward);
    expect(word(one, rt + OUTPUT)).toBe(CALL.ipOutput);
    expect(one.field(rt, "DST_DEV_OFFSET")).toBe(one.machine.deviceAt(nexthop?.ifindex ?? 0));
    expect(word(one, rt + RT_TYPE) & 0xffff).toBe(RTN.unicast);
    expect((word(one, rt + RT_TYPE) >>> 16) & 0xff).toBe(1);
  });

  it("F4-61 what a cached output rtable says: unicast, and for this host", () => {
    const one = router("linux-3.10");
    one.setFlows([[SADDR, hostOfRow(12)]]);
    const [unicast = 0] = slotsAfter(one, () => one.send(1));
    expect(word(one, unicast + INPUT)).toBe(CALL.discard);
    expect(word(one, unicast + OUTPUT)).toBe(CALL.ipOutput);
    one.setFlows([[SADDR, txAddress(2, 1)]]);
    const delivered = readMib(one.machine).inDelivers;
    const [local = 0] = slotsAfter(one, () => one.send(1));
    expect(readMib(one.machine).inDelivers).toBe(delivered + 1);
    expect(word(one, local + INPUT)).toBe(CALL.ipLocalDeliver);
    expect(word(one, local + OUTPUT)).toBe(CALL.ipOutput);
    expect(one.field(local, "DST_DEV_OFFSET")).toBe(one.machine.deviceAt(LO));
  });

  it("F4-62 in_slow_tot counts input rtables that were made; the hit columns stay 0", () => {
    const one = router("linux-3.10");
    const slow = readRtStat(one.machine, STAT.inSlowTot);
    for (let i = 0; i < 4; i++) receive(one, hostOfRow(13, 1 + i));
    expect(readRtStat(one.machine, STAT.inSlowTot)).toBe(slow + 1);
    for (const column of [0, 7, 10, 11, 12, 13, 14, 15]) {
      expect(readRtStat(one.machine, column)).toBe(0);
    }
  });

  it("a device without IP drops before anything is looked up, and is no martian", () => {
    const one = router("linux-3.10");
    const { machine } = one;
    const at = (machine.deviceAt(RX) + machine.layout.at("DEV_IP_ENABLED")) / 4;
    const martians = readRtStat(machine, STAT.inMartianSrc);
    machine.u32[at] = 0;
    expect(receive(one, hostOfRow(1))).toBe("device-down");
    machine.u32[at] = 1;
    expect(readRtStat(machine, STAT.inMartianSrc)).toBe(martians);
    expect(receive(one, hostOfRow(1))).toBe("forwarded");
  });
});
