/**
 * The CPUs of an experiment: Piscina pools of worker threads, one for the CPUs that forward and one
 * for the control plane. All machines of the experiment run on them.
 *
 * Every wait has a deadline. A worker that exits, traps or does not answer in time ends the run
 * with a `CpuFailure` that names it; the pools are then torn down, because a machine whose CPU
 * stopped in the middle of something is not to be used again.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import { packageRoot } from "../image/packageRoot.js";
import type { CpuReport, CpuTask, CpuWorkerData } from "./cpuTask.js";
import { EXPERIMENT_PAGE } from "./cpuTask.js";
import { phaseText, siteText } from "./faults.js";
import type { Machine } from "./machine.js";
import { EXPERIMENT_AT } from "./plan.js";
import { slabFaultText } from "./slabFault.js";

/** A CPU ended the run. The message names it and says what it was doing. */
export class CpuFailure extends Error {
  constructor(
    message: string,
    readonly cpus: readonly number[],
    /** The image stopped by itself; else the CPU died or did not answer. */
    readonly isTrap = false,
  ) {
    super(message);
  }
}

/** How the CPUs are made. */
export interface CpusOptions {
  readonly cpus: number;
  /** Milliseconds after which a task that has not ended is a stall. @default 20_000 */
  readonly deadlineMs?: number;
  /** Pin CPU c to the c-th core where there are enough. @default true */
  readonly pin?: boolean;
}

const DEADLINE_MS = 20_000;

interface Pool {
  readonly piscina: Piscina;
  readonly firstCpu: number;
  readonly cpus: number;
  readonly cpuOfThread: Map<number, number>;
}

/** The worker's file: workers run from `dist/`, which `npm run build` makes, whatever runs here. */
function workerFile(): string {
  return pathToFileURL(path.join(packageRoot, "dist", "machine", "cpuWorker.js")).href;
}

export class Cpus {
  readonly threadIds: number[] = [];
  readonly originNs: bigint;
  /** True where every CPU was pinned to a core of its own, null where it could not be tried. */
  pinned: boolean | null = null;
  private readonly i32: Int32Array;
  private readonly lost: Promise<never>;
  private fail: (failure: CpuFailure) => void = () => {};
  private doing = "starting";
  private closed = false;

  private constructor(
    private readonly machines: readonly Machine[],
    memory: WebAssembly.Memory,
    private readonly options: CpusOptions,
    private readonly pools: { forward: Pool; control: Pool },
    originNs: bigint,
  ) {
    this.i32 = new Int32Array(memory.buffer);
    this.originNs = originNs;
    this.lost = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.lost.catch(() => {});
    // Piscina tells here of workers that fail without a task; unheard that would end the process.
    for (const { piscina } of [pools.forward, pools.control]) {
      piscina.on("error", (error: Error) => {
        this.fail(new CpuFailure(`a CPU failed while ${this.doing}: ${error.message}`, []));
      });
    }
  }

  /** Starts the workers, learns which thread is which CPU, and pins them where it can. */
  static async start(machines: readonly Machine[], options: CpusOptions): Promise<Cpus> {
    const memory = machines[0]?.memory;
    if (memory === undefined) throw new RangeError("no machines");
    const originNs = process.hrtime.bigint();
    const u32 = new Uint32Array(memory.buffer);
    u32.fill(0, EXPERIMENT_AT / 4, EXPERIMENT_AT / 4 + 256);
    const pool = (firstCpu: number, cpus: number, claim: number): Pool => {
      const workerData: CpuWorkerData = {
        memory,
        machines: machines.map((m) => ({
          modules: m.modules,
          cpuAreasAt: m.areaOf(0),
          cpuAreaStride: m.areaOf(1) - m.areaOf(0),
        })),
        firstCpu,
        cpus,
        claimAt: EXPERIMENT_AT + claim,
        originNs,
      };
      const piscina = new Piscina({
        filename: workerFile(),
        minThreads: cpus,
        maxThreads: cpus,
        concurrentTasksPerWorker: 1,
        idleTimeout: Number.POSITIVE_INFINITY,
        atomics: "sync",
        workerData,
      });
      return { piscina, firstCpu, cpus, cpuOfThread: new Map() };
    };
    const pools = {
      forward: pool(0, options.cpus, EXPERIMENT_PAGE.claimCpus),
      control: pool(options.cpus, 1, EXPERIMENT_PAGE.claimControl),
    };
    const cpus = new Cpus(machines, memory, options, pools, originNs);
    try {
      await cpus.introduce();
    } catch (error) {
      await cpus.close();
      throw error;
    }
    return cpus;
  }

