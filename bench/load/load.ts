/**
 * Loading the table into a fresh machine, beside writing as many fresh bytes as the table part
 * takes:
 * what the memory alone costs.
 */
import type { Machine } from "../../src/machine/machine.js";
import { Router } from "../forward/router.js";
import type { Arm, Window } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";

const DESIGN = "nexthop-direct";
const ROUNDS = 3;
const PAGE_BYTES = 65_536;
const AIM = { secondsAtMost: 3 };
const WRITE = "writing as many bytes";

/** Bytes of the table part up to its last word that is not zero. */
function tableBytes(machine: Machine): number {
  const { base, bytes } = machine.table;
  let at = (base + bytes) / 4 - 1;
  while (at > base / 4 && machine.u32[at] === 0) at--;
  return (at + 1) * 4 - base;
}

/** First touch of `bytes` fresh bytes of shared memory. */
function writeFresh(bytes: number): Window {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const start = performance.now();
  new Uint8Array(memory.buffer).fill(1);
  return { ns: (performance.now() - start) * 1e6, disturbed: false };
}

/** Measures a few loads; each makes a machine of its own. */
export async function benchLoad(context: BenchContext): Promise<void> {
  const options = { ...context.options, flowPackets: 64 };
  const { experiment, table } = await Router.boot([DESIGN], options);
  const [machine] = experiment.machines;
  if (machine === undefined) throw new RangeError("no machine was booted");
  const bytes = tableBytes(machine);
  const name = `insert ${table.count} routes`;
  const load: Arm = {
    name,
    window: async () => {
      const fresh = await Router.boot([DESIGN], options);
      return { ns: fresh.experiment.loadMs * 1e6, disturbed: false };
    },
  };
  const perRoute = Math.round(bytes / table.count);
  await context.run({
    thing: "load",
    title: `plain insertion into the trie, ${perRoute} bytes a route`,
    operation: "whole table",
    arms: [load, { name: WRITE, window: () => writeFresh(bytes) }],
    rows: [{ arm: name, yardstick: WRITE, aim: AIM }],
    rounds: { measured: Math.min(ROUNDS, context.options.rounds), warmup: 0 },
  });
}
