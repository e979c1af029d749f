/**
 * A CPU: one Piscina worker thread that runs its own instance of each machine's image. It claims
 * its number once, at load; everything it does is one of the tasks of `cpuTask.ts`.
 *
 * A CPU is offline for RCU whenever it is outside a window, or nothing would ever end.
 */
import { readlinkSync } from "node:fs";
import { threadId, workerData } from "node:worker_threads";
import { setBurstTiming } from "./burstLatency.js";
import type { CpuReport, CpuTask, CpuWorkerData } from "./cpuTask.js";
import { EXPERIMENT_PAGE } from "./cpuTask.js";
import { ImageInstance } from "./imageInstance.js";
import { EXPERIMENT_AT } from "./plan.js";
import { openThreadClock } from "./threadClock.js";

const PHASE_IDLE = 0;
const PHASE_GATE = 1;
const PHASE_LEAD_IN = 2;
const PHASE_WINDOW = 3;
const PHASE_CONTROL = 4;
const PHASE_DRAIN = 5;

/** Piscina wraps `workerData` as the second element of its own. */
const data = (Array.isArray(workerData) ? workerData[1] : workerData) as CpuWorkerData;
const u32 = new Uint32Array(data.memory.buffer);
const i32 = new Int32Array(data.memory.buffer);
const cpu = data.firstCpu + Atomics.add(u32, data.claimAt / 4, 1);
const instances = new Map<string, ImageInstance>();

function areaOf(machine: number): number {
  const m = data.machines[machine];
  if (m === undefined) throw new RangeError(`no machine ${machine}`);
  return m.cpuAreasAt + cpu * m.cpuAreaStride;
}

function instanceOf(machine: number, layout = 0): ImageInstance {
  const key = `${machine} ${layout}`;
  let instance = instances.get(key);
  if (instance === undefined) {
    const module = data.machines[machine]?.modules[layout];
    if (module === undefined) throw new RangeError(`no machine ${machine} with layout ${layout}`);
    instance = new ImageInstance(module, data.memory, areaOf(machine));
    instances.set(key, instance);
  }
  return instance;
}

function kernelThreadId(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").pop());
  } catch {
    return 0;
  }
}

const tid = kernelThreadId();
const runDelayNs = openThreadClock();

function now(): number {
  return Number(process.hrtime.bigint() - data.originNs);
}

function report(ran: boolean, rest: Partial<CpuReport> = {}): CpuReport {
  const none = { startNs: 0, endNs: 0, deferredRun: 0, callbacksRun: 0 };
  const zero = { backlogBefore: 0, backlogAfter: 0, ticks: 0, result: 0, fault: null };
  return { cpu, threadId, tid, ran, runDelayNs: null, ...none, ...zero, ...rest };
}

function setPhase(image: ImageInstance, machine: number, phase: number): void {
  u32[(areaOf(machine) + image.layout.at("CPU_PHASE")) / 4] = phase;
}

/** This CPU is through its window, whatever became of it: the control plane need not go on. */
function noteWindowDone(): void {
  const at = (EXPERIMENT_AT + EXPERIMENT_PAGE.windowsDone) / 4;
  Atomics.add(i32, at, 1);
  Atomics.notify(i32, at);
}

function runWindow(task: Extract<CpuTask, { kind: "window" }>): CpuReport {
  const image = instanceOf(task.machine, task.layout);
  const loop = image.fn(task.loop);
  const gateAt = EXPERIMENT_AT + EXPERIMENT_PAGE.gate;
  const ringsAt = areaOf(task.machine) + image.layout.at("PCPU_RINGS");
  const deferredAt = (ringsAt + image.layout.at("RINGS_DEFERRED_RUN")) / 4;
  const callbacksAt = (ringsAt + image.layout.at("RINGS_CALLBACKS_RUN")) / 4;
  image.call("rcuCpuOnline");
  setPhase(image, task.machine, PHASE_LEAD_IN);
  loop(task.leadIn);
  setPhase(image, task.machine, PHASE_GATE);
  image.call("gateEnter", gateAt, task.sideLoad === true ? task.cpus + 1 : task.cpus);
  setPhase(image, task.machine, PHASE_WINDOW);
  const area = areaOf(task.machine);
  if (task.bursts !== undefined) setBurstTiming(data.memory, image.layout, area, task.bursts);
  const deferredBefore = u32[deferredAt] ?? 0;
  const callbacksBefore = u32[callbacksAt] ?? 0;
  const backlogBefore = image.call("rcuBacklog");
  const ticksBefore = image.call("jiffies");
  const delayBefore = runDelayNs();
  const startNs = now();
  loop(task.packets);
  const endNs = now();
  if (task.bursts !== undefined) setBurstTiming(data.memory, image.layout, area, null);
  const delayAfter = runDelayNs();
  const ticks = (image.call("jiffies") - ticksBefore) >>> 0;
  const backlogAfter = image.call("rcuBacklog");
  const deferredRun = ((u32[deferredAt] ?? 0) - deferredBefore) >>> 0;
  const callbacksRun = ((u32[callbacksAt] ?? 0) - callbacksBefore) >>> 0;
  image.call("rcuCpuOffline");
  setPhase(image, task.machine, PHASE_IDLE);
  const delay = delayBefore === null || delayAfter === null ? null : delayAfter - delayBefore;
  const ran = { deferredRun, callbacksRun, backlogBefore, backlogAfter, ticks };
  return report(true, { startNs, endNs, runDelayNs: delay, ...ran });
}

