/**
 * What `show` prints follows the machine: a branch that is broken in the image changes counters,
 * slabs and cache, each in the way that the defect must.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { readCachedDsts } from "../../../src/machine/dstView.js";
import { readRtCacheStat, readSlabs } from "../../../src/machine/kernelViews.js";
import type { Machine } from "../../../src/machine/machine.js";
import { bootInspected, type Inspected } from "../../../src/measure/inspectMachine.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { routeLines } from "../../../src/report/showCache.js";
import { counterLines } from "../../../src/report/showCounters.js";
import { slabLines } from "../../../src/report/showSlabs.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { frameOfTemplate, rxTemplate } from "../../../src/workloads/templates.js";
import { type BustedName, bust, bustedImage } from "../../helpers/testImages.js";
import { smallTable } from "./smallExperiment.js";

const RX0 = 2;
const OFF0 = 10;

async function inspect(image: Image): Promise<Inspected> {
  const world = standardWorld({ nexthops: 8 });
  const table = smallTable(200);
  const sizes = { cpus: 1, seed: 1, packetsPerSecond: 1_000_000, flowPairs: 256, traceEvents: 0 };
  return bootInspected({ image, world, table, ...sizes });
}

function receive({ machine, request }: Inspected, ifindex: number, daddr: string): void {
  const device = request.world.devices.find((one) => one.ifindex === ifindex);
  if (device === undefined) throw new RangeError(`no device ${ifindex}`);
  const frame = frameOfTemplate(rxTemplate(device), parseAddress("10.1.0.2"), parseAddress(daddr));
  const at = machine.hostFrameAt(0);
  new Uint8Array(machine.memory.buffer).set(frame, at);
  machine.cpu(0).call("rcuCpuOnline");
  machine.cpu(0).call("receiveFrame", at, frame.length, machine.deviceAt(ifindex));
  machine.cpu(0).call("rcuBarrierLocal");
  machine.cpu(0).call("rcuCpuOffline");
}

/** The three outputs after two packets, one of them from a device that does not forward. */
async function outputs(image: Image, which: BustedName): Promise<Record<string, string[]>> {
  const inspected = await inspect(image);
  const { machine } = inspected;
  bust(machine, which);
  receive(inspected, RX0, "10.2.0.200");
  receive(inspected, OFF0, "10.2.1.200");
  return {
    counters: counterLines(readRtCacheStat(machine)),
    slabs: slabLines(readSlabs(machine)),
    cache: routeLines(readCachedDsts(machine), (n) => `dev${n}`, 1_000),
  };
}

function column(lines: readonly string[] | undefined, index: number): number {
  return Number.parseInt(lines?.[1]?.split(/ +/)[index] ?? "", 16);
}

describe("show, with a branch that is broken in the image", () => {
  let slots: Image;
  let none: Image;

  beforeAll(async () => {
    slots = await bustedImage("linux-3.10", "debug");
    none = await bustedImage("no-cache", "debug");
  });

  it("counts no route less, caches a way out, where forwarding cannot be off", async () => {
    const good = await outputs(slots, "none");
    const broken = await outputs(slots, "forwardingOff");
    const inNoRoute = 4;
    expect([column(good.counters, inNoRoute), column(broken.counters, inNoRoute)]).toEqual([1, 0]);
    const wayOut = "* dev dev7";
    expect([good.cache?.includes(wayOut), broken.cache?.includes(wayOut)]).toEqual([false, true]);
    expect(good.cache).toContain("unreachable * dev dev1");
  });

  it("has objects in use that should be free, where memory is not given back", async () => {
    const good = await outputs(none, "none");
    const broken = await outputs(none, "slab");
    const used = (lines: readonly string[] | undefined): number => {
      return Number(lines?.find((line) => line.startsWith("ip_dst_cache"))?.split(/ +/)[1]);
    };
    expect([used(good.slabs), used(broken.slabs)]).toEqual([0, 2]);
  });

  it("has entries that should be gone, where the last release ends nothing", async () => {
    const good = await outputs(none, "none");
    const broken = await outputs(none, "lastRelease");
    expect([column(good.counters, 0), column(broken.counters, 0)]).toEqual([0, 2]);
  });
});

describe("show cache", () => {
  it("keeps a stale entry where the generation is not looked at", async () => {
    const addressAfterFlush = async (which: BustedName): Promise<[number, number]> => {
      const inspected = await inspect(await bustedImage("linux-3.10", "debug"));
      const { machine }: { machine: Machine } = inspected;
      bust(machine, which);
      receive(inspected, RX0, "10.2.0.200");
      const [before] = readCachedDsts(machine);
      machine.cpu(machine.controlCpu).call("rtCacheFlush");
      receive(inspected, RX0, "10.2.0.200");
      const [after] = readCachedDsts(machine);
      return [before?.address ?? 0, after?.address ?? 0];
    };
    const [before, replaced] = await addressAfterFlush("none");
    expect(replaced).not.toBe(before);
    const [old, kept] = await addressAfterFlush("genid");
    expect(kept).toBe(old);
  });
});
