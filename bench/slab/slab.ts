/**
 * Alloc and free on the own CPU beside a bare LIFO, then objects that another CPU frees.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";
import { batchArms, benchRemoteFree } from "./remote.js";

const ENTRY = "bench/slab/slab.as.ts";
const LIFO = "bare LIFO";
const LIFO_BURST = "bare LIFO, bursts";
const NATIVE = "C, bare LIFO";
const AIM = { atMost: 2.5 };
const CPUS = 2;
/** Objects of a burst: a window of bursts does whole ones. */
const BURST = 32;

/** An arm after whose windows no object may be in use. */
function balanced(machine: LoopMachine, arm: Arm): Arm {
  return {
    name: arm.name,
    window: async () => {
      const window = await arm.window();
      const inUse = machine.call("slabInUse", 0);
      if (inUse !== 0) throw new Error(`${arm.name}: ${inUse} objects in use after whole pairs`);
      return window;
    },
  };
}

/** Measures the own CPU in one group, two CPUs in another. */
export async function benchSlab(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const machine = await LoopMachine.boot(ENTRY, {}, CPUS);
  const lifo = machine.call("makeLifo");
  const arm = (name: string, loop: string, ...args: number[]): Arm => {
    const whole = (pairs: number): number =>
      loop.endsWith("Bursts") ? Math.ceil(pairs / BURST) * BURST : pairs;
    const checked = checkedLoop(name, machine.loop(loop, ...args), whole);
    return balanced(machine, wasmArm(name, checked, windowMs));
  };
  const [own, other] = batchArms(machine, windowMs);
  if (own === undefined || other === undefined) throw new RangeError("no arms of batches");
  const arms = [
    arm(LIFO, "lifoPairs", lifo),
    arm("slab alloc + free", "slabPairs"),
    arm(LIFO_BURST, "lifoBursts", lifo),
    arm("slab alloc + free, bursts", "slabBursts"),
    balanced(machine, own),
    balanced(machine, other),
  ];
  const rows: RowPlan[] = [
    { arm: "slab alloc + free", yardstick: LIFO, aim: AIM },
    { arm: "slab alloc + free, bursts", yardstick: LIFO_BURST, aim: AIM },
    { arm: other.name, yardstick: own.name },
  ];
  if (context.native !== null) {
    arms.push(await context.native.arm(NATIVE, "lifo", windowMs));
    rows.push({ arm: LIFO, yardstick: NATIVE });
  }
  await context.run({
    thing: "slab",
    title: "192 bytes; bursts hold 32 objects; batches by one thread that plays both CPUs",
    operation: "pair",
    arms,
    rows,
    notes: ["a pair that gives back what it just took waits on its own stores, bare LIFO included"],
  });
  await benchRemoteFree(context, machine);
}
