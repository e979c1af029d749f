/** Device counts per CPU: only the sum means something. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

describe("refPercpu", () => {
  it("sums over all CPUs, the control plane among them; single words may be negative", async () => {
    const m = await testMachine("test/assembly/lib/lib.as.ts", { cpus: 3 });
    for (let i = 0; i < 10; i++) m.cpu(0).refPercpuHold?.(5);
    for (let i = 0; i < 8; i++) m.cpu(i % 4).refPercpuRelease?.(5);
    m.cpu(1).refPercpuHold?.(6);
    expect(m.cpu(2).refPercpuSum?.(5)).toBe(2);
    expect(m.cpu(2).refPercpuSum?.(6)).toBe(1);
    m.cpu(1).refPercpuRelease?.(6);
    m.cpu(3).refPercpuRelease?.(6);
    expect(m.cpu(0).refPercpuSum?.(6)).toBe(-1);
  });

  it("traps on a slot that does not exist", async () => {
    const m = await testMachine("test/assembly/lib/lib.as.ts");
    expect(() => m.cpu(0).refPercpuHold?.(64)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(504);
  });
});
