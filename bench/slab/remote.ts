/**
 * Freeing what another CPU allocated. The slab pushes such an object on its owner's second list by
 * a cmpxchg, and the owner takes that list whole when its own is empty.
 *
 * Two measurements: both halves by one thread, so that nothing but the longer path is timed; and
 * two threads with a ring between them, beside the same ring with objects that nobody frees.
 */
import type { Arm } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { CpuPair, type PairAnswer } from "../harness/cpuPair.js";
import type { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";

/** Objects that change hands at once where one thread plays both CPUs. */
const BATCH = 256;
const PING_PONG = "ping-pong, one way";
const WINDOW_FACTOR = 2;

/** One thread: CPU 0 takes a batch, CPU `freer` gives it back. */
function batchArm(machine: LoopMachine, name: string, freer: number, windowMs: number): Arm {
  const at = machine.call("makeBatch", BATCH);
  const loop = (pairs: number): number => {
    let freed = 0;
    for (let done = 0; done < pairs; done += BATCH) {
      machine.callOn(0, "allocBatch", at, BATCH);
      freed += machine.callOn(freer, "freeBatch", at, BATCH);
    }
    return freed;
  };
  const whole = (pairs: number): number => Math.ceil(pairs / BATCH) * BATCH;
  return wasmArm(name, checkedLoop(name, loop, whole), windowMs);
}

/** The arms of one thread, for the group of own frees. */
export function batchArms(machine: LoopMachine, windowMs: number): readonly Arm[] {
  return [
    batchArm(machine, "batches of 256, freed by the same CPU", 0, windowMs),
    batchArm(machine, "batches of 256, freed by another CPU", 1, windowMs),
  ];
}

function inUse(machine: LoopMachine): number {
  return machine.call("slabInUse", 0);
}

/** Measures two threads with a ring between them. */
export async function benchRemoteFree(context: BenchContext, machine: LoopMachine): Promise<void> {
  const windowMs = context.options.windowMs * WINDOW_FACTOR;
  const ring = machine.call("makeRing");
  const pair = await CpuPair.start(machine);
  const check = ([taken, given]: readonly PairAnswer[]): void => {
    if (taken?.result !== given?.result) {
      throw new Error(`${taken?.result} objects were sent, ${given?.result} came`);
    }
    const left = inUse(machine);
    if (left !== 0) throw new Error(`${left} objects in use after all were freed`);
  };
  const arm = (name: string, frees: number): Promise<Arm> =>
    pair.arm({
      name,
      calls: [
        { name: "produce", args: [ring, frees] },
        { name: "consume", args: [ring, frees] },
      ],
      windowMs,
      check,
      operationsOf: ([answer]) => answer?.result ?? 0,
    });
  const passed = "passed by a ring only";
  const freed = "alloc on one CPU, free on the other";
  try {
    await context.run({
      thing: "slab",
      title: "remote free: objects that change the CPU",
      operation: "object",
      arms: [pair.pingPongArm(PING_PONG), await arm(passed, 0), await arm(freed, 1)],
      rows: [{ arm: freed, yardstick: passed }],
      pair: { pingPong: PING_PONG, pinned: pair.pinned },
      notes: ["in both arms the second CPU reads a word of the object, so its line moves as well"],
    });
  } finally {
    await pair.close();
  }
}
