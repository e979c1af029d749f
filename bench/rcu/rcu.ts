/**
 * RCU: the read side beside the same loop without it, retiring beside freeing at once, and grace
 * periods without and with a CPU that reads.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { CpuPair, type PairAnswer } from "../harness/cpuPair.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";

const ENTRY = "bench/rcu/rcu.as.ts";
const NULL = "null loop";
const NATIVE = "C, null loop";
const BURST = 64;
const CPUS = 2;
const OBJECT_OFFSET = 64;
const PING_PONG = "ping-pong, one way";
const WINDOW_FACTOR = 2;

/** Grace periods of a probe: where the other CPU does not run, each takes milliseconds. */
const PROBE = 256;

const bursts = (operations: number): number => Math.ceil(operations / BURST);

/** Sum over the turns of a burst of `pointer ^ i`, unsigned. */
function burstSum(pointer: number): number {
  let sum = 0;
  for (let i = 0; i < BURST; i++) sum = (sum + ((pointer ^ i) >>> 0)) >>> 0;
  return sum;
}

/** Measures reads with a quiescent state each 64 in one group. */
async function benchReads(context: BenchContext, machine: LoopMachine): Promise<void> {
  const { windowMs } = context.options;
  const slot = machine.call("makeSlot");
  const sum = burstSum(slot + OBJECT_OFFSET);
  const reads = (operations: number): number => Math.imul(bursts(operations), sum);
  const arm = (name: string, loop: string, expected: (operations: number) => number): Arm =>
    wasmArm(name, checkedLoop(name, machine.loop(loop, slot), expected), windowMs);
  machine.call("rcuCpuOnline");
  const arms = [
    arm(NULL, "nullReads", () => slot),
    arm("plain load", "plainReads", reads),
    arm("read section + dereference", "rcuReads", reads),
    arm("the same, callbacks driven", "rcuReadsDriving", reads),
  ];
  const rows: RowPlan[] = [
    { arm: "read section + dereference", yardstick: NULL, aim: { atMost: 1.5 } },
    { arm: "the same, callbacks driven", yardstick: NULL },
    { arm: "plain load", yardstick: NULL },
  ];
  if (context.native !== null) {
    arms.push(await context.native.arm(NATIVE, "null", windowMs));
    rows.push({ arm: NULL, yardstick: NATIVE });
  }
  await context.run({
    thing: "rcu",
    title: "read side, a quiescent state each 64 reads",
    operation: "read",
    arms,
    rows,
    notes: ["JavaScript has no pendant: its threads share no objects"],
  });
  machine.call("rcuCpuOffline");
}

/** The CPU that waits, and one that reads: it comes online before and goes offline behind. */
async function graceArms(
  context: BenchContext,
  machine: LoopMachine,
  pair: CpuPair,
): Promise<readonly Arm[]> {
  const windowMs = context.options.windowMs * WINDOW_FACTOR;
  const slot = machine.call("makeSlot");
  const wait = { name: "gracePeriods", args: [slot] };
  const online = (cpus: readonly number[]) => (): void => {
    for (const cpu of cpus) machine.callOn(cpu, "rcuCpuOnline");
  };
  const offline = (cpus: readonly number[]): void => {
    for (const cpu of cpus) machine.callOn(cpu, "rcuCpuOffline");
  };
  const waits = ([answer]: readonly PairAnswer[]): number => answer?.result ?? 0;
  const alone = await pair.arm({
    name: ALONE,
    calls: [wait],
    windowMs,
    probe: PROBE,
    prepare: online([0]),
    check: () => offline([0]),
  });
  const beside = await pair.arm({
    name: BESIDE,
    calls: [wait, { name: "readUntil", args: [slot] }],
    windowMs,
    probe: PROBE,
    prepare: online([0, 1]),
    check: ([, reader]) => {
      offline([0, 1]);
      if ((reader?.result ?? 0) === 0) throw new Error("the reader has read nothing");
    },
    operationsOf: waits,
    timeOf: 0,
  });
  return [alone, beside];
}

const RETIRE = "call_rcu to its callback, bursts of 64";
const ALONE = "synchronize_rcu, nobody reads";
const BESIDE = "synchronize_rcu, one CPU reads, quiet each 64";

/** Measures retiring and grace periods in one group. */
async function benchGrace(context: BenchContext, machine: LoopMachine): Promise<void> {
  const objects = machine.call("makeObjects");
  const expected = (retires: number): number => bursts(retires) * BURST;
  const retire = checkedLoop(RETIRE, machine.loop("retire", objects), expected);
  const online = (retires: number): number => {
    machine.call("rcuCpuOnline");
    const ran = retire(retires);
    machine.call("rcuCpuOffline");
    return ran;
  };
  const pair = await CpuPair.start(machine);
  try {
    const arms = [
      pair.pingPongArm(PING_PONG),
      wasmArm(RETIRE, online, context.options.windowMs),
      ...(await graceArms(context, machine, pair)),
    ];
    await context.run({
      thing: "rcu",
      title: "write side: an object retired, a grace period waited for",
      operation: "retire or grace period",
      arms,
      rows: [
        { arm: BESIDE, yardstick: ALONE },
        { arm: BESIDE, yardstick: PING_PONG },
        { arm: RETIRE, yardstick: ALONE },
      ],
      pair: { pingPong: PING_PONG, pinned: pair.pinned },
      notes: ["a CPU that reads answers at the end of its burst: its 64 reads are in the period"],
    });
  } finally {
    await pair.close();
  }
}

/** Measures both sides. */
export async function benchRcu(context: BenchContext): Promise<void> {
  const machine = await LoopMachine.boot(ENTRY, {}, CPUS);
  await benchReads(context, machine);
  await benchGrace(context, machine);
}
