/**
 * Two CPUs of a small machine on threads of their own, pinned where that can be done: what a shared
 * line costs needs two cores at work at once.
 *
 * In a window of two each CPU runs until the first has done all its operations, so no part of it is
 * uncontended. What is told is the machine's time for one operation (the CPUs' rates are added).
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Arm, Window } from "./arm.js";
import type { LoopMachine } from "./loopMachine.js";
import { PAIR_WORKER } from "./pairWorker.js";

const CPUS = 2;
/** Longest that a window may take, in milliseconds. */
const ANSWER_MS_MAX = 60_000;
const PROBE_OPERATIONS = 8192;
/** Waiting for a core above this part of a window disturbs it. */
const WAIT_SHARE_MAX = 0.02;
const PING_PONG_ROUNDS = 2000;

/** What one CPU of a window runs: an export, or a function of the worker's; first arguments. */
export interface PairCall {
  readonly name: string;
  readonly args: readonly number[];
}

/** Two threads that have started, and the words that they meet at. */
interface PairParts {
  readonly workers: readonly Worker[];
  readonly tids: readonly number[];
  readonly pinned: boolean | null;
  readonly stopAt: number;
  readonly pingPongAt: number;
}

/** A CPU's answer. */
export interface PairAnswer {
  /** What the call returned: by convention the operations that it saw done. */
  readonly result: number;
  readonly leadInResult: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** How an arm of a pair is made. */
export interface PairArm {
  readonly name: string;
  /** One call for each CPU at work: one or two. */
  readonly calls: readonly PairCall[];
  readonly windowMs: number;
  /** Looks at the machine after a window; throws if what it finds is not whole. */
  readonly check?: (answers: readonly PairAnswer[]) => void;
  /** Before each window, while nobody runs. */
  readonly prepare?: () => void;
  /** Operations of the whole window by the answers. @default the sum of the results */
  readonly operationsOf?: (answers: readonly PairAnswer[]) => number;
  /** The CPU whose operations alone are timed, where the other only keeps it company. */
  readonly timeOf?: number;
  /** Operations of the windows by which the others are sized. @default 8192 */
  readonly probe?: number;
}

/** Time of one operation where CPUs do `operations` together: rates are added. */
export function pairNs(answers: readonly PairAnswer[], operations: number): number {
  const total = answers.reduce((sum, answer) => sum + answer.result, 0);
  const rate = answers.reduce((sum, { result, startNs, endNs }) => {
    const own = total === 0 ? 0 : (operations * result) / total;
    return sum + own / (endNs - startNs);
  }, 0);
  return 1 / rate;
}

interface Answered extends Partial<PairAnswer> {
  readonly tid?: number;
  readonly error?: string;
}

function answerOf(worker: Worker, cpu: number): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      worker.off("error", onError);
      act();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onMessage = (answer: Answered): void => {
      if (answer.error === undefined) settle(() => resolve(answer));
      else onError(new Error(`CPU ${cpu}: ${answer.error}`));
    };
    const timer = setTimeout(() => onError(new Error(`CPU ${cpu}: no answer`)), ANSWER_MS_MAX);
    worker.on("message", onMessage);
    worker.on("error", onError);
  });
}

export class CpuPair {
  private arrivals = 0;

  private constructor(
    private readonly machine: LoopMachine,
    private readonly parts: PairParts,
  ) {}

  /** Each CPU has a core of its own; null where it could not be tried. */
  get pinned(): boolean | null {
    return this.parts.pinned;
  }

  /** Starts both CPUs of `machine`, which has two, and pins them where there are two cores. */
  static async start(machine: LoopMachine): Promise<CpuPair> {
    const gate = new SharedArrayBuffer(4);
    const stopAt = machine.call("makeLines", 4);
    const { module, memory } = machine;
    const workers = Array.from({ length: CPUS }, (_, cpu) => {
      const workerData = { module, memory, area: machine.areaOf(cpu), gate };
      return new Worker(PAIR_WORKER, { eval: true, workerData });
    });
    const answers = await Promise.all(workers.map(answerOf));
    const tids = answers.map((answer) => answer.tid ?? 0);
    const pinned = CpuPair.pin(tids);
    return new CpuPair(machine, { workers, tids, pinned, stopAt, pingPongAt: stopAt + 128 });
  }

