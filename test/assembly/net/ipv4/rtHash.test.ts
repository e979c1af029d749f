/** The table, hashes and keys of the route cache against models written here. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../../helpers/testMachine.js";
import { jhashNew, jhashOld } from "./rtModel.js";

const ENTRY = "test/assembly/net/ipv4/rtHash.as.ts";
/** Defines of an image with the route cache, by the era of its keys. */
const ERAS = {
  flush: { DST_ROUTE_CACHE: 4, DST_DST_LAYOUT: 0, DST_INVALIDATE: 0 },
  genid: { DST_ROUTE_CACHE: 4, DST_DST_LAYOUT: 1, DST_INVALIDATE: 1 },
  "genid of 3.4": {
    DST_ROUTE_CACHE: 4,
    DST_DST_LAYOUT: 1,
    DST_INVALIDATE: 1,
    DST_EXPIRE_SCAN: 2,
  },
} as const;
type Era = keyof typeof ERAS;

async function table(era: Era, rhashEntries: number, cpus = 2): Promise<TestMachine> {
  const machine = await testMachine(ENTRY, {
    defines: ERAS[era],
    cpus,
    bootBytes: 1 << 20,
    pagesBytes: 1 << 20,
  });
  const layout = layoutOf(machine);
  machine.u32[(machine.superblockAt + layout("SB_RHASH_ENTRIES")) / 4] = rhashEntries;
  machine.u32[(machine.superblockAt + layout("SB_REQUEST_BYTES")) / 4] = 4096;
  expect(machine.cpu(0).boot?.(16, 16)).toBe(0);
  return machine;
}

function layoutOf(machine: TestMachine): (name: string) => number {
  const exports = machine.cpu(0) as unknown as Record<string, WebAssembly.Global>;
  return (name) => Number(exports[name]?.value);
}

function word(machine: TestMachine, name: string): number {
  return machine.u32[(machine.superblockAt + layoutOf(machine)(name)) / 4] ?? 0;
}

const u32 = fc.integer({ min: 0, max: 0xffffffff }).map((n) => n >>> 0);

describe.each(Object.keys(ERAS) as Era[])("the table, %s", (era) => {
  let machine: TestMachine;
  beforeAll(async () => {
    machine = await table(era, 1000);
  });

  it("has the buckets asked for, rounded up, all empty, and thresholds that follow", () => {
    const cpu = machine.cpu(0);
    expect(cpu.rtHashBuckets?.()).toBe(1024);
    expect(word(machine, "RT_HASH_LOG")).toBe(10);
    expect(cpu.rtGcThresh?.()).toBe(1024);
    expect(word(machine, "RT_GC_THRESH")).toBe(1024);
    expect(word(machine, "RT_MAX_SIZE")).toBe(16 * 1024);
    expect(cpu.rtEntries?.()).toBe(0);
    for (let i = 0; i < 1024; i++) expect(cpu.bucketWord?.(i)).toBe(0);
    expect((cpu.bucketAt?.(1) ?? 0) - (cpu.bucketAt?.(0) ?? 0)).toBe(8);
  });

  it("has the kernel's sysctl defaults, times in ticks of hz 1000", () => {
    const seconds = {
      RT_GC_TIMEOUT: 300,
      RT_GC_INTERVAL: 60,
      RT_GC_MIN_INTERVAL: 0.5,
      RT_SECRET_INTERVAL: 600,
      RT_MIN_DELAY: 2,
      RT_MAX_DELAY: 10,
      RT_REDIRECT_LOAD: 0.02,
      RT_REDIRECT_SILENCE: 20.48,
      RT_ERROR_COST: 1,
      RT_ERROR_BURST: 5,
      RT_MTU_EXPIRES: 600,
    };
    for (const [name, s] of Object.entries(seconds))
      expect([name, word(machine, name)]).toEqual([name, s * 1000]);
    expect(word(machine, "RT_GC_ELASTICITY")).toBe(8);
    expect(word(machine, "RT_REDIRECT_NUMBER")).toBe(9);
    expect(word(machine, "RT_MIN_PMTU")).toBe(552);
    expect(word(machine, "RT_MIN_ADVMSS")).toBe(256);
    expect(word(machine, "RT_REBUILD_COUNT")).toBe(4);
    expect(word(machine, "RT_HASH_REBUILDS")).toBe(0);
    expect(word(machine, "RT_HASH_CHAIN_LENGTH_MAX")).toBe(20);
  });

  it("guards bucket i by lock i & (locks - 1)", () => {
    const cpu = machine.cpu(0);
    expect(cpu.lockMask?.()).toBe(255);
    expect(cpu.rtBucketLock?.(300)).toBe(cpu.rtBucketLock?.(44));
    expect((cpu.rtBucketLock?.(45) ?? 0) - (cpu.rtBucketLock?.(44) ?? 0)).toBe(4);
    const sizes = [1, 3, 4, 7, 8, 15, 16, 31, 32, 64].map((cpus) => cpu.rtLocksFor?.(cpus));
    expect(sizes).toEqual([256, 256, 512, 512, 1024, 1024, 2048, 2048, 4096, 4096]);
  });

  it("hashes a flow as the model, under the secret or the generation", () => {
    const cpu = machine.cpu(0);
    const genid = (cpu.rtGenid?.() ?? 0) >>> 0;
    const secret = (cpu.secret?.() ?? 0) >>> 0;
    expect(era === "flush" ? secret : genid).not.toBe(0);
    fc.assert(
      fc.property(u32, u32, fc.integer({ min: 0, max: 64 }), (daddr, saddr, ifindex) => {
        const expected =
          era === "flush"
            ? jhashOld(daddr, saddr ^ (ifindex << 5), 0, secret)
            : jhashNew(daddr, saddr, ifindex, genid);
        expect(cpu.rtHashCode?.(daddr, saddr, ifindex)).toBe(expected & 1023);
      }),
    );
  });
});

