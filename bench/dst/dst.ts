/**
 * `dst_alloc` and the last release, freed at once and after a grace period, beside what the same
 * costs a JavaScript user: fresh objects that are left to the collector, or a pool of them.
 */
import type { Arm } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";
import { freshObjects, ObjectPool } from "./jsDst.js";

const ENTRY = "bench/dst/dst.as.ts";
const BURST = 64;
/** The knobs of `no-cache`, and the same with frees that wait for RCU. */
const FREE_NOW = { DST_ROUTE_CACHE: 0, DST_UNCACHED: 1, DST_FREE: 0 };
const FREE_RCU = { DST_ROUTE_CACHE: 0, DST_UNCACHED: 1, DST_FREE: 1 };
/** Room for what waits: above 10,000 entries RCU calls all that are done, below it ten a burst. */
const BACKLOG_BYTES = 4 * 2 ** 20;
const NOW = "dst_alloc + last release, bursts, freed at once";

const whole = (pairs: number): number => Math.ceil(pairs / BURST) * BURST;

/** A burst arm of a machine; when it has run its callbacks no entry may be in use. */
function burstArm(machine: LoopMachine, name: string, windowMs: number): Arm {
  const burst = machine.call("makeBurst");
  const loop = checkedLoop(name, machine.loop("dstBursts", burst), whole);
  const online = (pairs: number): number => {
    machine.call("rcuCpuOnline");
    const result = loop(pairs);
    machine.call("rcuCpuOffline");
    return result;
  };
  const arm = wasmArm(name, online, windowMs);
  return {
    name,
    window: async () => {
      const window = await arm.window();
      machine.call("rcuBarrierLocal");
      const inUse = machine.call("slabInUse", 0);
      if (inUse !== 0) throw new Error(`${name}: ${inUse} entries in use after whole pairs`);
      return window;
    },
  };
}

/** Measures all in one group. */
export async function benchDst(context: BenchContext): Promise<void> {
  const { windowMs } = context.options;
  const now = await LoopMachine.boot(ENTRY, FREE_NOW);
  const rcu = await LoopMachine.boot(ENTRY, FREE_RCU, 1, BACKLOG_BYTES);
  const single = "dst_alloc + last release, one at a time";
  const pool = new ObjectPool();
  const js = (name: string, loop: (pairs: number) => number): Arm =>
    wasmArm(name, checkedLoop(name, loop, whole), windowMs);
  const arms: Arm[] = [
    wasmArm(
      single,
      checkedLoop(single, now.loop("dstPairs"), (pairs) => pairs),
      windowMs,
    ),
    burstArm(now, NOW, windowMs),
    burstArm(rcu, "the same, freed after a grace period", windowMs),
    js("JS, fresh objects for the collector", freshObjects),
    js("JS, objects of a pool", (pairs) => pool.pairs(pairs)),
  ];
  await context.run({
    thing: "dst",
    title: "an rtable of 192 bytes and its end; bursts of 64",
    operation: "pair",
    arms,
    rows: arms
      .filter(({ name }) => name !== NOW)
      .map(({ name }) => ({ arm: name, yardstick: NOW })),
    notes: [
      "JS objects have the fields of the rtable, no counts of the device and no list of entries;",
      "what the collector takes falls into windows by chance: look at the quartiles",
    ],
  });
}
