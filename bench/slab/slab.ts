/**
 * Alloc and free on the own CPU beside a bare LIFO, and whole dsts beside the same.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { wasmArm } from "../harness/wasmWindow.js";

const ENTRY = "bench/slab/slab.as.ts";
const LIFO = "bare LIFO";
const LIFO_BURST = "bare LIFO, bursts";
const NATIVE = "C, bare LIFO";
const AIM = { atMost: 2.5 };

/** The knobs of `no-cache`: the last release frees at once. */
const NO_CACHE = { DST_ROUTE_CACHE: 0, DST_UNCACHED: 1, DST_FREE: 0 };

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

/** Measures the slab and the dst on top of it in one group. */
export async function benchSlab(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const machine = await LoopMachine.boot(ENTRY, NO_CACHE);
  const lifo = machine.call("makeLifo");
  const arm = (name: string, loop: string, ...args: number[]): Arm =>
    balanced(machine, wasmArm(name, machine.loop(loop, ...args), windowMs));
  const arms = [
    arm(LIFO, "lifoPairs", lifo),
    arm("slab alloc + free", "slabPairs"),
    arm(LIFO_BURST, "lifoBursts", lifo),
    arm("slab alloc + free, bursts", "slabBursts"),
    arm("dst alloc + last release", "dstPairs"),
  ];
  const rows: RowPlan[] = [
    { arm: "slab alloc + free", yardstick: LIFO, aim: AIM },
    { arm: "slab alloc + free, bursts", yardstick: LIFO_BURST, aim: AIM },
    { arm: "dst alloc + last release", yardstick: LIFO },
  ];
  if (context.native !== null) {
    arms.push(await context.native.arm(NATIVE, "lifo", windowMs));
    rows.push({ arm: LIFO, yardstick: NATIVE });
  }
  await context.run({
    thing: "slab",
    title: "192 bytes, own CPU; bursts hold 32 objects",
    operation: "pair",
    arms,
    rows,
    notes: ["a pair that gives back what it just took waits on its own stores, bare LIFO included"],
  });
}
