/**
 * The forward path by workload, beside the same path without a lookup: once with the main table
 * alone, once with the local table asked first, as kernels do that keep the two apart.
 */
import { readMib } from "../../src/machine/counters.js";
import type { Machine } from "../../src/machine/machine.js";
import type { Aim, Arm, RowPlan, Window } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { sizeWindow, timeLoop, type WasmLoop } from "../harness/wasmWindow.js";
import { FLOOR, Router } from "./router.js";

const DESIGNS = ["nexthop-direct", "linux-3.10", "no-cache"];
const NULL = "null (receive only)";
const NATIVE = "C, receive only";
/** A window of packets is longer than one of a small loop, and so is what warms it up. */
const WINDOW_FACTOR = 1.5;

/** Aims by workload and design; with one table only. */
const AIMS: Readonly<Record<string, Readonly<Record<string, Aim>>>> = {
  "single-flow": { "nexthop-direct": { atMost: 3 }, "no-cache": { atMost: 3.6 } },
  "internet-mix": { "nexthop-direct": { atMost: 36 } },
  scan: {},
};
const TABLES = [
  { tables: 1, title: "main table only" },
  { tables: 2, title: "local table, then main" },
];

/** Receives only; the flow list must have moved on by as many packets. */
function receiveLoop(machine: Machine): WasmLoop {
  const loop = loopOf(machine, "nullPackets");
  return (packets) => {
    const before = machine.ringsWord(0, "RINGS_FLOW_NEXT");
    const result = loop(packets);
    const flows = machine.ringsWord(0, "RINGS_FLOWS");
    const moved = machine.ringsWord(0, "RINGS_FLOW_NEXT") - before;
    if ((moved - packets) % flows !== 0) throw new Error(`${NULL}: ${moved} of ${packets} packets`);
    return result;
  };
}

function loopOf(machine: Machine, name: string): WasmLoop {
  const run = machine.cpu(0).fn(name);
  return (packets) => run(packets);
}

/** An arm whose packets must all leave: a path that drops is short and looks fast. */
function forwardArm(machine: Machine, windowMs: number): Arm {
  const loop = loopOf(machine, "forwardPackets");
  const packets = sizeWindow(loop, windowMs);
  const leadIn = packets >>> 1;
  return {
    name: machine.image.name,
    window: (): Window => {
      const before = readMib(machine).outTransmits;
      const window = timeLoop(loop, packets, leadIn);
      const sent = readMib(machine).outTransmits - before;
      if (sent !== packets + leadIn) {
        throw new Error(`${machine.image.name} sent ${sent} of ${packets + leadIn} packets`);
      }
      return window;
    },
  };
}

async function nativeArm(context: BenchContext): Promise<readonly Arm[]> {
  const { native, options } = context;
  return native === null ? [] : [await native.arm(NATIVE, "receive", options.windowMs)];
}

function rowsOf(workload: string, tables: number, native: boolean): RowPlan[] {
  const rows: RowPlan[] = DESIGNS.map((arm) => {
    const aim = tables === 1 ? AIMS[workload]?.[arm] : undefined;
    return aim === undefined ? { arm, yardstick: FLOOR } : { arm, yardstick: FLOOR, aim };
  });
  rows.push({ arm: FLOOR, yardstick: NULL });
  if (native) rows.push({ arm: NULL, yardstick: NATIVE });
  return rows;
}

/** Measures each workload twice, in groups of their own. */
export async function benchForward(context: BenchContext): Promise<void> {
  const { options } = context;
  const router = await Router.boot([FLOOR, ...DESIGNS], options);
  const { machines } = router.experiment;
  const windowMs = options.windowMs * WINDOW_FACTOR;
  const extra = await nativeArm(context);
  for (const machine of machines) machine.cpu(0).call("rcuCpuOnline");
  for (const workload of Object.keys(AIMS)) {
    router.setWorkload(workload);
    for (const { tables, title } of TABLES) {
      for (const machine of machines) machine.setWord("SB_FIB_TABLES", tables);
      const floor = machines[0];
      if (floor === undefined) throw new RangeError("no machine of the floor");
      const receive = receiveLoop(floor);
      const packets = sizeWindow(receive, windowMs);
      const nullArm = { name: NULL, window: () => timeLoop(receive, packets) };
      await context.run({
        thing: "forward",
        title: `${workload}, ${router.table.count} routes, ${title}`,
        operation: "packet",
        arms: [nullArm, ...machines.map((m) => forwardArm(m, windowMs)), ...extra],
        rows: rowsOf(workload, tables, extra.length > 0),
      });
    }
  }
  for (const machine of machines) machine.cpu(0).call("rcuCpuOffline");
}
