/** The memory plan: regions lie apart, inside the memory, and a plan too big is one line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import {
  describePlan,
  EXPERIMENT_AT,
  type FibKind,
  fibKindOf,
  type MemoryPlan,
  type PlanRequest,
  planMemory,
  type Region,
  RINGS,
  RINGS_BYTES,
  WASM_PAGE_BYTES,
} from "../../../src/machine/plan.js";
import { UsageError } from "../../../src/reference/usageError.js";

const FIBS = ["trie", "trie", "trie"] as const;
const SMALL: PlanRequest = { routes: 1_000, cpus: 2, flowPairs: 4_096, fibs: FIBS, seed: 1 };

function regionsOf(plan: MemoryPlan): Region[] {
  const experiment = { base: EXPERIMENT_AT, bytes: WASM_PAGE_BYTES };
  const parts = plan.machines.flatMap(({ superblock, cpuAreas, boot, rings, pages }) => [
    superblock,
    cpuAreas,
    boot,
    rings,
    pages,
  ]);
  return [experiment, plan.templates, plan.flows, ...Object.values(plan.tables), ...parts];
}

describe("planMemory", () => {
  it("puts every region on a page of 4 KiB, apart from the others, within whole Wasm pages", () => {
    const request = fc.record({
      routes: fc.integer({ min: 1, max: 1_000_000 }),
      cpus: fc.integer({ min: 1, max: 8 }),
      flowPairs: fc.integer({ min: 64, max: 4_000_000 }),
      fibs: fc.array(fc.constantFrom<FibKind>("trie", "hash"), { minLength: 1, maxLength: 6 }),
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
        expect(plan.machines).toHaveLength(r.fibs.length);
        expect(Object.keys(plan.tables).sort()).toEqual([...new Set(r.fibs)].sort());
        // The rows of the table pass through the flow lists while they are loaded.
        expect(plan.flows.bytes).toBeGreaterThanOrEqual(8 * Math.max(r.routes, r.flowPairs));
      }),
      { numRuns: 200 },
    );
  });

  it("moves the machines with the seed, and nothing else", () => {
    const [one, two] = [planMemory(SMALL), planMemory({ ...SMALL, seed: 2 })];
    expect(one.tables).toEqual(two.tables);
    expect(one.machines[0]?.superblock.base).not.toBe(two.machines[0]?.superblock.base);
    expect(planMemory(SMALL)).toEqual(one);
  });

  it("refuses what does not fit 4 GiB in one line with the budget", () => {
    const fibs: FibKind[] = new Array(16).fill("trie");
    const request = { ...SMALL, cpus: 64, fibs };
    let message = "";
    try {
      planMemory(request);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      message = String(error instanceof Error ? error.message : error);
    }
    expect(message).toMatch(
      /^memory \d+ MiB: table as trie 5 MiB for 1000 routes, flow lists 1 MiB, /,
    );
    expect(message).toMatch(/16 machines of \d+ MiB for 64 CPUs each .*; allowed: 4095 MiB/);
    expect(message).not.toContain("\n");
    expect(() => planMemory({ ...request, fibs: fibs.slice(12) })).not.toThrow();
  });

  it("names a table part for each kind of FIB, and the row decides which is a machine's", () => {
    const request: PlanRequest = { ...SMALL, routes: 1_000_000, fibs: ["hash", "trie", "hash"] };
    const plan = planMemory(request);
    expect(describePlan(plan, request)).toMatch(
      /: table as hash \d+ MiB and as trie \d+ MiB for 1000000 routes, .* 3 machines of /,
    );
    expect(plan.tables.hash?.bytes).toBeLessThan(plan.tables.trie?.bytes ?? 0);
    expect(fibKindOf(parseDesign("linux-3.10").row)).toBe("trie");
    expect(fibKindOf(parseDesign("linux-3.10+fib=hash").row)).toBe("hash");
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
