/**
 * Traffic under changes: forwarding CPUs and a control plane as worker threads on one machine, and
 * what was captured, one record a burst:
 *
 *   0  version before, version after, position in the flow list, spare
 *   4  what the burst added to each of the 48 MIB counters
 *  52  64 packets: descriptor of the transmit ring (0: not sent), 16 words of padded frame
 *
 * The version is even between changes and odd while one is made (`fateTimeline.ts`). A worker that
 * throws, traps or does not end in time ends the run with an error that names it.
 */
import { Worker } from "node:worker_threads";
import type { Machine } from "../../src/machine/machine.js";
import type { World } from "../../src/reference/world.js";
import { callsOf, type Step } from "./changePlan.js";
import { FRAME_WORDS } from "./fateTimeline.js";

export const BURST = 64;
export const MIB_WORDS = 48;
export const RECORD = { from: 0, to: 1, flowNext: 2, mib: 4, packets: 4 + MIB_WORDS } as const;
export const RECORD_WORDS: number = RECORD.packets + BURST * (1 + FRAME_WORDS);

/** Words that the threads share, by index. */
const WORDS = { version: 0, gate: 16, done: 32, sleep: 48, bursts: 64 } as const;
const RUN_MS_MAX = 60_000;

/** What a CPU captured: `captured` records. `overlapped` of them met a change. */
export interface Capture {
  readonly records: Uint32Array;
  readonly captured: number;
  readonly overlapped: number;
}

/** `packets` is how many to capture on all CPUs together; a run captures a little more. */
export interface CaptureRequest {
  readonly machine: Machine;
  readonly world: World;
  readonly steps: readonly Step[];
  readonly packets: number;
}

interface Answer {
  readonly value?: { captured?: number; overlapped?: number; changed?: number };
  readonly error?: string;
}

function answerOf(worker: Worker, who: string): Promise<NonNullable<Answer["value"]>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${who}: no answer in time`)), RUN_MS_MAX);
    worker.on("error", (error) => reject(new Error(`${who}: ${String(error)}`)));
    worker.on("message", ({ value, error }: Answer) => {
      clearTimeout(late);
      if (value === undefined) reject(new Error(error));
      else resolve(value);
    });
  });
}

function ringsOf(machine: Machine, cpu: number): Record<string, number> {
  const { layout } = machine;
  const rings = machine.areaOf(cpu) + layout.at("PCPU_RINGS");
  return {
    txAt: machine.ringsWord(cpu, "RINGS_TX_AT"),
    txSentAt: rings + layout.at("RINGS_TX_SENT"),
    txEntries: layout.at("TX_RING_ENTRIES"),
    flowNextAt: rings + layout.at("RINGS_FLOW_NEXT"),
    framesAt: machine.ringsWord(cpu, "RINGS_FRAMES_AT"),
    frameBytes: layout.at("RX_FRAME_BYTES"),
    frameOffset: layout.at("FRAME_TEMPLATE"),
  };
}

/** Runs all steps of a plan while every CPU forwards and captures. */
export async function captureRun(request: CaptureRequest): Promise<Capture[]> {
  const { machine, world, steps } = request;
  const { cpus } = machine.options;
  const paced = steps.filter((step) => step.paced).length;
  // One CPU may run far ahead of the other where threads outnumber cores: room for twice its share.
  const bursts = Math.ceil(request.packets / BURST);
  const recordBytes = Math.ceil((bursts / cpus) * 2) * RECORD_WORDS * 4;
  const shared = {
    module: machine.module,
    memory: machine.memory,
    words: new SharedArrayBuffer(4 * (WORDS.bursts + 16 * cpus)),
    cpus,
    constants: { WORDS, BURST, FRAME_WORDS, RECORD_WORDS, RECORD, MIB_WORDS },
  };
  const records = Array.from({ length: cpus }, () => new SharedArrayBuffer(recordBytes));
  const start = (cpu: number, rest: object): Worker =>
    new Worker(new URL("./captureWorker.mjs", import.meta.url), {
      workerData: { ...shared, cpu, area: machine.areaOf(cpu), ...rest },
    });
  const forwarders = records.map((record, cpu) => {
    const mibAt = machine.areaOf(cpu) + machine.layout.at("PCPU_MIB");
    return start(cpu, { role: "forward", record, mibAt, rings: ringsOf(machine, cpu) });
  });
  const control = start(machine.controlCpu, {
    role: "control",
    pace: Math.ceil(bursts / paced) + 1,
    requestAt: machine.word("SB_REQUEST_AT"),
    steps: steps.map(({ change, paced: isPaced }) => ({
      calls: callsOf(machine, world, change),
      paced: isPaced,
    })),
  });
  const workers = [...forwarders, control];
  try {
    const [done, ...answers] = await Promise.all([
      answerOf(control, "the control plane"),
      ...forwarders.map((worker, cpu) => answerOf(worker, `CPU ${cpu}`)),
    ]);
    if (done?.changed !== steps.length) throw new Error(`${done?.changed} changes were made`);
    return answers.map(({ captured = 0, overlapped = 0 }, cpu) => ({
      records: new Uint32Array(records[cpu] ?? new SharedArrayBuffer(0)),
      captured,
      overlapped,
    }));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
