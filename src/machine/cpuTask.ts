/**
 * What the host asks a CPU to do, and what it answers. One task per CPU and window; every window
 * wakes all CPUs, those beyond the cell's number return at once.
 */

import type { BurstTiming } from "./burstLatency.js";

/** Loops that a window can run. */
export type WindowLoop =
  | "forwardPackets"
  | "sendPackets"
  | "nullPackets"
  | "controlPackets"
  | "torturePackets";

/** `hello`: who are you. `window`: lead-in, gate, measured packets. `sideLoad`: updates until all
 * CPUs of the window are through it; for the control plane. `drain`: run all RCU callbacks.
 * `call`: one exported operation. `pingPong`: pass a word to and fro. `exit`, `stall`: die or hang,
 * for the tests of supervision. */
export type CpuTask =
  | { kind: "hello" }
  | {
      kind: "window";
      machine: number;
      loop: WindowLoop;
      cpus: number;
      packets: number;
      leadIn: number;
      /** Which of the machine's layouts runs it. @default 0 */
      layout?: number;
      /** The control plane comes to the gate too: it works beside the window. */
      sideLoad?: boolean;
      /** How the bursts after the lead-in are timed; timed images only. */
      bursts?: BurstTiming;
    }
  | { kind: "sideLoad"; machine: number; cpus: number; updatesAt: number }
  | { kind: "drain"; machine: number }
  | { kind: "call"; machine: number; name: string; args: number[] }
  | { kind: "pingPong"; rounds: number }
  | { kind: "exit"; cpu: number }
  | { kind: "stall"; cpu: number };

/** A CPU's answer. Times are nanoseconds since the experiment's origin. */
export interface CpuReport {
  readonly cpu: number;
  readonly threadId: number;
  /** Kernel thread id, 0 where the system does not tell. */
  readonly tid: number;
  /** False for CPUs that had no part in the task. */
  readonly ran: boolean;
  readonly startNs: number;
  readonly endNs: number;
  readonly deferredRun: number;
  readonly callbacksRun: number;
  readonly backlogBefore: number;
  readonly backlogAfter: number;
  readonly ticks: number;
  /** Time the thread was runnable and did not run, inside the window; null where nobody counts. */
  readonly runDelayNs: number | null;
  readonly result: number;
  /** What the engine said when the task trapped, else null. */
  readonly fault: string | null;
}

/** A machine as a worker needs it: the compiled image in each layout, where its CPU areas lie. */
export interface WorkerMachine {
  readonly modules: readonly WebAssembly.Module[];
  readonly cpuAreasAt: number;
  readonly cpuAreaStride: number;
}

/** `workerData` of a CPU. */
export interface CpuWorkerData {
  readonly memory: WebAssembly.Memory;
  readonly machines: readonly WorkerMachine[];
  /** First CPU number of this pool, and how many it has. */
  readonly firstCpu: number;
  readonly cpus: number;
  /** Address of the pool's claim word. */
  readonly claimAt: number;
  readonly originNs: bigint;
}

/** Words of the experiment page (offsets in bytes). */
export const EXPERIMENT_PAGE = {
  claimCpus: 0,
  claimControl: 64,
  gate: 128,
  pingPong: 256,
  /** Set by the host when a run is over: stalled tasks of the tests look at it. */
  stop: 384,
  /** CPUs that are through their window: from 0 before each one. */
  windowsDone: 448,
} as const;
