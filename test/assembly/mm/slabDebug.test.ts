/**
 * Where red zones, link and state lie in a debug slot, that release has none of it, and that each
 * check fires for its misuse, names the object, and can be turned off.
 */
import { describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";
const ID = 15;

describe("the slot", () => {
  it("in debug: left red zone, object, right red zone, link, state", async () => {
    const m = await testMachine(ENTRY);
    m.cpu(0).kmemCacheCreate?.(ID, 100, 32);
    const o = m.cpu(0).kmemCacheAlloc?.(ID) ?? 0;
    const bytes = (from: number, to: number): number[] => [
      ...new Set(m.u8.subarray(o + from, o + to)),
    ];
    expect(o % 32).toBe(0);
    expect([bytes(-32, 0), bytes(0, 104), bytes(104, 112)]).toEqual([[0xcc], [0x5a], [0xcc]]);
    expect(m.u32[(o + 116) / 4]).toBe(0x55534544);
    m.cpu(0).kmemCacheFree?.(ID, o);
    expect([bytes(-32, 0), bytes(0, 103), bytes(104, 112)]).toEqual([[0xbb], [0x6b], [0xbb]]);
    expect(m.u32[(o + 116) / 4]).toBe(0x46524545);
  });

  it("in release: the object alone, its first word the link while it is free", async () => {
    const m = await testMachine(ENTRY, { flavour: "release" });
    m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
    const [a = 0, b = 0] = [m.cpu(0).kmemCacheAlloc?.(ID), m.cpu(0).kmemCacheAlloc?.(ID)];
    m.u8.fill(0x77, a, a + 192);
    m.cpu(0).kmemCacheFree?.(ID, b);
    m.cpu(0).kmemCacheFree?.(ID, a);
    expect(m.u32[a / 4]).toBe(b);
    expect(m.u8.subarray(a + 4, a + 192).every((x) => x === 0x77)).toBe(true);
  });
});

const OFF = { F: 1, Z: 2, P: 4 } as const;
const ALL_OFF = 7;
const SITE = 5;
const FAULT_OBJECT = 9;

/** What is done wrong with an object `o` in use, on CPU 0. */
type Misuse = (m: TestMachine, o: number) => void;

function free(m: TestMachine, o: number, id = ID): void {
  m.cpu(0).kmemCacheFree?.(id, o);
}

function poke(m: TestMachine, at: number): void {
  m.u8[at] = 1;
}

function freeTwice(m: TestMachine, o: number): void {
  free(m, o);
  free(m, o);
}

function writeThenFree(m: TestMachine, o: number, offset: number): void {
  poke(m, o + offset);
  free(m, o);
}

function writeAfterFree(m: TestMachine, o: number): void {
  free(m, o);
  poke(m, o + 100);
  m.cpu(0).kmemCacheAlloc?.(ID);
}

function breakFreeList(m: TestMachine, o: number): void {
  m.u32[(m.regions.cpuAreas.base + 448 + ID * 128) / 4] = o + 16;
  m.cpu(0).kmemCacheAlloc?.(ID);
}

/** Misuse, the letter that sees it, its site, and where the object at fault lies from `o`. */
const MISUSES: readonly [string, keyof typeof OFF, number, number, Misuse][] = [
  ["a double free", "F", 301, 0, freeTwice],
  ["a pointer into the middle", "F", 304, 8, (m, o) => free(m, o + 8)],
  ["another cache's object", "F", 305, 0, (m, o) => free(m, o, 14)],
  ["a free list that leads beside the slots", "F", 304, 16, breakFreeList],
  ["a write behind the object", "Z", 302, 0, (m, o) => writeThenFree(m, o, 192)],
  ["a write before the object", "Z", 302, 0, (m, o) => writeThenFree(m, o, -64)],
  ["a write to a freed object", "P", 303, 0, writeAfterFree],
];

async function machineWith(slabDebugOff: number): Promise<{ m: TestMachine; o: number }> {
  const m = await testMachine(ENTRY, { slabDebugOff });
  m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
  m.cpu(0).kmemCacheCreate?.(14, 192, 64);
  return { m, o: m.cpu(0).kmemCacheAlloc?.(ID) ?? 0 };
}

describe("the checks", () => {
  it.each(MISUSES)("%s is seen by %s alone, which names the object", async (...row) => {
    const [, letter, site, offset, misuse] = row;
    const { m, o } = await machineWith(ALL_OFF & ~OFF[letter]);
    expect(() => misuse(m, o)).toThrow(/unreachable/);
    const head = m.regions.cpuAreas.base / 4;
    expect([m.u32[head + SITE], m.u32[head + FAULT_OBJECT]]).toEqual([site, o + offset]);
  });

  // A second free also finds the red zones of a free object, so F is off with Z.
  const unseen: readonly [string, number, Misuse][] = [
    ["Z", OFF.Z, (m, o) => writeThenFree(m, o, 192)],
    ["P", OFF.P, writeAfterFree],
    ["FZ", OFF.F | OFF.Z, freeTwice],
  ];

  it.each(unseen)("%s: what it would see passes where it is off", async (_, off, misuse) => {
    const { m, o } = await machineWith(off);
    misuse(m, o);
    expect(m.u32[m.regions.cpuAreas.base / 4 + SITE]).toBe(0);
  });
});
