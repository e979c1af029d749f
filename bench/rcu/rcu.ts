/**
 * The read side of RCU beside the same loop without it.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { wasmArm } from "../harness/wasmWindow.js";

const ENTRY = "bench/rcu/rcu.as.ts";
const NULL = "null loop";
const NATIVE = "C, null loop";

/** Measures reads with a quiescent state each 64 in one group. */
export async function benchRcu(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const machine = await LoopMachine.boot(ENTRY, {});
  const slot = machine.call("makeSlot");
  const arm = (name: string, loop: string): Arm =>
    wasmArm(name, machine.loop(loop, slot), windowMs);
  machine.call("rcuCpuOnline");
  const arms = [
    arm(NULL, "nullReads"),
    arm("plain load", "plainReads"),
    arm("read section + dereference", "rcuReads"),
    arm("the same, callbacks driven", "rcuReadsDriving"),
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
  });
  machine.call("rcuCpuOffline");
}
