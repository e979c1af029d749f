/**
 * Each counting engine alone on one CPU, and by two CPUs at once: on one count, on two counts of
 * one line, and on two counts far apart. Far apart is 256 bytes: processors fetch lines in pairs.
 */
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { CpuPair, type PairArm } from "../harness/cpuPair.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { ENGINES, ENTRY } from "./engines.js";

const CPUS = 2;
/** Bytes from a count to one on its line, and to one that shares nothing with it. */
const SAME_LINE = 4;
const APART = 256;
/** Windows are long beside the microseconds by which two CPUs leave the gate apart. */
const WINDOW_FACTOR = 2;
const PROOF = 1000;
const DEVICE_SLOT = 3;
const PING_PONG = "ping-pong, one way";

/** An arm whose windows have no length yet. */
type Plan = Omit<PairArm, "windowMs">;

/** How the counts of the two CPUs lie to each other. */
const PLACES = [
  { name: "one count", offset: 0 },
  { name: "two counts of one line", offset: SAME_LINE },
  { name: "two counts apart", offset: APART },
];

function mustBe(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`);
}

/** Shows that the engine counts: holds without releases are seen, and all are taken back. */
function proveCounting(machine: LoopMachine, name: string, at: number): void {
  machine.call("holdTimes", at, PROOF);
  mustBe(`${name}, held`, machine.call("readCount", at), PROOF + 1);
  mustBe(`${name}, released`, machine.call("releaseTimes", at, PROOF), PROOF);
  mustBe(`${name}, left`, machine.call("readCount", at), 1);
}

function proveDeviceCounting(machine: LoopMachine): void {
  machine.callOn(0, "deviceHolds", DEVICE_SLOT, PROOF);
  machine.callOn(1, "deviceHolds", DEVICE_SLOT, 1);
  mustBe("device count", machine.call("refPercpuSum", DEVICE_SLOT), PROOF + 1);
  machine.callOn(1, "deviceReleases", DEVICE_SLOT, PROOF + 1);
  mustBe("device count, released elsewhere", machine.call("refPercpuSum", DEVICE_SLOT), 0);
  machine.callOn(0, "deviceReleases", DEVICE_SLOT, PROOF);
  machine.callOn(1, "deviceHolds", DEVICE_SLOT, PROOF);
}

/** Alone, then at each place by both CPUs; the first arm is the yardstick of the others. */
function enginePlans(machine: LoopMachine, name: string, loop: string): Plan[] {
  const first = machine.call("makeLines", 8);
  const counts = [first, first + SAME_LINE, first + APART];
  for (const at of counts) machine.call("initCount", at);
  proveCounting(machine, name, first);
  const check = (): void => {
    for (const at of counts) mustBe(`${name}, after whole pairs`, machine.call("readCount", at), 1);
  };
  const call = (at: number) => ({ name: loop, args: [at] });
  const both = PLACES.map(({ name: place, offset }) => ({
    name: `${name}, two CPUs, ${place}`,
    calls: [call(first), call(first + offset)],

    check,
  }));
  return [{ name: `${name}, one CPU`, calls: [call(first)], check }, ...both];
}

/** The count of a device: each CPU has its own word of it. */
function devicePlans(machine: LoopMachine): Plan[] {
  proveDeviceCounting(machine);
  const call = { name: "devicePairs", args: [DEVICE_SLOT] };
  const check = (): void => {
    mustBe("device count after whole pairs", machine.call("refPercpuSum", DEVICE_SLOT), 0);
  };
  const name = "per CPU (devices)";
  return [
    { name: `${name}, one CPU`, calls: [call], check },
    { name: `${name}, two CPUs, one device`, calls: [call, call], check },
  ];
}

async function runEngine(
  context: BenchContext,
  pair: CpuPair,
  name: string,
  plans: readonly Plan[],
): Promise<void> {
  const windowMs = context.options.windowMs * WINDOW_FACTOR;
  const arms: Arm[] = [pair.pingPongArm(PING_PONG)];
  for (const plan of plans) arms.push(await pair.arm({ ...plan, windowMs }));
  const [alone, ...others] = plans.map((plan) => plan.name);
  const rows: RowPlan[] = others.map((arm) => ({ arm, yardstick: alone ?? "" }));
  await context.run({
    thing: "refcount",
    title: `${name}: what a second CPU does to hold + release`,
    operation: "pair of the machine",
    arms,
    rows,
    pair: { pingPong: PING_PONG, pinned: pair.pinned },
    notes: [
      "two CPUs that share nothing would give 0.5; a hand-over costs what the ping-pong says",
    ],
  });
}

/** Measures each engine in a group of its own, and `Atomics` of JavaScript like one. */
export async function benchContention(context: BenchContext): Promise<void> {
  for (const { name, defines } of ENGINES) {
    const machine = await LoopMachine.boot(ENTRY, defines, CPUS);
    const pair = await CpuPair.start(machine);
    try {
      await runEngine(context, pair, name, enginePlans(machine, name, "enginePairs"));
      if (name !== "atomic") continue;
      await runEngine(context, pair, "per CPU", devicePlans(machine));
      const js = "JS Atomics";
      await runEngine(context, pair, js, enginePlans(machine, js, "atomicsPairs"));
    } finally {
      await pair.close();
    }
  }
}
