/** Neighbours: found by device and address, their header copied, gone with their device. */
import { beforeAll, describe, expect, it } from "vitest";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { COMPILE_MS, NEIGHBOUR_CACHE, type Router, WORLD } from "../../machine/router.js";
import { coreRouter } from "./core.js";

const EEXIST = 17;
const TX = 6;

describe("neighbours", () => {
  let router: Router;

  beforeAll(async () => {
    router = await coreRouter("linux-3.10");
  }, COMPILE_MS);

  const lookup = (ifindex: number, address: number): number =>
    router.call("ipv4NeighLookupNoref", router.machine.deviceAt(ifindex), swapBytes(address));

  it("finds every neighbour of the setup, each as another entry; none on another device", () => {
    const found = WORLD.neighbours.map(({ ifindex, address }) => lookup(ifindex, address));
    expect(found).not.toContain(0);
    expect(new Set(found).size).toBe(WORLD.neighbours.length);
    expect(router.call("neighEntries")).toBe(WORLD.neighbours.length);
    expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(WORLD.neighbours.length);
    for (const { address } of WORLD.neighbours) expect(lookup(1, address)).toBe(0);
    expect(lookup(TX, 0x0a0200fa)).toBe(0);
  });

  it("copies destination, source and type, 16 aligned bytes in front of the data", () => {
    const { machine } = router;
    const bytes = new Uint8Array(machine.memory.buffer);
    for (const { ifindex, address, mac } of WORLD.neighbours) {
      const data = machine.hostFrameAt(0) + 14;
      expect(data % 16).toBe(0);
      bytes.fill(0xee, data - 16, data + 1);
      router.call("hhCopy", lookup(ifindex, address), data);
      const own = WORLD.devices.find((device) => device.ifindex === ifindex)?.mac ?? [];
      expect([...bytes.slice(data - 14, data + 1)]).toEqual([...mac, ...own, 8, 0, 0xee]);
    }
  });

  it("refuses a second entry and takes nothing for it", () => {
    const { machine } = router;
    const [first] = WORLD.neighbours;
    const before = router.deviceCount(first?.ifindex ?? 0);
    const dev = machine.deviceAt(first?.ifindex ?? 0);
    const key = swapBytes(first?.address ?? 0);
    expect(router.control("neighAddPermanent", dev, key, 1, 2)).toBe(-EEXIST);
    router.drain();
    expect(router.deviceCount(first?.ifindex ?? 0)).toBe(before);
    expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(WORLD.neighbours.length);
  });

  it("a device takes its neighbours along; their memory follows after a bh grace period", () => {
    const dev = router.machine.deviceAt(TX);
    const others = WORLD.neighbours.filter(({ ifindex }) => ifindex !== TX);
    const before = router.deviceCount(TX);
    const removed = router.control("neighIfdown", dev);
    expect(router.call("neighEntries")).toBe(others.length);
    expect(router.deviceCount(TX)).toBe(before - removed);
    for (const { ifindex, address } of WORLD.neighbours) {
      expect(lookup(ifindex, address) !== 0).toBe(ifindex !== TX);
    }
    expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(WORLD.neighbours.length);
    router.drain();
    expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(others.length);
    expect(router.slabIsValid(NEIGHBOUR_CACHE)).toBe(true);
  });
});