describe.each(Object.keys(ERAS) as Era[])("keys, %s", (era) => {
  let machine: TestMachine;
  const hasGenid = era !== "flush";
  const fields = ["daddr", "saddr", "iif", "oif", "tos", "mark", "routeIif", "genid"] as const;
  type Key = Record<(typeof fields)[number], number>;
  /** Few values, so that equal ones are frequent; TOS as a packet brings it. */
  const key = fc.record<Key>({
    daddr: fc.constantFrom(1, 2),
    saddr: fc.constantFrom(0, 2),
    iif: fc.constantFrom(0, 1, 2),
    oif: fc.constantFrom(0, 1),
    tos: fc.constantFrom(0, 1, 4, 0x1c, 0x1e),
    mark: fc.constantFrom(0, 1),
    routeIif: fc.constantFrom(0, 1, 2),
    genid: fc.constantFrom(5, 6),
  });
  let at = 0;

  beforeAll(async () => {
    machine = await table(era, 64);
    at = machine.regions.rings.base;
    machine.u32[(machine.superblockAt + layoutOf(machine)("RT_GENID_AT")) / 4] = 5;
  });

  function write(where: number, k: Key): void {
    const cpu = machine.cpu(0);
    cpu.setAddresses?.(where, k.daddr, k.saddr, k.genid);
    cpu.setDevices?.(where, k.iif, k.oif, k.routeIif);
    cpu.setTosAndMark?.(where, k.tos, k.mark);
  }

  it("compares an input key: TOS exactly, no output device, the current generation", () => {
    const cpu = machine.cpu(0);
    fc.assert(
      fc.property(key, key, (entry, asked) => {
        write(at, entry);
        const device = era === "genid of 3.4" ? entry.routeIif : entry.iif;
        const expected =
          entry.daddr === asked.daddr &&
          entry.saddr === asked.saddr &&
          device === asked.iif &&
          entry.oif === 0 &&
          entry.tos === asked.tos &&
          entry.mark === asked.mark &&
          (!hasGenid || entry.genid === 5);
        const { daddr, saddr, iif, tos, mark } = asked;
        expect(cpu.matchesInput?.(at, daddr, saddr, iif, tos, mark)).toBe(expected ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("compares an output key: TOS under 0x1D, entries of this host only", () => {
    const cpu = machine.cpu(0);
    fc.assert(
      fc.property(key, key, (entry, asked) => {
        write(at, entry);
        const isOutput = (hasGenid ? entry.routeIif : entry.iif) === 0;
        expect(cpu.isOutput?.(at)).toBe(isOutput ? 1 : 0);
        const expected =
          entry.daddr === asked.daddr &&
          entry.saddr === asked.saddr &&
          isOutput &&
          entry.oif === asked.oif &&
          ((entry.tos ^ asked.tos) & 0x1d) === 0 &&
          entry.mark === asked.mark &&
          (!hasGenid || entry.genid === 5);
        const { daddr, saddr, oif, tos, mark } = asked;
        expect(cpu.matchesOutput?.(at, daddr, saddr, oif, tos, mark)).toBe(expected ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes two entries for one flow by the whole key, whatever their generation", () => {
    const cpu = machine.cpu(0);
    fc.assert(
      fc.property(key, key, (a, b) => {
        write(at, a);
        write(at + 512, b);
        const device = era === "genid of 3.4" ? "routeIif" : "iif";
        const hashed = a.daddr === b.daddr && a.saddr === b.saddr && a[device] === b[device];
        const rest = a.oif === b.oif && a.tos === b.tos && a.mark === b.mark;
        expect(cpu.sameHashInput?.(at, at + 512)).toBe(hashed ? 1 : 0);
        expect(cpu.sameKey?.(at, at + 512)).toBe(hashed && rest ? 1 : 0);
        expect(cpu.isExpired?.(at)).toBe(hasGenid && a.genid !== 5 ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });
});