/** The control plane beside a window: updates by the machine's clock until the CPUs are through. */
function runSideLoad(task: Extract<CpuTask, { kind: "sideLoad" }>): CpuReport {
  const image = instanceOf(task.machine);
  const doneAt = EXPERIMENT_AT + EXPERIMENT_PAGE.windowsDone;
  setPhase(image, task.machine, PHASE_CONTROL);
  image.call("rcuCpuOnline");
  image.call("gateArrive", EXPERIMENT_AT + EXPERIMENT_PAGE.gate, task.cpus + 1);
  const startNs = now();
  const result = image.call("controlLoop", task.updatesAt, doneAt, task.cpus);
  const endNs = now();
  image.call("rcuCpuOffline");
  setPhase(image, task.machine, PHASE_IDLE);
  return report(true, { result, startNs, endNs });
}

function drain(machine: number): CpuReport {
  const image = instanceOf(machine);
  setPhase(image, machine, PHASE_DRAIN);
  image.call("rcuCpuOnline");
  const result = image.call("rcuBarrierLocal");
  image.call("rcuCpuOffline");
  setPhase(image, machine, PHASE_IDLE);
  return report(true, { result });
}

function callOne(task: Extract<CpuTask, { kind: "call" }>): CpuReport {
  const image = instanceOf(task.machine);
  setPhase(image, task.machine, PHASE_CONTROL);
  image.call("rcuCpuOnline");
  const startNs = now();
  const result = image.callSigned(task.name, ...task.args);
  const endNs = now();
  // What a change has queued for RCU goes on with every operation, or it would wait for the audit.
  image.call("rcuQuiescent");
  image.call("rcuCpuOffline");
  setPhase(image, task.machine, PHASE_IDLE);
  return report(true, { result, startNs, endNs });
}

/** CPUs 0 and 1 pass a word to and fro; the time of a round is two ways. */
function pingPong(rounds: number): CpuReport {
  if (cpu > 1) return report(false);
  const at = (EXPERIMENT_AT + EXPERIMENT_PAGE.pingPong) / 4;
  const deadlineNs = now() + 5e9;
  const startNs = now();
  for (let round = 0; round < rounds; round++) {
    const expected = 2 * round + cpu;
    let spins = 0;
    while (Atomics.load(i32, at) !== expected) {
      if (++spins % 100_000 === 0 && now() > deadlineNs) return report(false);
    }
    Atomics.store(i32, at, expected + 1);
  }
  return report(true, { startNs, endNs: now() });
}

/** Hangs without giving the thread back, until the host says that the run is over. */
function stall(): void {
  const at = (EXPERIMENT_AT + EXPERIMENT_PAGE.stop) / 4;
  while (Atomics.load(i32, at) === 0) Atomics.wait(i32, at, 0, 100);
}

function perform(task: CpuTask): CpuReport {
  if (cpu >= data.firstCpu + data.cpus)
    throw new Error(`thread ${threadId} has no CPU number left`);
  switch (task.kind) {
    case "hello":
      return report(true);
    case "window":
      if (cpu >= task.cpus) return report(false);
      try {
        return runWindow(task);
      } finally {
        noteWindowDone();
      }
    case "sideLoad":
      return runSideLoad(task);
    case "drain":
      return drain(task.machine);
    case "call":
      return callOne(task);
    case "pingPong":
      return pingPong(task.rounds);
    case "exit":
      if (cpu === task.cpu) process.exit(7);
      return report(false);
    case "stall":
      if (cpu === task.cpu) stall();
      return report(cpu === task.cpu);
  }
}

/**
 * Runs one task. A trap is an answer too: an error that crosses threads would not say whose it is.
 */
export default function runTask(task: CpuTask): CpuReport {
  try {
    return perform(task);
  } catch (error) {
    return report(false, { fault: error instanceof Error ? error.message : String(error) });
  }
}