  private async introduce(): Promise<void> {
    for (const pool of [this.pools.forward, this.pools.control]) {
      const tids = new Map<number, number>();
      const deadlineAt = performance.now() + this.deadlineMs;
      // A worker that is up already may answer twice while others still load.
      while (tids.size < pool.cpus) {
        if (performance.now() > deadlineAt) {
          const found = `${tids.size} of ${pool.cpus} CPUs`;
          throw new CpuFailure(`only ${found} started within ${this.deadlineMs} ms`, []);
        }
        const reports = await this.onPool(pool, { kind: "hello" }, "starting");
        for (const r of reports) {
          pool.cpuOfThread.set(r.threadId, r.cpu);
          tids.set(r.cpu, r.tid);
          if (pool === this.pools.forward) this.threadIds[r.cpu] = r.threadId;
        }
      }
      this.watch(pool);
      this.pin(pool, tids);
    }
  }

  private get deadlineMs(): number {
    return this.options.deadlineMs ?? DEADLINE_MS;
  }

  /** A worker that exits by itself ends the run, whatever it was doing. */
  private watch(pool: Pool): void {
    for (const worker of pool.piscina.threads) {
      const cpu = pool.cpuOfThread.get(worker.threadId) ?? -1;
      worker.once("exit", (code: number) => {
        if (this.closed) return;
        this.fail(
          new CpuFailure(`${this.who([cpu])} died while ${this.doing} (exit ${code})`, [cpu]),
        );
      });
    }
  }

  /** The control plane has a core of its own where one is left; `pinned` is about the others. */
  private pin(pool: Pool, tids: ReadonlyMap<number, number>): void {
    const enough = pool.firstCpu + pool.cpus <= availableParallelism();
    if (this.options.pin === false || !enough || [...tids.values()].includes(0)) return;
    let pinned = true;
    for (const [cpu, tid] of tids) {
      const done = spawnSync("taskset", ["-pc", String(cpu), String(tid)], { timeout: 5000 });
      if (done.status !== 0) pinned = false;
    }
    if (pool === this.pools.forward) this.pinned = pinned;
  }

  private who(cpus: readonly number[]): string {
    const names = cpus.map((cpu) =>
      cpu === this.options.cpus ? "the control plane" : `CPU ${cpu}`,
    );
    return names.join(", ");
  }

  /** What the areas of a machine say about CPUs that did not answer. */
  private stateOf(cpu: number): string {
    for (const machine of this.machines) {
      const area = machine.areaOf(cpu);
      const phase = this.i32[(area + machine.layout.at("CPU_PHASE")) / 4] ?? 0;
      if (phase !== 0) return `${machine.image.name}: ${phaseText(phase)}`;
    }
    return "not inside a machine";
  }

  /** The failure of a CPU whose task trapped: in which machine, and at which site. */
  private trapOf({ cpu }: CpuReport, fault: string): CpuFailure {
    for (const machine of this.machines) {
      const site = this.i32[(machine.areaOf(cpu) + machine.layout.at("CPU_FAULT_SITE")) / 4] ?? 0;
      if (site === 0) continue;
      const where = `${machine.image.name}, while ${this.doing}`;
      const why = siteText(site, fault) + slabFaultText(machine, cpu);
      return new CpuFailure(`${this.who([cpu])} trapped in ${where}: ${why}`, [cpu], true);
    }
    const state = this.stateOf(cpu);
    const text = `${this.who([cpu])} failed while ${this.doing} (${state}): ${fault}`;
    return new CpuFailure(text, [cpu], true);
  }

