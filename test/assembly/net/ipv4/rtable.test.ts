/** What an rtable answers (offsets of 3.10's dst_entry and rtable, spec 1.1). */
import { beforeAll, describe, expect, it } from "vitest";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { COMPILE_MS, type Router, WORLD } from "../../machine/router.js";
import { ipv4Router, scratchAt } from "./ipv4.js";

const METRICS = 40;
const EXPIRES = 48;
const GATEWAY = 168;
const PMTU = 172;
/** Index of RTAX_MTU, which counts from 1, in an array of metrics. */
const MTU_METRIC = 1;
const READ_ONLY = 1;
const FORCE_CHK = -1;
const IP_MAX_MTU = 0xfff0;

describe("rtable", () => {
  let router: Router;
  let dev = 0;
  const tx = WORLD.devices.find((device) => device.kind === "tx");

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10");
    dev = router.machine.deviceAt(tx?.ifindex ?? 0);
  }, COMPILE_MS);

  const poke = (at: number, value: number): void => {
    router.machine.u32[at / 4] = value;
  };

  /** Gives `use` an rtable of the tx device and takes it away again. */
  const withRtable = (use: (rt: number) => void): void => {
    const rt = router.call("rtDstAlloc", dev, 0);
    expect(rt).not.toBe(0);
    use(rt);
    router.call("dstRelease", rt);
    router.drain();
    expect(router.rtablesInUse()).toBe(0);
  };

  it("is valid while its owner has it and nothing of the tables changed", () => {
    expect(router.call("rtCacheValid", 0)).toBe(0);
    withRtable((rt) => {
      expect(router.call("rtCacheValid", rt)).toBe(1);
      const obsolete = new DataView(router.machine.memory.buffer);
      const at = rt + router.machine.layout.at("DST_OBSOLETE_OFFSET");
      expect(obsolete.getInt16(at, true)).toBe(FORCE_CHK);
      for (const state of [0, 2, -2]) {
        obsolete.setInt16(at, state, true);
        expect(router.call("rtCacheValid", rt)).toBe(0);
      }
      obsolete.setInt16(at, FORCE_CHK, true);
      expect(router.call("rtCacheValid", rt)).toBe(1);
      router.control("rtCacheFlush");
      expect(router.call("rtCacheValid", rt)).toBe(0);
    });
    withRtable((rt) => {
      expect(router.field(rt, "RTABLE_GENID_OFFSET")).toBe(router.call("rtGenid"));
      expect(router.call("rtCacheValid", rt)).toBe(1);
    });
  });

  it("has the gateway for a next hop, or the destination where it is on-link", () => {
    const [daddr, gateway] = [swapBytes(0x08080808), swapBytes(0x0a02000b)];
    withRtable((rt) => {
      expect(router.call("nexthopOf", rt, daddr)).toBe(daddr);
      poke(rt + GATEWAY, gateway);
      expect(router.call("nexthopOf", rt, daddr)).toBe(gateway);
    });
  });

  it("takes its MTU from what it learned until that expires, then metrics, then device", () => {
    withRtable((rt) => {
      const mtu = (): number => router.call("mtuOf", rt);
      expect(mtu()).toBe(tx?.mtu);
      const metrics = scratchAt(router);
      poke(metrics + 4 * MTU_METRIC, 1400);
      poke(rt + METRICS, metrics | READ_ONLY);
      expect(mtu()).toBe(1400);
      poke(rt + PMTU, 600);
      poke(rt + EXPIRES, router.call("jiffies") + 10);
      expect(mtu()).toBe(600);
      router.control("clockAdvance", 9);
      expect(mtu()).toBe(600);
      router.control("clockAdvance", 1);
      expect(mtu()).toBe(1400);
      poke(metrics + 4 * MTU_METRIC, 0);
      expect(mtu()).toBe(tx?.mtu);
    });
  });

  it.each([
    [IP_MAX_MTU - 1, IP_MAX_MTU - 1],
    [IP_MAX_MTU, IP_MAX_MTU],
    [IP_MAX_MTU + 1, IP_MAX_MTU],
    [0x10000, IP_MAX_MTU],
  ])("lets a device say %i and takes %i", (said, taken) => {
    withRtable((rt) => {
      router.control("setDeviceMtu", dev, said);
      expect(router.call("mtuOf", rt)).toBe(taken);
      router.control("setDeviceMtu", dev, tx?.mtu ?? 0);
    });
  });
});
