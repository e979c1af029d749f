/** The percpu counter against a model with the kernel's batch rule. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const CPUS = 3;

describe("percpu counter", () => {
  let m: TestMachine;
  const on = (cpu: number, name: string, ...args: number[]): number =>
    m.cpu(cpu)[name]?.(...args) ?? Number.NaN;

  beforeEach(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts", { cpus: CPUS });
  });

  it("folds when |local| reaches the batch, and not before", () => {
    on(0, "percpuCounterInit", 0, 32);
    for (let i = 0; i < 31; i++) on(0, "percpuCounterAdd", 0, 1);
    expect(on(1, "percpuCounterReadFast", 0)).toBe(0);
    on(0, "percpuCounterAdd", 0, 1);
    expect(on(1, "percpuCounterReadFast", 0)).toBe(32);
    for (let i = 0; i < 31; i++) on(1, "percpuCounterAdd", 0, -1);
    expect(on(0, "percpuCounterReadFast", 0)).toBe(32);
    expect(on(0, "percpuCounterSum", 0)).toBe(1);
    on(1, "percpuCounterAdd", 0, -1);
    expect(on(0, "percpuCounterReadFast", 0)).toBe(0);
  });

  it("agrees with the model for any batch and any deltas on any CPU", () => {
    const step = fc.record({ cpu: fc.nat(CPUS), delta: fc.integer({ min: -70, max: 80 }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200, size: "max" }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(15),
        (steps, batch, id) => {
          on(0, "percpuCounterInit", id, batch);
          let shared = 0;
          const local = new Array<number>(CPUS + 1).fill(0);
          for (const { cpu, delta } of steps) {
            on(cpu, "percpuCounterAdd", id, delta);
            local[cpu] = (local[cpu] ?? 0) + delta;
            if (Math.abs(local[cpu] ?? 0) >= batch) {
              shared += local[cpu] ?? 0;
              local[cpu] = 0;
            }
            expect(on(0, "percpuCounterReadFast", id)).toBe(Math.max(0, shared));
          }
          const total = local.reduce((a, b) => a + b, shared);
          expect(on(2, "percpuCounterSum", id)).toBe(Math.max(0, total));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has its words where the CPU area and the superblock say", () => {
    on(0, "percpuCounterInit", 2, 32);
    on(1, "percpuCounterAdd", 2, 7);
    const local = m.regions.cpuAreas.base + 8192 + 448 + 16 * 128 + 4 * 2;
    expect(m.u32[local / 4]).toBe(7);
    on(1, "percpuCounterAdd", 2, 25);
    const shared = m.superblockAt + 256 + 64 + 512 + 128 + 16 * 128 + 64 * 2;
    expect([m.u32[local / 4], m.u32[shared / 4 + 2]]).toEqual([0, 32]);
  });

  it("traps on a counter that does not exist", () => {
    expect(() => on(0, "percpuCounterAdd", 16, 1)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(206);
  });
});
