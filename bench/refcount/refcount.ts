/**
 * Counting references: a dst by each engine beside two bare rmw of one word (`refcount.ts`), and
 * what lines that two CPUs share do to each engine (`contention.ts`).
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";
import { benchContention } from "./contention.js";
import { ENGINES, ENTRY } from "./engines.js";
import { objectPairs, SharedCount } from "./jsCounts.js";

const YARDSTICK = "two bare rmw";
const NATIVE = "C, two rmw";
const AIM = { atMost: 1.25 };

const same = (operations: number): number => operations;

/** A loop over one dst that checks, after each window, that every hold met its release. */
function checkedArm(machine: LoopMachine, name: string, windowMs: number): Arm {
  const dst = machine.call("makeDst");
  if (dst === 0) throw new Error("the slab has no room for one dst");
  const loop = checkedLoop(name, machine.loop("holdRelease", dst), same);
  const arm = wasmArm(name, loop, windowMs);
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

/** What a JavaScript user would count with, on this thread. */
function jsArms(windowMs: number): Arm[] {
  const shared = new SharedCount();
  const arm = (name: string, loop: (pairs: number) => number): Arm =>
    wasmArm(name, checkedLoop(name, loop, same), windowMs);
  return [
    arm("JS, Atomics.add + sub", (pairs) => shared.pairs(pairs)),
    arm("JS, property ++ and --, one thread only", objectPairs),
  ];
}

/** Measures all engines, uncontended in one group, on shared lines in others. */
export async function benchRefcount(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const arms: Arm[] = [];
  const rows: RowPlan[] = [];
  for (const engine of ENGINES) {
    const machine = await LoopMachine.boot(ENTRY, engine.defines, 2);
    const name = `hold + release, ${engine.name}`;
    arms.push(checkedArm(machine, name, windowMs));
    const row = { arm: name, yardstick: YARDSTICK };
    rows.push(engine.name === "atomic" ? { ...row, aim: AIM } : row);
    if (engine.name !== "atomic") continue;
    const loop = machine.loop("rmwPairs", machine.call("makeLines", 1));
    arms.push(wasmArm(YARDSTICK, checkedLoop(YARDSTICK, loop, same), windowMs));
  }
  for (const arm of jsArms(windowMs)) {
    arms.push(arm);
    rows.push({ arm: arm.name, yardstick: YARDSTICK });
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
  await benchContention(context);
}