  private static pin(tids: readonly number[]): boolean | null {
    if (availableParallelism() < CPUS || tids.includes(0)) return null;
    const done = tids.map((tid, cpu) =>
      spawnSync("taskset", ["-pc", String(cpu), String(tid)], { timeout: 5000 }),
    );
    return done.every(({ status }) => status === 0);
  }

  private waitedNs(): number {
    return this.parts.tids.reduce((sum, tid) => {
      try {
        const text = readFileSync(`/proc/self/task/${tid}/schedstat`, "utf8");
        return sum + Number(text.split(" ")[1] ?? 0);
      } catch {
        return sum;
      }
    }, 0);
  }

  /** Runs calls on the first CPUs, all at once. */
  async run(
    calls: readonly PairCall[],
    operations: number,
    leadIn = operations >>> 3,
  ): Promise<readonly PairAnswer[]> {
    const words = new Int32Array(this.machine.memory.buffer);
    const { stopAt, workers } = this.parts;
    words.fill(0, stopAt / 4, stopAt / 4 + 64);
    this.arrivals += calls.length;
    const { arrivals } = this;
    const runs = calls.map((call, cpu) => {
      const worker = workers[cpu];
      if (worker === undefined) throw new RangeError(`no CPU ${cpu} in a pair`);
      const answer = answerOf(worker, cpu);
      worker.postMessage({ ...call, stopAt, leadIn, operations, arrivals });
      return answer;
    });
    return (await Promise.all(runs)) as readonly PairAnswer[];
  }

  private async window(plan: PairArm, operations: number): Promise<Window> {
    plan.prepare?.();
    const before = this.waitedNs();
    const answers = await this.run(plan.calls, operations);
    const spanNs = Math.max(...answers.map(({ startNs, endNs }) => endNs - startNs));
    const waited = this.waitedNs() - before;
    plan.check?.(answers);
    const sum = answers.reduce((total, { result }) => total + result, 0);
    const done = plan.operationsOf?.(answers) ?? sum;
    // The first to finish ends the window for all, so one CPU at least has done everything.
    if (!answers.some(({ result }) => result >= operations) || done < operations) {
      throw new Error(`${plan.name}: ${done} of ${operations} operations were done`);
    }
    const timed = plan.timeOf === undefined ? answers : answers.slice(plan.timeOf, plan.timeOf + 1);
    return { ns: pairNs(timed, done), disturbed: waited > spanNs * WAIT_SHARE_MAX };
  }

  /** An arm with windows of about `windowMs`. */
  async arm(plan: PairArm): Promise<Arm> {
    const probes: number[] = [];
    const probe = plan.probe ?? PROBE_OPERATIONS;
    for (let i = 0; i < 3; i++) probes.push((await this.window(plan, probe)).ns);
    const ns = Math.max(0.05, Math.min(...probes)) * plan.calls.length;
    const operations = Math.max(1, Math.round((plan.windowMs * 1e6) / ns / 64)) * 64;
    return { name: plan.name, window: () => this.window(plan, operations) };
  }

  /** The arm that every group with contention has: one way of a word between the two CPUs. */
  pingPongArm(name: string): Arm {
    const calls = [0, 1].map((self) => ({ name: "pingPong", args: [this.parts.pingPongAt, self] }));
    const window = async (): Promise<Window> => {
      const before = this.waitedNs();
      const answers = await this.run(calls, PING_PONG_ROUNDS, 0);
      const ends = Math.max(...answers.map(({ endNs }) => endNs));
      const spanNs = ends - Math.min(...answers.map(({ startNs }) => startNs));
      const rounds = Math.max(1, Math.min(...answers.map(({ result }) => result)));
      const waited = this.waitedNs() - before;
      // Given up: the threads take turns, which is an answer as well.
      const disturbed = rounds < PING_PONG_ROUNDS || waited > spanNs * WAIT_SHARE_MAX;
      return { ns: spanNs / rounds / 2, disturbed };
    };
    return { name, window };
  }

  /** Ends both threads. */
  async close(): Promise<void> {
    await Promise.all(this.parts.workers.map((worker) => worker.terminate()));
  }
}
