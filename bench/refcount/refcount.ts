/**
 * Hold and release of a dst by each counting engine, beside two bare rmw of one word.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { wasmArm } from "../harness/wasmWindow.js";

const ENTRY = "bench/refcount/refcount.as.ts";
const YARDSTICK = "two bare rmw";
const NATIVE = "C, two rmw";

/** Knob values of the engines; those that end at 0 need slots that count. */
const ENGINES: readonly { name: string; defines: Record<string, number>; aim?: number }[] = [
  { name: "atomic", defines: { DST_REFCOUNT: 0 }, aim: 1.25 },
  { name: "inc-not-zero", defines: { DST_REFCOUNT: 1, DST_SLOT_REF: 1 } },
  { name: "rcuref", defines: { DST_REFCOUNT: 2, DST_SLOT_REF: 1 } },
];

/** A loop over one dst that checks, after each window, that every hold met its release. */
function checkedArm(machine: LoopMachine, name: string, windowMs: number): Arm {
  const dst = machine.call("makeDst");
  if (dst === 0) throw new Error("the slab has no room for one dst");
  const arm = wasmArm(name, machine.loop("holdRelease", dst), windowMs);
  return {
    name,
    window: () => {
      const window = arm.window();
      const left = machine.call("references", dst);
      if (left !== 1) throw new Error(`${name}: ${left} references after whole pairs`);
      return window;
    },
  };
}

/** Measures all engines in one group. */
export async function benchRefcount(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const arms: Arm[] = [];
  const rows: RowPlan[] = [];
  for (const engine of ENGINES) {
    const machine = await LoopMachine.boot(ENTRY, engine.defines);
    const name = `hold + release, ${engine.name}`;
    arms.push(checkedArm(machine, name, windowMs));
    const row = { arm: name, yardstick: YARDSTICK };
    rows.push(engine.aim === undefined ? row : { ...row, aim: { atMost: engine.aim } });
    if (engine.aim === undefined) continue;
    const word = machine.call("makeWord");
    arms.push(wasmArm(YARDSTICK, machine.loop("rmwPairs", word), windowMs));
  }
  if (context.native !== null) {
    arms.push(await context.native.arm(NATIVE, "rmw", windowMs));
    rows.push({ arm: YARDSTICK, yardstick: NATIVE });
  }
  await context.run({
    thing: "refcount",
    title: "references on one dst, uncontended",
    operation: "pair",
    arms,
    rows,
    notes: [
      "V8 on x86-64 makes a compare-and-swap loop of rmw.add, so the engines differ in checks only",
    ],
  });
}
