/** Delay points: each CPU draws by itself, and only where the defect breaks that they belong to. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

const SB_BUSTED = 26;
/** `delaySeed` of a CPU area's head. */
const DELAY_SEED = 7;

describe("delayPoint", () => {
  it("draws where its defect breaks, by seed and CPU, and does nothing elsewhere", async () => {
    const options = { cpus: 2, seed: 5, defines: { DST_BUSTED: 1 } };
    const m = await testMachine("test/assembly/lib/delayPoint.as.ts", options);
    const seedOf = (cpu: number): number =>
      m.u32[(m.regions.cpuAreas.base + 8192 * cpu) / 4 + DELAY_SEED] ?? 0;
    m.u32[m.superblockAt / 4 + SB_BUSTED] = 11;
    m.cpu(0).delayPoint?.(12);
    expect(seedOf(0)).toBe(0);
    m.cpu(0).delayPoint?.(11);
    const first = seedOf(0);
    m.cpu(0).delayPoint?.(11);
    m.cpu(1).delayPoint?.(11);
    expect(new Set([0, first, seedOf(0), seedOf(1)]).size).toBe(4);
  });
});
