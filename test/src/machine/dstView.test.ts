/** dst entries read from a machine's bytes are what the image says and does. */
import { beforeAll, describe, expect, it } from "vitest";
import { readCachedDsts, readDst } from "../../../src/machine/dstView.js";
import type { Machine } from "../../../src/machine/machine.js";
import {
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

const CPUS = 2;

async function machineAfter(design: string, loop: string): Promise<Machine> {
  const small: Small = await smallExperiment([design], CPUS);
  setWorkload(small, "internet-mix", CPUS);
  const machine = machineOf(small, 0);
  for (const cpu of [0, 1]) runPackets(machine, loop, 512, cpu);
  return machine;
}

describe("readCachedDsts of nexthop slots", () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await machineAfter("linux-3.10.release", "forwardPackets");
  });

  it("finds every rtable that the machine has, each in its slot", () => {
    const dsts = readCachedDsts(machine);
    expect(dsts.length).toBe(machine.cpu(0).call("slabInUse", 0));
    expect(dsts.length).toBeGreaterThan(4);
    for (const dst of dsts) {
      expect(dst.place).toMatch(/^nh_rth_input, fib_info \d+$/);
      expect(dst).toMatchObject({ flags: 0, obsolete: -1, error: 0, refcnt: 0, headerLen: 0 });
      expect([dst.rtDst, dst.rtSrc, dst.rtSpecDst, dst.keyIif]).toEqual([
        ...[undefined, undefined, undefined, undefined],
      ]);
      const device = machine.u32[(dst.address + machine.layout.at("DST_DEV_OFFSET")) / 4];
      expect(device).toBe(machine.deviceAt(dst.ifindex));
      expect(dst.now).toBe(machine.cpu(0).call("jiffies"));
    }
    const gateways = dsts.map((dst) => dst.rtGateway).filter((gateway) => gateway !== 0);
    expect(new Set(gateways).size).toBe(gateways.length);
    expect(gateways.every((gateway) => gateway >>> 16 === 0x0a02)).toBe(true);
  });

  it("reads each field from its own place", () => {
    const [first] = readCachedDsts(machine);
    if (first === undefined) throw new RangeError("no entry");
    const bytes = new DataView(machine.memory.buffer, first.address);
    const at = (name: string): number => machine.layout.at(`VIEW_${name}`);
    bytes.setInt16(at("ERROR"), -101, true);
    bytes.setUint32(at("RT_FLAGS"), 0x80000000, true);
    bytes.setUint16(at("RT_TYPE"), 7, true);
    bytes.setUint32(at("RT_GATEWAY"), 0x0100007f, true);
    bytes.setUint32(at("EXPIRES"), 77, true);
    bytes.setUint32(at("USE"), 78, true);
    bytes.setUint32(at("LASTUSE"), 79, true);
    bytes.setUint16(at("HEADER_LEN"), 14, true);
    bytes.setUint16(at("FLAGS"), 0x11, true);
    expect(readDst(machine, first.address, "here")).toEqual({
      ...first,
      place: "here",
      error: -101,
      rtFlags: 0x80000000,
      rtType: 7,
      rtGateway: 0x7f000001,
      expires: 77,
      use: 78,
      lastuse: 79,
      headerLen: 14,
      flags: 0x11,
    });
  });
});

describe("the header of an entry", () => {
  it("is shared by all that go to its neighbour, and counted", async () => {
    const machine = await machineAfter("linux-2.6.18.release", "forwardPackets");
    const byNeighbour = new Map<number, number>();
    const dsts = readCachedDsts(machine);
    const withHeader = dsts.filter((dst) => dst.header !== null);
    expect(withHeader.length).toBeGreaterThan(4);
    for (const { rtGateway } of withHeader) {
      byNeighbour.set(rtGateway, (byNeighbour.get(rtGateway) ?? 0) + 1);
    }
    for (const { rtGateway, header } of withHeader) {
      // One reference is the neighbour's own.
      expect(header).toEqual({ refcnt: 1 + (byNeighbour.get(rtGateway) ?? 0), isUpToDate: true });
    }
    const [first] = withHeader;
    const at = ((first?.address ?? 0) + machine.layout.at("VIEW_HH")) / 4;
    const hh = machine.u32[at] ?? 0;
    machine.u32[(hh + machine.layout.at("HH_OUTPUT")) / 4] = 2;
    expect(readDst(machine, first?.address ?? 0, "").header?.isUpToDate).toBe(false);
    machine.u32[at] = 0;
    expect(readDst(machine, first?.address ?? 0, "").header).toBeNull();
  });
});

describe("readCachedDsts", () => {
  it("names the output slots: of each CPU, or the shared one", async () => {
    const percpu = await machineAfter("linux-3.10.release", "sendPackets");
    const places = readCachedDsts(percpu).map((dst) => dst.place);
    expect(places.some((place) => /^nh_pcpu_rth_output of CPU 0, fib_info \d+$/.test(place))).toBe(
      true,
    );
    expect(places.some((place) => place.startsWith("nh_pcpu_rth_output of CPU 1,"))).toBe(true);
    const shared = await machineAfter("linux-3.10+output-slot=shared.release", "sendPackets");
    const names = readCachedDsts(shared).map((dst) => dst.place.replace(/,.*/, ""));
    expect(new Set(names)).toEqual(new Set(["nh_rth_output"]));
  });

  it("is empty where nothing is kept", async () => {
    const machine = await machineAfter("no-cache.release", "forwardPackets");
    expect(readCachedDsts(machine)).toEqual([]);
  });
});
