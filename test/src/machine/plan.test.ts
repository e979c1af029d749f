/** The memory plan: regions lie apart, inside the memory, and a plan too big is one line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describePlan,
  EXPERIMENT_AT,
  type MemoryPlan,
  type PlanRequest,
  planMemory,
  type Region,
  RINGS,
  RINGS_BYTES,
  WASM_PAGE_BYTES,
} from "../../../src/machine/plan.js";
import { UsageError } from "../../../src/reference/usageError.js";

const SMALL: PlanRequest = { routes: 1_000, cpus: 2, flowPairs: 4_096, machines: 3, seed: 1 };

function regionsOf(plan: MemoryPlan): Region[] {
  const experiment = { base: EXPERIMENT_AT, bytes: WASM_PAGE_BYTES };
  const parts = plan.machines.flatMap(
    ({ superblock, cpuAreas, boot, rings, pages, ownTable, updates }) => [
      superblock,
      cpuAreas,
      boot,
      rings,
      pages,
      ...(ownTable === null ? [] : [ownTable, updates]),
    ],
  );
  return [experiment, plan.templates, plan.flows, plan.table, ...parts];
}

describe("planMemory", () => {
  it("puts every region on a page of 4 KiB, apart from the others, within whole Wasm pages", () => {
    const request = fc.record({
      routes: fc.integer({ min: 1, max: 1_000_000 }),
      cpus: fc.integer({ min: 1, max: 8 }),
      flowPairs: fc.integer({ min: 64, max: 4_000_000 }),
      machines: fc.integer({ min: 1, max: 6 }),
      ownTables: fc.integer({ min: 0, max: 3 }),
      updateBytes: fc.integer({ min: 192, max: 100_000 }),
      seed: fc.nat({ max: 0xffffffff }),
    });
    fc.assert(
      fc.property(request, (r) => {
        const plan = planMemory(r);
        const regions = regionsOf(plan).sort((a, b) => a.base - b.base);
        let end = EXPERIMENT_AT;
        for (const { base, bytes } of regions) {
          expect(base % 4096).toBe(0);
          expect(base).toBeGreaterThanOrEqual(end);
          end = base + bytes;
        }
        expect(end).toBeLessThanOrEqual(plan.bytes);
        expect(plan.bytes % WASM_PAGE_BYTES).toBe(0);
        expect(plan.machines).toHaveLength(r.machines);
        // The rows of the table pass through the flow lists while they are loaded.
        expect(plan.flows.bytes).toBeGreaterThanOrEqual(8 * Math.max(r.routes, r.flowPairs));
      }),
      { numRuns: 200 },
    );
  });

  it("moves the machines with the seed, and nothing else", () => {
    const [one, two] = [planMemory(SMALL), planMemory({ ...SMALL, seed: 2 })];
    expect(one.table).toEqual(two.table);
    expect(one.machines[0]?.superblock.base).not.toBe(two.machines[0]?.superblock.base);
    expect(planMemory(SMALL)).toEqual(one);
  });

  it("refuses what does not fit 4 GiB in one line with the budget", () => {
    const request = { ...SMALL, cpus: 64, machines: 16 };
    let message = "";
    try {
      planMemory(request);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = String(error instanceof Error ? error.message : error);
    }
    expect(message).toMatch(/^memory \d+ MiB: table 5 MiB for 1000 routes, flow lists 1 MiB, /);
    expect(message).toMatch(/16 machines of \d+ MiB for 64 CPUs each .*; allowed: 4095 MiB/);
    expect(message).not.toContain("\n");
    expect(() => planMemory({ ...request, machines: 4 })).not.toThrow();
  });

  it("names the whole and its parts", () => {
    const plan = planMemory(SMALL);
    const mib = Number(/^memory (\d+) MiB/.exec(describePlan(plan, SMALL))?.[1]);
    expect(mib).toBe(Math.ceil(plan.bytes / 2 ** 20));
  });

  it("keeps the parts of a CPU's rings apart", () => {
    const starts = [RINGS.skbs, RINGS.frames, RINGS.tx, RINGS.hostFrame, RINGS_BYTES];
    // 64 skbs of at most 256 bytes, 64 frames of 128, 256 descriptors of 8, a frame of the host.
    const sizes = [64 * 256, 64 * 128, 256 * 8, 1_600];
    sizes.forEach((bytes, i) => {
      expect((starts[i] ?? 0) + bytes).toBeLessThanOrEqual(starts[i + 1] ?? 0);
    });
  });
});
