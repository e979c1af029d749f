/** The event trace: nothing where it is off, a ring of the newest events for each CPU where on. */
import { describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const REGION_TRACE = 15;
const REGION_TABLE_WORD = 32;
const HEAD = 64;
const EVENT = 32;
const CAPACITY = 4;
const RING = HEAD + CAPACITY * EVENT;

/** A machine of two CPUs; the rings lie at the start of its boot region. */
async function machineWithRings(): Promise<{ m: TestMachine; region: number }> {
  const m = await testMachine("test/assembly/arch/trace.as.ts");
  const region = m.regions.boot.base;
  m.u32[region / 4] = RING;
  m.u32[region / 4 + 1] = CAPACITY;
  return { m, region };
}

function switchOn(m: TestMachine, base: number): void {
  m.u32[m.superblockAt / 4 + REGION_TABLE_WORD + 2 * REGION_TRACE] = base;
}

function ring(m: TestMachine, region: number, cpu: number): { ever: number; a: number[] } {
  const at = region + HEAD + cpu * RING;
  const events = (at + HEAD) / 4;
  const a = Array.from({ length: CAPACITY }, (_, i) => m.u32[events + (i * EVENT) / 4 + 2] ?? 0);
  return { ever: m.u32[at / 4] ?? 0, a };
}

describe("traceEvent", () => {
  it("records nothing, anywhere, while the region has no base", async () => {
    const { m, region } = await machineWithRings();
    const before = m.u8.slice();
    m.cpu(0).traceEvent?.(3, 4, 5, 6, 7);
    expect(m.cpu(0).traceIsOn?.()).toBe(0);
    expect(m.u8).toEqual(before);
    switchOn(m, region);
    expect(m.cpu(0).traceIsOn?.()).toBe(1);
    m.cpu(0).traceEvent?.(3, 4, 5, 6, 7);
    expect(ring(m, region, 0).ever).toBe(1);
  });

  it("writes function, what happened, clock and three words, each in its place", async () => {
    const { m, region } = await machineWithRings();
    switchOn(m, region);
    m.u32[(m.superblockAt + 256) / 4] = 0xfffb6c20;
    m.cpu(0).traceEvent?.(3, 4, 5, 6, -7);
    m.cpu(0).traceCall?.(8, 9, 10, 11);
    const at = (region + HEAD + HEAD) / 4;
    const clock = 0xfffb6c20;
    expect([...m.u32.slice(at, at + 5)]).toEqual([0x40003, clock, 5, 6, -7 >>> 0]);
    expect([...m.u32.slice(at + 8, at + 13)]).toEqual([0x80090008, clock, 10, 11, 0]);
  });

  it("keeps the newest events and counts them all, on each CPU by itself", async () => {
    const { m, region } = await machineWithRings();
    switchOn(m, region);
    for (let i = 1; i <= 6; i++) m.cpu(1).traceEvent?.(1, 1, i, 0, 0);
    expect(ring(m, region, 1)).toEqual({ ever: 6, a: [5, 6, 3, 4] });
    expect(ring(m, region, 0)).toEqual({ ever: 0, a: [0, 0, 0, 0] });
    expect(ring(m, region, 2)).toEqual({ ever: 0, a: [0, 0, 0, 0] });
  });

  it("writes nothing beyond its ring", async () => {
    const { m, region } = await machineWithRings();
    switchOn(m, region);
    m.u8.fill(0xaa, region + HEAD + 2 * RING, region + HEAD + 3 * RING);
    for (let i = 0; i < 99; i++) m.cpu(1).traceEvent?.(1, 1, i, 0, 0);
    const after = m.u8.subarray(region + HEAD + 2 * RING, region + HEAD + 3 * RING);
    expect(after.every((byte) => byte === 0xaa)).toBe(true);
  });
});
