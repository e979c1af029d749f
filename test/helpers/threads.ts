/**
 * Real threads for a test machine: one worker for each CPU, with its own instance of the module on
 * the
 * machine's memory. All calls of a `run` start behind one gate, so they overlap; a worker that
 * traps or
 * does not answer in time ends the run with an error that names its CPU, never a hang.
 */
import { Worker } from "node:worker_threads";
import type { TestMachine } from "./testMachine.js";

/** What one CPU is to call. Results are numbers, unsigned. */
export interface ThreadCall {
  name: string;
  args: readonly number[];
}

export interface Threads {
  /** Calls `calls[i]` on the i-th CPU, all at once; resolves with what each returned. */
  run(calls: readonly ThreadCall[]): Promise<number[]>;
  close(): Promise<void>;
}

/** Longest run of all calls together, in milliseconds. */
const RUN_MS_MAX = 60_000;

const WORKER_SOURCE = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { module, memory, area, gate } = workerData;
  const instance = new WebAssembly.Instance(module, { env: { memory, nowNs: () => 0 } });
  instance.exports.attach(area);
  const words = new Int32Array(gate);
  parentPort.on("message", ({ name, args, cpus, round }) => {
    try {
      if (Atomics.add(words, 0, 1) + 1 === cpus * round) Atomics.notify(words, 0);
      for (let seen = 0; (seen = Atomics.load(words, 0)) < cpus * round; ) {
        Atomics.wait(words, 0, seen, 100);
      }
      parentPort.postMessage({ value: (instance.exports[name](...args) ?? 0) >>> 0 });
    } catch (error) {
      parentPort.postMessage({ error: String(error) });
    }
  });
  parentPort.postMessage({ value: 0 });
`;

interface Answer {
  value?: number;
  error?: string;
}

/** The next answer of the worker of CPU `cpu`; rejects when it fails or stays silent. */
function answerOf(worker: Worker, cpu: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      worker.off("error", onError);
      act();
    };
    const onError = (error: Error): void => {
      settle(() => reject(new Error(`CPU ${cpu}: ${error.message}`)));
    };
    const onMessage = ({ value, error }: Answer): void => {
      if (error !== undefined) onError(new Error(error));
      else settle(() => resolve(value ?? Number.NaN));
    };
    const timer = setTimeout(() => onError(new Error("no answer in time")), RUN_MS_MAX);
    worker.on("message", onMessage);
    worker.on("error", onError);
  });
}

/** Starts one worker for each of `cpus` of machine `m`. Close it when done. */
export async function startThreads(m: TestMachine, cpus: readonly number[]): Promise<Threads> {
  const gate = new SharedArrayBuffer(4);
  const areaOf = (cpu: number): number =>
    m.regions.cpuAreas.base + cpu * (m.u32[m.superblockAt / 4 + 4] ?? 0);
  const workers = cpus.map((cpu) => ({
    cpu,
    worker: new Worker(WORKER_SOURCE, {
      eval: true,
      workerData: { module: m.module, memory: m.memory, area: areaOf(cpu), gate },
    }),
  }));
  await Promise.all(workers.map(({ worker, cpu }) => answerOf(worker, cpu)));
  let round = 0;
  return {
    run(calls) {
      if (calls.length !== cpus.length) throw new RangeError("one call for each CPU");
      round++;
      return Promise.all(
        workers.map(({ worker, cpu }, i) => {
          const answer = answerOf(worker, cpu);
          worker.postMessage({ ...calls[i], cpus: cpus.length, round });
          return answer;
        }),
      );
    },
    async close() {
      await Promise.all(workers.map(({ worker }) => worker.terminate()));
    },
  };
}
