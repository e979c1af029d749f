/**
 * The program of a CPU of a pair, as text: a worker thread runs it as it is, whether the bench was
 * compiled or runs from its sources. It answers one message with one message.
 *
 *   { name, args, stopAt, leadIn, operations, cpus }
 *     an export of the image, or `atomicsPairs`; its last arguments are a stop word and operations
 *   → { result, leadInResult, startNs, endNs } or { error }
 *
 * All CPUs of a window meet at a gate behind the lead-in.
 */
export const PAIR_WORKER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { readlinkSync } = require("node:fs");
  const { module, memory, area, gate } = workerData;
  const instance = new WebAssembly.Instance(module, { env: { memory, nowNs: () => 0 } });
  instance.exports.attach(area);
  const words = new Int32Array(gate);
  const shared = new Int32Array(memory.buffer);

  // What a JavaScript user would write for a shared count.
  function atomicsPairs(at, stopAt, pairs) {
    const index = at >> 2;
    let whole = 0;
    for (let done = 0; done < pairs; done += 64) {
      for (let i = 0; i < 64; i++) {
        Atomics.add(shared, index, 1);
        if (Atomics.sub(shared, index, 1) > 1) whole++;
      }
      if (Atomics.load(shared, stopAt >> 2) !== 0) break;
    }
    Atomics.store(shared, stopAt >> 2, 1);
    return whole;
  }

  function enterGate(arrivals) {
    Atomics.add(words, 0, 1);
    const deadline = performance.now() + 10000;
    let looks = 0;
    while (Atomics.load(words, 0) < arrivals) {
      if (++looks % 65536 !== 0 || performance.now() < deadline) continue;
      throw new Error("gate: nobody came");
    }
  }

  parentPort.on("message", ({ name, args, stopAt, leadIn, operations, arrivals }) => {
    try {
      const run = name === "atomicsPairs" ? atomicsPairs : instance.exports[name];
      if (run === undefined) throw new Error("no export " + name);
      const leadInResult = leadIn === 0 ? 0 : run(...args, stopAt + 64, leadIn) >>> 0;
      enterGate(arrivals);
      const start = process.hrtime.bigint();
      const result = run(...args, stopAt, operations) >>> 0;
      const end = process.hrtime.bigint();
      const answer = { result, leadInResult, startNs: Number(start), endNs: Number(end) };
      parentPort.postMessage(answer);
    } catch (error) {
      parentPort.postMessage({ error: String(error) });
    }
  });
  let tid = 0;
  try { tid = Number(readlinkSync("/proc/thread-self").split("/").pop()); } catch {}
  parentPort.postMessage({ tid });
`;
