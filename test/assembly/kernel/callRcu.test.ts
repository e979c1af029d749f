/** Callbacks against a model: any interleaving of calls, bursts and CPUs that come and go. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const COUNT = 1;
const CPUS = 3;

/**
 * What must hold: a callback runs once, on its CPU, and not while a CPU reads that read before it.
 */
describe("call_rcu", () => {
  it("never runs while a CPU is online that was not quiescent since the call", async () => {
    const m = await testMachine("test/assembly/kernel/kernel.as.ts", {
      cpus: CPUS,
      bootBytes: 1 << 20,
    });
    const step = fc.record({
      cpu: fc.nat(CPUS - 1),
      op: fc.constantFrom("call", "call", "quiescent", "quiescent", "note", "toggle"),
    });
    let heads = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150, size: "max" }), (steps) => {
        const online = new Set<number>();
        const waiting = new Map<number, { cpu: number; readers: Set<number> }>();
        const counted = (i: number): number =>
          m.u32[(m.regions.boot.base + 32 * i) / 4 + 4] ?? Number.NaN;
        const quiet = (cpu: number): void => {
          for (const { readers } of waiting.values()) readers.delete(cpu);
        };
        for (const { cpu, op } of steps) {
          const e = m.cpu(cpu);
          if (op === "call") {
            const i = heads++ % 20_000;
            m.u32[(m.regions.boot.base + 32 * i) / 4 + 4] = 0;
            e.callRcu?.(m.regions.boot.base + 32 * i, COUNT);
            waiting.set(i, { cpu, readers: new Set(online) });
          } else if (op === "toggle") {
            quiet(cpu);
            if (online.delete(cpu)) e.rcuCpuOffline?.();
            else {
              e.rcuCpuOnline?.();
              online.add(cpu);
            }
          } else {
            quiet(cpu);
            if (op === "note") e.rcuNoteQs?.();
            else e.rcuQuiescent?.();
          }
          for (const [i, { cpu: owner, readers }] of waiting) {
            if (counted(i) === 0) continue;
            expect({ i, times: counted(i), readers: [...readers] }).toEqual({
              i,
              times: 1,
              readers: [],
            });
            expect([op, cpu]).toEqual(["quiescent", owner]);
            waiting.delete(i);
          }
        }
        for (const cpu of online) m.cpu(cpu).rcuCpuOffline?.();
        for (let cpu = 0; cpu < CPUS; cpu++) m.cpu(cpu).rcuBarrierLocal?.();
        for (const i of waiting.keys()) expect(counted(i)).toBe(1);
      }),
      { numRuns: 150 },
    );
    expect(heads).toBeGreaterThan(1000);
  });
});
