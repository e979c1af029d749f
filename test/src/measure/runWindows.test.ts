/** The engine, with CPUs that are made up: order, lengths, budget, stop. No clock is waited for. */
import { describe, expect, it } from "vitest";
import type { CpuReport, CpuTask } from "../../../src/machine/cpuTask.js";
import { runWindows, type WindowArm, type WindowPlan } from "../../../src/measure/runWindows.js";

type WindowTask = Extract<CpuTask, { kind: "window" }>;

/** CPUs on which a packet of machine m costs `nsPerPacket[m]`. */
class FakeCpus {
  readonly tasks: WindowTask[] = [];
  readonly doing: string[] = [];
  private nowNs = 1;

  constructor(
    private readonly nsPerPacket: readonly number[],
    /** What the scheduler says of each window. */
    private readonly delayNs: () => number | null = () => 0,
  ) {}

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
      runDelayNs: this.delayNs(),
      result: 0,
      fault: null,
    }));
  };

  /** Tasks after calibration and three rounds of warm-up. */
  windows(arms: number): WindowTask[] {
    return this.tasks.slice(6 * arms);
  }
}

function armOf(machine: number, name: string, change: Partial<WindowArm> = {}): WindowArm {
  const rest = { isControl: false, places: [{ machine, layout: 0 }], workShare: 1 };
  return { name, loop: "forwardPackets", ...rest, ...change };
}

const ARMS = ["a", "b", "c"].map((name, machine) => armOf(machine, name));

