/** The memory plan: regions lie apart, inside the memory, and a plan too big is one line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import {
  describePlan,
  EXPERIMENT_AT,
  type FibKind,
  fibKindOf,
  type MachineNeeds,
  type MemoryPlan,
  type PlanRequest,
  planMemory,
  type Region,
  RINGS,
  RINGS_BYTES,
  WASM_PAGE_BYTES,
} from "../../../src/machine/plan.js";
import { UsageError } from "../../../src/reference/usageError.js";

const TRIE: MachineNeeds = { fib: "trie", cache: null };
const MACHINES = [TRIE, { ...TRIE, fib: "hash" as const }, TRIE];
const SMALL: PlanRequest = {
  routes: 1_000,
  cpus: 2,
  flowPairs: 4_096,
  machines: MACHINES,
  seed: 1,
};

function regionsOf(plan: MemoryPlan): Region[] {
  const experiment = { base: EXPERIMENT_AT, bytes: WASM_PAGE_BYTES };
  const parts = plan.machines.flatMap(
    ({ superblock, cpuAreas, boot, rings, pages, trace, ownTable, updates }) => [
      superblock,
      cpuAreas,
      boot,
      rings,
      pages,
      trace,
      ...(ownTable === null ? [] : [ownTable, updates]),
    ],
  );
  return [experiment, plan.templates, plan.flows, ...Object.values(plan.tables), ...parts];
}

describe("planMemory", () => {
  it("puts every region on a page of 4 KiB, apart from the others, within whole Wasm pages", () => {
    const request = fc.record({
      routes: fc.integer({ min: 1, max: 1_000_000 }),
      cpus: fc.integer({ min: 1, max: 8 }),
      flowPairs: fc.integer({ min: 64, max: 4_000_000 }),
      machines: fc.array(
        fc.record({
          fib: fc.constantFrom<FibKind>("trie", "hash"),
          cache: fc.constantFrom(null, { buckets: 4_096, entries: 65_536, entryBytes: 384 }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      traceEvents: fc.constantFrom(0, 1_000),
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
        expect(plan.machines).toHaveLength(r.machines.length);
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
    const request = { ...SMALL, cpus: 64, machines: new Array<MachineNeeds>(16).fill(TRIE) };
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
    expect(message).toMatch(
      /16 machines of \d+ MiB at most for 64 CPUs each .*; allowed: 4095 MiB/,
    );
    expect(message).not.toContain("\n");
    expect(() => planMemory({ ...request, machines: [TRIE, TRIE, TRIE, TRIE] })).not.toThrow();
  });

  it("has one table part for each kind of FIB, of what a route takes there", () => {
    const plan = planMemory({ ...SMALL, routes: 1_000_000 });
    expect(Object.keys(plan.tables).sort()).toEqual(["hash", "trie"]);
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
