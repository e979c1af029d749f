/** Probes of grace periods, CPU by CPU on one thread: found, taken back, looked at again. */
import { describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

/** Which planted defect breaks, in the superblock; `layout.test.ts` knows the offset. */
const SB_BUSTED = 26;
const BUSTED_QSBR = 10;
const PCPU_TORTURE = 6208;
const FIGURES = PCPU_TORTURE + 256;

async function machine(): Promise<TestMachine> {
  const entry = "test/assembly/workload/torture.as.ts";
  return testMachine(entry, { cpus: 2, defines: { DST_BUSTED: 1 } });
}

/** CPU 0 finds a probe; CPU 1 takes it back and drives grace periods; CPU 0 looks again. */
function reread(m: TestMachine, quiescentBetween: boolean): number {
  const [reader, writer] = [m.cpu(0), m.cpu(1)];
  for (const cpu of [reader, writer]) cpu.rcuCpuOnline?.();
  writer.torturePublish?.();
  const probe = reader.tortureFind?.() ?? 0;
  const version = reader.tortureVersion?.(probe) ?? 0;
  expect(probe).not.toBe(0);
  writer.torturePublish?.();
  for (let i = 0; i < 4; i++) {
    writer.rcuQuiescent?.();
    if (quiescentBetween) reader.rcuQuiescent?.();
  }
  reader.tortureCheck?.(probe, version);
  const area = m.regions.cpuAreas.base;
  return m.u32[(area + FIGURES + 4) / 4] ?? -1;
}

describe("probes", () => {
  it("stay young while their reader is not quiescent, and age when it is", async () => {
    expect(reread(await machine(), false)).toBe(0);
    expect(reread(await machine(), true)).toBe(1);
  });

  it("are found to be old by a reader whom a broken grace period does not wait for", async () => {
    const m = await machine();
    m.u32[m.superblockAt / 4 + SB_BUSTED] = BUSTED_QSBR;
    expect(reread(m, false)).toBe(1);
  });

  it("are used again when their time is over, and are counted when there are none", async () => {
    const m = await machine();
    const writer = m.cpu(1);
    writer.rcuCpuOnline?.();
    for (let i = 0; i < 20; i++) writer.torturePublish?.();
    const figures = (m.regions.cpuAreas.base + 8192 + FIGURES) / 4;
    expect([...m.u32.slice(figures + 2, figures + 4)]).toEqual([8, 12]);
    for (let i = 0; i < 4; i++) writer.rcuQuiescent?.();
    writer.torturePublish?.();
    expect(m.u32[figures + 2]).toBe(9);
  });

  it("what the lock guards is as much as was added", async () => {
    const m = await machine();
    for (const cpu of [0, 1, 0]) m.cpu(cpu).tortureLock?.();
    const added = (cpu: number): number =>
      m.u32[(m.regions.cpuAreas.base + 8192 * cpu + FIGURES + 16) / 4] ?? 0;
    expect([added(0), added(1)]).toEqual([2, 1]);
  });
});