function planOf(cpus: FakeCpus, change: Partial<WindowPlan> = {}): WindowPlan {
  return {
    arms: ARMS,
    process: 0,
    lengths: null,
    stealMs: () => 0,
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
  it("makes a window last 10 ms for the design in the middle, in whole bursts", async () => {
    const cpus = new FakeCpus([50, 100, 200]);
    const { lengths } = await runWindows(planOf(cpus));
    expect(Math.abs(lengths.windowPackets - 100_000)).toBeLessThanOrEqual(48);
    expect(lengths.windowPackets % 64).toBe(0);
    expect(Math.abs(lengths.leadInPackets - 50_000)).toBeLessThanOrEqual(64);
    expect(lengths.controlPackets).toBe(0);
    for (const task of cpus.windows(3)) {
      expect([task.packets, task.leadIn]).toEqual([lengths.windowPackets, lengths.leadInPackets]);
    }
  });

  it("makes it 50 ms where CPUs take turns on cores", async () => {
    const plan = planOf(new FakeCpus([100, 100, 100]), { oversubscribed: true });
    const { lengths } = await runWindows(plan);
    expect(Math.abs(lengths.windowPackets - 500_000)).toBeLessThanOrEqual(32);
  });

  it("never measures less than a burst", async () => {
    const { lengths } = await runWindows(planOf(new FakeCpus([1e7, 1e7, 1e7])));
    expect([lengths.windowPackets, lengths.leadInPackets]).toEqual([64, 64]);
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
    const { windows } = await runWindows(
      planOf(cpus, {
        arms: [2, 0, 1].map((machine, i) => armOf(machine, ["a", "b", "c"][i] ?? "")),
      }),
    );
    const machines = cpus.windows(3).map((task) => task.machine);
    expect(machines).toEqual(windows.map((window) => [2, 0, 1][window.arm]));
    expect(cpus.doing[0]).toBe("calibrating a");
    expect(cpus.doing[18]).toBe(`window 0 of ${["a", "b", "c"][windows[0]?.arm ?? 0]}`);
  });

  it("runs an arm in each of its places as often, after all of them have warmed up", async () => {
    const cpus = new FakeCpus([100, 100, 100]);
    const places = [0, 2].flatMap((machine) => [0, 1].map((layout) => ({ machine, layout })));
    const arms = [armOf(0, "a", { places }), armOf(1, "b")];
    const { windows } = await runWindows(planOf(cpus, { arms }));
    const ofArm = (arm: number) => windows.filter((window) => window.arm === arm);
    for (let round = 0; round < 3; round++) {
      const layouts = ofArm(0).slice(4 * round, 4 * round + 4);
      expect(layouts.map(({ layout }) => layout).sort()).toEqual([0, 1, 2, 3]);
    }
    expect(ofArm(1).every(({ layout }) => layout === 0)).toBe(true);
    const ran = cpus.tasks.slice(-windows.length).map(({ machine, layout }) => [machine, layout]);
    const told = windows.map(({ arm, layout = 0 }) => {
      const place = arms[arm]?.places[layout];
      return [place?.machine, place?.layout];
    });
    expect(ran).toEqual(told);
    const warm = cpus.tasks.slice(6, -windows.length).filter(({ machine }) => machine !== 1);
    expect(warm.map(({ machine, layout }) => ({ machine, layout }))).toEqual(places);
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

  it("takes the lengths of an earlier process as they are", async () => {
    const lengths = { windowPackets: 128, leadInPackets: 64, controlPackets: 0 };
    const cpus = new FakeCpus([50, 100, 200]);
    expect((await runWindows(planOf(cpus, { lengths }))).lengths).toEqual(lengths);
    expect(cpus.tasks).toHaveLength(3 * 3 + 12 * 3);
  });

  it("gives the control a length of its own, so that it lasts as long", async () => {
    const arms = [ARMS[0], armOf(0, "the control", { loop: "controlPackets", isControl: true })];
    const cpus = new FakeCpus([100]);
    const only = arms.filter((arm) => arm !== undefined);
    const { windows, lengths } = await runWindows(planOf(cpus, { arms: only }));
    expect(Math.abs(lengths.controlPackets - 100_000)).toBeLessThanOrEqual(48);
    const control = cpus.windows(2).filter((task) => task.loop === "controlPackets");
    // In every third of 12 blocks.
    expect(control).toHaveLength(4);
    const blocks = windows.filter(({ arm }) => arm === 1).map(({ block }) => block);
    expect(blocks).toEqual([0, 3, 6, 9]);
    expect(windows[0]?.packets).toEqual([lengths.controlPackets, lengths.controlPackets]);
  });

  it("runs more packets than it tells of where that is planted", async () => {
    const arms = [armOf(0, "a"), armOf(1, "b", { workShare: 1.05 })];
    const cpus = new FakeCpus([100, 100]);
    const { windows, lengths } = await runWindows(planOf(cpus, { arms }));
    const planted = cpus.windows(2).filter((task) => task.machine === 1);
    expect(planted[0]?.packets).toBe(Math.round(1.05 * lengths.windowPackets));
    expect(windows.every(({ packets }) => packets[0] === lengths.windowPackets)).toBe(true);
  });

  it("warms up until three windows are alike, and says where they never were", async () => {
    const { warmUp } = await runWindows(planOf(new FakeCpus([100, 100, 100])));
    expect(warmUp).toEqual([0, 1, 2].map(() => ({ windows: 3, settled: true })));
    let ns = 100;
    // Each look at the price makes it dearer.
    const dearer = {
      get 0() {
        ns *= 1.1;
        return ns;
      },
      length: 1,
    } as unknown as readonly number[];
    const lengths = { windowPackets: 64, leadInPackets: 64, controlPackets: 0 };
    const plan = planOf(new FakeCpus(dearer), { arms: [armOf(0, "a")], lengths });
    expect((await runWindows(plan)).warmUp).toEqual([{ windows: 30, settled: false }]);
  });

  it("measures a disturbed slot again, twice at most, and keeps every attempt", async () => {
    const cpus = new FakeCpus([100, 100, 100], () => 1e9);
    const { windows } = await runWindows(planOf(cpus));
    expect(windows).toHaveLength(3 * 36);
    for (const [i, { block, position, arm, retried, sequence }] of windows.entries()) {
      const slot = windows[3 * Math.floor(i / 3)];
      expect([block, position, arm]).toEqual([slot?.block, slot?.position, slot?.arm]);
      expect([retried, sequence]).toEqual([i % 3 < 2 ? true : undefined, i]);
    }
  });

  it("measures again for what the host took, but not where CPUs take turns anyway", async () => {
    let stolen = 0;
    const stealMs = (): number => {
      stolen += 10;
      return stolen;
    };
    const run = async (change: Partial<WindowPlan>): Promise<number> =>
      (await runWindows(planOf(new FakeCpus([100, 100, 100]), change))).windows.length;
    expect(await run({ stealMs })).toBe(3 * 36);
    const waiting = planOf(new FakeCpus([100, 100, 100], () => 1e9), { oversubscribed: true });
    expect((await runWindows(waiting)).windows).toHaveLength(36);
  });

  it("measures on where nobody counts disturbances", async () => {
    const cpus = new FakeCpus([100, 100, 100], () => null);
    const { windows } = await runWindows(planOf(cpus, { stealMs: () => null }));
    expect(windows).toHaveLength(36);
    expect(windows[0]).toMatchObject({ runDelayNs: null, stealMs: null });
  });

  it("ends with the failure of a CPU", async () => {
    const onAll = (): Promise<never> => Promise.reject(new Error("CPU 1 died"));
    await expect(runWindows(planOf(new FakeCpus([]), { onAll }))).rejects.toThrow("CPU 1 died");
  });
});
