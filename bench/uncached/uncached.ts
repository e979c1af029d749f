/**
 * The uncached list: an rtable put on it and taken off, with one list for the machine and with one
 * for each CPU, by one CPU and by two; beside what a JavaScript user would keep such entries in.
 */
import type { Arm } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { CpuPair } from "../harness/cpuPair.js";
import { LoopMachine } from "../harness/loopMachine.js";
import { checkedLoop, wasmArm } from "../harness/wasmWindow.js";
import { LinkedList, setPairs } from "./jsLists.js";

const ENTRY = "bench/uncached/uncached.as.ts";
const CPUS = 2;
const WINDOW_FACTOR = 2;
const PING_PONG = "ping-pong, one way";
const NO_CACHE = { DST_ROUTE_CACHE: 0, DST_FREE: 0 };
/** The control plane is a CPU too. */
const KINDS = [
  { name: "one list", defines: { ...NO_CACHE, DST_UNCACHED: 0 }, lists: 1 },
  { name: "a list for each CPU", defines: { ...NO_CACHE, DST_UNCACHED: 1 }, lists: CPUS + 1 },
];
/** Entries that stay on the lists, of each CPU. */
const RESIDENTS = 8;
const ONE = (kind: string): string => `${kind}, one CPU`;
const TWO = (kind: string): string => `${kind}, two CPUs`;

function boot(kind: (typeof KINDS)[number]): Promise<LoopMachine> {
  return LoopMachine.boot(ENTRY, kind.defines, CPUS);
}

/** Entries that stay, and one for each CPU that comes and goes. */
function populate(machine: LoopMachine, lists: number): number[] {
  if (machine.call("uncachedLists") !== lists) throw new Error("another number of lists");
  return [0, 1].map((cpu) => {
    for (let i = 0; i < RESIDENTS; i++) {
      machine.callOn(cpu, "rtAddUncachedList", machine.callOn(cpu, "makeRtable"));
    }
    return machine.callOn(cpu, "makeRtable");
  });
}

function checkMembers(machine: LoopMachine): void {
  const members = machine.call("uncachedMembers");
  if (members !== CPUS * RESIDENTS) throw new Error(`${members} members after whole pairs`);
}

interface Measured {
  readonly pair: CpuPair;
  readonly arms: readonly Arm[];
}

async function armsOf(kind: (typeof KINDS)[number], windowMs: number): Promise<Measured> {
  const machine = await boot(kind);
  const entries = populate(machine, kind.lists);
  const pair = await CpuPair.start(machine);
  const calls = entries.map((at) => ({ name: "addDel", args: [at] }));
  const check = (): void => checkMembers(machine);
  const plans = [
    { name: ONE(kind.name), calls: calls.slice(0, 1) },
    { name: TWO(kind.name), calls },
  ];
  const arms: Arm[] = [];
  for (const plan of plans) arms.push(await pair.arm({ ...plan, windowMs, check }));
  return { pair, arms };
}

/** Measures both kinds of list in one group. */
export async function benchUncached(context: BenchContext): Promise<void> {
  const windowMs = context.options.windowMs * WINDOW_FACTOR;
  const list = new LinkedList(2 * RESIDENTS);
  const same = (pairs: number): number => pairs;
  const js = (name: string, loop: (pairs: number) => number): Arm =>
    wasmArm(name, checkedLoop(name, loop, same), context.options.windowMs);
  const arms = [
    js("JS, Set add + delete, one thread only", setPairs),
    js("JS, linked objects, one thread only", (pairs) => list.pairs(pairs)),
  ];
  const [only, perCpu] = KINDS.map(({ name }) => name);
  if (only === undefined || perCpu === undefined) throw new RangeError("two kinds of list");
  const pairs: CpuPair[] = [];
  try {
    for (const kind of KINDS) {
      const { pair, arms: more } = await armsOf(kind, windowMs);
      pairs.push(pair);
      arms.push(...more);
    }
    const [pair] = pairs;
    if (pair === undefined) throw new RangeError("no pair of CPUs");
    await context.run({
      thing: "uncached",
      title: "an rtable on the uncached list and off again",
      operation: "pair of the machine",
      arms: [pair.pingPongArm(PING_PONG), ...arms],
      rows: [
        { arm: TWO(only), yardstick: ONE(only) },
        { arm: TWO(perCpu), yardstick: ONE(perCpu) },
        { arm: ONE(perCpu), yardstick: ONE(only) },
        { arm: TWO(only), yardstick: TWO(perCpu) },
        ...arms.slice(0, 2).map(({ name }) => ({ arm: name, yardstick: ONE(only) })),
      ],
      pair: { pingPong: PING_PONG, pinned: pair.pinned },
      notes: ["two CPUs that share nothing would give 0.5 of one"],
    });
  } finally {
    for (const pair of pairs) await pair.close();
  }
}
