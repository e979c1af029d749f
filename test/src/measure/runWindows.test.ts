/** The engine, with CPUs that are made up: order, lengths, budget, stop. No clock is waited for. */
import { describe, expect, it } from "vitest";
import type { CpuReport, CpuTask } from "../../../src/machine/cpuTask.js";
import { runWindows, type WindowPlan } from "../../../src/measure/runWindows.js";

type WindowTask = Extract<CpuTask, { kind: "window" }>;

/** CPUs on which a packet of machine m costs `nsPerPacket[m]`. */
class FakeCpus {
  readonly tasks: WindowTask[] = [];
  readonly doing: string[] = [];
  private nowNs = 1;

  constructor(private readonly nsPerPacket: readonly number[]) {}

  readonly onAll = async (task: CpuTask, doing: string): Promise<CpuReport[]> => {
    if (task.kind !== "window") throw new RangeError(task.kind);
    this.tasks.push(task);
    this.doing.push(doing);
    const startNs = this.nowNs;
    this.nowNs += task.packets * (this.nsPerPacket[task.machine] ?? 1);
    // The last CPU answers first, and one has no part in it.
    return [task.cpus, ...Array(task.cpus).keys()].map((cpu) => ({
      cpu,
      threadId: cpu,
      tid: 0,
      ran: cpu < task.cpus,
      startNs: startNs + cpu,
      endNs: this.nowNs + cpu,
      deferredRun: 1,
      callbacksRun: 2,
      backlogBefore: 3,
      backlogAfter: 4,
      ticks: 5 + cpu,
      result: 0,
      fault: null,
    }));
  };

  /** Tasks after calibration. */
  windows(arms: number): WindowTask[] {
    return this.tasks.slice(3 * arms);
  }
}

function planOf(cpus: FakeCpus, change: Partial<WindowPlan> = {}): WindowPlan {
  return {
    machines: [0, 1, 2],
    names: ["a", "b", "c"],
    loop: "forwardPackets",
    cpus: 2,
    oversubscribed: false,
    seed: 1,
    blocksMax: 12,
    budgetMs: 60_000,
    blocksMin: 6,
    onAll: cpus.onAll,
    ...change,
  };
}

describe("runWindows", () => {
  it("makes a window last 3 ms for the design in the middle, in whole bursts", async () => {
    const cpus = new FakeCpus([50, 100, 200]);
    const run = await runWindows(planOf(cpus));
    expect(Math.abs(run.windowPackets - 30_000)).toBeLessThanOrEqual(32);
    expect(run.windowPackets % 64).toBe(0);
    expect(Math.abs(run.leadInPackets - 10_000)).toBeLessThanOrEqual(32);
    for (const task of cpus.windows(3)) {
      expect([task.packets, task.leadIn]).toEqual([run.windowPackets, run.leadInPackets]);
    }
  });

  it("makes it 50 ms where CPUs take turns on cores", async () => {
    const run = await runWindows(planOf(new FakeCpus([100, 100, 100]), { oversubscribed: true }));
    expect(Math.abs(run.windowPackets - 500_000)).toBeLessThanOrEqual(32);
  });

  it("never measures less than a burst", async () => {
    const run = await runWindows(planOf(new FakeCpus([1e7, 1e7, 1e7])));
    expect([run.windowPackets, run.leadInPackets]).toEqual([64, 64]);
  });

  it("runs every arm once a block, in an order that the seed decides", async () => {
    const armsOf = async (seed: number): Promise<number[]> => {
      const { windows } = await runWindows(planOf(new FakeCpus([100, 100, 100]), { seed }));
      expect(windows).toHaveLength(36);
      windows.forEach((window, i) => {
        expect([window.sequence, window.block, window.position]).toEqual([
          i,
          Math.floor(i / 3),
          i % 3,
        ]);
      });
      for (let block = 0; block < 12; block++) {
        const arms = windows.slice(3 * block, 3 * block + 3).map((window) => window.arm);
        expect([...arms].sort()).toEqual([0, 1, 2]);
      }
      return windows.map((window) => window.arm);
    };
    const one = await armsOf(1);
    expect(await armsOf(1)).toEqual(one);
    expect(await armsOf(2)).not.toEqual(one);
    expect(one.slice(0, 12)).not.toEqual(one.slice(12, 24));
  });

  it("runs the machine of the arm and says whose window it is", async () => {
    const cpus = new FakeCpus([100, 100, 100]);
    const { windows } = await runWindows(planOf(cpus, { machines: [2, 0, 1] }));
    const machines = cpus.windows(3).map((task) => task.machine);
    expect(machines).toEqual(windows.map((window) => [2, 0, 1][window.arm]));
    expect(cpus.doing[0]).toBe("calibrating a");
    expect(cpus.doing[9]).toBe(`window 0 of ${["a", "b", "c"][windows[0]?.arm ?? 0]}`);
  });

  it("keeps what the CPUs that took part reported, by CPU", async () => {
    const { windows } = await runWindows(planOf(new FakeCpus([100, 100, 100])));
    const [window] = windows;
    expect(window?.startNs).toHaveLength(2);
    expect((window?.startNs[1] ?? 0) - (window?.startNs[0] ?? 0)).toBe(1);
    expect(window).toMatchObject({ timersRun: 2, rcuCallbacks: 4, ticks: 6 });
    expect(window).toMatchObject({ rcuBacklogBefore: 6, rcuBacklogAfter: 8 });
  });

  it("stops at the budget, but not before the fewest blocks", async () => {
    const blocksOf = async (change: Partial<WindowPlan>): Promise<number> => {
      const run = await runWindows(planOf(new FakeCpus([100, 100, 100]), change));
      return run.windows.length / 3;
    };
    expect(await blocksOf({ budgetMs: -1 })).toBe(6);
    expect(await blocksOf({ budgetMs: -1, blocksMax: 4 })).toBe(4);
    expect(await blocksOf({ budgetMs: 60_000, blocksMax: 20 })).toBe(20);
  });

  it("stops after the block at hand when it is asked to, with what there is", async () => {
    const blocks: number[] = [];
    const run = await runWindows(
      planOf(new FakeCpus([100, 100, 100]), {
        onBlock: (done, of) => blocks.push(done, of),
        stopped: () => blocks.length >= 4,
      }),
    );
    expect(run.windows).toHaveLength(6);
    expect(blocks).toEqual([1, 12, 2, 12]);
  });

  it("ends with the failure of a CPU", async () => {
    const onAll = (): Promise<never> => Promise.reject(new Error("CPU 1 died"));
    await expect(runWindows(planOf(new FakeCpus([]), { onAll }))).rejects.toThrow("CPU 1 died");
  });
});