  private async onPool(pool: Pool, task: CpuTask, doing: string): Promise<CpuReport[]> {
    this.doing = doing;
    const answered = new Set<number>();
    const runs = Array.from({ length: pool.cpus }, () =>
      pool.piscina.run(task).then((report: CpuReport) => {
        answered.add(report.cpu);
        if (report.fault !== null) throw this.trapOf(report, report.fault);
        return report;
      }),
    );
    const { deadlineMs } = this;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const missing = Array.from({ length: pool.cpus }, (_, i) => pool.firstCpu + i).filter(
          (cpu) => !answered.has(cpu),
        );
        const states = missing.map((cpu) => `${this.who([cpu])} (${this.stateOf(cpu)})`).join(", ");
        reject(new CpuFailure(`stalled while ${doing} for ${deadlineMs} ms: ${states}`, missing));
      }, deadlineMs);
    });
    const all = Promise.all(runs).catch(async (error: unknown) => {
      if (error instanceof CpuFailure) throw error;
      // An exit is reported by the worker's own event, which names the CPU; it may come second.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const text = error instanceof Error ? error.message : String(error);
      throw new CpuFailure(`a CPU failed while ${doing}: ${text}`, []);
    });
    try {
      return await Promise.race([all, late, this.lost]);
    } finally {
      clearTimeout(timer);
      all.catch(() => {});
      late.catch(() => {});
    }
  }

  /** Runs a task on every CPU that forwards. @throws {CpuFailure} */
  async onAll(task: CpuTask, doing: string): Promise<CpuReport[]> {
    if (task.kind === "window") {
      const gate = (EXPERIMENT_AT + EXPERIMENT_PAGE.gate) / 4;
      this.i32.fill(0, gate, gate + 32);
      Atomics.store(this.i32, (EXPERIMENT_AT + EXPERIMENT_PAGE.windowsDone) / 4, 0);
    }
    if (task.kind === "pingPong") {
      Atomics.store(this.i32, (EXPERIMENT_AT + EXPERIMENT_PAGE.pingPong) / 4, 0);
    }
    return this.onPool(this.pools.forward, task, doing);
  }

  /**
   * Runs a window with the control plane at work beside it, on the list of updates at `updatesAt`.
   * Returns what the CPUs that forward report. @throws {CpuFailure}
   */
  async windowBeside(
    task: Extract<CpuTask, { kind: "window" }>,
    updatesAt: number,
    doing: string,
  ): Promise<CpuReport[]> {
    const { machine, cpus } = task;
    // In this order: the first call sets gate and count to 0 before either pool has its task.
    const windows = this.onAll({ ...task, sideLoad: true }, doing);
    const control = this.onControl({ kind: "sideLoad", machine, cpus, updatesAt }, doing);
    const [reports] = await Promise.all([windows, control]);
    return reports;
  }

  /** Runs a task on the control plane. @throws {CpuFailure} */
  async onControl(task: CpuTask, doing: string): Promise<CpuReport> {
    const [report] = await this.onPool(this.pools.control, task, doing);
    if (report === undefined) throw new CpuFailure("the control plane did not answer", []);
    return report;
  }

  /** Ends the thread of a CPU from outside, as a system might: the run ends with its name. */
  kill(cpu: number): void {
    for (const { piscina, cpuOfThread } of [this.pools.forward, this.pools.control]) {
      for (const worker of piscina.threads) {
        if (cpuOfThread.get(worker.threadId) === cpu) void worker.terminate();
      }
    }
  }

  /** Ends all workers; when it returns their threads are gone. */
  async close(): Promise<void> {
    this.closed = true;
    const stop = (EXPERIMENT_AT + EXPERIMENT_PAGE.stop) / 4;
    Atomics.store(this.i32, stop, 1);
    Atomics.notify(this.i32, stop);
    await Promise.allSettled([
      this.pools.forward.piscina.destroy(),
      this.pools.control.piscina.destroy(),
    ]);
  }
}
