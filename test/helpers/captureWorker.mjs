/**
 * A CPU of a machine under changes, as a worker thread: one that forwards and captures what it
 * sent, or the control plane that makes the changes. Plain JavaScript, because a worker thread runs
 * it as it is. `captureRun.ts` hands it everything, and explains the record.
 */
import { parentPort, workerData } from "node:worker_threads";

const { module, memory, area, role } = workerData;
const { exports: image } = new WebAssembly.Instance(module, {
  env: { memory, nowNs: () => performance.now() * 1e6 },
});
image.attach(area);
const words = new Int32Array(workerData.words);
const { WORDS, BURST, FRAME_WORDS, RECORD_WORDS, RECORD, MIB_WORDS } = workerData.constants;

/** Waits until `done` holds, asleep most of the time; gives up after 30 s. */
function waitFor(done, what) {
  const deadline = performance.now() + 30_000;
  while (!done()) {
    Atomics.wait(words, WORDS.sleep, 0, 0.05);
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
  }
}

function everybodyIsHere() {
  Atomics.add(words, WORDS.gate, 1);
  waitFor(() => Atomics.load(words, WORDS.gate) === workerData.cpus + 1, "the others");
}

/** Copies what the burst sent into a record: a descriptor and a frame for each packet, or zeros. */
function captureBurst(u32, sentBefore, record, at) {
  const { txAt, txSentAt, txEntries, framesAt, frameBytes, frameOffset } = workerData.rings;
  const sent = u32[txSentAt >> 2];
  const first = at + RECORD.packets;
  record.fill(0, first, first + BURST * (1 + FRAME_WORDS));
  for (let n = sentBefore; n !== sent; n = (n + 1) >>> 0) {
    const descriptor = (txAt >> 2) + 2 * (n & (txEntries - 1));
    // ARP packets, and packets that waited for a neighbour, are sent from elsewhere.
    if (u32[descriptor] < framesAt || u32[descriptor] >= framesAt + BURST * frameBytes) continue;
    const start = u32[descriptor] - framesAt - frameOffset - 2;
    const packet = start / frameBytes;
    if (!Number.isInteger(packet) || packet < 0 || packet >= BURST) {
      throw new Error(`a frame was sent from ${u32[descriptor]}, where none begins`);
    }
    const to = first + packet * (1 + FRAME_WORDS);
    if (record[to] !== 0) throw new Error(`packet ${packet} of a burst was sent twice`);
    record[to] = u32[descriptor + 1];
    const from = (framesAt + packet * frameBytes + frameOffset) >> 2;
    for (let i = 0; i < FRAME_WORDS; i++) record[to + 1 + i] = u32[from + i];
  }
}

function forward() {
  const u32 = new Uint32Array(memory.buffer);
  const { txSentAt, flowNextAt } = workerData.rings;
  const record = new Uint32Array(workerData.record);
  const mib = workerData.mibAt >> 2;
  const before = new Uint32Array(MIB_WORDS);
  const mine = WORDS.bursts + 16 * workerData.cpu;
  let captured = 0;
  let overlapped = 0;
  everybodyIsHere();
  image.rcuCpuOnline();
  while (Atomics.load(words, WORDS.done) === 0) {
    const at = captured * RECORD_WORDS;
    const room = at + RECORD_WORDS <= record.length;
    const flowNext = u32[flowNextAt >> 2];
    const sentBefore = u32[txSentAt >> 2];
    for (let i = 0; i < MIB_WORDS; i++) before[i] = u32[mib + 2 * i];
    const from = Atomics.load(words, WORDS.version);
    image.forwardPackets(BURST);
    const to = Atomics.load(words, WORDS.version);
    if (room) {
      captureBurst(u32, sentBefore, record, at);
      record[at + RECORD.from] = from;
      record[at + RECORD.to] = to;
      record[at + RECORD.flowNext] = flowNext;
      for (let i = 0; i < MIB_WORDS; i++) {
        record[at + RECORD.mib + i] = (u32[mib + 2 * i] - before[i]) >>> 0;
      }
      captured++;
      if (from !== to || (from & 1) === 1) overlapped++;
    }
    Atomics.add(words, mine, 1);
  }
  image.rcuCpuOffline();
  return { captured, overlapped };
}

function bursts() {
  let sum = 0;
  for (let cpu = 0; cpu < workerData.cpus; cpu++)
    sum += Atomics.load(words, WORDS.bursts + 16 * cpu);
  return sum;
}

/** Lets every CPU finish the burst it is in, and all of them together `pace` bursts. */
function letThrough(pace) {
  const start = Array.from({ length: workerData.cpus }, (_, cpu) =>
    Atomics.load(words, WORDS.bursts + 16 * cpu),
  );
  const total = bursts() + pace;
  waitFor(
    () =>
      bursts() >= total &&
      start.every((n, cpu) => Atomics.load(words, WORDS.bursts + 16 * cpu) > n),
    "traffic",
  );
}

function runCall(u32, bytes, call) {
  if (call.storeAt !== undefined) {
    Atomics.store(u32, call.storeAt >> 2, call.value);
    return;
  }
  if (call.request !== undefined) bytes.set(call.request, workerData.requestAt);
  const result = image[call.fn](...call.args) | 0;
  if (call.returns !== undefined && result !== call.returns) {
    throw new Error(`${call.fn} returned ${result} instead of ${call.returns}`);
  }
}

function control() {
  const u32 = new Uint32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  let changed = 0;
  image.rcuCpuOnline();
  try {
    const [first, ...rest] = workerData.steps;
    const change = ({ calls }) => {
      Atomics.add(words, WORDS.version, 1);
      for (const call of calls) runCall(u32, bytes, call);
      Atomics.add(words, WORDS.version, 1);
      changed++;
      image.rcuQuiescent();
    };
    // The first change comes before the traffic: its state is what the caches first see.
    change(first);
    everybodyIsHere();
    for (const step of rest) {
      image.rcuCpuOffline();
      if (step.paced) letThrough(workerData.pace);
      image.rcuCpuOnline();
      change(step);
    }
    image.rcuCpuOffline();
    letThrough(workerData.pace);
  } finally {
    Atomics.store(words, WORDS.done, 1);
  }
  return { changed };
}

try {
  parentPort.postMessage({ value: role === "control" ? control() : forward() });
} catch (error) {
  parentPort.postMessage({ error: `${role} on CPU ${workerData.cpu}: ${error}` });
}
